"""A line of text that gives way where there is little room; all of it is in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QWidget

_LEAST = 30
TITLE = 130
"""Least width of a title: its first words can be read."""


class ElidedLabel(QLabel):
    """Ends in dots instead of pushing what stands beside it out of the window.

    least: what it keeps in any case, in device-independent pixels, unless its text needs less.
    mode: where it leaves something out.
    """

    def __init__(
        self,
        parent: QWidget | None = None,
        *,
        least: int = _LEAST,
        mode: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._least = least
        self._mode = mode

    def setText(self, text: str) -> None:  # noqa: N802 - Qt's name
        super().setText(text)
        self.setToolTip(text)

    def minimumSizeHint(self) -> QSize:
        return QSize(
            min(self._least, super().minimumSizeHint().width()), super().sizeHint().height()
        )

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        where = self.contentsRect()
        text = self.fontMetrics().elidedText(self.text(), self._mode, where.width())
        painter.drawText(where, self.alignment(), text)
