"""How evenly a posing partner's pictures are spread over place, heading, picture and size."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from labeler.dataset.coverage import COLUMNS, ROWS, coverage
from labeler.dataset.model import Placed, Pose
from labeler.simulator.truth import TrueBox

SECTORS = 12
RINGS = 2


@dataclass(frozen=True, slots=True)
class Posed:
    """A picture: where the partner stood, in a circle around origin, and its true box."""

    pose: Pose
    box: TrueBox


@dataclass(frozen=True, slots=True)
class Spread:
    """How many of SECTORS headings and of RINGS x SECTORS / 2 places of equal area came up, and
    which part of all pictures the commonest of each has; how many cells of "Seen so far" are
    covered; a tenth of the boxes is not as long, and a tenth is longer than long_px (pixels)."""

    headings: int
    commonest_heading: float
    places: int
    commonest_place: float
    cells: int
    long_px: tuple[int, int]


def spread_of(posed: Sequence[Posed], origin: Pose, radius_mm: float, width: int) -> Spread:
    """width, of the pictures, in pixels."""
    headings = Counter(_part(each.pose.heading_rad - origin.heading_rad, SECTORS) for each in posed)
    places = Counter(_place(each.pose, origin, radius_mm) for each in posed)
    height = width * ROWS // COLUMNS
    boxes = [
        Placed(number, each.box.bbox, width, height, None) for number, each in enumerate(posed)
    ]
    seen = coverage(boxes).cells
    longer = sorted(max(each.box.width, each.box.height) for each in posed)
    return Spread(
        headings=len(headings),
        commonest_heading=_share(headings, len(posed)),
        places=len(places),
        commonest_place=_share(places, len(posed)),
        cells=sum(count > 0 for row in seen for count in row),
        long_px=(longer[len(longer) // 10], longer[-1 - len(longer) // 10]),
    )


def _place(pose: Pose, origin: Pose, radius_mm: float) -> tuple[int, int]:
    east, north = pose.x_mm - origin.x_mm, pose.y_mm - origin.y_mm
    ring = int(RINGS * min(0.999, math.hypot(east, north) / radius_mm) ** 2)
    return ring, _part(math.atan2(north, east), SECTORS // 2)


def _part(angle_rad: float, parts: int) -> int:
    return int(parts * (angle_rad % math.tau) / math.tau) % parts


def _share(counts: Counter[int] | Counter[tuple[int, int]], total: int) -> float:
    return round(max(counts.values()) / total, 3)
