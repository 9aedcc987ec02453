"""A list that says what is missing while nothing stands in it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QListWidget, QWidget

_INSET = 4
"""Pixels between the words and a frame."""


class WordedList(QListWidget):
    """words: what is read, and heard, where it is empty."""

    def __init__(self, parent: QWidget | None = None, words: str = "") -> None:
        super().__init__(parent)
        self._words = ""
        self.say_if_empty(words)

    def say_if_empty(self, words: str) -> None:
        if words != self._words:
            self._words = words
            self.setAccessibleDescription(words)
            self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self.count() or not self._words:
            return
        painter = QPainter(self.viewport())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
        inset = _INSET if self.property("role") == "list" else 0
        where = self.viewport().rect().adjusted(inset, 2, -inset, 0)
        painter.drawText(where, int(flags) | int(Qt.TextFlag.TextWordWrap), self._words)
