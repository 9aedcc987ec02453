"""The history as a sheet over the right side: who did what, when, and "back to here"."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QApplication,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from labeler.dataset.changes import JournalEntry
from labeler.gui import theme
from labeler.gui.document import Document
from labeler.gui.history_list import LINE_ROLE, HistoryList, Standing
from labeler.gui.history_view import LEFT, EntryPainter, EntryView
from labeler.gui.icons import icon
from labeler.gui.import_question import asks_first
from labeler.gui.large_edit import go_back_far
from labeler.gui.side_panel import heading, line_color

_WIDTH = 320
"""In device-independent pixels."""


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
        self.list = EntryView(self)
        self.list.setModel(self.entries)
        self.list.setItemDelegate(EntryPainter(self.entries, self))
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
        here = self.entries.last_row()
        if here is not None:
            self.list.setCurrentIndex(self.entries.index(here, 0))  # or Enter would do all again
        self.list.setFocus()
        self._show_steps()

    def go(self) -> None:
        """Takes back, or does again, until the chosen entry is the last that stands."""
        entry = self.chosen()
        steps = self._document.history.steps_to(entry.id) if entry else 0
        if entry is None or not steps:
            return
        way = self._document.history.way_to(entry.id) if steps < 0 else []
        if not asks_first(self._document, way, self.window(), lambda: self._go(entry.id)):
            self._go(entry.id)

    def _go(self, entry_id: int) -> None:
        with self._document.reporting():
            is_far = go_back_far(self._document, entry_id, self.replayed.emit)
            if not is_far and self._document.go_back_to(entry_id):
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
            if not self.entries.rowCount():
                return self.tr("Nothing was changed here yet.")
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
        self.list.doubleClicked.connect(lambda index: self.go())
        self.list.taken.connect(self.go)
        self.list.selectionModel().currentChanged.connect(lambda now, before: self._show_steps())

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(heading(self.tr("History"), self.list), 1)
        top.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(1, 4, 8, 12)
        column.setSpacing(4)
        top.setContentsMargins(LEFT, 0, 0, 0)
        column.addLayout(top)
        column.addWidget(self.list, 1)
        bottom = QVBoxLayout()
        bottom.setContentsMargins(LEFT, 4, 4, 0)
        bottom.addWidget(self.steps)
        bottom.addWidget(self.button)
        column.addLayout(bottom)
