"""The words before a field of a form."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QLabel, QWidget


class FieldLabel(QLabel):
    """As high as its field: QFormLayout puts a lower one some pixels above the field's own words.

    Its & key goes to the field, which is one line high.
    """

    def __init__(self, text: str, field: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._field = field
        self.setBuddy(field)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(0, self._field.sizeHint().height()))
