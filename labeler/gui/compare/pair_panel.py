"""The column at the left: the one button, how long, how the images were split, and past pairs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton, QVBoxLayout, QWidget

from labeler.gui.compare.pair_list import PairList
from labeler.gui.key_hint import hint_tooltip, wrapped
from labeler.gui.left_out import LeftOutLabel
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.runs.history import LeftOut
from labeler.runs.pair import PAIR_DETECTOR, PairSummary
from labeler.runs.prepare import Wish

PANEL_WIDTH = 250
"""Device-independent pixels."""
_SEED = 0
_TALL = 44


class PairPanel(QWidget):
    """train_requested: both runs are wanted; the rest as in PairList."""

    train_requested = Signal()
    pair_chosen = Signal(object)
    trash_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.train_button = self._train_button()
        self.budget = self._budget()
        self.chosen = QLabel(self)
        self.list = PairList(self)
        self.left_out = LeftOutLabel(self)
        self._none = QLabel(self.tr("None yet. The first one takes two minutes."), self)
        for label in (self.chosen, self._none):
            set_role(label, "faint")
            label.setWordWrap(True)
        self.list.chosen.connect(self.pair_chosen)
        self.list.trash_requested.connect(self.trash_requested)
        self._lay_out()

    def wish(self) -> Wish:
        """What is chosen at the moment; the seconds are for each run's own learning."""
        budget, seconds = self.budget.currentData()
        return Wish(detector=PAIR_DETECTOR, budget=budget, seconds=seconds, seed=_SEED)

    def set_busy(self, busy: bool, *, can_train: bool) -> None:
        """While a pair is under way its settings stand."""
        self.train_button.setEnabled(can_train and not busy)
        self.budget.setEnabled(not busy)

    def explain(self, sentence: str) -> None:
        """How the images of the pair on show were split, or what is missing."""
        self.chosen.setText(sentence)

    def show_pairs(
        self,
        pairs: Sequence[PairSummary],
        current: Path | None,
        left_out: Sequence[LeftOut] = (),
    ) -> None:
        self.list.show_pairs(pairs, current)
        self._none.setVisible(not pairs and not left_out)
        self.left_out.show_left_out(left_out)

    def _train_button(self) -> QPushButton:
        button = QPushButton(self.tr("Train both"), self)
        button.setMinimumHeight(_TALL)
        font = button.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        button.setFont(font)
        set_role(button, "primary")
        button.setAccessibleName(self.tr("Train both"))
        told = self.tr(
            "Train one detector from COCO's weights and one from random ones, in turn, "
            "with everything else the same"
        )
        hint_tooltip(button, "compare.train_both", told)
        button.clicked.connect(self.train_requested)
        return button

    def _budget(self) -> QComboBox:
        box = QComboBox(self)
        box.setAccessibleName(self.tr("Time for each"))
        box.setToolTip(
            wrapped(
                self.tr(
                    "How long each of the two trains; both together take twice as long. "
                    "Best: until neither improves any more; both end after the same number "
                    "of epochs"
                )
            )
        )
        for text, budget, minutes in (
            (self.tr("Quick, 1 min each"), "time", 1),
            (self.tr("Good, 5 min each"), "time", 5),
            (self.tr("Longer, 20 min each"), "time", 20),
            (self.tr("Best, up to 1 h each"), "best", 60),
        ):
            box.addItem(text, (budget, 60.0 * minutes))
        return box

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(4)
        column.addWidget(self.train_button)
        column.addWidget(heading(self.tr("Time"), self.budget))
        column.addWidget(self.budget)
        column.addWidget(heading(self.tr("Kept equal"), self))
        fair = QLabel(
            self.tr(
                "Network, images, split, schedule and seed are the same. Only the start differs: "
                "what has learned COCO, or random weights."
            ),
            self,
        )
        set_role(fair, "faint")
        fair.setWordWrap(True)
        column.addWidget(fair)
        column.addWidget(self.chosen)
        column.addWidget(heading(self.tr("Pairs"), self.list))
        column.addWidget(self._none)
        column.addWidget(self.left_out)
        column.addWidget(self.list, 1)
        column.setAlignment(self._none, Qt.AlignmentFlag.AlignTop)
