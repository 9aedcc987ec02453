"""How one action looks in the command palette: words, what is beside them, and its keys."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.gui import theme

ROW = Qt.ItemDataRole.UserRole + 1
"""The role under which an item holds its Row."""
_SIDE = 10
_MIDDLE = Qt.AlignmentFlag.AlignVCenter


@dataclass(frozen=True, slots=True)
class Row:
    """beside: in faint text after the words. keys: at the right."""

    text: str
    beside: str
    keys: tuple[str, ...]


class PaletteRow(QStyledItemDelegate):
    """Paints a Row; a disabled one is faint altogether."""

    def __init__(self, view: QAbstractItemView) -> None:
        super().__init__(view)
        self._view = view

    @staticmethod
    def height(widget: QWidget) -> int:
        return widget.fontMetrics().height() + 14

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(200, option.fontMetrics.height() + 14)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        colors, row = theme.colors(), index.data(ROW)
        is_enabled = bool(index.flags() & Qt.ItemFlag.ItemIsEnabled)
        if self._view.currentIndex() == index:  # also a disabled one, which cannot be selected
            painter.fillRect(option.rect, QColor(colors.raised))
            painter.fillRect(
                QRect(option.rect.topLeft(), QSize(3, option.rect.height())), QColor(colors.accent)
            )
        area = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        right = self._paint_keys(painter, area, row.keys)
        area.setRight(right)
        painter.setPen(QColor(colors.text if is_enabled else colors.faint))
        words = option.fontMetrics.elidedText(row.text, Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, _MIDDLE, words)
        area.setLeft(area.left() + option.fontMetrics.horizontalAdvance(words) + 12)
        painter.setPen(QColor(colors.faint))
        beside = option.fontMetrics.elidedText(
            row.beside, Qt.TextElideMode.ElideRight, max(area.width(), 0)
        )
        painter.drawText(area, _MIDDLE, beside)

    def _paint_keys(self, painter: QPainter, area: QRect, keys: tuple[str, ...]) -> int:
        """From the right. Returns where the room for the words ends."""
        colors, right = theme.colors(), area.right()
        for key in reversed(keys):
            width = painter.fontMetrics().horizontalAdvance(key) + 12
            plate = QRect(right - width, area.top() + 4, width, area.height() - 8)
            painter.setPen(QColor(colors.line))
            painter.setBrush(QColor(colors.window))
            painter.drawRoundedRect(plate, 3, 3)
            painter.setPen(QColor(colors.text))
            painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, key)
            right -= width + 6
        return right - 8
