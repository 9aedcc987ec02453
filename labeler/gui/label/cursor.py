"""The cursor of the canvas: it says what a press would do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt

from labeler.gui.label.drag import Doing
from labeler.gui.label.geometry import Handle

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_OF_HANDLES = {
    Handle.TOP_LEFT: Qt.CursorShape.SizeFDiagCursor,
    Handle.BOTTOM_RIGHT: Qt.CursorShape.SizeFDiagCursor,
    Handle.TOP_RIGHT: Qt.CursorShape.SizeBDiagCursor,
    Handle.BOTTOM_LEFT: Qt.CursorShape.SizeBDiagCursor,
    Handle.TOP: Qt.CursorShape.SizeVerCursor,
    Handle.BOTTOM: Qt.CursorShape.SizeVerCursor,
    Handle.LEFT: Qt.CursorShape.SizeHorCursor,
    Handle.RIGHT: Qt.CursorShape.SizeHorCursor,
}


def cursor_of(canvas: Canvas) -> Qt.CursorShape:
    """Hands move the picture, arrows move and resize a box, a cross draws, a finger selects."""
    shapes, drag = Qt.CursorShape, canvas.drag
    if drag is not None and drag.doing is Doing.PAN:
        return shapes.ClosedHandCursor
    if canvas.keys.pans or canvas.keys.held & Qt.KeyboardModifier.ControlModifier:
        return shapes.OpenHandCursor
    if canvas.picture is None or canvas.pointer is None:
        return shapes.ArrowCursor
    if drag is not None:
        return canvas.cursor().shape()  # what the press made it
    if canvas.draws_next:
        return shapes.CrossCursor
    return _over_boxes(canvas)


def _over_boxes(canvas: Canvas) -> Qt.CursorShape:
    shapes = Qt.CursorShape
    assert canvas.pointer is not None
    seen = canvas.aim_at(canvas.pointer)
    if not canvas.editable:
        return shapes.PointingHandCursor if seen.ids else shapes.ArrowCursor
    if canvas.keys.held & Qt.KeyboardModifier.ShiftModifier:
        return shapes.PointingHandCursor if seen.ids else shapes.CrossCursor
    if seen.grip is not None:
        return _OF_HANDLES[seen.grip[1]]
    return shapes.SizeAllCursor if seen.ids else shapes.CrossCursor
