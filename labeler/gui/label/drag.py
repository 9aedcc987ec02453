"""What the mouse is doing on the canvas between press and release."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum

from labeler.dataset.model import BBox
from labeler.gui.label import geometry
from labeler.gui.label.geometry import Handle, Size


class Doing(Enum):
    DRAW = "draw"
    MOVE = "move"
    RESIZE = "resize"
    PAN = "pan"


@dataclass(frozen=True, slots=True)
class Drag:
    """start is in image pixels (for PAN in screen pixels). bbox: as it would be on release.

    annotation_id and before tell the box that is moved or resized.
    """

    doing: Doing
    start: tuple[float, float]
    annotation_id: int | None = None
    before: BBox | None = None
    handle: Handle | None = None
    bbox: BBox | None = None

    def to(self, x: float, y: float, image: Size) -> Drag:
        """The drag with the pointer at (x, y) in image pixels."""
        return replace(self, bbox=self._bbox_at(x, y, image))

    def _bbox_at(self, x: float, y: float, image: Size) -> BBox | None:
        if self.doing is Doing.DRAW:
            return geometry.between(self.start, (x, y), image)
        if self.before is None:
            return None
        dx, dy = x - self.start[0], y - self.start[1]
        if self.doing is Doing.MOVE:
            return geometry.moved(self.before, dx, dy, image)
        if self.handle is None:
            return None
        # The handle keeps its distance from the pointer, or the edge would jump at the first pixel.
        grip = geometry.place_of(self.handle, self.before)
        return geometry.resized(self.before, self.handle, grip[0] + dx, grip[1] + dy, image)
