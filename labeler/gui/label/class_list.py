"""The classes: choose one by click or key, find or make one by typing, change it by its menu."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QToolButton, QVBoxLayout, QWidget

from labeler.dataset.category_edits import keys_of
from labeler.dataset.model import Category
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.label.class_row import ROW
from labeler.gui.label.class_rows import ClassRows
from labeler.gui.label.class_search import enter_does, matching
from labeler.gui.theme import set_role

_ROWS_SHOWN = 9


class ClassList(QWidget):
    """named carries a name that was typed; for the others see ClassRows.

    menu_requested: an id, 0 where there is no class, and a point of the screen.
    left: the person is done here, and the keys are wanted elsewhere.
    """

    chosen = Signal(int)
    named = Signal(str)
    renamed = Signal(int, str)
    step_requested = Signal(int, int)
    moved = Signal(int, int)
    menu_requested = Signal(int, QPoint)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._categories: tuple[Category, ...] = ()
        self.list = ClassRows(self)
        self.field = _NameOfClass(self)
        self.hint = QLabel(self)
        self.menu_button = QToolButton(self)
        self._lay_out()
        for signal, own in (
            (self.list.renamed, self.renamed),
            (self.list.step_requested, self.step_requested),
            (self.list.moved, self.moved),
            (self.list.menu_requested, self.menu_requested),
            (self.field.given_up, self.left),
        ):
            signal.connect(own)
        self.list.chosen.connect(self._choose)
        self.list.left.connect(self._leave)
        self.field.textChanged.connect(self._filter)
        self.field.returnPressed.connect(self._tell_named)
        self.field.went_down.connect(self.list.focus_first)
        self.menu_button.clicked.connect(self._ask_menu)

    def show_categories(self, categories: Sequence[Category], active: int | None) -> None:
        self._categories = tuple(categories)
        self.list.show_categories(categories, keys_of(categories))
        self.list.set_current_category(active)
        self._filter()
        self.list.setVisible(bool(categories))

    def forget(self) -> None:
        """What is shown is not what the dataset has: the next show_categories makes all new."""
        self.list.forget()

    def show_counts(self, boxes: Mapping[int, int]) -> None:
        """How many boxes each class has in the whole dataset."""
        self.list.show_counts(boxes)

    def set_editable(self, editable: bool) -> None:
        """Whether classes can be made and changed."""
        self.list.set_editable(editable)
        self.field.setEnabled(editable)
        self.menu_button.setEnabled(editable)

    def _filter(self) -> None:
        typed = self.field.text()
        found = [category.id for category in matching(self._categories, typed)]
        self.list.show_only(found if typed.strip() else None)
        self.hint.setText(enter_does(self._categories, typed))
        self.hint.setVisible(bool(typed.strip()))
        shown = len(found) if typed.strip() else len(self._categories)
        # A filtered list keeps its room: nothing jumps while one types.
        rows = max(1, min(len(self._categories), _ROWS_SHOWN))
        self.list.setFixedHeight(rows * ROW + 2)
        self.list.setEnabled(bool(shown))

    def _choose(self, category_id: int) -> None:
        was_searched = bool(self.field.text()) or self.list.hasFocus()
        self.chosen.emit(category_id)
        if was_searched:
            self._leave()

    def _leave(self) -> None:
        self.field.clear()
        self.left.emit()

    def _tell_named(self) -> None:
        """The field keeps the keys: whoever makes one class often makes a second one."""
        name = self.field.text().strip()
        if name:
            self.named.emit(name)

    def _ask_menu(self) -> None:
        place = self.menu_button.mapToGlobal(self.menu_button.rect().bottomLeft())
        self.menu_requested.emit(self.list.current_category() or 0, place)

    def _lay_out(self) -> None:
        self.list.setWhatsThis(
            self.tr("Click: use it for the selected box and the next. Double-click: rename")
        )
        self.field.setAccessibleName(self.tr("Name of a new class"))
        hint_tooltip(self.field, "label.new_class", self.tr("Type a name, then Enter"))
        set_role(self.hint, "faint")
        self.hint.setMinimumWidth(1)  # a long name is cut, the panel keeps its width
        self.hint.hide()
        self.menu_button.setText("...")
        self.menu_button.setAccessibleName(self.tr("Change the class"))
        self.menu_button.setToolTip(self.tr("Rename, recolour, order, merge, delete"))
        self.menu_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(self.field, 1)
        row.addWidget(self.menu_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addLayout(row)
        column.addWidget(self.hint)


class _NameOfClass(QLineEdit):
    """Keeps the keys, also after Enter, until Esc, which empties it, or a click elsewhere.

    Down goes on to the rows.
    """

    given_up = Signal()
    went_down = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._say_what_is_wanted(has_keys=False)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._say_what_is_wanted(has_keys=True)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._say_what_is_wanted(has_keys=False)

    def _say_what_is_wanted(self, *, has_keys: bool) -> None:
        wanted = self.tr("Name, then Enter. Esc ends.") if has_keys else self.tr("New class…")
        self.setPlaceholderText(wanted)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.given_up.emit()
        elif event.key() == Qt.Key.Key_Down:
            self.went_down.emit()
        else:
            super().keyPressEvent(event)
