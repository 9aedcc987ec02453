"""One row of the class list as it is painted, and the small square of a class's colour."""

from __future__ import annotations

from PySide6.QtCore import QLocale, QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from labeler.gui.theme import colors

ROW = 28
"""The height of a row, in device-independent pixels."""
SWATCH = 14
"""The side of a class's colour in a list, in pixels."""
COUNT = Qt.ItemDataRole.UserRole + 1
"""How many boxes the class has."""
KEY = Qt.ItemDataRole.UserRole + 2
"""The digit that chooses it, or nothing."""
MARGIN = 6
_KEY_SIDE = 18
_SHORT = 2
"""So many letters of a key have room in a row."""


class ClassRow(QStyledItemDelegate):
    """At the right of the name the number of boxes, then the key in a frame."""

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().initStyleOption(option, index)
        told: QRect = option.rect
        room = told.width() - SWATCH - 3 * MARGIN - self._right_part(option, index)
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideRight, room)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        key = index.data(KEY)
        if key:
            frame = QRect(
                rect.right() - MARGIN - _KEY_SIDE,
                rect.top() + (rect.height() - _KEY_SIDE) // 2,
                _KEY_SIDE,
                _KEY_SIDE,
            )
            painter.setPen(QColor(colors().line))
            painter.drawRoundedRect(frame, 3, 3)
            painter.setPen(QColor(colors().faint))
            short = key if len(key) <= _SHORT else "…"  # the tooltip tells it
            painter.drawText(frame, Qt.AlignmentFlag.AlignCenter, short)
        painter.setPen(QColor(colors().faint))
        end = rect.right() - _KEY_SIDE - 2 * MARGIN
        count = QRect(rect.left(), rect.top(), end - rect.left(), rect.height())
        where = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(count, where, _number(index))
        painter.restore()

    def _right_part(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> int:
        number: int = option.fontMetrics.horizontalAdvance(_number(index))
        return number + _KEY_SIDE + 3 * MARGIN


def _number(index: QModelIndex | QPersistentModelIndex) -> str:
    count = index.data(COUNT)
    return QLocale().toString(count) if count else ""


def swatch(color: str, side: int = SWATCH) -> QIcon:
    """A small square of the class's colour, with an edge that shows on any ground."""
    pixmap = QPixmap(side * 2, side * 2)
    pixmap.setDevicePixelRatio(2)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setBrush(QColor(color))
    edge = QColor(colors().text)
    edge.setAlpha(110)
    painter.setPen(edge)
    painter.drawRoundedRect(1, 1, side - 2, side - 2, 3, 3)
    painter.end()
    icon = QIcon()
    for mode in (QIcon.Mode.Normal, QIcon.Mode.Selected):
        icon.addPixmap(pixmap, mode)
    return icon
