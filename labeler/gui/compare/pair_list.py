"""The pairs of a dataset: when, and how both did."""

from __future__ import annotations

from collections.abc import Sequence
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

from labeler.gui.compare import words
from labeler.runs.history import RunState
from labeler.runs.pair import PairSummary

_OUTCOME = Qt.ItemDataRole.UserRole + 1
_PAIR = Qt.ItemDataRole.UserRole + 2


class PairList(QListWidget):
    """The newest on top. pair_chosen carries the folder that the person wants to see."""

    pair_chosen = Signal(object)
    trash_requested = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_Delegate(self))
        self.setFrameShape(QListWidget.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Pairs"))
        self.setToolTip(self.tr("Everything that was trained in pairs, the newest on top"))
        self.viewport().setAutoFillBackground(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        trash = QAction(self.tr("Move to the wastebasket"), self)
        trash.triggered.connect(self._ask_trash)
        self.addAction(trash)
        self.currentItemChanged.connect(self._choose)

    def show_pairs(self, pairs: Sequence[PairSummary], current: Path | None) -> None:
        """Replaces the list without choosing anything; current is marked."""
        self.blockSignals(True)
        self.clear()
        for pair in pairs:
            self.addItem(self._item(pair))
            if pair.path == current:
                self.setCurrentRow(self.count() - 1)
        self.blockSignals(False)

    def current(self) -> Path | None:
        item = self.currentItem()
        return None if item is None else Path(item.data(_PAIR))

    def sizeHint(self) -> QSize:
        return QSize(200, 120)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, 64)

    def _choose(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.pair_chosen.emit(Path(item.data(_PAIR)))

    def _ask_trash(self) -> None:
        pair = self.current()
        if pair is not None:
            self.trash_requested.emit(pair)

    def _item(self, pair: PairSummary) -> QListWidgetItem:
        when, outcome = words.day_and_time(pair.started), words.outcome(pair)
        item = QListWidgetItem(when)
        item.setData(_OUTCOME, outcome)
        item.setData(_PAIR, str(pair.path))
        lines = [self.tr("AP pretrained : AP from random weights"), pair.name]
        if pair.state is RunState.INTERRUPTED:
            lines.insert(1, self.tr("Interrupted before its end"))
        if pair.state is RunState.FAILED:
            lines = [pair.pretrained.message or pair.scratch.message, pair.name]
        item.setToolTip("\n".join(lines))
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{when}, {outcome}")
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
        middle = Qt.AlignmentFlag.AlignVCenter
        painter.setPen(palette.color(QPalette.ColorRole.WindowText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignLeft, index.data())
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawText(inside, middle | Qt.AlignmentFlag.AlignRight, index.data(_OUTCOME))
        painter.restore()
