"""What a drag does to a box. Pure functions in image pixels, origin top left; no Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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


HANDLE_REACH = 8.0
"""How near to a handle a press takes hold of it, in screen pixels each way."""


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


def misses(a: tuple[float, float], b: tuple[float, float], image: Size) -> bool:
    """Whether the rectangle between two points lies wholly beside the image."""
    return (
        max(a[0], b[0]) < 0
        or max(a[1], b[1]) < 0
        or min(a[0], b[0]) > image.width
        or min(a[1], b[1]) > image.height
    )


def band(a: tuple[float, float], b: tuple[float, float]) -> BBox:
    """The rectangle between two points, also outside the image; a line counts as a thin one."""
    drawn = (max(abs(b[0] - a[0]), 1e-6), max(abs(b[1] - a[1]), 1e-6))
    return BBox(min(a[0], b[0]), min(a[1], b[1]), *drawn)


def moved(bbox: BBox, dx: float, dy: float, image: Size) -> BBox:
    """The box shifted, as far as the image allows; its size stays."""
    x = min(max(0.0, bbox.x + dx), max(0.0, image.width - bbox.width))
    y = min(max(0.0, bbox.y + dy), max(0.0, image.height - bbox.height))
    return BBox(x, y, bbox.width, bbox.height)


def moved_together(boxes: Mapping[int, BBox], dx: float, dy: float, image: Size) -> dict[int, BBox]:
    """Boxes by their ids shifted by one distance, as far as the image allows all of them."""
    if not boxes:
        return {}
    every = boxes.values()
    dx = _between(dx, -min(b.x for b in every), image.width - max(b.right for b in every))
    dy = _between(dy, -min(b.y for b in every), image.height - max(b.bottom for b in every))
    return {number: moved(bbox, dx, dy, image) for number, bbox in boxes.items()}


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


def typed(before: BBox, wished: BBox, image: Size) -> BBox:
    """A box as typed in numbers: a new place keeps the size, a new size keeps the place."""
    x, width = _typed(before.x, wished.x, wished.width, image.width)
    y, height = _typed(before.y, wished.y, wished.height, image.height)
    return BBox(x, y, width, height)


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


def touched(boxes: Iterable[tuple[int, BBox]], band: BBox) -> list[int]:
    """The ids of the boxes that a rectangle touches, but for those that it lies wholly inside of:

    a large box behind the ones that are meant is not meant.
    """
    return [
        box_id
        for box_id, bbox in boxes
        if bbox.x <= band.right
        and band.x <= bbox.right
        and bbox.y <= band.bottom
        and band.y <= bbox.bottom
        and not (bbox.contains(band.x, band.y) and bbox.contains(band.right, band.bottom))
    ]


def gripped(bbox: BBox, reach: float) -> BBox:
    """The rectangle at whose corners and sides the handles of a box sit.

    Around a small box it is larger than the box, so that handles neither cover it nor meet.
    """
    least = 3 * reach
    x, y = max(0.0, least - bbox.width) / 2, max(0.0, least - bbox.height) / 2
    return BBox(bbox.x - x, bbox.y - y, bbox.width + 2 * x, bbox.height + 2 * y)


def handles_of(bbox: BBox, reach: float) -> dict[Handle, tuple[float, float]]:
    """The handles of a box and where they sit, corners first; a side's only where it has room."""
    grip = gripped(bbox, reach)
    places = {handle: place_of(handle, grip) for handle in Handle if handle.is_corner}
    for handle in Handle:
        length = grip.width if handle in (Handle.TOP, Handle.BOTTOM) else grip.height
        if not handle.is_corner and length >= 4 * reach:
            places[handle] = place_of(handle, grip)
    return places


def handle_at(bbox: BBox, x: float, y: float, reach: float) -> Handle | None:
    """The handle within reach of a point, corners before sides. The middle third is for moving."""
    for handle, (across, down) in handles_of(bbox, reach).items():
        if abs(x - across) <= reach and abs(y - down) <= reach:
            return handle
    return None


def before(ids: Sequence[int], current: int | None) -> int | None:
    """The id that stands before the current one, going round; None of none."""
    return after(tuple(reversed(ids)), current)


def after(ids: Sequence[int], current: int | None) -> int | None:
    """The id that follows the current one, going round; None of none."""
    if not ids:
        return None
    if current not in ids:
        return ids[0]
    return ids[(ids.index(current) + 1) % len(ids)]


def _typed(before: float, start: float, length: float, limit: float) -> tuple[float, float]:
    length = min(length, limit)
    if start == before:
        return start, min(length, limit - start)
    return min(start, limit - length), length


def _between(value: float, low: float, high: float) -> float:
    return max(low, min(value, high))


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
