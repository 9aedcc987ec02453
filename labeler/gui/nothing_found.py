"""Why no box is drawn, where a detector finds nothing, and what to do: a bar over the picture."""

from __future__ import annotations

import math
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from labeler.gui import theme
from labeler.gui.side_panel import keep_keys

_PATIENCE_MS = 1_500
"""So long nothing is drawn before that is worth a sentence."""


@dataclass(frozen=True, slots=True)
class NothingWords:
    """at_score: there is something at a lower score; at_all: there is nothing at any."""

    at_score: str
    at_all: str


class NothingFound(QFrame):
    """Comes where no box has been drawn since restart(), and goes with the first one.

    Later a picture without a box is only a picture in which there is nothing. lower_requested
    carries the score, 0 to 1, at which something that was found would be drawn.
    """

    lower_requested = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        theme.set_role(self, "bar")
        self.sentence = QLabel(self)
        self.sentence.setWordWrap(True)
        self.lower_button = QPushButton(self.tr("Show from a lower score"), self)
        self.lower_button.setAccessibleName(self.lower_button.text())
        self.lower_button.setToolTip(self.tr("Lower the score to where something is found"))
        self.lower_button.clicked.connect(lambda: self.lower_requested.emit(self._best))
        keep_keys(self.lower_button, Qt.Key.Key_Space)
        self.timer = QTimer(self, singleShot=True, interval=_PATIENCE_MS)
        self.timer.timeout.connect(self._show)
        self._words = NothingWords("", "")
        self._best: float = 0.0
        self._has_drawn = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 4, 12, 4)
        row.setSpacing(10)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.lower_button)
        self.hide()

    def restart(self, *_news: object) -> None:
        """Another detector, source or score; or nothing is on show any more."""
        self.timer.stop()
        self._best, self._has_drawn = 0.0, False
        self.hide()

    def take(self, boxes: int, best: float, words: NothingWords) -> None:
        """A picture is on show with so many boxes. best: the highest score of all that was found
        on it and could be drawn, 0 to 1; 0: there was nothing.
        """
        if boxes:
            self.restart()
            self._has_drawn = True
            return
        if self._has_drawn:
            return
        self._best = max(self._best, math.floor(100 * best) / 100)
        self._words = words
        if self.isVisible():
            self._show()
        elif not self.timer.isActive():
            self.timer.start()

    def _show(self) -> None:
        words = self._words
        self.sentence.setText(words.at_score if self._best else words.at_all)
        self.setAccessibleName(self.sentence.text())
        told = self.tr("Show from {0:.2f}").format(self._best)
        self.lower_button.setText(told)
        self.lower_button.setAccessibleName(told)
        self.lower_button.setVisible(bool(self._best))
        self.show()
