"""What is seen at the moment: a colour, a class and a count to each row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

_ROW = 25
_DOT = 12


@dataclass(frozen=True, slots=True)
class Seen:
    """One class in view. color is "#rrggbb"."""

    name: str
    count: int
    color: str


class InView(QWidget):
    """Rows for the classes in view; a sentence where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.seen: tuple[Seen, ...] = ()
        self._sentence = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("In view"))

    def show_seen(self, seen: Sequence[Seen], sentence: str = "") -> None:
        """sentence is shown where nothing is seen."""
        if (tuple(seen), sentence) == (self.seen, self._sentence):
            return
        self.seen, self._sentence = tuple(seen), sentence
        words = ", ".join(f"{each.count} {each.name}" for each in self.seen)
        self.setAccessibleDescription(words or sentence)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, _ROW * max(1, len(self.seen)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not self.seen:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), middle, self._sentence)
        for row, each in enumerate(self.seen):
            top = row * _ROW
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(each.color))
            painter.drawRoundedRect(QRectF(8, top + (_ROW - _DOT) / 2, _DOT, _DOT), 3, 3)
            where = QRectF(28, top, self.width() - 36, _ROW)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            name = painter.fontMetrics().elidedText(
                each.name, Qt.TextElideMode.ElideRight, int(where.width()) - 40
            )
            painter.drawText(where, middle, name)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(where, middle | Qt.AlignmentFlag.AlignRight, str(each.count))
