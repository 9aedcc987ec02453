"""What has been seen of a class so far: where in the picture, how large, under which light."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from labeler.dataset.model import Placed

COLUMNS, ROWS = 16, 9
_FAR, _NEAR = 0.12, 0.33
"""The longer side of a box as a share of the picture's width. A robot of 7 cm is that large at
about 31 and 11 cm from another one's camera."""
_DARK, _BRIGHT = 75, 140
"""Mean grey levels. Simulated and real pictures in even light have 79 to 140."""
_EDGE = 0.25
"""The outer part of the picture, at each side, where the middle of a box counts as at the edge."""
_FEW = 0.05
_ENOUGH = 20
"""From so many boxes on, less than one in twenty of a kind is few."""


class Kind(StrEnum):
    """What pictures of a class can differ in. Pictures of all kinds make a detector sure."""

    FAR = "far"
    MIDDLING = "middling"
    NEAR = "near"
    LEFT = "left"
    RIGHT = "right"
    TOP = "top"
    BOTTOM = "bottom"
    DARK = "dark"
    EVEN = "even"
    BRIGHT = "bright"


SIZES = (Kind.FAR, Kind.MIDDLING, Kind.NEAR)
EDGES = (Kind.LEFT, Kind.RIGHT, Kind.TOP, Kind.BOTTOM)
LIGHTS = (Kind.DARK, Kind.EVEN, Kind.BRIGHT)


@dataclass(frozen=True, slots=True)
class Coverage:
    """cells: (ROWS, COLUMNS) how many boxes cover the middle of each cell; suggested: the same of
    suggestions that wait, which count nowhere else. counts: boxes of each kind. unmeasured: boxes
    on images whose light is not known.
    """

    boxes: int
    images: int
    cells: tuple[tuple[int, ...], ...]
    suggested: tuple[tuple[int, ...], ...]
    counts: dict[Kind, int]
    unmeasured: int

    @property
    def missing(self) -> tuple[Kind, ...]:
        """The kinds of which there is none, the most telling first."""
        return self._kinds(lambda count: count == 0)

    @property
    def few(self) -> tuple[Kind, ...]:
        """The kinds of which there are few."""
        if self.boxes < _ENOUGH:
            return ()
        return self._kinds(lambda count: 0 < count < _FEW * self.boxes)

    def _kinds(self, wanted: Callable[[int], bool]) -> tuple[Kind, ...]:
        known = (*SIZES, *EDGES, *(() if self.unmeasured == self.boxes else LIGHTS))
        return tuple(kind for kind in known if wanted(self.counts[kind]))


def coverage(boxes: Sequence[Placed], suggestions: Sequence[Placed] = ()) -> Coverage:
    """Of one class."""
    counts = dict.fromkeys(Kind, 0)
    for box in boxes:
        for kind in _kinds_of(box):
            counts[kind] += 1
    return Coverage(
        boxes=len(boxes),
        images=len({box.image_id for box in boxes}),
        cells=_cells(boxes),
        suggested=_cells(suggestions),
        counts=counts,
        unmeasured=sum(box.brightness is None for box in boxes),
    )


def _kinds_of(box: Placed) -> Iterable[Kind]:
    longest = max(box.bbox.width, box.bbox.height) / box.image_width
    yield Kind.FAR if longest < _FAR else Kind.NEAR if longest > _NEAR else Kind.MIDDLING
    across = (box.bbox.x + box.bbox.width / 2) / box.image_width
    down = (box.bbox.y + box.bbox.height / 2) / box.image_height
    for edge, is_there in zip(
        EDGES, (across < _EDGE, across > 1 - _EDGE, down < _EDGE, down > 1 - _EDGE), strict=True
    ):
        if is_there:
            yield edge
    if box.brightness is not None:
        is_dark, is_bright = box.brightness < _DARK, box.brightness > _BRIGHT
        yield Kind.DARK if is_dark else Kind.BRIGHT if is_bright else Kind.EVEN


def _cells(boxes: Sequence[Placed]) -> tuple[tuple[int, ...], ...]:
    counts = [[0] * COLUMNS for _ in range(ROWS)]
    for box in boxes:
        across = _covered(box.bbox.x, box.bbox.right, box.image_width, COLUMNS)
        for row in _covered(box.bbox.y, box.bbox.bottom, box.image_height, ROWS):
            for column in across:
                counts[row][column] += 1
    return tuple(tuple(row) for row in counts)


def _covered(start: float, end: float, length: int, parts: int) -> range:
    """The parts whose middle lies between; the one that holds the middle where none does."""
    first, last = round(start / length * parts), round(end / length * parts)
    if first < last:
        return range(max(0, first), min(parts, last))
    middle = min(parts - 1, max(0, int((start + end) / 2 / length * parts)))
    return range(middle, middle + 1)
