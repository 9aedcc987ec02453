"""The scores of two runs over epochs and seconds, set beside each other at equal moments.

"The score then" is always that of the weights that would be kept if one stopped then: the best so
far, as the trainer chooses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from labeler.runs.pair import PairRecords
from labeler.runs.record import RunRecord

SAME_MOMENT = 1.05
"""Both end at the same epoch, not to the second: what the slower run scores a little later counts
as scored then."""
_MARKS = (2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240, 300, 450, 600, 900, 1800, 3600)
_MOST_ROWS = 12


class Axis(StrEnum):
    """What is equal for both runs where their scores are set beside each other."""

    EPOCHS = "epochs"
    SECONDS = "seconds"


@dataclass(frozen=True, slots=True)
class Point:
    """The weights at one moment, scored on the validation images; 0 to 1.

    seconds: of this run's own learning. ap_low and ap_high: the 95 % interval of AP, None: unknown.
    """

    seconds: float
    epochs: float
    ap: float
    ap50: float
    ap_low: float | None = None
    ap_high: float | None = None

    def at(self, axis: Axis) -> float:
        return self.epochs if axis is Axis.EPOCHS else self.seconds

    def score(self, *, by_ap: bool) -> float:
        """AP, or AP50."""
        return self.ap if by_ap else self.ap50


@dataclass(frozen=True, slots=True)
class Row:
    """Both runs at one equal moment; None: nothing was scored by then."""

    moment: float
    pretrained: Point | None
    scratch: Point | None


@dataclass(frozen=True, slots=True)
class Reached:
    """When an AP50 was reached, between two scores by a straight line.

    is_bound: the very first score was above it already, so it was reached then at the latest.
    """

    seconds: float
    epochs: float
    is_bound: bool

    def at(self, axis: Axis) -> float:
        return self.epochs if axis is Axis.EPOCHS else self.seconds


@dataclass(frozen=True, slots=True)
class Interval:
    """The 95 % bootstrap interval of a score over the validation images."""

    low: float
    high: float

    def overlaps(self, other: Interval) -> bool:
        return self.low <= other.high and other.low <= self.high


class Winner(StrEnum):
    """Who is ahead at the end; UNCLEAR where that may be chance."""

    PRETRAINED = "pretrained"
    SCRATCH = "scratch"
    UNCLEAR = "unclear"


def points_of(record: RunRecord) -> tuple[Point, ...]:
    """The scores of a run in their order; those that nobody could measure are left out."""
    return tuple(
        Point(e.seconds, e.epoch, e.ap, e.ap50, _known(e.ap_low), _known(e.ap_high))
        for e in record.evaluations
        if e.ap >= 0 and e.ap50 >= 0
    )


def kept_at(points: Sequence[Point], moment: float, axis: Axis) -> Point | None:
    """The best so far at that moment, chosen as the trainer does: by AP, then by AP50."""
    so_far = [point for point in points if point.at(axis) <= moment]
    return max(so_far, key=attrgetter("ap", "ap50"), default=None)


def equal_rows(records: PairRecords, axis: Axis) -> list[Row]:
    """A table of both at equal moments, a dozen rows at most, as far as both have come.

    Equal epochs are those that were scored; equal seconds are round numbers.
    """
    pretrained, scratch = points_of(records.pretrained), points_of(records.scratch)
    end = min((points[-1].at(axis) if points else 0.0) for points in (pretrained, scratch))
    moments = (
        [point.epochs for point in scratch if point.epochs <= end]
        if axis is Axis.EPOCHS
        else [*(float(mark) for mark in _MARKS if mark < end / SAME_MOMENT), end]
    )
    rows = []
    for moment in moments:
        until = SAME_MOMENT * moment if (axis, moment) == (Axis.SECONDS, end) else moment
        rows.append(Row(moment, kept_at(pretrained, until, axis), kept_at(scratch, until, axis)))
    return _thinned([row for row in rows if row.pretrained or row.scratch])


def reached(points: Sequence[Point], level: float) -> Reached | None:
    """When AP50 first stood at level; None: never."""
    for number, point in enumerate(points):
        if point.ap50 < level:
            continue
        if number == 0:
            return Reached(point.seconds, point.epochs, is_bound=True)
        before = points[number - 1]
        part = (level - before.ap50) / (point.ap50 - before.ap50)
        return Reached(
            before.seconds + part * (point.seconds - before.seconds),
            before.epochs + part * (point.epochs - before.epochs),
            is_bound=False,
        )
    return None


def _known(value: float) -> float | None:
    return value if value >= 0 else None


def _thinned(rows: list[Row]) -> list[Row]:
    """The first, the last, and some between them."""
    if len(rows) <= _MOST_ROWS:
        return rows
    steps = [round(i * (len(rows) - 1) / (_MOST_ROWS - 1)) for i in range(_MOST_ROWS)]
    return [rows[step] for step in dict.fromkeys(steps)]
