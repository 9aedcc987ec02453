"""The pairs of a dataset: when, and how both did."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QListWidgetItem, QWidget

from labeler.gui import times
from labeler.gui.compare import words
from labeler.gui.outcome_list import OutcomeList, outcome_item
from labeler.runs.history import RunState
from labeler.runs.pair import PairSummary
from labeler.runs.pair_words import FROM_COCO, words_of


class PairList(OutcomeList):
    """The newest on top."""

    trash_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Pairs"))
        self.setToolTip(self.tr("All pairs trained so far, the newest at the top"))
        self.offer(self.tr("Move to the wastebasket"), self.trash_requested.emit)

    def show_pairs(self, pairs: Sequence[PairSummary], current: Path | None) -> None:
        """Replaces the list without choosing anything; current is marked."""
        self.show_items(map(self._item, pairs), current)

    def _item(self, pair: PairSummary) -> QListWidgetItem:
        when, outcome = times.day_and_time(pair.started), words.outcome(pair)
        told = self.tr("AP50 pretrained : AP50 from random weights")
        if words_of(pair.pretrained.detector) is FROM_COCO:
            told = self.tr("AP50 from COCO : AP50 from random weights")
        lines = [told, pair.name]
        if pair.state is RunState.INTERRUPTED:
            lines.insert(1, self.tr("Interrupted before the end"))
        if pair.state is RunState.FAILED:
            lines = [pair.pretrained.message or pair.scratch.message, pair.name]
        spoken = f"{when}, {outcome}"
        return outcome_item(pair.path, when, outcome, "\n".join(lines), spoken=spoken)
