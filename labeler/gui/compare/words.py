"""Times, states and names of pairs as people read them."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.runs.history import RunState
from labeler.runs.pair import PRETRAINED, PairSummary
from labeler.runs.pair_words import FROM_COCO, PairWords


def name_of(side: str, words: PairWords) -> str:
    """Of one of SIDES."""
    if side != PRETRAINED:
        return _tr("Random weights")
    return _tr("From COCO") if words is FROM_COCO else _tr("Pretrained")


def clock(seconds: float) -> str:
    """A place in a video: 0:14."""
    whole = max(0, int(seconds))
    return f"{whole // 60}:{whole % 60:02d}"


def outcome(pair: PairSummary) -> str:
    """What stands at the end of a pair's line: both AP50, or how it ended without them."""
    unfinished = {
        RunState.RUNNING: _tr("running"),
        RunState.FAILED: _tr("failed"),
        RunState.INTERRUPTED: _tr("interrupted"),
    }
    if pair.state in unfinished:
        return unfinished[pair.state]
    scores = [run.ap50 for run in (pair.pretrained, pair.scratch) if run.ap50 is not None]
    if len(scores) < 2:
        return _tr("AP50 unknown")
    return _tr("AP50 {0} : {1}").format(*(f"{score:.2f}" for score in scores))


def _tr(text: str) -> str:
    return QCoreApplication.translate("Compare", text)
