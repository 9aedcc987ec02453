"""The same validation pictures in two rows: what the first weights saw in them, and what now."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from labeler.gui.counts import counted
from trainer.predict import Detection

_GAP = 8
_LABEL_WIDTH = 44
_PALE = 0.3
_FALLBACK = "#e69f00"


@dataclass(frozen=True, slots=True, eq=False)
class Row:
    """What stands at its left, and the detections on each picture in pixels of that picture.

    is_awaited: nothing was found yet because nobody looked, so the pictures are pale.
    """

    label: str
    found: Mapping[int, Sequence[Detection]]
    is_awaited: bool = False


class Strip(QWidget):
    """Paints pictures and detections. Detections are looked up by the picture's id."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: list[tuple[int, QImage]] = []
        self._note = ""
        self._rows: list[Row] = []
        self._colors: dict[int, str] = {}
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(self.tr("Pictures it was checked with, and what was found in them"))

    @property
    def rows(self) -> list[Row]:
        return self._rows

    def set_colors(self, colors: Mapping[int, str]) -> None:
        """category id -> "#rrggbb"."""
        self._colors = dict(colors)
        self.update()

    def show_pictures(self, pictures: Sequence[tuple[int, QImage]], note: str = "") -> None:
        """note: what to say where there are none."""
        self._pictures, self._note = list(pictures), note
        self.update()

    def show_rows(self, rows: Sequence[Row]) -> None:
        self._rows = list(rows)
        found = sum(len(each) for row in rows[-1:] for each in row.found.values())
        self.setAccessibleDescription(self.tr("{0} found now").format(counted(found, "thing")))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(700, 240)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 140)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._pictures:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            top = Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft
            painter.drawText(self.rect(), top | Qt.TextFlag.TextWordWrap, self._note)
            return
        painter.setRenderHints(
            QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
        )
        rows = self._rows or [Row("", {}, is_awaited=True)]
        places = self._places((self.height() - _GAP * (len(rows) - 1)) / len(rows))
        step = places[-1].bottom() + _GAP
        for index, row in enumerate(rows):
            self._paint_row(painter, row, index * step, places)

    def _paint_row(self, painter: QPainter, row: Row, top: float, places: Sequence[QRectF]) -> None:
        painter.setFont(self.font())
        painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
        where = QRectF(0, top, self._label_width() - _GAP, places[-1].bottom())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, row.label)
        for (number, image), place in zip(self._pictures, places, strict=True):
            here = place.translated(0, top)
            painter.setOpacity(_PALE if row.is_awaited else 1.0)
            painter.drawImage(here, image)
            painter.setOpacity(1.0)
            for detection in row.found.get(number, ()):
                self._paint_detection(painter, detection, here, here.width() / image.width())

    def _label_width(self) -> int:
        metrics = self.fontMetrics()
        widest = max((metrics.horizontalAdvance(row.label) for row in self._rows), default=0)
        return max(_LABEL_WIDTH, widest + _GAP + 4)

    def _places(self, height: float) -> list[QRectF]:
        """Where the pictures of a row stand: all equally high, in as many lines as show them
        largest.
        """
        return max((self._in_lines(lines, height) for lines in (1, 2, 3)), key=_height_of_first)

    def _in_lines(self, lines: int, height: float) -> list[QRectF]:
        ratios = [image.width() / image.height() for _, image in self._pictures]
        in_line = math.ceil(len(ratios) / lines)
        parts = [ratios[begin : begin + in_line] for begin in range(0, len(ratios), in_line)]
        start = float(self._label_width())
        fits = ((self.width() - start - _GAP * (len(part) - 1)) / sum(part) for part in parts)
        high = max(8.0, min((height - _GAP * (len(parts) - 1)) / len(parts), *fits))
        places = []
        for line, part in enumerate(parts):
            left = start
            for ratio in part:
                places.append(QRectF(left, line * (high + _GAP), ratio * high, high))
                left += ratio * high + _GAP
        return places

    def _paint_detection(
        self, painter: QPainter, detection: Detection, here: QRectF, scale: float
    ) -> None:
        x, y, width, height = (side * scale for side in detection.bbox)
        box = QRectF(here.x() + x, here.y() + y, width, height).intersected(here)
        color = QColor(self._colors.get(detection.category_id, _FALLBACK))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 2))
        painter.drawRect(box)
        self._paint_label(painter, f"{detection.name} {detection.score:.2f}", color, box, here)

    def _paint_label(
        self, painter: QPainter, text: str, color: QColor, box: QRectF, here: QRectF
    ) -> None:
        font = painter.font()
        font.setPointSizeF(max(6.0, 0.85 * self.font().pointSizeF()))
        painter.setFont(font)
        metrics = painter.fontMetrics()
        size = QSize(metrics.horizontalAdvance(text) + 6, metrics.height())
        left = max(here.left(), min(box.left() - 1, here.right() - size.width()))
        top = max(here.top(), box.top() - size.height())
        label = QRectF(QPointF(left, top), size).intersected(here)
        painter.fillRect(label, color)
        painter.setPen(QColor("black" if color.lightnessF() > 0.4 else "white"))
        painter.drawText(label.adjusted(3, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, text)


def _height_of_first(places: Sequence[QRectF]) -> float:
    return places[0].height()
