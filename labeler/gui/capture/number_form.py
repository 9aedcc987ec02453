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
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.field_label import FieldLabel
from labeler.gui.settings import Settings
from labeler.gui.theme import pad_field, set_role

_WIDTH = 380


@dataclass(frozen=True, slots=True)
class Number:
    """One field. name: under which it is remembered, and its key in the answer.

    is_advanced: seldom of use, so it stands in a fold that is closed at first.
    """

    name: str
    text: str
    usual: int
    lowest: int
    highest: int
    unit: str = ""
    tooltip: str = ""
    is_advanced: bool = False


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
        self.advanced = QToolButton(self)
        self._folded: list[QSpinBox] = []
        self._lay_out_fields(numbers)
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
        self._open_fold(False)

    def _lay_out_fields(self, numbers: Sequence[Number]) -> None:
        plain = [number for number in numbers if not number.is_advanced]
        folded = [number for number in numbers if number.is_advanced]
        for number in plain:
            self._add_row(number)
        self.advanced.setVisible(bool(folded))
        if folded:
            self.advanced.setText(self.tr("Advanced"))
            self.advanced.setAccessibleName(self.tr("Advanced"))
            self.advanced.setToolTip(self.tr("What is seldom changed"))
            self.advanced.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
            self.advanced.setAutoRaise(True)
            self.advanced.setCheckable(True)
            self.advanced.toggled.connect(self._open_fold)
            self.form.addRow(self.advanced)
        for number in folded:
            self._add_row(number)
            self._folded.append(self.fields[number.name])

    def _add_row(self, number: Number) -> None:
        field = self.fields[number.name]
        self.form.addRow(FieldLabel(number.text, field), field)

    def _open_fold(self, is_open: bool) -> None:
        self.advanced.setArrowType(Qt.ArrowType.DownArrow if is_open else Qt.ArrowType.RightArrow)
        for field in self._folded:
            self.form.setRowVisible(field, is_open)
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
