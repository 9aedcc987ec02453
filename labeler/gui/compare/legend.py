"""Which colour is which run, with its best score so far beside it."""

from __future__ import annotations

from PySide6.QtCore import QEvent
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from labeler.gui.compare import words
from labeler.gui.compare.curves import color_of
from labeler.gui.icons import dot
from labeler.gui.theme import set_role
from labeler.runs.pair import SIDES
from labeler.runs.pair_words import PLAIN, PairWords

_DOT = 12


class Legend(QWidget):
    """Two dots, two names, two scores."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dots: dict[str, QLabel] = {}
        self.names: dict[str, QLabel] = {}
        self.scores: dict[str, QLabel] = {}
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(2)
        for row, side in enumerate(SIDES):
            self._dots[side] = QLabel(self)
            self.scores[side] = QLabel(self)
            self.scores[side].setWordWrap(True)
            set_role(self.scores[side], "faint")
            grid.addWidget(self._dots[side], row, 0)
            self.names[side] = QLabel(words.name_of(side, PLAIN), self)
            grid.addWidget(self.names[side], row, 1)
            grid.addWidget(self.scores[side], row, 2)
        grid.setColumnStretch(2, 1)
        self._colour()

    def show_scores(self, pretrained: str, scratch: str, called: PairWords = PLAIN) -> None:
        for side, text in zip(SIDES, (pretrained, scratch), strict=True):
            self.names[side].setText(words.name_of(side, called))
            self.scores[side].setText(text)

    def changeEvent(self, event: QEvent) -> None:
        if event.type() == QEvent.Type.PaletteChange:
            self._colour()
        super().changeEvent(event)

    def _colour(self) -> None:
        for side, label in self._dots.items():
            color = QColor(color_of(side, self.palette()))
            label.setPixmap(dot(color, _DOT).pixmap(_DOT, _DOT))
