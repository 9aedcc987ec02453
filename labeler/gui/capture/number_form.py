"""A small form of whole numbers that are remembered, with a line that says what they come to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.field_label import FieldLabel
from labeler.gui.settings import Settings
from labeler.gui.theme import pad_field, set_role

_WIDTH = 380


@dataclass(frozen=True, slots=True)
class Number:
    """One field. name: under which it is remembered, and its key in the answer."""

    name: str
    text: str
    usual: int
    lowest: int
    highest: int
    unit: str = ""
    tooltip: str = ""


class NumberForm(QDialog):
    """on_chosen gets the numbers by name once the person begins; summary turns them into words."""

    def __init__(
        self,
        parent: QWidget,
        title: str,
        told: str,
        numbers: list[Number],
        summary: Callable[[Mapping[str, int]], str],
        on_chosen: Callable[[Mapping[str, int]], None],
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.setMinimumWidth(_WIDTH)
        self._summary_of = summary
        self._on_chosen = on_chosen
        self.fields = {number.name: self._field(number) for number in numbers}
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(14)
        self.form.setVerticalSpacing(8)
        for number in numbers:
            field = self.fields[number.name]
            self.form.addRow(FieldLabel(number.text, field), field)
        words = QLabel(told, self)
        words.setWordWrap(True)
        self.summary = QLabel(self)
        self.summary.setWordWrap(True)
        set_role(self.summary, "heading")
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel, self)
        self.begin = buttons.addButton(self.tr("Begin"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(self.begin, "primary")
        self.begin.setDefault(True)
        buttons.accepted.connect(self._choose)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addWidget(words)
        column.addLayout(self.form)
        column.addWidget(self.summary)
        column.addWidget(buttons)
        for field in self.fields.values():
            field.valueChanged.connect(self._summarise)
        self._summarise()
        self._fit()

    def numbers(self) -> dict[str, int]:
        return {name: field.value() for name, field in self.fields.items()}

    def add_choice(self, text: str, options: Sequence[str], tooltip: str) -> QComboBox:
        """A choice above the numbers."""
        choice = QComboBox(self)
        choice.addItems(list(options))
        choice.setAccessibleName(text)
        choice.setToolTip(tooltip)
        self.form.insertRow(0, FieldLabel(text, choice), choice)
        self._fit()
        return choice

    def _fit(self) -> None:
        """Room for every line of what wraps."""
        column = self.layout()
        if column is not None:
            self.resize(_WIDTH, column.totalHeightForWidth(_WIDTH))

    def _field(self, number: Number) -> QSpinBox:
        field = QSpinBox(self)
        field.setRange(number.lowest, number.highest)
        field.setSuffix(number.unit)
        kept = Settings().number(number.name, number.usual)
        field.setValue(min(max(kept, number.lowest), number.highest))
        field.setAccessibleName(number.text)
        field.setToolTip(number.tooltip or number.text)
        pad_field(field)
        return field

    def _summarise(self) -> None:
        self.summary.setText(self._summary_of(self.numbers()))

    def _choose(self) -> None:
        chosen = self.numbers()
        for name, value in chosen.items():
            Settings().set_number(name, value)
        self.accept()
        self._on_chosen(chosen)
