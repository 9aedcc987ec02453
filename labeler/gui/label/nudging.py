"""Boxes moved and resized by arrow keys: one edit from the press of a key to its release."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from labeler.gui.label import geometry
from labeler.gui.label.drag import Doing, Drag
from labeler.gui.label.pencil import ARROWS

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas


class Nudging:
    """Works a canvas. While keys are down the boxes are shown as if the mouse dragged them."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._drag: Drag | None = None

    @property
    def is_open(self) -> bool:
        """Whether arrows are moving boxes, so that their places are not settled yet."""
        return self._drag is not None

    def step(self, event: QKeyEvent) -> bool:
        """An arrow: by 1 pixel, with Shift by 10; Alt resizes. False where it means nothing."""
        canvas, direction = self._canvas, ARROWS.get(Qt.Key(event.key()))
        busy = canvas.drag is not None and canvas.drag is not self._drag
        if direction is None or not canvas.selection or not canvas.editable or busy:
            return False
        length = 10 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 1
        grows = bool(event.modifiers() & Qt.KeyboardModifier.AltModifier)
        self._go(direction[0] * length, direction[1] * length, grows=grows)
        return True

    def finish(self) -> None:
        """The keys are up, or mean something else now: what was done is kept."""
        drag, self._drag = self._drag, None
        self._canvas.feel_hand()
        if drag is None or self._canvas.drag is not drag:
            return  # given up, or a box of it went away
        self._canvas.drag = None
        self._canvas.update()
        if drag.changes:
            self._canvas.reshape_requested.emit(drag.changes)

    def _go(self, dx: int, dy: int, *, grows: bool) -> None:
        doing = Doing.RESIZE if grows else Doing.MOVE
        if self._drag is not None and self._drag.doing is not doing:
            self.finish()
        canvas, size = self._canvas, self._canvas.image_size()
        if self._drag is None or canvas.drag is not self._drag:
            wanted = frozenset(canvas.selection)
            before = {box.id: box.bbox for box in canvas.boxes if box.id in wanted}
            self._drag = Drag(doing, (0, 0), before, placed=before)
        now = self._drag.placed
        placed = (
            {number: geometry.grown(bbox, dx, dy, size) for number, bbox in now.items()}
            if grows
            else geometry.moved_together(now, dx, dy, size)
        )
        first = next(iter(placed.values()), None)
        self._drag = canvas.drag = replace(self._drag, placed=placed, bbox=first)
        canvas.feel_hand()
        canvas.update()
