"""All rules with their switches, the one that is marked in fields, and what was done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QLabel,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from labeler.errors import UserError
from labeler.gui.preview.reacting import Done, Reacting
from labeler.gui.preview.rule_form import RuleForm
from labeler.gui.preview.rule_words import rule_words
from labeler.gui.side_panel import heading
from labeler.gui.theme import set_role
from labeler.gui.worded_list import WordedList
from labeler.react.rules import Deed, Due, Rule, Sighted, check, never_seen

_PICTURE = (640, 360)


class RulesDialog(QDialog):
    """Changes count when the dialog is closed by Done; Try it does one now."""

    def __init__(
        self, reacting: Reacting, categories: Sequence[str], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("When it sees something"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._reacting = reacting
        self._rules = list(reacting.rules)
        self._categories = categories
        self._first = categories[0] if categories else ""
        words = self.tr("No rules yet. Add one to make the robot say or do something.")
        self.list = WordedList(self, words)
        set_role(self.list, "list")
        self.list.setAccessibleName(self.tr("Rules"))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setToolTip(self.tr("A rule without a tick is not followed"))
        self.form = RuleForm(categories, self)
        self.problem = QLabel(self)
        self.problem.setWordWrap(True)
        set_role(self.problem, "bad")
        self.log = WordedList(self, self.tr("Nothing has been done yet."))
        set_role(self.log, "list")
        self.log.setAccessibleName(self.tr("What was done"))
        self.add_button = self._button(self.tr("Add a rule"), self.add)
        self.remove_button = self._button(self.tr("Remove"), self.remove)
        self.try_button = self._button(self.tr("Try it now"), self.try_now)
        self._lay_out()
        self._connect()
        self._fill(0)
        for done in reacting.log:
            self._show_done(done)

    @property
    def rules(self) -> list[Rule]:
        """As they stand in the dialog."""
        return list(self._rules)

    def add(self) -> None:
        self._rules.append(Rule(self._first, Deed.SAY))
        self._fill(len(self._rules) - 1)
        self.form.text.setFocus()

    def remove(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._rules):
            del self._rules[row]
            self._fill(min(row, len(self._rules) - 1))

    def try_now(self) -> None:
        """Does it as if the thing had been seen at the left of the picture."""
        rule = self.form.rule()
        if not self._problem_of(rule):
            thing = Sighted(rule.category, 1.0, (80.0, 120.0, 120.0, 120.0))
            self._reacting.do(Due(rule, thing, _PICTURE))

    def accept(self) -> None:
        for row, rule in enumerate(self._rules):
            if self._problem_of(rule):  # switched off too: such a rule is not kept
                self.list.setCurrentRow(row)
                self._show_problem()
                return
        self._reacting.use(self._rules)
        super().accept()

    def reject(self) -> None:
        """Esc too: what was changed is given up when the person says so."""
        if self._rules == self._reacting.rules or self._may_give_up():
            super().reject()

    def _may_give_up(self) -> bool:
        question = self.tr("Close without saving your changes?")
        answer = QMessageBox.question(self, self.windowTitle(), question)
        return answer is QMessageBox.StandardButton.Yes

    def _problem_of(self, rule: Rule) -> str:
        try:
            check(rule)
        except UserError as error:
            return str(error)
        return ""

    def _fill(self, row: int) -> None:
        self.list.blockSignals(True)
        self.list.clear()
        for rule in self._rules:
            item = QListWidgetItem(rule_words(rule), self.list)
            item.setToolTip(item.text())
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if rule.is_on else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        self.list.setCurrentRow(row)
        self._show_current()

    def _show_current(self) -> None:
        row = self.list.currentRow()
        has_rule = 0 <= row < len(self._rules)
        for widget in (self.form, self.remove_button, self.try_button):
            widget.setEnabled(has_rule)
        if has_rule:
            self.form.show_rule(self._rules[row])
        self._show_problem()

    def _take_form(self) -> None:
        row = self.list.currentRow()
        if 0 <= row < len(self._rules):
            self._rules[row] = self.form.rule()
            self.list.blockSignals(True)
            self.list.item(row).setText(rule_words(self._rules[row]))
            self.list.item(row).setToolTip(rule_words(self._rules[row]))
            self.list.blockSignals(False)
            self._show_problem()

    def _take_mark(self, item: QListWidgetItem) -> None:
        row = self.list.row(item)
        is_on = item.checkState() is Qt.CheckState.Checked
        self._rules[row] = replace(self._rules[row], is_on=is_on)
        if row == self.list.currentRow():
            self.form.show_rule(self._rules[row])

    def _show_problem(self) -> None:
        row = self.list.currentRow()
        rule = self._rules[row] if 0 <= row < len(self._rules) else None
        words = self._problem_of(rule) if rule is not None else ""
        self.problem.setText(words or self._concern_of(rule))
        self.try_button.setEnabled(row >= 0 and not words)

    def _concern_of(self, rule: Rule | None) -> str:
        """What is worth a word, although the rule may stand as it is."""
        if rule is None or not self._categories:
            return ""
        if not never_seen([replace(rule, is_on=True)], self._categories):
            return ""
        return self.tr('This detector has no class "{0}".').format(rule.category)

    def _show_done(self, done: Done) -> None:
        words = f"{done.at:%H:%M:%S}  {done.rule.category}: {done.words}"
        self.log.insertItem(0, f"{words}   {done.failure}".strip())

    def _connect(self) -> None:
        self.list.currentRowChanged.connect(self._show_current)
        self.list.itemChanged.connect(self._take_mark)
        self.form.edited.connect(self._take_form)
        self._reacting.logged.connect(self._show_done)

    def _button(self, text: str, slot: object) -> QPushButton:
        button = QPushButton(text, self)
        button.setAccessibleName(text)
        button.setToolTip(text)
        button.setAutoDefault(False)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(self.list, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.remove_button)
        buttons.addStretch(1)
        left.addLayout(buttons)
        right = QVBoxLayout()
        right.addWidget(self.form)
        right.addWidget(self.problem)
        right.addStretch(1)
        right.addWidget(self.try_button, 0, Qt.AlignmentFlag.AlignLeft)
        halves = QHBoxLayout()
        halves.setSpacing(16)
        halves.addLayout(left, 1)
        halves.addLayout(right, 1)
        box = QDialogButtonBox(self)
        done = box.addButton(self.tr("Done"), QDialogButtonBox.ButtonRole.AcceptRole)
        set_role(done, "primary")
        box.addButton(self.tr("Cancel"), QDialogButtonBox.ButtonRole.RejectRole)
        box.accepted.connect(self.accept)
        box.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(12)
        column.addLayout(halves, 2)
        column.addWidget(heading(self.tr("What was done"), self.log))
        column.addWidget(self.log, 1)
        column.addWidget(box)
        self.resize(820, 520)
