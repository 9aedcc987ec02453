"""What the person decides before a run: how long, and from which weights."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from labeler.gui.key_hint import hint_tooltip
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.train.choices import ChoiceRow
from labeler.gui.train.chosen_lines import ChosenLines
from labeler.runs.prepare import Wish
from trainer.config import BUILT_IN

COCO_DETECTOR = "ssdlite320_mobilenet_v3_large"
_COCO_MEGABYTES = 13
_SEED = 0
_NO_ARROWS = "QSpinBox::up-button, QSpinBox::down-button { width: 0; border: 0; }"
"""The row is narrow; wheel and arrow keys do the same. (NoButtons hides the text under a sheet.)"""


class SettingsPanel(QWidget):
    """The Train button, the time, the start, and what was chosen by itself."""

    train_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.train_button = self._train_button()
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(2)
        self._layout.addWidget(self.train_button)
        self._add_times()
        self._add_starts()
        self.chosen = ChosenLines(self)
        self._layout.addWidget(heading(self.tr("Chosen for you"), self.chosen))
        self._layout.addWidget(self.chosen)

    def wish(self) -> Wish:
        """What is chosen at the moment."""
        if self.good.isChecked():
            seconds = 300.0
        else:
            seconds = self.minutes.value() * 60.0 if self.own_time.isChecked() else 60.0
        return Wish(
            start="scratch" if self.scratch.isChecked() else "pretrained",
            detector=COCO_DETECTOR if self.coco.isChecked() else BUILT_IN,
            seconds=seconds,
            seed=_SEED,
        )

    def choose_built_in(self) -> None:
        self.built_in.setChecked(True)

    def set_busy(self, busy: bool) -> None:
        """While a run is under way its settings stand."""
        self.train_button.setEnabled(not busy)
        self._times.setEnabled(not busy)
        self._starts.setEnabled(not busy)

    def _train_button(self) -> QPushButton:
        button = QPushButton(self.tr("Train"), self)
        button.setMinimumHeight(44)
        font = button.font()
        font.setPointSizeF(font.pointSizeF() * 1.2)
        button.setFont(font)
        set_role(button, "primary")
        button.setAccessibleName(self.tr("Train"))
        hint_tooltip(button, "train.train", self.tr("Learn from everything labelled so far"))
        button.clicked.connect(self.train_requested)
        return button

    def _add_times(self) -> None:
        self._times, rows = self._group(self.tr("Time"))
        self.quick = ChoiceRow(
            self.tr("Quick"), self.tr("1 min"), self.tr("A first detector in a minute"), self._times
        )
        self.good = ChoiceRow(
            self.tr("Good"), self.tr("5 min"), self.tr("Finer boxes, fewer misses"), self._times
        )
        self.own_time = ChoiceRow(
            self.tr("Longer"), "", self.tr("As many minutes as you like"), self._times
        )
        self.minutes = QSpinBox(self._times)
        self.minutes.setRange(1, 24 * 60)
        self.minutes.setValue(20)
        self.minutes.setSuffix(self.tr(" min"))
        self.minutes.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.minutes.setFixedWidth(80)
        self.minutes.setStyleSheet(_NO_ARROWS)
        self.minutes.setAccessibleName(self.tr("Minutes to train"))
        self.minutes.setToolTip(self.tr("How many minutes to train"))
        self.minutes.valueChanged.connect(lambda _value: self.own_time.setChecked(True))
        self.quick.setChecked(True)
        rows.addWidget(self.quick)
        rows.addWidget(self.good)
        last = QHBoxLayout()
        last.addWidget(self.own_time, 1)
        last.addWidget(self.minutes)
        rows.addLayout(last)

    def _add_starts(self) -> None:
        self._starts, rows = self._group(self.tr("Start from"))
        self.built_in = ChoiceRow(
            self.tr("Pretrained, built in"),
            self.tr("offline"),
            self.tr("Knows photographs in general. The best start for nearly everything"),
            self._starts,
        )
        self.coco = ChoiceRow(
            self.tr("Pretrained on COCO"),
            self.tr("{0} MB").format(_COCO_MEGABYTES),
            self.tr(
                "A torchvision detector that knows 80 everyday things. "
                "Its weights are downloaded once"
            ),
            self._starts,
        )
        self.scratch = ChoiceRow(
            self.tr("Random weights"),
            self.tr("for comparison"),
            self.tr("Knows nothing yet. Shows what a pretrained start is worth"),
            self._starts,
        )
        self.built_in.setChecked(True)
        for row in (self.built_in, self.coco, self.scratch):
            rows.addWidget(row)

    def _group(self, title: str) -> tuple[QWidget, QVBoxLayout]:
        group = QWidget(self)
        self._layout.addWidget(heading(title, group))
        group.setAccessibleName(title)
        rows = QVBoxLayout(group)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(1)
        self._layout.addWidget(group)
        return group, rows
