"""The fields of one rule."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QSpinBox,
    QWidget,
)

from labeler.cameras.reacting import ANIMATIONS
from labeler.gui.decimal_field import DecimalField
from labeler.gui.field_label import FieldLabel
from labeler.gui.preview.rule_words import deed_names, text_hint
from labeler.gui.theme import pad_field
from labeler.react.rules import LONGEST_REST_S, MOST_FRAMES, SHORTEST_REST_S, Deed, Rule

_LEAST_LETTERS = 16
"""However long the words in a field are, it takes no room from the list beside it."""


class RuleForm(QWidget):
    """edited: the person changed something; rule() has it."""

    edited = Signal()

    def __init__(self, categories: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_on = True
        self._form = QFormLayout(self)
        self.category = self._editable(categories, self.tr("What is seen"))
        self.frames = QSpinBox(self)
        self.frames.setRange(1, MOST_FRAMES)
        self._suit_frames()
        self.score = DecimalField(self)
        self.score.setRange(0.05, 1.0)
        self.score.setSingleStep(0.05)
        self.deed = QComboBox(self)
        for deed, name in deed_names().items():
            self.deed.addItem(name, deed)
        self.text = self._editable((), self.tr("What is said, played, run or called"))
        self.rest = DecimalField(self)
        self.rest.setRange(SHORTEST_REST_S, LONGEST_REST_S)
        self.rest.setDecimals(0)
        self.rest.setSuffix(self.tr(" s until it may happen again"))
        self._lay_out()
        self._connect()
        self.show_rule(Rule(categories[0] if categories else "", Deed.SAY))

    def rule(self) -> Rule:
        """As the fields say; it may be one that cannot be followed."""
        return Rule(
            self.category.currentText().strip(),
            Deed(self.deed.currentData()),
            self.text.currentText().strip(),
            self.frames.value(),
            round(self.score.value(), 2),
            self.rest.value(),
            self._is_on,
        )

    def show_rule(self, rule: Rule) -> None:
        self.blockSignals(True)
        self._is_on = rule.is_on
        self.category.setEditText(rule.category)
        self.frames.setValue(rule.frames)
        self.score.setValue(rule.score)
        self.deed.setCurrentIndex(self.deed.findData(rule.deed))
        self._suit_deed()
        self.text.setEditText(rule.text)
        self.rest.setValue(rule.rest_s)
        self.blockSignals(False)

    def _suit_frames(self) -> None:
        is_one = self.frames.value() == 1
        self.frames.setSuffix(self.tr(" frame") if is_one else self.tr(" frames in a row"))

    def _suit_deed(self) -> None:
        deed = Deed(self.deed.currentData())
        text = self.text.currentText()
        self.text.clear()
        self.text.addItems(ANIMATIONS if deed is Deed.ANIMATE else ())
        self.text.setEditText(text)
        self._form.setRowVisible(self.text, deed is not Deed.TURN)
        edit = self.text.lineEdit()
        if edit is not None:
            edit.setPlaceholderText(text_hint(deed))

    def _take_deed(self) -> None:
        self.text.setEditText("")
        self._suit_deed()
        self.edited.emit()

    def _editable(self, texts: Sequence[str], name: str) -> QComboBox:
        box = QComboBox(self)
        box.setEditable(True)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(_LEAST_LETTERS)
        box.addItems(texts)
        box.setAccessibleName(name)
        box.setToolTip(name)
        return box

    def _lay_out(self) -> None:
        form = self._form
        form.setContentsMargins(0, 0, 0, 0)
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(8)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        rows: tuple[tuple[str, QWidget], ...] = (
            (self.tr("When it sees"), self.category),
            (self.tr("for"), self.frames),
            (self.tr("with a score from"), self.score),
            (self.tr("then"), self.deed),
            ("", self.text),
            (self.tr("with"), self.rest),
        )
        for words, field in rows:
            form.addRow(FieldLabel(words, field, self), field)
            if words and not field.accessibleName():
                field.setAccessibleName(words)
                field.setToolTip(words)
        for number in (self.frames, self.score, self.rest):
            pad_field(number)

    def _connect(self) -> None:
        self.category.editTextChanged.connect(self.edited)
        self.text.editTextChanged.connect(self.edited)
        self.frames.valueChanged.connect(self._suit_frames)
        self.frames.valueChanged.connect(self.edited)
        self.score.valueChanged.connect(self.edited)
        self.rest.valueChanged.connect(self.edited)
        self.deed.activated.connect(self._take_deed)
