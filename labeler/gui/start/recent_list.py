"""The datasets that were open before: name, number of images, when; one that is gone is greyed."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import (
    QContextMenuEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
)
from PySide6.QtWidgets import (
    QFrame,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.dataset.progress import ShouldStop
from labeler.dataset.summary import DatasetSummary, summary_of
from labeler.gui.background import Job, run_in_background
from labeler.gui.counts import counted
from labeler.gui.icons import icon
from labeler.gui.open_outside import open_outside
from labeler.gui.times import day_and_time

_ROW = 34
_FOLDER, _DETAIL, _SUMMARY = (Qt.ItemDataRole.UserRole + number for number in range(3))


class RecentList(QListWidget):
    """opened carries the folder that was chosen, removed one that is to leave the list. failed
    carries a sentence for the person.

    A click or Enter opens; Del or a right click takes one out of the list. What the folders hold is
    read in the background, for one of them may be on a drive that sleeps.
    """

    opened = Signal(Path)
    removed = Signal(Path)
    failed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._reading: Job | None = None
        self.setAccessibleName(self.tr("Recent datasets"))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_Delegate(self))
        self.setMouseTracking(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemClicked.connect(self._open)

    def show_folders(self, folders: Sequence[Path]) -> None:
        """At once by their names; what is in them follows."""
        self.stop()
        self.clear()
        for folder in folders:
            item = QListWidgetItem(folder.name, self)
            item.setData(_FOLDER, folder)
            item.setToolTip(str(folder))
        self.setFixedHeight(_ROW * self.count() + 2)
        self.setCurrentRow(0)
        self._reading = run_in_background(
            lambda tell, should_stop: _summaries(folders, should_stop),
            on_done=self._show,
            on_error=_raise,
            owner=self,
        )

    def stop(self) -> None:
        """Nobody wants to know any more."""
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None

    def folder_at(self, row: int) -> Path:
        return Path(self.item(row).data(_FOLDER))

    def is_missing(self, row: int) -> bool:
        """Whether its folder was looked for and is not there."""
        summary = self.item(row).data(_SUMMARY)
        return isinstance(summary, DatasetSummary) and summary.is_missing

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            if self.currentItem() is not None:
                self._open(self.currentItem())
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self._remove(self.currentRow())
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        is_by_mouse = event.reason() is QContextMenuEvent.Reason.Mouse
        item = self.itemAt(event.pos()) if is_by_mouse else self.currentItem()
        if item is not None:
            self.setCurrentItem(item)
            below = self.visualItemRect(item).bottomLeft() + QPoint(24, 0)
            self.menu_of(self.row(item)).popup(
                event.globalPos() if is_by_mouse else self.viewport().mapToGlobal(below)
            )

    def menu_of(self, row: int) -> QMenu:
        """What can be done with one of them."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        folder, is_missing = self.folder_at(row), self.is_missing(row)
        menu.addAction(self.tr("Open"), lambda: self.opened.emit(folder)).setEnabled(not is_missing)
        show = menu.addAction(
            self.tr("Show its folder"),
            lambda: open_outside(folder, self.failed.emit, self),
        )
        show.setEnabled(not is_missing)
        menu.addSeparator()
        menu.addAction(self.tr("Remove from this list"), lambda: self._remove(row))
        return menu

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        item = self.itemAt(event.position().toPoint())
        if item is not None and self._is_cross(item, event):
            self._remove(self.row(item))
        else:
            super().mouseReleaseEvent(event)

    def cross_of(self, row: int) -> QRect:
        """Where a click takes a missing one out of the list; empty for those that are there."""
        rect = self.visualItemRect(self.item(row))
        return rect.adjusted(rect.width() - _ROW, 0, 0, 0) if self.is_missing(row) else QRect()

    def _is_cross(self, item: QListWidgetItem, event: QMouseEvent) -> bool:
        is_left = event.button() is Qt.MouseButton.LeftButton
        return is_left and self.cross_of(self.row(item)).contains(event.position().toPoint())

    def _open(self, item: QListWidgetItem) -> None:
        """One that is gone may have come back: opening it says so where it has not."""
        self.opened.emit(Path(item.data(_FOLDER)))

    def _remove(self, row: int) -> None:
        if 0 <= row < self.count():
            folder = self.folder_at(row)
            self.takeItem(row)
            self.setFixedHeight(_ROW * self.count() + 2)
            self.removed.emit(folder)

    def _show(self, summaries: list[DatasetSummary]) -> None:
        told = {summary.folder: summary for summary in summaries}
        for row in range(self.count()):
            item = self.item(row)
            summary = told.get(self.folder_at(row))
            if summary is not None:
                item.setData(_SUMMARY, summary)
                item.setData(_DETAIL, self._words(summary))
                item.setToolTip(summary.fault or str(summary.folder))
            spoken = ", ".join(filter(None, (item.text(), item.data(_DETAIL))))
            item.setData(Qt.ItemDataRole.AccessibleTextRole, spoken)

    def _words(self, summary: DatasetSummary) -> str:
        if summary.changed_at is None:
            return self.tr("not there any more")
        when = day_and_time(summary.changed_at)
        if summary.image_count is None:
            return self.tr("cannot be read   {0}").format(when)
        return f"{counted(summary.image_count, 'image')}   {when}"


class _Delegate(QStyledItemDelegate):
    """The name, and quietly what is in it at the right."""

    def __init__(self, recent: RecentList) -> None:
        super().__init__(recent)
        self._recent = recent

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(100, _ROW)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        rect: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        role = QPalette.ColorRole
        over = bool(state & QStyle.StateFlag.State_MouseOver)
        current = index.row() == self._recent.currentRow() and self._recent.hasFocus()
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(palette.color(role.Accent) if current else Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(role.Midlight) if over else Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 4, 4)
        cross = self._recent.cross_of(index.row())
        if not cross.isEmpty():
            icon("close").paint(painter, cross.adjusted(9, 9, -9, -9))
        inside = rect.adjusted(10, 0, -10 - cross.width(), 0)
        middle = Qt.AlignmentFlag.AlignVCenter
        detail, metrics = str(index.data(_DETAIL) or ""), painter.fontMetrics()
        room = inside.width() - metrics.horizontalAdvance(f"{detail}   ")
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, room)
        is_missing = self._recent.is_missing(index.row())
        painter.setPen(palette.color(role.PlaceholderText if is_missing else role.WindowText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, name)
        painter.setPen(palette.color(role.PlaceholderText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, detail)
        painter.restore()


def _summaries(folders: Sequence[Path], should_stop: ShouldStop) -> list[DatasetSummary]:
    return [summary_of(folder) for folder in folders if not should_stop()]


def _raise(error: Exception) -> None:
    raise error
