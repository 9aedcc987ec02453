"""What a pair of runs tells: its curves at equal epochs and equal seconds, and one sentence.

Pure functions over what the runs told. "The score then" is always that of the weights that would
be kept if one stopped then: the best so far, as the trainer chooses them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from operator import attrgetter

from labeler.runs.pair import PairRecords
from labeler.runs.record import RunRecord

LEVEL = 0.5
"""The AP50 that both are timed to: half of what a perfect detector has."""
FEWEST_BOXES = 20
"""With fewer validation boxes one box more or less found moves AP50 by over 0.05."""
_SAME_MOMENT = 1.05
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


@dataclass(frozen=True, slots=True)
class Story:
    """What there is to say. seconds: how long both had learned when they are compared.

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
        else [*(float(mark) for mark in _MARKS if mark < end / _SAME_MOMENT), end]
    )
    rows = []
    for moment in moments:
        until = _SAME_MOMENT * moment if (axis, moment) == (Axis.SECONDS, end) else moment
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


def tell(
    records: PairRecords,
    boxes: int | None = None,
    intervals: tuple[Interval, Interval] | None = None,
    level: float = LEVEL,
    difference: Interval | None = None,
) -> Story:
    """boxes: how many the validation images have, None: unknown. intervals: of the AP50 of the
    kept weights, pretrained first, where somebody has worked them out. difference: the interval
    of pretrained's AP50 minus scratch's, from the same drawn images (pair_scores): it tells more
    than two intervals, so where it is known it decides."""
    curves = points_of(records.pretrained), points_of(records.scratch)
    seconds = min(records.pretrained.seconds, records.scratch.seconds)
    kept = [kept_at(points, _SAME_MOMENT * seconds, Axis.SECONDS) for points in curves]
    when = [reached(points, level) for points in curves]
    long = many = None
    if when[0] and when[1] and not when[0].is_bound and not when[1].is_bound:
        long = when[1].seconds / max(when[0].seconds, 1e-9)
        many = when[1].epochs / max(when[0].epochs, 1e-9)
    winner = _winner(kept[0], kept[1], boxes, intervals, difference)
    parts = [
        _scores(seconds, kept[0], kept[1]),
        _doubt(winner, kept[0], kept[1], boxes, difference),
        _race(curves, when, level, seconds),
    ]
    return Story(
        seconds,
        kept[0],
        kept[1],
        level,
        when[0],
        when[1],
        long,
        many,
        winner,
        " ".join(part for part in parts if part),
    )


def _known(value: float) -> float | None:
    return value if value >= 0 else None


def _thinned(rows: list[Row]) -> list[Row]:
    """The first, the last, and some between them."""
    if len(rows) <= _MOST_ROWS:
        return rows
    steps = [round(i * (len(rows) - 1) / (_MOST_ROWS - 1)) for i in range(_MOST_ROWS)]
    return [rows[step] for step in dict.fromkeys(steps)]


def _winner(
    pretrained: Point | None,
    scratch: Point | None,
    boxes: int | None,
    intervals: tuple[Interval, Interval] | None,
    difference: Interval | None,
) -> Winner:
    if pretrained is None or scratch is None or pretrained.ap50 == scratch.ap50:
        return Winner.UNCLEAR
    if boxes is not None and boxes < FEWEST_BOXES:
        return Winner.UNCLEAR
    known = intervals or _ap_intervals(pretrained, scratch)
    if difference is not None:
        if difference.low <= 0 <= difference.high:
            return Winner.UNCLEAR
    elif known and known[0].overlaps(known[1]):
        return Winner.UNCLEAR
    return Winner.PRETRAINED if pretrained.ap50 > scratch.ap50 else Winner.SCRATCH


def _ap_intervals(pretrained: Point, scratch: Point) -> tuple[Interval, Interval] | None:
    bounds = (pretrained.ap_low, pretrained.ap_high, scratch.ap_low, scratch.ap_high)
    known = [bound for bound in bounds if bound is not None]
    return (Interval(*known[:2]), Interval(*known[2:])) if len(known) == 4 else None


def _scores(seconds: float, pretrained: Point | None, scratch: Point | None) -> str:
    if pretrained is None and scratch is None:
        return "Nothing was scored yet."
    one, other = (
        f"{point.ap50:.2f}" if point else "nothing yet" for point in (pretrained, scratch)
    )
    return f"After {seconds:.0f} s: AP50 {one} pretrained against {other} from scratch."


def _doubt(
    winner: Winner,
    one: Point | None,
    other: Point | None,
    boxes: int | None,
    difference: Interval | None,
) -> str:
    """What keeps the scores from telling anything."""
    if one is None or other is None:
        return ""
    if boxes is not None and boxes < FEWEST_BOXES:
        return f"{_boxes(boxes)} to check with: too few to tell which is better."
    if one.ap50 == other.ap50:
        return "There is no difference."
    if winner is Winner.UNCLEAR and difference is not None:
        return (
            "The difference may be chance: its 95 % interval goes from "
            f"{difference.low:+.2f} to {difference.high:+.2f}."
        )
    if winner is Winner.UNCLEAR:
        return "Their intervals overlap, so the difference may be chance."
    return "Here scratch did better." if winner is Winner.SCRATCH else ""


def _boxes(count: int) -> str:
    return "Only 1 box" if count == 1 else f"Only {count} boxes"


def _race(
    curves: tuple[Sequence[Point], Sequence[Point]],
    when: Sequence[Reached | None],
    level: float,
    seconds: float,
) -> str:
    """Who reached the level, and how much later than the other."""
    if not curves[0] or not curves[1]:
        return ""
    first, second = when
    if first is None and second is None:
        return f"Neither reached {level:.2f}."
    if first is None:
        assert second is not None
        return f"Only scratch reached {level:.2f}, after {second.seconds:.0f} s."
    if second is None:
        return _never(curves, first, level, seconds)
    return _both(first, second, level)


def _never(
    curves: tuple[Sequence[Point], Sequence[Point]], first: Reached, level: float, seconds: float
) -> str:
    """Scratch did not get there; how soon pretrained had what scratch has now tells how far off."""
    told = f"Scratch did not reach {level:.2f}; pretrained did after {first.seconds:.0f} s"
    best = max(point.ap50 for point in curves[1])
    passed = reached(curves[0], best)
    if passed is None or passed.is_bound or best <= 0 or passed.seconds >= seconds:
        return f"{told}."
    return f"{told}, and had scratch's {best:.2f} after {passed.seconds:.0f} s."


def _both(first: Reached, second: Reached, level: float) -> str:
    if first.is_bound and second.is_bound:
        return f"Both were above {level:.2f} when they were first scored."
    if first.is_bound or second.is_bound:
        name, sooner, later = (
            ("scratch", first, second) if first.is_bound else ("pretrained", second, first)
        )
        factor = later.seconds / max(sooner.seconds, 1e-9)
        if factor <= 1:
            return f"Both reached {level:.2f} about as soon."
        return (
            f"{name.capitalize()} needed at least {factor:.1f} times as long to reach {level:.2f}."
        )
    factor = second.seconds / max(first.seconds, 1e-9)
    name = "Scratch" if factor >= 1 else "Pretrained"
    return f"{name} needed {max(factor, 1 / factor):.1f} times as long to reach {level:.2f}."
