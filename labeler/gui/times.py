"""Times and dates as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale

_SLOW = 2 / 3
"""Below so many a second the seconds between two are told."""


def duration(seconds: float) -> str:
    """41 s, 3:05 min, 2:10 h."""
    whole = max(0, round(seconds))
    if whole < 100:
        return _tr("{0} s").format(whole)
    if whole < 6000:
        return _tr("{0} min").format(f"{whole // 60}:{whole % 60:02d}")
    return _tr("{0} h").format(f"{whole // 3600}:{whole % 3600 // 60:02d}")


def rate(per_second: float) -> str:
    """15 fps, 1 every 3 s; 0 fps where nothing comes."""
    if 0 < per_second < _SLOW:
        return _tr("1 every {0} s").format(round(1 / per_second))
    return _tr("{0} fps").format(round(per_second))


def steady_rate(per_second: float) -> float:
    """Changes only where rate() changes."""
    return 1 / round(1 / per_second) if 0 < per_second < _SLOW else float(round(per_second))


def day_and_time(started: float, now: datetime | None = None) -> str:
    """today 17:04, yesterday 16:31, 3 Nov 09:12."""
    then, today = datetime.fromtimestamp(started), now or datetime.now()
    clock = f"{then:%H:%M}"
    if then.date() == today.date():
        return _tr("today {0}").format(clock)
    if then.date() == (today - timedelta(days=1)).date():
        return _tr("yesterday {0}").format(clock)
    month = QLocale().monthName(then.month, QLocale.FormatType.ShortFormat)
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {month}{year} {clock}"


def _tr(text: str) -> str:
    return QCoreApplication.translate("Times", text)
