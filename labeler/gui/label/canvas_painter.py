"""One frame of the canvas: picture, boxes, the box in the making, crosshair."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPalette, QPen

from labeler.dataset.model import BBox
from labeler.gui.label import painting
from labeler.gui.label.drag import Doing
from labeler.gui.label.loupe import loupe_place, paint_loupe
from labeler.gui.label.painting import ShownBox
from labeler.gui.label.picture_painter import paint_picture
from labeler.gui.theme import colors

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_NAME_WIDTH, _NAME_HEIGHT = 400, 40
"""How far the plate with a name may reach out of its box, in screen pixels."""
UPPER_EDGE = 2 * _NAME_HEIGHT
"""Rows of the canvas in which a plate may change its side of the box while the person pans."""


def paint_canvas(canvas: Canvas) -> None:
    painter = QPainter(canvas)
    painter.setFont(_font_of_boxes(painter))
    moving = set(canvas.selection)
    if canvas.drag is not None:
        moving.update(canvas.drag.before)
    look = (
        canvas.viewport if canvas.message else canvas.viewport.scale,  # a message stays in place
        canvas.picture,
        canvas.tone,
        canvas.message,
        canvas.boxes,
        moving,
        canvas.shows_names,
        canvas.faint.boxes,
        canvas.faint.sure,
        colors(),
    )
    still = [box for box in canvas.boxes if box.id not in moving]
    canvas.still.paint(
        painter,
        canvas,
        look,
        QPointF(canvas.viewport.x, canvas.viewport.y),
        lambda to, window: _paint_still(to, canvas, still, window),
    )
    # Selected boxes come last: they lie on top of their neighbours.
    selected = [box for box in canvas.boxes if box.id in moving] if moving else []
    _paint_boxes(painter, canvas, selected, QRectF(canvas.rect()), selected=True)
    _paint_next(painter, canvas)
    if canvas.picture is not None:
        _paint_pointer(painter, canvas)
    if canvas.shows_focus:
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colors().accent), 2))
        painter.drawRect(canvas.rect().adjusted(1, 1, -1, -1))
    painter.end()


def _font_of_boxes(painter: QPainter) -> QFont:
    font = painter.font()
    font.setBold(True)
    font.setPointSizeF(font.pointSizeF() * 0.9)
    return font


def _paint_still(
    painter: QPainter, canvas: Canvas, boxes: Sequence[ShownBox], window: QRectF
) -> None:
    """All that stays as it is while a box is dragged, as far as it is seen in window."""
    painter.fillRect(window, QColor(colors().ground))
    if canvas.picture is not None:
        paint_picture(painter, canvas.picture, _whole(canvas), window, canvas.tone)
    if canvas.message:
        painter.setPen(canvas.palette().color(QPalette.ColorRole.PlaceholderText))
        flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
        painter.save()
        painter.setFont(canvas.font())
        painter.drawText(canvas.rect().adjusted(24, 24, -24, -24), flags, canvas.message)
        painter.restore()
    seen = canvas.faint.boxes[: canvas.faint.sure]
    painting.paint_faint(painter, [painting.screen_rect(bbox, canvas.viewport) for bbox in seen])
    _paint_boxes(painter, canvas, boxes, window, selected=False)


def _paint_boxes(
    painter: QPainter,
    canvas: Canvas,
    boxes: Sequence[ShownBox],
    window: QRectF,
    *,
    selected: bool,
) -> None:
    viewport = canvas.viewport
    left, top = viewport.to_image(window.left() - _NAME_WIDTH, window.top() - 4)
    right, bottom = viewport.to_image(window.right() + 4, window.bottom() + _NAME_HEIGHT)
    placed = []
    for box in boxes:
        bbox = _bbox_now(canvas, box)
        if (
            bbox.x < right
            and bbox.y < bottom
            and bbox.x + bbox.width > left
            and bbox.y + bbox.height > top
        ):
            placed.append((painting.screen_rect(bbox, viewport), box))
    painting.paint_boxes(painter, placed, selected=selected)
    if canvas.shows_names:
        painting.paint_names(painter, placed)
    if selected and len(boxes) == 1 and canvas.editable:
        painting.paint_handles(painter, _bbox_now(canvas, boxes[0]), viewport)


def _bbox_now(canvas: Canvas, box: ShownBox) -> BBox:
    """The box as it would be if the mouse were released."""
    return canvas.drag.placed.get(box.id, box.bbox) if canvas.drag is not None else box.bbox


def _whole(canvas: Canvas) -> QRectF:
    """Where all of the picture is, in screen pixels."""
    size = canvas.image_size()
    return painting.screen_rect(BBox(0, 0, size.width, size.height), canvas.viewport)


def _paint_next(painter: QPainter, canvas: Canvas) -> None:
    """The box that is drawn, that waits for its class, or that a click would make."""
    bbox = canvas.pending or canvas.faint.aimed
    if canvas.drag is not None and canvas.drag.doing is Doing.DRAW:
        bbox = canvas.drag.bbox
    if bbox is not None:
        rect = painting.screen_rect(bbox, canvas.viewport)
        painting.paint_box(painter, rect, QColor(canvas.next_color), selected=True)
    if canvas.drag is not None and canvas.drag.doing is Doing.SELECT and canvas.drag.bbox:
        painting.paint_band(painter, painting.screen_rect(canvas.drag.bbox, canvas.viewport))


def _paint_pointer(painter: QPainter, canvas: Canvas) -> None:
    if canvas.pointer is None:
        return
    size = canvas.screen_size()
    if canvas.shows_crosshair or canvas.pencil.is_by_keys:
        painting.paint_crosshair(painter, canvas.pointer, size)
    if canvas.magnifies:
        _paint_loupe(painter, canvas, canvas.pointer)
    words = readout(canvas)
    if words:
        painting.paint_readout(painter, canvas.pointer, words, size)


def readout(canvas: Canvas) -> str:
    """What stands beside the pointer: the class and size of a box in the hand, and where it is."""
    drag = canvas.drag
    if drag is None and canvas.pencil.is_by_keys and canvas.pointer is not None:
        x, y = canvas.viewport.to_image(canvas.pointer.x(), canvas.pointer.y())
        return f"{x:.0f}, {y:.0f}"
    if drag is None and canvas.faint.aimed is not None:
        place, count = canvas.faint.place_in_nest()
        return f"{canvas.next_name}  {place}/{count}" if count > 1 else canvas.next_name
    if drag is None or drag.bbox is None or drag.doing is Doing.SELECT:
        return ""
    size = f"{drag.bbox.width:.0f} × {drag.bbox.height:.0f}"
    if drag.doing is Doing.DRAW:
        return f"{canvas.next_name}  {size}".strip()
    return f"{drag.bbox.x:.0f}, {drag.bbox.y:.0f}   {size}"


def _paint_loupe(painter: QPainter, canvas: Canvas, at: QPointF) -> None:
    whole = _whole(canvas)
    if canvas.picture is None or not whole.contains(at):
        return
    frame = _frame_in_the_hand(canvas)
    place = loupe_place(at, canvas.screen_size(), frame[0] if frame else QRectF())
    paint_loupe(painter, place, at, canvas.picture, whole, canvas.tone, frame)


def _frame_in_the_hand(canvas: Canvas) -> tuple[QRectF, QColor] | None:
    """The box that is drawn or dragged, else the one that is selected."""
    drag = canvas.drag
    if drag is not None and drag.doing is Doing.DRAW and drag.bbox is not None:
        return painting.screen_rect(drag.bbox, canvas.viewport), QColor(canvas.next_color)
    if len(canvas.selection) != 1:
        return None
    box = next((box for box in canvas.boxes if box.id == canvas.selection[0]), None)
    if box is None:
        return None
    return painting.screen_rect(_bbox_now(canvas, box), canvas.viewport), QColor(box.color)
