"""How the looking goes, in one line of numbers."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.gui import times
from labeler.gui.decode import LONGEST
from labeler.gui.preview.looking import Looking


def _tr(text: str) -> str:
    return QCoreApplication.translate("NumberWords", text)


def number_words(looking: Looking) -> str:
    """Rate, the detector's time, how old the picture is when it is shown, and what was dropped.

    And what is asked of the machine where it is less than all, and which classes are in view but
    switched off.
    """
    pace = looking.pace
    words = _tr("{rate}   {ms} ms   {late} ms late   {dropped} dropped").format(
        rate=times.rate(pace.per_second()),
        ms=round(pace.milliseconds()),
        late=round(pace.late_ms()),
        dropped=pace.dropped,
    )
    if looking.effort.longest < LONGEST:
        words += _tr("   reduced to {0}").format(looking.effort.longest)
    if looking.effort.every > 1:
        words += _tr("   1 of every {0} frames").format(looking.effort.every)
    if looking.last is not None and looking.last.switched_off:
        words += _tr("   not shown: {0}").format(", ".join(sorted(looking.last.switched_off)))
    return words


def eased_words(looking: Looking) -> str:
    """What is asked of the machine from now on."""
    if not looking.effort.is_slow:
        return _tr("The detector keeps up again: it sees every frame at full size.")
    if looking.effort.every > 1:  # how many changes while this stands; the corner tells
        return _tr("This computer is slow for this detector: it skips some frames.")
    return _tr("This computer is slow for this detector: it sees the frames at reduced size.")
