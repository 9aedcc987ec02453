"""Which colour is which run, with its best score so far beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from labeler.gui.compare import words
from labeler.gui.compare.curves import color_of
from labeler.gui.icons import dot
from labeler.gui.theme import set_role
from labeler.runs.pair import SIDES

_DOT = 12


class Legend(QWidget):
    """Two dots, two names, two scores."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots: dict[str, QLabel] = {}
        self.scores: dict[str, QLabel] = {}
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for side in SIDES:
            self._dots[side] = QLabel(self)
            self.scores[side] = QLabel(self)
            set_role(self.scores[side], "faint")
            row.addWidget(self._dots[side])
            row.addWidget(QLabel(words.name_of(side), self))
            row.addWidget(self.scores[side])
            row.addSpacing(18)
        row.addStretch(1)
        self._colour()

    def show_scores(self, pretrained: str, scratch: str) -> None:
        for side, text in zip(SIDES, (pretrained, scratch), strict=True):
            self.scores[side].setText(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        for side, label in self._dots.items():
            color = QColor(color_of(side, self.palette()))
            label.setPixmap(dot(color, _DOT).pixmap(_DOT, _DOT))
