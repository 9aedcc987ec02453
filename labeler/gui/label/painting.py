"""How boxes look on the canvas. Sizes are in screen pixels, whatever the zoom."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPen, QPixmap, QPixmapCache

from labeler.dataset.model import BBox
from labeler.gui.label.attributes import ATTRIBUTES, attribute_in_words
from labeler.gui.label.geometry import HANDLE_REACH, gripped, handles_of
from labeler.gui.label.viewport import Viewport
from labeler.gui.picture_view import text_color

_HANDLE = 8.0
_OUTLINE = QColor(28, 28, 28)  # no alpha: Qt blends a thousand see-through frames six times slower
_SCRIM = QColor(20, 20, 20, 210)
_MOST_FILLED = 50
"""More selected boxes than these have frames alone: their fills together would hide the picture,
and would take longer to paint than all else."""
_CORNER = 12.0
_DASHES = (5.0, 4.0)
"""Dash and gap of a suggestion, in widths of its line."""


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A box with what the canvas needs to paint it. color is "#rrggbb".

    id is a key as box_keys makes them. A suggestion is dashed and may have a score from 0 to 1.
    """

    id: int
    bbox: BBox
    name: str
    color: str
    dashed: bool = False
    occluded: bool = False
    truncated: bool = False
    difficult: bool = False
    note: str = ""
    score: float | None = None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a person said of the thing in the box, in words."""
        if not (self.occluded or self.truncated or self.difficult):
            return ()  # most boxes, asked for each frame
        return tuple(attribute_in_words(name) for name in ATTRIBUTES if getattr(self, name))

    @property
    def name_with_score(self) -> str:
        return self.name if self.score is None else f"{self.name} {self.score:.2f}"

    @property
    def plate(self) -> str:
        """What stands above the box."""
        name, remarks = self.name_with_score, self.remarks
        return f"{name}  {', '.join(remarks)}" if remarks else name


def screen_rect(bbox: BBox, viewport: Viewport) -> QRectF:
    """The box in screen pixels."""
    corner = QPointF(*viewport.to_screen(bbox.x, bbox.y))
    return QRectF(corner, QSizeF(bbox.width * viewport.scale, bbox.height * viewport.scale))


def paint_box(
    painter: QPainter, rect: QRectF, color: QColor, *, selected: bool, dashed: bool = False
) -> None:
    """A frame with a dark edge, so that it shows on a ground of its own colour."""
    _paint_edges(painter, [rect], selected=selected)
    _paint_frames(painter, [rect], color, selected=selected, filled=selected, dashed=dashed)


def paint_boxes(
    painter: QPainter, boxes: Sequence[tuple[QRectF, ShownBox]], *, selected: bool
) -> None:
    """Many boxes as paint_box would, in few calls: a thousand take a tenth of the time."""
    _paint_edges(painter, [rect for rect, _ in boxes], selected=selected)
    filled = selected and len(boxes) <= _MOST_FILLED
    alike: defaultdict[tuple[str, bool], list[QRectF]] = defaultdict(list)
    for rect, box in boxes:
        alike[box.color, box.dashed].append(rect)
    for (color, dashed), rects in alike.items():
        _paint_frames(
            painter, rects, QColor(color), selected=selected, filled=filled, dashed=dashed
        )


def _paint_edges(painter: QPainter, rects: list[QRectF], *, selected: bool) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_OUTLINE, 4 if selected else 3))
    painter.drawRects(rects)


def _paint_frames(
    painter: QPainter,
    rects: list[QRectF],
    color: QColor,
    *,
    selected: bool,
    filled: bool,
    dashed: bool,
) -> None:
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if filled:
        fill = QColor(color)
        fill.setAlpha(36)
        painter.setBrush(fill)
    pen = QPen(color, 2 if selected else 1.5)
    if dashed:
        pen.setDashPattern(_DASHES)
    painter.setPen(pen)
    painter.drawRects(rects)


def paint_faint(painter: QPainter, rects: Sequence[QRectF]) -> None:
    """Proposals: corners and hair lines, light over dark, which hide nothing of the picture."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    sides = [QLineF(*ends) for rect in rects for ends in _sides(rect)]
    corners = [line for rect in rects for line in _corners(rect)]
    for lines, width, alpha in ((sides, 1.0, 110), (corners, 2.0, 200)):
        for color, more in ((QColor(0, 0, 0, alpha // 2), 2.0), (QColor(255, 255, 255, alpha), 0)):
            painter.setPen(QPen(color, width + more))
            painter.drawLines(lines)


def _sides(rect: QRectF) -> tuple[tuple[QPointF, QPointF], ...]:
    corners = (rect.topLeft(), rect.topRight(), rect.bottomRight(), rect.bottomLeft())
    return tuple(zip(corners, (*corners[1:], corners[0]), strict=True))


def _corners(rect: QRectF) -> list[QLineF]:
    """Two short lines at each corner, along its sides."""
    length = min(_CORNER, rect.width() / 3, rect.height() / 3)
    lines = []
    for begin, end in _sides(rect):
        for a, b in ((begin, end), (end, begin)):
            line = QLineF(a, b)
            line.setLength(length)
            lines.append(line)
    return lines


def paint_names(painter: QPainter, boxes: Sequence[tuple[QRectF, ShownBox]]) -> None:
    """The class on a small plate above each box, or inside it at the window's upper edge."""
    ratio = painter.device().devicePixelRatioF()
    plates: dict[tuple[str, str], QPixmap] = {}
    for rect, box in boxes:
        words = box.plate
        plate = plates.get((words, box.color))
        if plate is None:
            plate = plates[words, box.color] = _plate(painter, words, box.color, ratio)
        above = rect.y() - plate.height() / ratio
        y = above if above >= 0 else rect.y()
        # On a whole pixel of the screen, or its letters would blur.
        place = QPointF(_on_pixel(rect.x() - 1, ratio), _on_pixel(y, ratio))
        painter.drawPixmap(place, plate)


def _on_pixel(value: float, ratio: float) -> float:
    return math.floor(value * ratio + 0.5) / ratio


def _plate(painter: QPainter, name: str, color: str, ratio: float) -> QPixmap:
    """The plate as a pixmap: laying out a text takes ten times as long as showing it again."""
    key = f"plate {name}\0{color}\0{ratio}\0{painter.font().key()}"
    plate = QPixmap()
    if QPixmapCache.find(key, plate):
        return plate
    metrics = QFontMetricsF(painter.font())
    size = QSizeF(metrics.horizontalAdvance(name) + 10, metrics.height() + 3)
    plate = QPixmap((size * ratio).toSize())
    plate.setDevicePixelRatio(ratio)
    plate.fill(QColor(color))
    inner = QPainter(plate)
    inner.setFont(painter.font())
    inner.setPen(text_color(QColor(color)))
    inner.drawText(QRectF(QPointF(0, 0), size), Qt.AlignmentFlag.AlignCenter, name)
    inner.end()
    QPixmapCache.insert(key, plate)
    return plate


def paint_handles(painter: QPainter, bbox: BBox, viewport: Viewport) -> None:
    """The grips of a selected box, where a press takes hold of them."""
    reach = HANDLE_REACH / viewport.scale
    grip = gripped(bbox, reach)
    if grip != bbox:  # a hair line tells which box they belong to
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(255, 255, 255, 150), 1))
        painter.drawRect(screen_rect(grip, viewport))
    painter.setPen(QPen(QColor("#20242a"), 1))
    painter.setBrush(QColor("white"))
    for place in handles_of(bbox, reach).values():
        x, y = viewport.to_screen(*place)
        painter.drawRect(QRectF(x - _HANDLE / 2, y - _HANDLE / 2, _HANDLE, _HANDLE))


def paint_band(painter: QPainter, rect: QRectF) -> None:
    """The rectangle that selects, light over dark."""
    painter.setBrush(QColor(255, 255, 255, 30))
    painter.setPen(QPen(QColor(0, 0, 0, 130), 1))
    painter.drawRect(rect)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(QColor("white"), 1, Qt.PenStyle.DashLine))
    painter.drawRect(rect)


def paint_crosshair(painter: QPainter, at: QPointF, size: QSizeF) -> None:
    """Lines through the pointer to the edges, light over dark: visible on any picture."""
    lines = [QLineF(0, at.y(), size.width(), at.y()), QLineF(at.x(), 0, at.x(), size.height())]
    painter.setPen(QPen(QColor(0, 0, 0, 90), 1))
    painter.drawLines(lines)
    painter.setPen(QPen(QColor(255, 255, 255, 170), 1, Qt.PenStyle.DashLine))
    painter.drawLines(lines)


def paint_readout(painter: QPainter, at: QPointF, words: str, size: QSizeF) -> None:
    """Size and class beside the pointer, on the side where there is room."""
    metrics = painter.fontMetrics()
    plate = QSizeF(metrics.horizontalAdvance(words) + 12, metrics.height() + 6)
    x = at.x() + 12 if at.x() + 12 + plate.width() < size.width() else at.x() - 12 - plate.width()
    y = (
        at.y() + 12
        if at.y() + 12 + plate.height() < size.height()
        else at.y() - 12 - plate.height()
    )
    where = QRectF(QPointF(x, y), plate)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_SCRIM)
    painter.drawRoundedRect(where, 3, 3)
    painter.setPen(QColor("white"))
    painter.drawText(where, Qt.AlignmentFlag.AlignCenter, words)
