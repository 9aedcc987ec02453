"""The classes: choose one by click or number, name a new one by typing, rename in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.model import Category
from labeler.gui.key_hint import hint_tooltip
from labeler.gui.theme import colors

_ID = Qt.ItemDataRole.UserRole
_ROW = 28
SWATCH = 14
"""The side of a class's colour in a list, in pixels."""


class ClassList(QWidget):
    """chosen carries a category's id, named a new class's name, renamed an id and its new name.

    left: the person is done with the field, and the keys are wanted elsewhere.
    """

    chosen = Signal(int)
    named = Signal(str)
    renamed = Signal(int, str)
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.list = QListWidget(self)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.list.setAccessibleName(self.tr("Classes"))
        self.list.setToolTip(
            self.tr("Click: class of the selected box and the next. Double: rename")
        )
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setIconSize(QSize(SWATCH, SWATCH))
        self.list.setItemDelegate(_NumberedRow(self.list))
        self.field = _NewName(self)
        self.field.setPlaceholderText(self.tr("New class..."))
        self.field.setAccessibleName(self.tr("Name of a new class"))
        hint_tooltip(self.field, "label.new_class", self.tr("Type a name, then Enter"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.list)
        column.addWidget(self.field)
        self._shows = False
        self._editable = True
        self.list.itemClicked.connect(lambda item: self.chosen.emit(item.data(_ID)))
        self.list.itemActivated.connect(lambda item: self.chosen.emit(item.data(_ID)))
        self.list.itemChanged.connect(self._tell_renamed)
        self.field.returnPressed.connect(self._tell_named)
        self.field.given_up.connect(self.left)

    def show_categories(self, categories: Sequence[Category], active: int | None) -> None:
        self._shows = True
        self.list.clear()
        for number, category in enumerate(categories, start=1):
            key = f"  ({number})" if number <= 9 else ""
            item = QListWidgetItem(swatch(category.color), category.name, self.list)
            item.setData(_ID, category.id)
            item.setToolTip(f"{category.name}{key}")
            item.setSizeHint(QSize(0, _ROW))
            if self._editable:
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            if category.id == active:
                self.list.setCurrentItem(item)
        rows = max(1, min(len(categories), 9))
        self.list.setFixedHeight(rows * _ROW + 2)
        self.list.setVisible(bool(categories))
        self._shows = False

    def set_editable(self, editable: bool) -> None:
        """Names can be given; of the classes shown from now on they can be changed."""
        self._editable = editable
        self.field.setEnabled(editable)

    def _tell_named(self) -> None:
        name = self.field.text().strip()
        if name:
            self.named.emit(name)
        else:
            self.left.emit()

    def _tell_renamed(self, item: QListWidgetItem) -> None:
        if not self._shows:
            self.renamed.emit(item.data(_ID), item.text())


class _NewName(QLineEdit):
    """Esc empties it and gives the keys back."""

    given_up = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.given_up.emit()
        else:
            super().keyPressEvent(event)


class _NumberedRow(QStyledItemDelegate):
    """A row with the key of its class at the right."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        if index.row() >= 9:
            return
        rect: QRect = option.rect
        key = QRect(rect.right() - 24, rect.center().y() - 9, 18, 18)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(colors().line))
        painter.drawRoundedRect(key, 3, 3)
        painter.setPen(QColor(colors().faint))
        painter.drawText(key, Qt.AlignmentFlag.AlignCenter, str(index.row() + 1))
        painter.restore()


def swatch(color: str, side: int = SWATCH) -> QIcon:
    """A small square of the class's colour."""
    pixmap = QPixmap(side * 2, side * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    painter.setPen(QColor(0, 0, 0, 70))
    painter.drawRoundedRect(1, 1, side - 2, side - 2, 3, 3)
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon
