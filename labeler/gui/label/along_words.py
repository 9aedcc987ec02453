"""How learning along is told: in a line below its switch, and in the status line."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from labeler.dataset.store import Counts
from labeler.gui.counts import counted
from trainer.assist_lines import Learnt


def _tr(text: str) -> str:
    return QCoreApplication.translate("LearningAlong", text)


def of(stage: str, counts: Counts, last: Learnt | None, first: int) -> str:
    """Below the switch. last: the round before; first: how many labels it needs to begin."""
    if stage == "off":
        return ""
    if stage == "starting":
        return _tr("Starting…")
    if stage == "learning":
        return _tr("Learning from {n}").format(n=counted(counts.labelled, "image"))
    if stage == "looking":
        return _tr("Looking at the rest")
    if not counts.unlabelled:
        return _tr("Nothing left to do")
    if last is None:
        return _tr("Starts at {first} labelled images; {n} so far").format(
            first=first, n=counts.labelled
        )
    if last.asked:
        return _tr("Found {found} of the last {n}").format(
            found=last.found, n=counted(last.asked, "box")
        )
    return _tr("{n} with suggestions").format(n=counted(counts.suggested, "image"))


def question(counts: Counts) -> str:
    """Where learning along is offered."""
    return _tr("{n} labelled. Learn from them to suggest better boxes?").format(
        n=counted(counts.labelled, "image")
    )


def told(with_offers: int, looked_at: int) -> str:
    """In the status line, when a round is over. with_offers: all images on which some wait."""
    if not with_offers:
        return _tr("Nothing found on {n}. It keeps learning as you label.").format(
            n=counted(looked_at, "image")
        )
    return _tr("Suggestions on {n}. Ctrl+Shift+G goes to the most useful one.").format(
        n=counted(with_offers, "image")
    )
