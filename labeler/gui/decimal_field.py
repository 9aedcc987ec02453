"""Numbers typed with a point or a comma, whichever the hands are used to.

Where the system's decimal sign is a comma, Qt takes a point for what parts thousands: 94.5 would
become 945 without a word.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QValidator
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QLabel,
    QVBoxLayout,
    QWidget,
)


class DecimalField(QDoubleSpinBox):
    """A spin box in which point and comma both begin the decimals."""

    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        return super().validate(re.sub("[.,]", self.locale().decimalPoint(), text), place)


def ask_decimal(
    parent: QWidget, title: str, question: str, value: float, least: float, most: float
) -> float | None:
    """What the person types, to two decimals; None where they give up."""
    dialog = QDialog(parent)
    dialog.setWindowTitle(title)
    label = QLabel(question, dialog)
    field = DecimalField(dialog)
    field.setRange(least, most)
    field.setValue(value)
    field.setAccessibleName(question)
    field.setToolTip(question)
    label.setBuddy(field)
    buttons = QDialogButtonBox(dialog)
    for standard in (
        QDialogButtonBox.StandardButton.Ok,
        QDialogButtonBox.StandardButton.Cancel,
    ):
        buttons.addButton(standard)
    buttons.accepted.connect(dialog.accept)
    buttons.rejected.connect(dialog.reject)
    column = QVBoxLayout(dialog)
    for widget in (label, field, buttons):
        column.addWidget(widget)
    field.selectAll()
    field.setFocus()
    return field.value() if dialog.exec() == QDialog.DialogCode.Accepted else None
