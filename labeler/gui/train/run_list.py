"""The runs of a dataset: when, from what, how good."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QAction, QPainter, QPalette
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from labeler.gui.train import words
from labeler.runs.history import RunSummary

_OUTCOME = Qt.ItemDataRole.UserRole + 1
_RUN = Qt.ItemDataRole.UserRole + 2


class RunList(QListWidget):
    """The newest on top. run_chosen carries the folder that the person wants to see."""

    run_chosen = Signal(object)
    trash_requested = Signal(object)
    log_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Runs"))
        self.viewport().setAutoFillBackground(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        self._add_action(self.tr("Show log"), self.log_requested.emit)
        self._add_action(self.tr("Move to the wastebasket"), self.trash_requested.emit)
        self.currentItemChanged.connect(self._choose)

    def show_runs(self, runs: Sequence[RunSummary], current: Path | None) -> None:
        """Replaces the list without choosing anything; current is marked."""
        self.blockSignals(True)
        self.clear()
        for run in runs:
            self.addItem(_item(run))
            if run.path == current:
                self.setCurrentRow(self.count() - 1)
        self.blockSignals(False)

    def current(self) -> Path | None:
        item = self.currentItem()
        return None if item is None else Path(item.data(_RUN))

    def sizeHint(self) -> QSize:
        return QSize(200, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 64)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.run_chosen.emit(Path(item.data(_RUN)))

    def _add_action(self, text: str, tell: Callable[[Path], None]) -> None:
        action = QAction(text, self)
        action.triggered.connect(lambda: self._tell_current(tell))
        self.addAction(action)

    def _tell_current(self, tell: Callable[[Path], None]) -> None:
        run = self.current()
        if run is not None:
            tell(run)


def _item(run: RunSummary) -> QListWidgetItem:
    when, outcome = words.day_and_time(run.started), words.outcome(run)
    item = QListWidgetItem(when)
    item.setData(_OUTCOME, outcome)
    item.setData(_RUN, str(run.path))
    origin = words.origin(run.start, run.detector)
    details = [origin, words.duration(run.seconds), run.message, run.name]
    item.setToolTip("\n".join(line for line in details if line))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{when}, {outcome}, {origin}")
    return item


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
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, index.data())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, index.data(_OUTCOME))
        painter.restore()
