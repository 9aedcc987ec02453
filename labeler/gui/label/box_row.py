"""A row of the list of boxes: the class, and at the right a word on what kind of box it is."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyledItemDelegate, QStyleOptionViewItem

from labeler.gui.theme import colors

WORD_ROLE = Qt.ItemDataRole.UserRole + 1
_MARGIN = 8


class BoxRow(QStyledItemDelegate):
    """Paints the word of WORD_ROLE, where there is one."""

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        super().paint(painter, option, index)
        word = index.data(WORD_ROLE)
        if not word:
            return
        rect = option.rect.adjusted(_MARGIN, 0, -_MARGIN, 0)
        painter.save()
        painter.setPen(QColor(colors().faint))
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(rect, right, word)
        painter.restore()
