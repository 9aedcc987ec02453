"""What a drag does to a box. Pure functions in image pixels, origin top left; no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from labeler.dataset.model import MIN_SIDE, BBox


class Handle(Enum):
    """Where a box is taken hold of: fractions of its width and height from the top left."""

    TOP_LEFT = (0.0, 0.0)
    TOP = (0.5, 0.0)
    TOP_RIGHT = (1.0, 0.0)
    RIGHT = (1.0, 0.5)
    BOTTOM_RIGHT = (1.0, 1.0)
    BOTTOM = (0.5, 1.0)
    BOTTOM_LEFT = (0.0, 1.0)
    LEFT = (0.0, 0.5)

    @property
    def is_corner(self) -> bool:
        return 0.5 not in self.value


@dataclass(frozen=True, slots=True)
class Size:
    """An image's width and height in pixels."""

    width: float
    height: float


def place_of(handle: Handle, bbox: BBox) -> tuple[float, float]:
    """The point of the box where the handle sits."""
    across, down = handle.value
    return bbox.x + across * bbox.width, bbox.y + down * bbox.height


def between(a: tuple[float, float], b: tuple[float, float], image: Size) -> BBox:
    """The box between two opposite corners, inside the image and at least MIN_SIDE wide and high.

    A box too thin grows away from the first corner, or back into the image at its edge.
    """
    x, width = _span(a[0], b[0], image.width)
    y, height = _span(a[1], b[1], image.height)
    return BBox(x, y, width, height)


def moved(bbox: BBox, dx: float, dy: float, image: Size) -> BBox:
    """The box shifted, as far as the image allows; its size stays."""
    x = min(max(0.0, bbox.x + dx), max(0.0, image.width - bbox.width))
    y = min(max(0.0, bbox.y + dy), max(0.0, image.height - bbox.height))
    return BBox(x, y, bbox.width, bbox.height)


def resized(bbox: BBox, handle: Handle, x: float, y: float, image: Size) -> BBox:
    """The box with one handle dragged to (x, y); past the opposite side it turns over."""
    across, down = handle.value
    left, right = _edges(across, x, bbox.x, bbox.right)
    top, bottom = _edges(down, y, bbox.y, bbox.bottom)
    return between((left, top), (right, bottom), image)


def grown(bbox: BBox, dx: float, dy: float, image: Size) -> BBox:
    """The box with its bottom right corner shifted; it does not turn over."""
    right = max(bbox.x + MIN_SIDE, bbox.right + dx)
    bottom = max(bbox.y + MIN_SIDE, bbox.bottom + dy)
    return between((bbox.x, bbox.y), (right, bottom), image)


def under(
    boxes: Iterable[tuple[int, BBox]], x: float, y: float, tolerance: float = 0.0
) -> list[int]:
    """The ids of the boxes at a point, the smallest first; tolerance widens each box."""
    hit = [
        (bbox.area, -box_id)
        for box_id, bbox in boxes
        if bbox.x - tolerance <= x <= bbox.right + tolerance
        and bbox.y - tolerance <= y <= bbox.bottom + tolerance
    ]
    return [-negative_id for _, negative_id in sorted(hit)]


def handle_at(bbox: BBox, x: float, y: float, reach: float) -> Handle | None:
    """The handle within reach of a point, corners before sides.

    On a box too small for all eight only the corners count, and its inner third moves it.
    """
    inner = min(reach, bbox.width / 3, bbox.height / 3)
    corners = sorted(Handle, key=lambda handle: not handle.is_corner)
    for handle in corners:
        if not handle.is_corner and min(bbox.width, bbox.height) < 4 * reach:
            continue
        across, down = place_of(handle, bbox)
        if _is_near(x, across, bbox.x, bbox.right, reach, inner) and _is_near(
            y, down, bbox.y, bbox.bottom, reach, inner
        ):
            return handle
    return None


def after(ids: Sequence[int], current: int | None) -> int | None:
    """The id that follows the current one, going round; None of none."""
    if not ids:
        return None
    if current not in ids:
        return ids[0]
    return ids[(ids.index(current) + 1) % len(ids)]


def _is_near(at: float, handle: float, low: float, high: float, reach: float, inner: float) -> bool:
    """Inside the box a handle reaches only as far as leaves room for moving it."""
    allowed = inner if low < at < high else reach
    return abs(at - handle) <= allowed


def _edges(fraction: float, to: float, low: float, high: float) -> tuple[float, float]:
    if fraction == 0.0:
        return high, to
    if fraction == 1.0:
        return low, to
    return low, high


def _span(start: float, end: float, limit: float) -> tuple[float, float]:
    start, end = (min(max(0.0, value), limit) for value in (start, end))
    if abs(end - start) < MIN_SIDE:
        end = start + (MIN_SIDE if end >= start else -MIN_SIDE)
        if end > limit:
            start, end = limit - MIN_SIDE, limit
        if end < 0:
            start, end = 0.0, MIN_SIDE
    low = min(start, end)
    # The width is cut, never the sum grown: x + width must not pass the edge by a rounding.
    width = min(abs(end - start), limit - low)
    return low, width
