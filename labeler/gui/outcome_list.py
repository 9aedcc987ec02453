"""A quiet list of what was trained: when at the left, the outcome at the right."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

_OUTCOME = Qt.ItemDataRole.UserRole + 1
_FOLDER = Qt.ItemDataRole.UserRole + 2
_GAP = 8


class OutcomeList(QListWidget):
    """Items of outcome_item(). chosen carries the folder that the person wants to see."""

    chosen = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self.currentItemChanged.connect(self._choose)

    def show_items(self, items: Iterable[QListWidgetItem], current: Path | None) -> None:
        """Replaces the list without choosing anything; the folder current is marked."""
        self.blockSignals(True)
        self.clear()
        for item in items:
            self.addItem(item)
            if folder_of(item) == current:
                self.setCurrentItem(item)
        self.blockSignals(False)

    def offer(self, text: str, do: Callable[[Path], None]) -> None:
        """Another line of the context menu: do() gets the folder that is marked."""
        action = QAction(text, self)
        action.triggered.connect(lambda: self._with_current(do))
        self.addAction(action)

    def current(self) -> Path | None:
        """The folder that is chosen."""
        item = self.currentItem()
        return None if item is None else folder_of(item)

    def sizeHint(self) -> QSize:
        return QSize(200, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 64)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.chosen.emit(folder_of(item))

    def _with_current(self, do: Callable[[Path], None]) -> None:
        folder = self.current()
        if folder is not None:
            do(folder)


def outcome_item(
    folder: Path, when: str, outcome: str, tip: str, *, spoken: str
) -> QListWidgetItem:
    """spoken: what a screen reader says."""
    item = QListWidgetItem(when)
    item.setData(_OUTCOME, outcome)
    item.setData(_FOLDER, str(folder))
    item.setToolTip(tip)
    item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)
    return item


def folder_of(item: QListWidgetItem) -> Path:
    """The folder that an item of outcome_item() stands for."""
    return Path(item.data(_FOLDER))


class _Delegate(QStyledItemDelegate):
    """When at the left, the outcome quietly at the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, option.fontMetrics.height() + 10)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        painter.save()
        ground = palette.color(QPalette.ColorRole.WindowText)
        selected = bool(state & QStyle.StateFlag.State_Selected)
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        ground.setAlphaF(0.09 if selected else 0.04 if over else 0.0)
        painter.fillRect(rect, ground)
        if bool(state & QStyle.StateFlag.State_HasFocus):
            painter.setPen(palette.color(QPalette.ColorRole.Accent))
            painter.drawRect(rect.adjusted(0, 0, -1, -1))
        inside = rect.adjusted(8, 0, -8, 0)
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        middle = Qt.AlignmentFlag.AlignVCenter
        metrics: QFontMetrics = option.fontMetrics
        when, outcome = str(index.data()), str(index.data(_OUTCOME))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, when)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        room = inside.width() - metrics.horizontalAdvance(when) - _GAP
        outcome = metrics.elidedText(outcome, Qt.TextElideMode.ElideRight, room)
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, outcome)
        painter.restore()
