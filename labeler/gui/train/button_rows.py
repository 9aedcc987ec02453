"""Buttons side by side, in as many rows as it takes to read each of them."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QPushButton, QWidget


class ButtonRows(QWidget):
    """They keep the order in which they were added."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._buttons: list[QPushButton] = []
        self._per_row = 0
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(8)

    def add(self, button: QPushButton) -> None:
        self._buttons.append(button)
        self._place(len(self._buttons))

    def minimumSizeHint(self) -> QSize:
        """As narrow as its widest button: there may be a row for each."""
        widest = max((each.sizeHint().width() for each in self._buttons), default=0)
        return QSize(widest, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        fitting = (n for n in range(len(self._buttons), 1, -1) if self._width(n) <= self.width())
        self._place(next(fitting, 1))

    def _width(self, per_row: int) -> int:
        columns = [self._buttons[first::per_row] for first in range(per_row)]
        widths = [max(each.sizeHint().width() for each in column) for column in columns]
        return sum(widths) + self._grid.horizontalSpacing() * (per_row - 1)

    def _place(self, per_row: int) -> None:
        if per_row != self._per_row:
            self._grid.setColumnStretch(self._per_row, 0)
            self._grid.setColumnStretch(per_row, 1)  # what is left stays at the right
            self._per_row = per_row
            for number, button in enumerate(self._buttons):
                self._grid.addWidget(button, *divmod(number, per_row))
