"""What a pair of runs tells: who is ahead, how much longer the other took, and one sentence.

Pure functions over what the runs told.
"""

from __future__ import annotations

from dataclasses import dataclass

from labeler.runs.pair import PairRecords
from labeler.runs.pair_points import (
    SAME_MOMENT,
    Axis,
    Interval,
    Point,
    Reached,
    Row,
    Winner,
    equal_rows,
    kept_at,
    points_of,
    reached,
)
from labeler.runs.pair_sentence import FEWEST_BOXES, NOTHING, sentence
from labeler.runs.pair_words import PLAIN, PairWords
from trainer.events import Finished

__all__ = [
    "LEVEL",
    "Axis",
    "Interval",
    "Point",
    "Reached",
    "Row",
    "Story",
    "Winner",
    "equal_rows",
    "kept_at",
    "points_of",
    "reached",
    "tell",
]

LEVEL = 0.5
"""The AP50 that both are timed to: half of what a perfect detector has."""


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to say. seconds: how long both have learned.

    times_as_long and times_as_many_epochs: what scratch needed to reach `level`, as a multiple of
    what pretrained needed; None where one of them never did, or nobody can say how much it was.
    """

    seconds: float
    pretrained: Point | None
    scratch: Point | None
    level: float
    pretrained_reached: Reached | None
    scratch_reached: Reached | None
    times_as_long: float | None
    times_as_many_epochs: float | None
    winner: Winner
    sentence: str

    @property
    def by_ap(self) -> bool:
        """Whether AP tells who is ahead: AP50 tells little where a constant box has much."""
        return _by_ap(self.level)


def tell(
    records: PairRecords,
    boxes: int | None = None,
    intervals: tuple[Interval, Interval] | None = None,
    level: float = LEVEL,
    difference: Interval | None = None,
    axis: Axis = Axis.SECONDS,
    words: PairWords = PLAIN,
) -> Story:
    """boxes: how many the validation images have, None: unknown. intervals: of the AP50 of the
    kept weights, pretrained first, where somebody has worked them out. level: the AP50 to time both
    to; any other than LEVEL means that a constant box reaches much of that, so AP decides who is
    ahead. difference: the interval of pretrained's AP50, or then AP, minus scratch's, from the same
    drawn images (pair_scores): it tells more than two intervals, so where it is known it decides.
    axis: what is equal for both where they are compared; where both have ended after the same
    epochs, but not about as soon, that is those."""
    curves = points_of(records.pretrained), points_of(records.scratch)
    axis = Axis.EPOCHS if _ended_apart(records, curves) else axis
    seconds = min(records.pretrained.seconds, records.scratch.seconds)
    epochs = min((points[-1].epochs if points else 0.0) for points in curves)
    moment = epochs if axis is Axis.EPOCHS else seconds
    until = moment if axis is Axis.EPOCHS else SAME_MOMENT * moment
    one, other = (kept_at(points, until, axis) for points in curves)
    when = [reached(points, level) for points in curves]
    long = many = None
    if when[0] and when[1] and not when[0].is_bound and not when[1].is_bound:
        long = when[1].seconds / max(when[0].seconds, 1e-9)
        many = when[1].epochs / max(when[0].epochs, 1e-9)
    by_ap = _by_ap(level)
    winner = _winner(one, other, boxes, intervals, difference, by_ap=by_ap)
    told = sentence(
        axis,
        moment,
        (one, other),
        curves,
        level,
        winner=winner,
        boxes=boxes,
        difference=difference,
        by_ap=by_ap,
        words=words,
    )
    return Story(
        seconds,
        one,
        other,
        level,
        when[0],
        when[1],
        long,
        many,
        winner,
        told,
    )


def _by_ap(level: float) -> bool:
    return level != LEVEL


def _ended_apart(records: PairRecords, curves: tuple[tuple[Point, ...], tuple[Point, ...]]) -> bool:
    """Whether the machine held one of them up: at equal seconds its last score would not count."""
    if not all(curves) or not all(
        isinstance(each.end, Finished) for each in (records.pretrained, records.scratch)
    ):
        return False
    one, other = (points[-1] for points in curves)
    soon, late = sorted((one.seconds, other.seconds))
    return one.epochs == other.epochs and late > SAME_MOMENT * soon


def _winner(
    pretrained: Point | None,
    scratch: Point | None,
    boxes: int | None,
    intervals: tuple[Interval, Interval] | None,
    difference: Interval | None,
    *,
    by_ap: bool,
) -> Winner:
    if pretrained is None or scratch is None:
        return Winner.UNCLEAR
    one, other = (point.score(by_ap=by_ap) for point in (pretrained, scratch))
    if one == other:
        return Winner.UNCLEAR
    if boxes is not None and boxes < FEWEST_BOXES:
        return Winner.UNCLEAR
    if max(pretrained.ap50, scratch.ap50) < NOTHING:
        return Winner.UNCLEAR
    if _may_be_chance(intervals or _ap_intervals(pretrained, scratch), difference):
        return Winner.UNCLEAR
    return Winner.PRETRAINED if one > other else Winner.SCRATCH


def _may_be_chance(
    intervals: tuple[Interval, Interval] | None, difference: Interval | None
) -> bool:
    if difference is not None:
        return difference.low <= 0 <= difference.high
    return intervals is not None and intervals[0].overlaps(intervals[1])


def _ap_intervals(pretrained: Point, scratch: Point) -> tuple[Interval, Interval] | None:
    bounds = (pretrained.ap_low, pretrained.ap_high, scratch.ap_low, scratch.ap_high)
    known = [bound for bound in bounds if bound is not None]
    return (Interval(*known[:2]), Interval(*known[2:])) if len(known) == 4 else None
