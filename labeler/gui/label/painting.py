"""How boxes look on the canvas. Sizes are in screen pixels, whatever the zoom."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from labeler.dataset.model import BBox
from labeler.gui.label.geometry import Handle, place_of
from labeler.gui.label.viewport import Viewport
from labeler.gui.picture_view import text_color

HANDLE_SIDE = 8.0
_OUTLINE = QColor(0, 0, 0, 120)
_SCRIM = QColor(20, 20, 20, 210)


@dataclass(frozen=True, slots=True)
class ShownBox:
    """A box with what the canvas needs to paint it. color is "#rrggbb"."""

    id: int
    bbox: BBox
    name: str
    color: str


def screen_rect(bbox: BBox, viewport: Viewport) -> QRectF:
    """The box in screen pixels."""
    corner = QPointF(*viewport.to_screen(bbox.x, bbox.y))
    return QRectF(corner, QSizeF(bbox.width * viewport.scale, bbox.height * viewport.scale))


def paint_box(painter: QPainter, rect: QRectF, color: QColor, *, selected: bool) -> None:
    """A frame with a dark edge, so that it shows on a ground of its own colour."""
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(_OUTLINE, 4 if selected else 3))
    painter.drawRect(rect)
    if selected:
        fill = QColor(color)
        fill.setAlpha(36)
        painter.setBrush(fill)
    painter.setPen(QPen(color, 2 if selected else 1.5))
    painter.drawRect(rect)


def paint_name(painter: QPainter, rect: QRectF, name: str, color: QColor) -> None:
    """The class on a small plate above the box, or inside it at the window's upper edge."""
    metrics = painter.fontMetrics()
    size = QSizeF(metrics.horizontalAdvance(name) + 10, metrics.height() + 3)
    above = rect.top() - size.height()
    plate = QRectF(QPointF(rect.left() - 1, above if above >= 0 else rect.top()), size)
    painter.fillRect(plate, color)
    painter.setPen(text_color(color))
    painter.drawText(plate, Qt.AlignmentFlag.AlignCenter, name)


def paint_handles(painter: QPainter, bbox: BBox, viewport: Viewport) -> None:
    """The grips of a selected box; the four sides only where there is room for them."""
    rect = screen_rect(bbox, viewport)
    roomy = min(rect.width(), rect.height()) >= 4 * HANDLE_SIDE
    side = HANDLE_SIDE if min(rect.width(), rect.height()) >= 2 * HANDLE_SIDE else HANDLE_SIDE - 3
    painter.setPen(QPen(QColor("#20242a"), 1))
    painter.setBrush(QColor("white"))
    for handle in Handle:
        if handle.is_corner or roomy:
            x, y = viewport.to_screen(*place_of(handle, bbox))
            painter.drawRect(QRectF(x - side / 2, y - side / 2, side, side))


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
