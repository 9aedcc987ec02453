"""The classes that fit what is typed, in a card below the field, and what Enter will do."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.model import Category
from labeler.gui.elided_label import ElidedLabel
from labeler.gui.label.class_row import ROW, SWATCH, swatch
from labeler.gui.label.class_search import enter_does, matching
from labeler.gui.theme import set_role

_ROWS = 6
_GAP = 3


class ClassMatches(QFrame):
    """Belongs to a field, which keeps the focus. chosen carries the name of a row."""

    chosen = Signal(str)

    def __init__(self, field: QLineEdit, room: QWidget) -> None:
        super().__init__(room)
        self._field = field
        self._room = room
        self._categories: Sequence[Category] = ()
        self.setFocusProxy(field)  # or a click on a row would give the focus to what is below
        set_role(self, "card")
        self.list = QListWidget(self)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setAccessibleName(self.tr("Matching classes"))
        self.hint = ElidedLabel(self)
        set_role(self.hint, "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(6, 6, 6, 6)
        column.setSpacing(4)
        column.addWidget(self.list)
        column.addWidget(self.hint)
        self.list.itemClicked.connect(lambda item: self.chosen.emit(item.text()))
        self.hide()

    def offer(self, categories: Sequence[Category]) -> None:
        """From these; shown at once where there are any."""
        self._categories = categories
        self.refresh()

    def refresh(self) -> None:
        """Follows what the field holds now."""
        typed = self._field.text()
        found = matching(self._categories, typed)
        self.list.clear()
        for category in found:
            item = QListWidgetItem(swatch(category.color), category.name, self.list)
            item.setSizeHint(QSize(0, ROW))
        self.list.setVisible(bool(found))
        self._tell()
        self.setVisible(bool(found or typed.strip()))
        self._place()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # what lies below is not meant

    def step(self, by: int) -> None:
        """Marks the next row, or the one before; before the first: none, what is typed counts."""
        row = min(self.list.currentRow() + by, self.list.count() - 1)
        self.list.setCurrentRow(max(row, -1))
        if row < 0:
            self.list.clearSelection()
        self._tell()

    def marked(self) -> str:
        """The name of the marked row, or nothing."""
        item = self.list.currentItem()
        return "" if item is None else item.text()

    def _tell(self) -> None:
        words = enter_does(self._categories, self.marked() or self._field.text())
        self.hint.setText(words or self.tr("Type a name, or Down to choose"))

    def _place(self) -> None:
        """Below the field, or above it where there is more room; never cut off, but shorter."""
        field, ends = self._field.geometry(), self._room.height()
        self.setFixedWidth(field.width())
        below, above = ends - field.bottom() - 2 * _GAP, field.top() - 2 * _GAP
        wanted = self._height_of(self.list.count())
        room = below if wanted <= below else max(below, above)
        rows = self.list.count()
        while rows > 1 and self._height_of(rows) > room:
            rows -= 1
        self.list.setFixedHeight(min(rows, _ROWS) * ROW + 2)
        self.adjustSize()
        top = field.bottom() + _GAP if room == below else field.top() - _GAP - self.height()
        self.move(QPoint(field.left(), top))
        self.raise_()

    def _height_of(self, rows: int) -> int:
        """Of the whole card with so many classes."""
        self.list.setFixedHeight(min(rows, _ROWS) * ROW + 2)
        return self.sizeHint().height()
