"""Which weights a run starts from: COCO, ready-made Vector, a run of yours, or random ones."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QVBoxLayout, QWidget

from labeler.gui import times
from labeler.gui.left_out import offer_left_out
from labeler.gui.train import words
from labeler.gui.train.choices import ChoiceRow
from labeler.runs.history import LeftOut, RunSummary
from trainer.config import COCO_START, VECTOR_START


class StartChoice(QWidget):
    """A row for each start, and below that of an earlier run which run it is.

    changed: by the person.
    """

    changed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.pretrained = ChoiceRow(
            self.tr("COCO"),
            "",
            self.tr(
                "Has learned 80 everyday kinds of things: finds yours after seconds and from few "
                "images. The best start for nearly everything"
            ),
            self,
        )
        self.vector = ChoiceRow(
            self.tr("Ready-made Vector"),
            self.tr("no download"),
            self.tr(
                "What learned COCO, and then Vector and his cube from simulated pictures: knows "
                "both from the first image on"
            ),
            self,
        )
        self.scratch = ChoiceRow(
            self.tr("Random weights"),
            self.tr("for comparison"),
            self.tr("Knows nothing yet: shows what a pretrained start is worth"),
            self,
        )
        self.own = ChoiceRow(self.tr("A run of yours"), "", "", self)
        self.runs = QComboBox(self)
        self._detectors: dict[str, str] = {}
        self._lay_out()
        for row in (self.pretrained, self.vector, self.scratch, self.own):
            row.clicked.connect(self._change)
        self.runs.activated.connect(self._change)
        self.show_runs([])

    @property
    def start(self) -> str:
        """As in RunConfig."""
        if self.own.isChecked():
            return "run"
        if self.vector.isChecked():
            return VECTOR_START
        return "scratch" if self.scratch.isChecked() else "pretrained"

    @property
    def run(self) -> str:
        """The folder of the run to start from; empty where it starts otherwise."""
        return str(self.runs.currentData()) if self.own.isChecked() else ""

    @property
    def detector(self) -> str:
        """What that run trained, or ready-made Vector is; empty where it starts otherwise."""
        if self.vector.isChecked():
            return COCO_START
        return self._detectors.get(self.run, "")

    def show_cost(self, cost: str) -> None:
        """cost: of fetching the pretrained weights, in words."""
        self.pretrained.set_detail(cost)

    def show_start(self, start: str) -> None:
        """As in RunConfig; without runs to start from, pretrained weights stand for one."""
        rows = {VECTOR_START: self.vector, "scratch": self.scratch, "run": self.own}
        row = rows.get(start, self.pretrained)
        (row if row.isEnabled() else self.pretrained).setChecked(True)
        self._show()

    def show_runs(self, runs: Sequence[RunSummary], left_out: Sequence[LeftOut] = ()) -> None:
        """Offers those that left weights, the newest first. What is chosen stays chosen; where it
        is gone, pretrained weights are, never another run. left_out: shown, and not to be chosen.
        """
        usable = [run for run in runs if run.has_weights]
        before = self.runs.currentData()
        self.runs.clear()
        for run in usable:
            self.runs.addItem(self._title(run), str(run.path))
        offer_left_out(self.runs, left_out)
        self._detectors = {str(run.path): run.detector for run in usable}
        place = self.runs.findData(before)
        self.runs.setCurrentIndex(max(0, place) if usable else -1)
        self.own.setEnabled(bool(usable))
        told = self.tr("Continues from what that run learned: for images added since then")
        self.own.setToolTip(told if usable else self.tr("There is no run to start from yet"))
        self.own.setAccessibleDescription(self.own.toolTip())
        if place < 0 and self.own.isChecked():
            self.pretrained.setChecked(True)
            self._change()
        self._show()

    def _title(self, run: RunSummary) -> str:
        return self.tr("{0}, {1}").format(times.day_and_time(run.started), words.outcome(run))

    def _change(self) -> None:
        self._show()
        self.changed.emit()

    def _show(self) -> None:
        self.runs.setVisible(self.own.isChecked())

    def _lay_out(self) -> None:
        self.setAccessibleName(self.tr("Start from"))
        self.runs.setAccessibleName(self.tr("The run to start from"))
        self.runs.setToolTip(self.tr("The run whose best weights learn on"))
        self.runs.setMinimumContentsLength(12)
        self.runs.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        rows = QVBoxLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(1)
        for part in (self.pretrained, self.vector, self.own, self.runs, self.scratch):
            rows.addWidget(part)
