"""What the mouse is doing on the canvas between press and release."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from labeler.dataset.model import BBox
from labeler.gui.label import geometry
from labeler.gui.label.geometry import Handle, Size


class Doing(Enum):
    DRAW = "draw"
    SELECT = "select"
    MOVE = "move"
    RESIZE = "resize"
    PAN = "pan"


@dataclass(frozen=True, slots=True)
class Drag:
    """start is in image pixels (for PAN in screen pixels).

    before: the boxes that are moved or resized, by id, the one under the pointer first.
    bbox: what is drawn, the selecting rectangle, or the first of the boxes, as on release; nothing
    where it would be drawn beside the image.
    placed: all of the boxes, as they would be on release.
    """

    doing: Doing
    start: tuple[float, float]
    before: Mapping[int, BBox] = field(default_factory=dict)
    handle: Handle | None = None
    bbox: BBox | None = None
    placed: Mapping[int, BBox] = field(default_factory=dict)

    @property
    def changes(self) -> dict[int, BBox]:
        """The boxes that are somewhere else than before."""
        return {number: bbox for number, bbox in self.placed.items() if bbox != self.before[number]}

    def to(self, x: float, y: float, image: Size) -> Drag:
        """The drag with the pointer at (x, y) in image pixels."""
        if self.doing is Doing.DRAW:
            if geometry.misses(self.start, (x, y), image):
                return replace(self, bbox=None)
            return replace(self, bbox=geometry.between(self.start, (x, y), image))
        if self.doing is Doing.SELECT:
            return replace(self, bbox=geometry.band(self.start, (x, y)))
        placed = self._placed_by(x - self.start[0], y - self.start[1], image)
        return replace(self, placed=placed, bbox=next(iter(placed.values()), None))

    def _placed_by(self, dx: float, dy: float, image: Size) -> dict[int, BBox]:
        if self.doing is Doing.MOVE:
            return geometry.moved_together(self.before, dx, dy, image)
        if self.handle is None:
            return {}
        # The handle keeps its distance from the pointer, or the edge would jump at the first pixel.
        return {number: self._resized(bbox, dx, dy, image) for number, bbox in self.before.items()}

    def _resized(self, bbox: BBox, dx: float, dy: float, image: Size) -> BBox:
        assert self.handle is not None
        x, y = geometry.place_of(self.handle, bbox)
        return geometry.resized(bbox, self.handle, x + dx, y + dy, image)
