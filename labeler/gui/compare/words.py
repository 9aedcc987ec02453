"""Times, states and names of pairs as people read them."""

from __future__ import annotations

from datetime import datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale

from labeler.runs.history import RunState
from labeler.runs.pair import PRETRAINED, PairSummary


def name_of(side: str) -> str:
    """Of one of SIDES."""
    return _tr("Pretrained") if side == PRETRAINED else _tr("Random weights")


def duration(seconds: float) -> str:
    """41 s, 3:05 min, 2:10 h."""
    whole = max(0, round(seconds))
    if whole < 100:
        return _tr("{0} s").format(whole)
    if whole < 6000:
        return _tr("{0} min").format(f"{whole // 60}:{whole % 60:02d}")
    return _tr("{0} h").format(f"{whole // 3600}:{whole % 3600 // 60:02d}")


def clock(seconds: float) -> str:
    """A place in a video: 0:14."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def day_and_time(started: float, now: datetime | None = None) -> str:
    """today 17:04, yesterday 16:31, 3 Nov 09:12."""
    then, today = datetime.fromtimestamp(started), now or datetime.now()
    hour = f"{then:%H:%M}"
    if then.date() == today.date():
        return _tr("today {0}").format(hour)
    if then.date() == (today - timedelta(days=1)).date():
        return _tr("yesterday {0}").format(hour)
    month = QLocale().monthName(then.month, QLocale.FormatType.ShortFormat)
    year = "" if then.year == today.year else f" {then.year}"
    return f"{then.day} {month}{year} {hour}"


def outcome(pair: PairSummary) -> str:
    """What stands at the end of a pair's line: both AP, or how it ended without them."""
    unfinished = {
        RunState.RUNNING: _tr("running"),
        RunState.FAILED: _tr("failed"),
        RunState.INTERRUPTED: _tr("interrupted"),
    }
    if pair.state in unfinished:
        return unfinished[pair.state]
    scores = [run.ap for run in (pair.pretrained, pair.scratch) if run.ap is not None]
    if len(scores) < 2:
        return _tr("AP unknown")
    return _tr("AP {0} : {1}").format(*(f"{score:.2f}" for score in scores))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compare", text)
