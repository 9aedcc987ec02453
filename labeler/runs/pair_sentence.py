"""What two curves say in plain words, and what they do not: the sentence of a pair."""

from __future__ import annotations

from collections.abc import Sequence

from labeler.runs.pair_points import Axis, Interval, Point, Reached, Winner, reached
from labeler.runs.pair_words import PLAIN, PairWords

NOTHING = 0.05
"""An AP50 below this is that of a detector which has not learned to find anything yet."""
FEWEST_BOXES = 8
"""With fewer validation boxes even the intervals tell nothing."""


def sentence(
    axis: Axis,
    moment: float,
    kept: tuple[Point | None, Point | None],
    curves: tuple[Sequence[Point], Sequence[Point]],
    level: float,
    *,
    winner: Winner,
    boxes: int | None,
    difference: Interval | None,
    by_ap: bool = False,
    words: PairWords = PLAIN,
) -> str:
    """pretrained stands first. kept: what both had at that moment of the axis; boxes and
    difference as in pair_story.tell; by_ap: whether the winner is told by AP."""
    parts = [
        _scores(axis, moment, *kept, words, by_ap=by_ap),
        _doubt(winner, *kept, boxes, difference, by_ap=by_ap),
        _Race(axis, moment, curves, level, words).told() if all(kept) else "",
    ]
    return " ".join(part for part in parts if part)


def _scores(
    axis: Axis,
    moment: float,
    pretrained: Point | None,
    scratch: Point | None,
    words: PairWords,
    *,
    by_ap: bool,
) -> str:
    if pretrained is None and scratch is None:
        return "Nothing was scored yet."
    one, other = (_score(point, by_ap=by_ap) for point in (pretrained, scratch))
    measure = "AP / AP50" if by_ap else "AP50"
    return (
        f"After {_amount(axis, moment)}: {measure} {one} {words.manner} against {other} "
        "from scratch."
    )


def _score(point: Point | None, *, by_ap: bool) -> str:
    if point is None:
        return "nothing yet"
    return f"{point.ap:.2f} / {point.ap50:.2f}" if by_ap else f"{point.ap50:.2f}"


def _amount(axis: Axis, value: float) -> str:
    return f"{value:.1f} epochs" if axis is Axis.EPOCHS else f"{value:.0f} s"


def _doubt(
    winner: Winner,
    one: Point | None,
    other: Point | None,
    boxes: int | None,
    difference: Interval | None,
    *,
    by_ap: bool,
) -> str:
    """What keeps the scores from telling anything."""
    if one is None or other is None:
        return ""
    if boxes is not None and boxes < FEWEST_BOXES:
        return f"{_boxes(boxes)} to check with: too few to tell which is better."
    if max(one.ap50, other.ap50) < NOTHING:
        return "Neither finds anything yet: train for longer."
    if one.score(by_ap=by_ap) == other.score(by_ap=by_ap):
        return "There is no difference."
    if winner is Winner.UNCLEAR and difference is not None:
        return (
            f"The difference{' in AP' if by_ap else ''} may be chance: its 95 % interval goes from "
            f"{difference.low:+.2f} to {difference.high:+.2f}."
        )
    if winner is Winner.UNCLEAR:
        return "Their intervals overlap, so the difference may be chance."
    return "Here scratch did better." if winner is Winner.SCRATCH else ""


def _boxes(count: int) -> str:
    return "Only 1 box" if count == 1 else f"Only {count} boxes"


class _Race:
    """Who reached the level, and how much later than the other."""

    def __init__(
        self,
        axis: Axis,
        moment: float,
        curves: tuple[Sequence[Point], Sequence[Point]],
        level: float,
        words: PairWords,
    ) -> None:
        self._axis, self._moment, self._curves, self._level = axis, moment, curves, level
        self._words = words

    def told(self) -> str:
        if not all(self._curves):
            return ""
        first, second = (reached(points, self._level) for points in self._curves)
        if first is None and second is None:
            passed = self._passed(f", but {self._words.subject}")
            return f"Neither reached {self._level:.2f}{passed}."
        if first is None:
            assert second is not None
            return f"Only scratch reached {self._level:.2f}, after {self._after(second)}."
        return self._never(first) if second is None else self._both(first, second)

    def _after(self, point: Reached) -> str:
        return _amount(self._axis, point.at(self._axis))

    def _never(self, first: Reached) -> str:
        """Scratch did not get there; how soon pretrained had what scratch has now tells how far
        off it is."""
        told = f"Scratch did not reach {self._level:.2f}; {self._words.subject} did after "
        return f"{told}{self._after(first)}{self._passed(', and')}."

    def _passed(self, joint: str) -> str:
        """How soon pretrained had what scratch has now; empty where that tells nothing."""
        best = max(point.ap50 for point in self._curves[1])
        passed = reached(self._curves[0], best)
        if passed is None or passed.is_bound or best <= 0 or passed.at(self._axis) >= self._moment:
            return ""
        return f"{joint} had scratch's {best:.2f} after {self._after(passed)}"

    def _both(self, first: Reached, second: Reached) -> str:
        level = f"{self._level:.2f}"
        many = "as many epochs" if self._axis is Axis.EPOCHS else "as long"
        if first.is_bound and second.is_bound:
            return f"Both were above {level} when they were first scored."
        factor = second.at(self._axis) / max(first.at(self._axis), 1e-9)
        if not first.is_bound and not second.is_bound:
            name = "Scratch" if factor >= 1 else self._words.opening
            return f"{name} needed {max(factor, 1 / factor):.1f} times {many} to reach {level}."
        name, least = "Scratch", factor
        if not first.is_bound:
            name, least = self._words.opening, 1 / factor
        if least <= 1:
            return f"Both reached {level} about as soon."
        return f"{name} needed at least {least:.1f} times {many} to reach {level}."
