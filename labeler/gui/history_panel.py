"""The history as a sheet over the right side: who did what, when, and "back to here"."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
    QStackedWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.changes import JournalEntry
from labeler.gui import theme
from labeler.gui.document import Document
from labeler.gui.history_list import LINE_ROLE, HistoryList, Line, Standing, time_of
from labeler.gui.icons import icon
from labeler.gui.large_edit import go_back_far
from labeler.gui.side_panel import heading, keep_keys, line_color

_WIDTH = 320
_ENTRY, _HEADING = 46, 30
"""Heights of the rows, in device-independent pixels."""
_LEFT = 14


class HistoryPanel(QFrame):
    """Stands over the right end of the workspaces, and so never asks a small window for room.

    image_requested carries the image of an entry that was clicked; replayed: edits were taken
    back or done again.
    """

    image_requested = QtSignal(int)
    replayed = QtSignal()

    def __init__(self, document: Document, ground: QStackedWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self._document = document
        self._ground = ground
        theme.set_role(self, "panel")
        self.entries = HistoryList(document, self)
        self.list = _List(self)
        self.list.setModel(self.entries)
        self.list.setItemDelegate(_Painter(self.entries, self))
        self.list.setAccessibleName(self.tr("History"))
        self.button = QPushButton(self.tr("Back to here"), self)
        self.steps = QLabel(self)
        self.steps.setWordWrap(True)
        theme.set_role(self.steps, "faint")
        self.close_button = QToolButton(self)
        self.close_button.setAccessibleName(self.tr("Close the history"))
        self.close_button.setToolTip(self.tr("Close the history (Esc)"))
        theme.set_role(self.close_button, "flat")
        self._lay_out()
        self._connect()
        self.hide()

    def toggle(self) -> None:
        """Shows the newest entries, or goes away."""
        self.dismiss() if self.isVisible() else self.open()

    def open(self) -> None:
        self.entries.show()
        self.close_button.setIcon(icon("close"))
        self._take_place()
        self.show()
        self.raise_()
        self.list.setFocus()
        self._show_steps()

    def go(self) -> None:
        """Takes back, or does again, until the chosen entry is the last that stands."""
        entry = self.chosen()
        if entry is None or not self._document.history.steps_to(entry.id):
            return
        with self._document.reporting():
            is_far = go_back_far(self._document, entry.id, self.replayed.emit)
            if not is_far and self._document.go_back_to(entry.id):
                self.replayed.emit()
        self.list.setFocus()

    def chosen(self) -> JournalEntry | None:
        index = self.list.currentIndex()
        return index.data(LINE_ROLE).entry if index.isValid() else None

    def dismiss(self) -> None:
        """Goes away; the keys go back to what is shown beneath."""
        had_keys = self.isAncestorOf(QApplication.focusWidget() or self.window())
        self.hide()
        shown = self._ground.currentWidget()
        if had_keys and shown is not None:
            shown.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        QPainter(self).fillRect(0, 0, 1, self.height(), line_color(self.palette()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self.isVisible():
            self._take_place()
        return False

    def _take_place(self) -> None:
        ground = self._ground.geometry()
        width = min(_WIDTH, ground.width())
        self.setGeometry(ground.right() + 1 - width, ground.top(), width, ground.height())

    def _show_steps(self) -> None:
        entry = self.chosen()
        steps = self._document.history.steps_to(entry.id) if entry else 0
        can = bool(steps) and not self._document.dataset.read_only
        self.button.setEnabled(can)
        self.button.setText(self.tr("Forward to here") if steps > 0 else self.tr("Back to here"))
        self.steps.setText(self._in_words(entry, steps))

    def _in_words(self, entry: JournalEntry | None, steps: int) -> str:
        if entry is None:
            return self.tr("Choose an entry to go back to.")
        if steps:
            count = abs(steps)
            edits = self.tr("1 edit") if count == 1 else self.tr("{0:,} edits").format(count)
            words = self.tr("Does {0} again.") if steps > 0 else self.tr("Takes {0} back.")
            return words.format(edits)
        return {
            Standing.LAST: self.tr("This is where you are."),
            Standing.NOTE: self.tr("This came from outside and is not undone."),
            Standing.UNDONE: self.tr("Something was done since, so it cannot be done again."),
        }.get(self.entries.standing(entry), self.tr("This is too long ago."))

    def _show_image(self, index: QModelIndex) -> None:
        entry = index.data(LINE_ROLE).entry if index.isValid() else None
        if entry is not None and entry.image_id is not None:
            self.image_requested.emit(entry.image_id)

    def _follow(self) -> None:
        if self.isVisible():
            self.entries.follow()
            self._show_steps()

    def _follow_dataset(self) -> None:
        if self.isVisible():
            self.entries.show()
            self._show_steps()

    def _connect(self) -> None:
        self._ground.installEventFilter(self)
        self._document.history_changed.connect(self._follow)
        self._document.dataset_opened.connect(self._follow_dataset)
        self.button.clicked.connect(self.go)
        self.close_button.clicked.connect(self.dismiss)
        self.list.clicked.connect(self._show_image)
        self.list.moved.connect(self._show_image)
        self.list.activated.connect(lambda index: self.go())
        self.list.selectionModel().currentChanged.connect(lambda now, before: self._show_steps())

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(heading(self.tr("History"), self.list), 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 8, 12)
        column.setSpacing(4)
        top.setContentsMargins(_LEFT, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(_LEFT, 4, 4, 0)
        bottom.addWidget(self.steps)
        bottom.addWidget(self.button)
        column.addLayout(bottom)


class _List(QListView):
    """moved: the person went to another row by a key."""

    moved = QtSignal(QModelIndex)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        key = Qt.Key
        keep_keys(self, key.Key_Return, key.Key_Enter, key.Key_Up, key.Key_Down, key.Key_Escape)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setUniformItemSizes(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        before = self.currentIndex().row()
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)
        if self.currentIndex().row() != before:
            self.moved.emit(self.currentIndex())


class _Painter(QStyledItemDelegate):
    """Two lines an entry: what, and where, by whom and when. Undone ones faint and struck out."""

    def __init__(self, entries: HistoryList, parent: QObject) -> None:
        super().__init__(parent)
        self._entries = entries

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(0, _HEADING if index.data(LINE_ROLE).heading else _ENTRY)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        line: Line = index.data(LINE_ROLE)
        painter.save()
        if line.entry is None:
            self._paint_heading(painter, option, line.heading)
        else:
            self._paint_entry(painter, option, line, line.entry)
        painter.restore()

    def _paint_heading(self, painter: QPainter, option: QStyleOptionViewItem, text: str) -> None:
        font = painter.font()
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(option.palette.color(QPalette.ColorRole.PlaceholderText))
        room = option.rect.adjusted(_LEFT, 8, -6, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, text)

    def _paint_entry(
        self, painter: QPainter, option: QStyleOptionViewItem, line: Line, entry: JournalEntry
    ) -> None:
        palette, role = option.palette, QPalette.ColorRole
        standing = self._entries.standing(entry)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.fillRect(option.rect, palette.color(role.Midlight))
        if standing is Standing.LAST:
            mark = QRect(option.rect.left(), option.rect.top() + 6, 3, option.rect.height() - 12)
            painter.fillRect(mark, palette.color(role.Accent))
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(role.Accent))
            painter.drawRect(option.rect.adjusted(0, 0, -1, -1))
        room = option.rect.adjusted(_LEFT, 5, -8, -5)
        font = painter.font()
        font.setStrikeOut(standing is Standing.UNDONE)
        painter.setFont(font)
        faint = palette.color(role.PlaceholderText)
        is_faint = standing in (Standing.UNDONE, Standing.NOTE)
        painter.setPen(faint if is_faint else palette.color(role.Text))
        _write(
            painter,
            QRect(room.left(), room.top(), room.width(), room.height() // 2),
            entry.description,
        )
        font.setStrikeOut(False)
        painter.setFont(font)
        painter.setPen(faint)
        lower = QRect(room.left(), room.center().y() + 1, room.width(), room.height() // 2)
        when = time_of(entry)
        painter.drawText(lower, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, when)
        lower.setRight(lower.right() - painter.fontMetrics().horizontalAdvance(when) - 8)
        _write(painter, lower, "  ".join(filter(None, (line.place, entry.author))))


def _write(painter: QPainter, room: QRect, text: str) -> None:
    shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room.width())
    painter.drawText(room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
