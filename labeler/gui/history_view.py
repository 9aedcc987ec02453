"""How the entries of the history look, and the keys of their list."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import (
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.dataset.changes import JournalEntry
from labeler.gui.history_list import LINE_ROLE, HistoryList, Line, Standing, time_of
from labeler.gui.side_panel import keep_keys

LEFT = 14
_ROW = 46
"""One height for all rows, or a long list would have to be measured row by row."""


class EntryView(QListView):
    """moved: the person went to another row by a key. taken: Enter was pressed."""

    moved = Signal(QModelIndex)
    taken = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        key = Qt.Key
        keep_keys(self, key.Key_Return, key.Key_Enter, key.Key_Up, key.Key_Down, key.Key_Escape)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.taken.emit()
            return
        super().keyPressEvent(event)
        if self.currentIndex().row() != before:
            self.moved.emit(self.currentIndex())


class EntryPainter(QStyledItemDelegate):
    """Two lines an entry: what, and where, by whom and when. Undone ones faint and struck out."""

    def __init__(self, entries: HistoryList, parent: QObject) -> None:
        super().__init__(parent)
        self._entries = entries

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line: Line = index.data(LINE_ROLE)
        painter.save()
        if line.entry is None:
            _paint_heading(painter, option, line.heading)
        else:
            standing = self._entries.standing(line.entry)
            _paint_ground(painter, option, standing)
            _paint_entry(painter, option, line, line.entry, standing)
        painter.restore()


def _paint_heading(painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
    font = painter.font()
    font.setBold(True)
    painter.setFont(font)
    painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
    room = option.rect.adjusted(LEFT, 0, -6, -7)
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignBottom, text)


def _paint_ground(painter: QPainter, option: QStyleOptionViewItem, standing: Standing) -> None:
    """What is chosen, what has the focus, and a mark where one is."""
    palette, role = option.palette, QPalette.ColorRole
    if option.state & QStyle.StateFlag.State_Selected:
        painter.fillRect(option.rect, palette.color(role.Midlight))
    if standing is Standing.LAST:
        mark = QRect(option.rect.left(), option.rect.top() + 6, 3, option.rect.height() - 12)
        painter.fillRect(mark, palette.color(role.Accent))
    if option.state & QStyle.StateFlag.State_HasFocus:
        painter.setPen(palette.color(role.Accent))
        painter.drawRect(option.rect.adjusted(0, 0, -1, -1))


def _paint_entry(
    painter: QPainter,
    option: QStyleOptionViewItem,
    line: Line,
    entry: JournalEntry,
    standing: Standing,
) -> None:
    palette, role = option.palette, QPalette.ColorRole
    faint = palette.color(role.PlaceholderText)
    upper = option.rect.adjusted(LEFT, 5, -8, -option.rect.height() // 2)
    lower = option.rect.adjusted(LEFT, option.rect.height() // 2, -8, -5)
    font = painter.font()
    font.setStrikeOut(standing is Standing.UNDONE)
    painter.setFont(font)
    is_faint = standing in (Standing.UNDONE, Standing.NOTE)
    painter.setPen(faint if is_faint else palette.color(role.Text))
    _write(painter, upper, entry.description)
    font.setStrikeOut(False)
    painter.setFont(font)
    painter.setPen(faint)
    when = time_of(entry)
    painter.drawText(lower, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
    lower.setRight(lower.right() - painter.fontMetrics().horizontalAdvance(when) - 8)
    _write(painter, lower, "  ".join(filter(None, (line.place, entry.author))))


def _write(painter: QPainter, room: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
