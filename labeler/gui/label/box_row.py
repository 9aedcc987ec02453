"""A row of the list of boxes: the class, and at the right what is said of the box."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from labeler.gui.theme import colors

WORD_ROLE = Qt.ItemDataRole.UserRole + 1
_MARGIN, _ICON, _LEAST = 8, 20, 24


class BoxRow(QStyledItemDelegate):
    """Paints the words of WORD_ROLE, where there are any; the class gives way to them."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        word = index.data(WORD_ROLE)
        if not word:
            super().paint(painter, option, index)
            return
        row = QStyleOptionViewItem(option)
        self.initStyleOption(row, index)
        taken = _ICON + 3 * _MARGIN + row.fontMetrics.horizontalAdvance(word)
        room = max(row.rect.width() - taken, _LEAST)
        row.text = row.fontMetrics.elidedText(row.text, Qt.TextElideMode.ElideRight, room)
        style = row.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, row, painter, row.widget)
        rect = row.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.save()
        painter.setPen(QColor(colors().faint))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, right, word)
        painter.restore()
