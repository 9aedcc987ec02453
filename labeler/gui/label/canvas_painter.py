"""One frame of the canvas: picture, boxes, the box in the making, crosshair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette

from labeler.dataset.model import BBox
from labeler.gui.label import painting
from labeler.gui.label.drag import Doing
from labeler.gui.label.painting import ShownBox
from labeler.gui.theme import colors

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_PIXELS_SHOW_FROM = 4.0
"""From this zoom on pixels are shown as squares, so that an edge can be placed exactly."""


def paint_canvas(canvas: Canvas) -> None:
    painter = QPainter(canvas)
    painter.fillRect(canvas.rect(), QColor(colors().ground))
    if canvas.picture is not None:
        _paint_picture(painter, canvas)
    if canvas.message:
        painter.setPen(canvas.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.drawText(canvas.rect().adjusted(24, 24, -24, -24), flags, canvas.message)
    font = painter.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.9)
    painter.setFont(font)
    _paint_boxes(painter, canvas)
    if canvas.picture is not None:
        _paint_pointer(painter, canvas)
    painter.end()


def _paint_picture(painter: QPainter, canvas: Canvas) -> None:
    assert canvas.picture is not None
    viewport, picture = canvas.viewport, canvas.picture
    level = picture.level_for(viewport.scale * canvas.devicePixelRatioF())
    size = canvas.image_size()
    whole = painting.screen_rect(BBox(0, 0, size.width, size.height), viewport)
    seen = whole.intersected(QRectF(canvas.rect()))
    if seen.isEmpty():
        return
    smooth = viewport.scale * canvas.devicePixelRatioF() < _PIXELS_SHOW_FROM
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(seen, level, _source(seen, whole, level))


def _source(seen: QRectF, whole: QRectF, level: QImage) -> QRectF:
    """The part of the level that is on the screen: only that is scaled."""
    across, down = level.width() / whole.width(), level.height() / whole.height()
    return QRectF(
        (seen.x() - whole.x()) * across,
        (seen.y() - whole.y()) * down,
        seen.width() * across,
        seen.height() * down,
    )


def _paint_boxes(painter: QPainter, canvas: Canvas) -> None:
    # Selected boxes come last: they lie on top of their neighbours.
    for box in sorted(canvas.boxes, key=lambda box: box.id in canvas.selection):
        _paint_shown(painter, canvas, box)
    bbox = canvas.pending
    if canvas.drag is not None and canvas.drag.doing is Doing.DRAW:
        bbox = canvas.drag.bbox
    if bbox is not None:
        rect = painting.screen_rect(bbox, canvas.viewport)
        painting.paint_box(painter, rect, QColor(canvas.next_color), selected=True)


def _paint_shown(painter: QPainter, canvas: Canvas, box: ShownBox) -> None:
    bbox = box.bbox
    if canvas.drag is not None and canvas.drag.annotation_id == box.id and canvas.drag.bbox:
        bbox = canvas.drag.bbox
    rect = painting.screen_rect(bbox, canvas.viewport)
    if not rect.adjusted(-4, -40, 200, 4).intersects(QRectF(canvas.rect())):
        return
    selected = box.id in canvas.selection
    color = QColor(box.color)
    painting.paint_box(painter, rect, color, selected=selected)
    if canvas.shows_names:
        painting.paint_name(painter, rect, box.name, color)
    if selected and len(canvas.selection) == 1 and canvas.editable:
        painting.paint_handles(painter, bbox, canvas.viewport)


def _paint_pointer(painter: QPainter, canvas: Canvas) -> None:
    if canvas.pointer is None:
        return
    size = canvas.screen_size()
    if canvas.shows_crosshair:
        painting.paint_crosshair(painter, canvas.pointer, size)
    drag = canvas.drag
    if drag is None or drag.bbox is None:
        return
    words = f"{drag.bbox.width:.0f} × {drag.bbox.height:.0f}"
    if drag.doing is Doing.DRAW and canvas.next_name:
        words = f"{canvas.next_name}  {words}"
    painting.paint_readout(painter, canvas.pointer, words, size)
