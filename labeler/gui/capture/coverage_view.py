"""Draws what was seen of a class: a map of the picture, and bars for size and light."""

from __future__ import annotations

import math
from collections.abc import Sequence

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeler.dataset.coverage import COLUMNS, LIGHTS, ROWS, SIZES, Coverage, Kind
from labeler.gui.theme import colors

_BAR = 6
_GAP = 5


class CoverageView(QWidget):
    """Cells that were seen are filled, the more the stronger; where only suggestions wait they are
    outlined with dashes. The bars give the number of boxes of each size and light.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen: Coverage | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_coverage(self, seen: Coverage | None) -> None:
        self._seen = seen
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        bars = 2 * self._row_height()
        self.setFixedHeight(2 + self.width() * ROWS // COLUMNS + bars)
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        width = self.width() - 1
        place = QRectF(0.5, 0.5, width, width * ROWS / COLUMNS)
        self._paint_map(painter, place)
        below = place.bottom() + _GAP
        for kinds, names in ((SIZES, self._size_names()), (LIGHTS, self._light_names())):
            self._paint_bar(painter, QRectF(0.5, below, width, _BAR), kinds, names)
            below += self._row_height()

    def _row_height(self) -> int:
        return _BAR + _GAP + 1 + self.fontMetrics().height()

    def _size_names(self) -> tuple[str, ...]:
        return self.tr("far"), self.tr("middling"), self.tr("near")

    def _light_names(self) -> tuple[str, ...]:
        return self.tr("dark"), self.tr("even"), self.tr("bright")

    def _paint_map(self, painter: QPainter, place: QRectF) -> None:
        tints = colors()
        painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
        painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
        painter.drawRect(place)
        if self._seen is None:
            return
        most = max(1, *(max(row) for row in self._seen.cells))
        dashed = QPen(QColor(tints.faint), 1, Qt.PenStyle.DotLine)
        for row in range(ROWS):
            for column in range(COLUMNS):
                cell = _cell(place, row, column)
                count = self._seen.cells[row][column]
                if count:
                    painter.fillRect(cell, self._filled(count / most))
                elif self._seen.suggested[row][column]:
                    painter.setPen(dashed)
                    painter.setBrush(Qt.BrushStyle.NoBrush)
                    painter.drawRect(cell.adjusted(2, 2, -2, -2))

    def _filled(self, share: float) -> QColor:
        """The weakest can still be told from none."""
        color = self.palette().color(QPalette.ColorRole.Accent)
        color.setAlphaF(0.2 + 0.8 * math.sqrt(share))
        return color

    def _paint_bar(
        self, painter: QPainter, place: QRectF, kinds: Sequence[Kind], names: Sequence[str]
    ) -> None:
        counts = [self._seen.counts[kind] if self._seen else 0 for kind in kinds]
        most = max(1, *counts)
        part = place.width() / len(kinds)
        for number, (count, name) in enumerate(zip(counts, names, strict=True)):
            box = QRectF(place.left() + number * part, place.top(), part - 3, place.height())
            painter.setPen(QPen(self.palette().color(QPalette.ColorRole.Mid), 1))
            painter.setBrush(self.palette().color(QPalette.ColorRole.Base))
            painter.drawRect(box)
            if count:
                filled = QRectF(box)
                filled.setWidth(max(3.0, box.width() * count / most))
                painter.fillRect(filled, self._filled(count / most))
            role = QPalette.ColorRole.WindowText if count else QPalette.ColorRole.PlaceholderText
            painter.setPen(self.palette().color(role))
            words = box.translated(0, _BAR + 1)
            metrics = self.fontMetrics()
            words.setHeight(metrics.height())
            room = int(words.width()) - metrics.horizontalAdvance(f" {count}")
            short = metrics.elidedText(name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(words, Qt.AlignmentFlag.AlignLeft, f"{short} {count}")


def _cell(place: QRectF, row: int, column: int) -> QRectF:
    width, height = place.width() / COLUMNS, place.height() / ROWS
    return QRectF(
        place.left() + column * width, place.top() + row * height, width, height
    ).adjusted(0.5, 0.5, -0.5, -0.5)
