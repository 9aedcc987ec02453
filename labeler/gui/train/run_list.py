"""The runs of a dataset: when, from what, how good."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QListWidgetItem, QWidget

from labeler.gui import times
from labeler.gui.outcome_list import OutcomeList, outcome_item
from labeler.gui.train import words
from labeler.runs.history import RunSummary


class RunList(OutcomeList):
    """The newest on top."""

    trash_requested = Signal(object)
    log_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Runs"))
        self.offer(self.tr("Show log"), self.log_requested.emit)
        self.offer(self.tr("Move to the wastebasket"), self.trash_requested.emit)

    def show_runs(self, runs: Sequence[RunSummary], current: Path | None) -> None:
        """Replaces the list without choosing anything; current is marked."""
        self.show_items(map(_item, runs), current)


def _item(run: RunSummary) -> QListWidgetItem:
    when, outcome = times.day_and_time(run.started), words.outcome(run)
    origin = words.origin(run)
    details = [origin, times.duration(run.seconds), run.message, run.name]
    tip = "\n".join(line for line in details if line)
    return outcome_item(run.path, when, outcome, tip, spoken=f"{when}, {outcome}, {origin}")
