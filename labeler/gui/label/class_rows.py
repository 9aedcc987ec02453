"""The rows of the class list: colour, name, how many boxes, key; dragged and worked by keys."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QDragLeaveEvent, QDropEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QWidget

from labeler.dataset.model import Category
from labeler.gui.counts import counted
from labeler.gui.key_hint import KeyHint
from labeler.gui.label.class_row import COUNT, KEY, MARGIN, ROW, SWATCH, ClassRow, swatch

_ID = Qt.ItemDataRole.UserRole
_OWN_KEYS = (
    Qt.Key.Key_Return,
    Qt.Key.Key_Enter,
    Qt.Key.Key_Escape,
    Qt.Key.Key_F2,
    Qt.Key.Key_Menu,
)
_STEPS = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}


class ClassRows(QListWidget):
    """chosen and renamed carry a category's id; menu_requested an id and a point of the screen.

    step_requested: one place up (-1) or down (1). moved: to this place among all, from 0.
    left: Esc, the keys are wanted elsewhere.
    """

    chosen = Signal(int)
    renamed = Signal(int, str)
    menu_requested = Signal(int, QPoint)
    step_requested = Signal(int, int)
    moved = Signal(int, int)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shows = False
        self._editable = True
        self._shown: tuple[Category, ...] = ()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Classes"))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setIconSize(QSize(SWATCH, SWATCH))
        self.setUniformItemSizes(True)
        self.setItemDelegate(ClassRow(self))
        self._digits: dict[int, str] = {}
        self._keys: dict[str, str] = {}
        for digit in "123456789":
            KeyHint(self, f"label.class_{digit}", partial(self._show_key, digit))
            self._keys[digit] = digit  # until the window tells another
        self.itemClicked.connect(self._tell_chosen)
        self.itemActivated.connect(self._tell_chosen)
        self.itemChanged.connect(self._tell_renamed)
        self.set_editable(True)

    def show_categories(self, categories: Sequence[Category], keys: Mapping[str, int]) -> None:
        """keys: which digit chooses which category."""
        self._digits = {category_id: digit for digit, category_id in keys.items()}
        self._shows = True
        if tuple(categories) != self._shown:
            self._fill(categories)
        self._show_keys()
        self._shows = False

    def _show_key(self, digit: str, key: str) -> None:
        """The action of a digit has this key now."""
        if self._keys.get(digit) == key:
            return
        self._keys[digit] = key
        self._shows = True
        self._show_keys()
        self._shows = False

    def _show_keys(self) -> None:
        for item in self.rows():
            item.setData(KEY, self._keys.get(self._digits.get(item.data(_ID), ""), ""))
            self._describe(item)

    def forget(self) -> None:
        """Makes the next show_categories fill all rows anew."""
        self._shown = ()

    def show_counts(self, boxes: Mapping[int, int]) -> None:
        """How many boxes each category has."""
        self._shows = True
        for item in self.rows():
            count = boxes.get(item.data(_ID), 0)
            if item.data(COUNT) != count:
                item.setData(COUNT, count)
                self._describe(item)
        self._shows = False

    def show_only(self, category_ids: Sequence[int] | None) -> None:
        """Hides the others; None shows all."""
        shown = None if category_ids is None else set(category_ids)
        for item in self.rows():
            item.setHidden(shown is not None and item.data(_ID) not in shown)

    def set_current_category(self, category_id: int | None) -> None:
        for item in self.rows():
            if item.data(_ID) == category_id:
                self.setCurrentItem(item)

    def current_category(self) -> int | None:
        item = self.currentItem()
        return None if item is None or item.isHidden() else int(item.data(_ID))

    def focus_first(self) -> None:
        """Gives the first row on show the focus, for who comes from the field by Down."""
        for item in self.rows():
            if not item.isHidden():
                self.setCurrentItem(item)
                self.setFocus(Qt.FocusReason.OtherFocusReason)
                return

    def rename(self, category_id: int) -> None:
        """Opens the row for typing."""
        self.set_current_category(category_id)
        self.editItem(self.currentItem())

    def set_editable(self, editable: bool) -> None:
        self._editable, shows = editable, self._shows
        self._shows = True  # flags count as a change of the item, which is no new name
        for item in self.rows():
            self._set_flags(item)
        self._shows = shows
        self.setDragEnabled(editable)
        self.setAcceptDrops(editable)
        mode = self.DragDropMode.InternalMove if editable else self.DragDropMode.NoDragDrop
        self.setDragDropMode(mode)

    def rows(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count())]

    def menu_place(self) -> QPoint:
        """Where a menu of the current row belongs, on the screen."""
        rect = self.visualItemRect(self.currentItem()) if self.currentItem() else QRect()
        return self.viewport().mapToGlobal(rect.bottomLeft() + QPoint(SWATCH + 2 * MARGIN, 0))

    # Events

    def event(self, event: QEvent) -> bool:
        """While the rows have the focus these keys are theirs, whatever they mean elsewhere."""
        if event.type() is QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent):
            plain = not event.modifiers() or event.modifiers() == _KEYPAD
            if (plain and event.key() in _OWN_KEYS) or _step(event) or _asks_menu(event):
                event.accept()
                return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        current, step = self.current_category(), _step(event)
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif step and current is not None:
            self.step_requested.emit(current, step)
        elif _asks_menu(event) and current is not None:
            self.menu_requested.emit(current, self.menu_place())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        by_key = event.reason() is QContextMenuEvent.Reason.Keyboard
        item = self.currentItem() if by_key else self.itemAt(event.pos())
        if item is not None:
            place = self.menu_place() if by_key else event.globalPos()
            self.menu_requested.emit(int(item.data(_ID)), place)

    def dropEvent(self, event: QDropEvent) -> None:
        """Tells the wish alone: the rows move when the dataset says so."""
        current = self.current_category()
        event.setDropAction(Qt.DropAction.IgnoreAction)
        event.accept()
        if current is not None:
            at = event.position().toPoint()
            index = self.indexAt(at)
            gap = index.row() if index.isValid() else self.count()
            if index.isValid() and at.y() > self.visualRect(index).center().y():
                gap += 1
            self.moved.emit(current, gap - 1 if gap > self.currentRow() else gap)
        self.dragLeaveEvent(QDragLeaveEvent())  # ends the scrolling at an edge as well

    # Filling

    def _fill(self, categories: Sequence[Category]) -> None:
        counts = {item.data(_ID): item.data(COUNT) for item in self.rows()}
        self._shown = tuple(categories)
        self.clear()
        for category in categories:
            item = QListWidgetItem(swatch(category.color), category.name, self)
            item.setData(_ID, category.id)
            item.setData(COUNT, counts.get(category.id) or 0)
            item.setSizeHint(QSize(0, ROW))
            self._set_flags(item)

    def _set_flags(self, item: QListWidgetItem) -> None:
        flag = Qt.ItemFlag.ItemIsEditable
        item.setFlags(item.flags() | flag if self._editable else item.flags() & ~flag)

    def _describe(self, item: QListWidgetItem) -> None:
        boxes, key = counted(item.data(COUNT) or 0, "box"), item.data(KEY)
        told = f"{item.text()}, {boxes}" + (self.tr(", key {0}").format(key) if key else "")
        item.setToolTip(told)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, told)

    def _tell_chosen(self, item: QListWidgetItem) -> None:
        self.chosen.emit(item.data(_ID))

    def _tell_renamed(self, item: QListWidgetItem) -> None:
        if not self._shows:
            self.renamed.emit(item.data(_ID), item.text())


_KEYPAD = Qt.KeyboardModifier.KeypadModifier


def _step(event: QKeyEvent) -> int:
    control = event.modifiers() & ~_KEYPAD == Qt.KeyboardModifier.ControlModifier
    return _STEPS.get(Qt.Key(event.key()), 0) if control else 0


def _asks_menu(event: QKeyEvent) -> bool:
    shift = event.modifiers() == Qt.KeyboardModifier.ShiftModifier
    return event.key() == Qt.Key.Key_Menu or (shift and event.key() == Qt.Key.Key_F10)
