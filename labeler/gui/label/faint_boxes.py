"""The proposals on the canvas: faint boxes without a class, of which the pointer aims at one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtGui import QWheelEvent

from labeler.dataset.model import BBox

if TYPE_CHECKING:
    from labeler.gui.label.canvas import Canvas

_NOTCH = 120
"""Of a wheel, in Qt's eighths of a degree."""


class FaintBoxes:
    """Works a canvas. boxes: the surest first. aimed: the one that a click would take.

    sure: so many of them are seen. The others are there for who looks for more: by the wheel.
    """

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self.boxes: tuple[BBox, ...] = ()
        self.sure = 0
        self.aimed: BBox | None = None
        self._turned = 0
        self._turned_among: frozenset[BBox] = frozenset()
        """Those under the pointer when the person turned to another than the surest of them."""

    def show(self, boxes: Sequence[BBox], sure: int) -> None:
        self.boxes, self.sure = tuple(boxes), sure
        self.follow()
        self._canvas.update()

    def follow(self) -> None:
        """The pointer moved, or something else lies under it now."""
        nested = self.nested()
        if self.aimed not in nested or not self._turned_among.issuperset(nested):
            self._turned_among = frozenset()
            first = nested[0] if nested else None
            self.aimed = first if first in self.boxes[: self.sure] else None

    def nested(self) -> list[BBox]:
        """Those under the pointer, the surest first; none where a box lies over them."""
        canvas, at = self._canvas, self._canvas.pointer
        if not self.boxes or at is None or not (canvas.editable and canvas.is_at_rest):
            return []
        if canvas.aim_at(at).ids:
            return []
        place = canvas.viewport.to_image(at.x(), at.y())
        return [bbox for bbox in self.boxes if bbox.contains(*place)]

    def turn(self, by: int = 1) -> bool:
        """Aims at the next one under the pointer. False where there is no other."""
        nested = self.nested()
        if all(bbox == self.aimed for bbox in nested):
            return False
        at = nested.index(self.aimed) + by if self.aimed in nested else min(by, 0)
        self.aimed = nested[at % len(nested)]
        self._turned_among = frozenset(nested)
        self._canvas.update()
        return True

    def wheel(self, event: QWheelEvent) -> bool:
        """Goes through those under the pointer, a notch each. False where there is no other."""
        if all(bbox == self.aimed for bbox in self.nested()):
            self._turned = 0
            return False
        turned = event.angleDelta()
        self._turned += turned.y() or turned.x()  # with Shift some systems turn it across
        while abs(self._turned) >= _NOTCH:
            by = 1 if self._turned < 0 else -1
            self._turned += by * _NOTCH
            self.turn(by)
        return True

    def place_in_nest(self) -> tuple[int, int]:
        """Which of how many under the pointer is aimed at, from 1; (0, 0) without any."""
        nested = self.nested()
        return (nested.index(self.aimed) + 1, len(nested)) if self.aimed in nested else (0, 0)
