"""The model's classes: each with its colour and how many are in view; a check mark shows it.

Of a model that has learned many classes, such as COCO's 80, only those have a row that were in view
since it was chosen, or that are switched off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListWidget,
    QListWidgetItem,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

_ROW = 26
_DOT = 12
_MARK = 30
"""The check mark with the room beside it."""
_ELIDE = Qt.TextElideMode.ElideRight
_MOST_ROWS = 9
_ID, _COLOR, _COUNT = (Qt.ItemDataRole.UserRole + each for each in (1, 2, 3))


@dataclass(frozen=True, slots=True)
class Seen:
    """One class in view. color is "#rrggbb"."""

    name: str
    count: int
    color: str


class ClassList(QListWidget):
    """chosen_changed: the person switched a class on or off. Space switches the marked row."""

    chosen_changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._hidden_names: set[str] = set()
        self._rows: dict[int, QListWidgetItem] = {}
        self._counts: dict[int, int] = {}
        self._were_seen: set[int] = set()
        self.setItemDelegate(_RowDelegate(self))
        self.setAccessibleName(self.tr("In view"))
        self.setToolTip(self.tr("What is in view now. A class without a tick is not shown"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setSizeAdjustPolicy(QAbstractItemView.SizeAdjustPolicy.AdjustIgnored)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setUniformItemSizes(True)
        self.itemChanged.connect(self._take_mark)

    @property
    def hidden_names(self) -> frozenset[str]:
        """The classes that are switched off, also those of other models."""
        return frozenset(self._hidden_names)

    @property
    def seen(self) -> tuple[Seen, ...]:
        """What is in view, by the order of the rows."""
        return tuple(
            Seen(item.text(), self._counts[number], item.data(_COLOR))
            for number, item in self._rows.items()
            if self._counts.get(number)
        )

    def hide_names(self, names: Sequence[str]) -> None:
        """Switches these classes off, before show_classes()."""
        self._hidden_names = set(names)

    def switch(self, name: str, *, on: bool) -> None:
        """As if the person had clicked on its mark."""
        for item in self._rows.values():
            if item.text() == name:
                item.setCheckState(Qt.CheckState.Checked if on else Qt.CheckState.Unchecked)

    def show_classes(self, names: Mapping[int, str], colors: Mapping[int, str]) -> None:
        """names: category id -> name; colors: category id -> "#rrggbb"."""
        self.blockSignals(True)
        if {number: item.text() for number, item in self._rows.items()} != dict(names):
            self.clear()
            self._rows, self._counts = {}, {}
            self._were_seen = set()
            for number, name in names.items():
                self._rows[number] = self._row(number, name)
        for number, item in self._rows.items():
            item.setData(_COLOR, colors.get(number, "#e69f00"))
        self.blockSignals(False)
        self.setVisible(bool(self._rows))
        self._show_rows()
        self.viewport().update()

    def show_counts(self, counts: Mapping[int, int]) -> None:
        """By category id; what is not in it is not in view."""
        if dict(counts) == self._counts:
            return
        self._counts = dict(counts)
        self.blockSignals(True)
        for number, item in self._rows.items():
            item.setData(_COUNT, counts.get(number, 0))
        self.blockSignals(False)
        if not counts.keys() <= self._were_seen:
            self._were_seen.update(counts)
            self._show_rows()
        words = ", ".join(f"{each.count} {each.name}" for each in self.seen)
        self.setAccessibleDescription(words or self.tr("Nothing at this score"))
        self.viewport().update()

    def sizeHint(self) -> QSize:
        shown = sum(not item.isHidden() for item in self._rows.values())
        return QSize(120, _ROW * max(1, min(_MOST_ROWS, shown)) + 4)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if all(item.isHidden() for item in self._rows.values()):
            painter = QPainter(self.viewport())
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            words = self.tr("Nothing yet, of {n} classes").format(n=self.count())
            room = self.viewport().rect().adjusted(6, 0, -6, 0)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)

    def _show_rows(self) -> None:
        """Of many classes, those that were in view or are switched off."""
        is_long = len(self._rows) > _MOST_ROWS
        for number, item in self._rows.items():
            is_off = item.checkState() is not Qt.CheckState.Checked
            item.setHidden(is_long and number not in self._were_seen and not is_off)
        self.updateGeometry()

    def _row(self, number: int, name: str) -> QListWidgetItem:
        item = QListWidgetItem(name, self)
        item.setFlags(
            Qt.ItemFlag.ItemIsUserCheckable
            | Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
        )
        is_shown = name not in self._hidden_names
        item.setCheckState(Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked)
        item.setData(_ID, number)
        return item

    def _take_mark(self, item: QListWidgetItem) -> None:
        if item.checkState() is Qt.CheckState.Checked:
            self._hidden_names.discard(item.text())
        else:
            self._hidden_names.add(item.text())
        self.chosen_changed.emit()


class _RowDelegate(QStyledItemDelegate):
    """The check mark and the name as ever, the colour before the count at the right."""

    def sizeHint(
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> QSize:
        return QSize(super().sizeHint(option, index).width(), _ROW)

    def initStyleOption(  # noqa: N802 - Qt's name
        self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """A long name gives way to the colour and the count."""
        super().initStyleOption(option, index)
        room = option.rect.width() - _count_width(option) - _MARK
        option.text = option.fontMetrics.elidedText(option.text, _ELIDE, room)

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        count = index.data(_COUNT) or 0
        number = str(count) if count else ""
        whole = QRectF(option.rect)
        super().paint(painter, option, index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_shown = index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Checked.value
        painter.setOpacity(1.0 if is_shown else 0.35)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(index.data(_COLOR) or "#e69f00"))
        dot = QRectF(
            whole.right() - _count_width(option), whole.center().y() - _DOT / 2, _DOT, _DOT
        )
        painter.drawRoundedRect(dot, 3, 3)
        painter.setPen(option.palette.color(QPalette.ColorRole.Text))
        painter.drawText(
            whole.adjusted(0, 0, -6, 0),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            number,
        )
        painter.restore()


def _count_width(option: QStyleOptionViewItem) -> int:
    """Of the colour and three digits."""
    return option.fontMetrics.horizontalAdvance("000") + _DOT + 14
