"""A small table of scores: a row a class, or a row a size of box."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from labeler.runs.analysis import Scores

_MOST_ROWS = 8
"""More scroll."""
_NAMES = 70
"""So much room the names have at least, in device-independent pixels."""


class ScoreTable(QTableWidget):
    """title: what a row is. with_shares: precision and recall are told as well.

    whole_width: what it takes to show every column, in device-independent pixels.
    """

    def __init__(self, title: str, *, with_shares: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._with_shares = with_shares
        self.whole_width = 0
        titles = [title, self.tr("Boxes"), self.tr("AP"), self.tr("AP50"), self.tr("AR")]
        if with_shares:
            titles += [self.tr("Right"), self.tr("Found")]
        self.setColumnCount(len(titles))
        self.setHorizontalHeaderLabels(titles)
        told = [
            "",
            self.tr("True boxes"),
            self.tr("Average precision over overlaps from 0.50 to 0.95"),
            self.tr("Average precision at an overlap of 0.50"),
            self.tr("Average recall over overlaps from 0.50 to 0.95"),
            self.tr("Precision: of the boxes shown at this threshold, this share is right"),
            self.tr("Recall: of what is there, this share is found at this threshold"),
        ]
        for column in range(len(titles)):
            item = self.horizontalHeaderItem(column)
            assert item is not None
            item.setToolTip(told[column])
            side = Qt.AlignmentFlag.AlignRight if column else Qt.AlignmentFlag.AlignLeft
            item.setTextAlignment(side | Qt.AlignmentFlag.AlignVCenter)
        self.verticalHeader().hide()
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setAccessibleName(title)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        self.setSortingEnabled(True)
        self.setTabKeyNavigation(False)

    def show_scores(self, rows: Sequence[Scores]) -> None:
        """In this order, until a column is clicked."""
        self.setSortingEnabled(False)
        self.setRowCount(len(rows))
        for row, scores in enumerate(rows):
            values = [scores.boxes, scores.ap, scores.ap50, scores.ar]
            if self._with_shares:
                values += [scores.precision, scores.recall]
            self.setItem(row, 0, QTableWidgetItem(scores.name))
            intervals = [None, scores.ap_interval, scores.ap50_interval, scores.ar_interval]
            for column, (value, interval) in enumerate(zip_longest(values, intervals), start=1):
                number = _Number(value)
                if interval is not None:
                    number.setToolTip(self._in_words(interval))
                self.setItem(row, column, number)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.setSortingEnabled(True)
        self._fit(len(rows))

    def _in_words(self, interval: tuple[float, float]) -> str:
        low, high = interval
        return self.tr("95 % interval: {0} to {1}").format(f"{low:.2f}", f"{high:.2f}")

    def _fit(self, rows: int) -> None:
        high = self.fontMetrics().height() + 8
        self.verticalHeader().setDefaultSectionSize(high)
        header = self.horizontalHeader()
        self.setFixedHeight(header.sizeHint().height() + high * min(rows, _MOST_ROWS) + 4)
        numbers = range(1, self.columnCount())
        wide = sum(max(header.sectionSizeHint(n), self.sizeHintForColumn(n)) for n in numbers)
        self.whole_width = _NAMES + wide


class _Number(QTableWidgetItem):
    """Sorts by its number; what is not known stands as a dash, below all others."""

    def __init__(self, value: float | None) -> None:
        whole = isinstance(value, int)
        super().__init__("–" if value is None else str(value) if whole else f"{value:.2f}")
        self.value = -1.0 if value is None else float(value)
        self.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def __lt__(self, other: QTableWidgetItem) -> bool:
        return self.value < other.value if isinstance(other, _Number) else super().__lt__(other)
