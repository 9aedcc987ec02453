"""What a pair of runs tells, and what it does not claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from labeler.runs.pair import PairRecords
from labeler.runs.pair_story import (
    Axis,
    Interval,
    Reached,
    Winner,
    equal_rows,
    points_of,
    reached,
    tell,
)
from labeler.runs.record import RunRecord
from trainer.events import Evaluated, Finished

Curve = Sequence[tuple[float, float]]
FAST: Curve = ((10, 0.2), (20, 0.6), (30, 0.65), (60, 0.71))
SLOW: Curve = ((10, 0.01), (20, 0.02), (30, 0.05), (60, 0.08))
LATE: Curve = ((10, 0.0), (30, 0.1), (50, 0.3), (70, 0.7))


def _record(curve: Curve, *, pace: float = 10.0, spread: float | None = None) -> RunRecord:
    """curve: (seconds, AP50). pace: seconds an epoch. spread: half of the interval of AP."""
    evaluations = []
    for seconds, ap50 in curve:
        ap = ap50 / 2
        low, high = (-1.0, -1.0) if spread is None else (max(0.0, ap - spread), ap + spread)
        evaluations.append(Evaluated(seconds, seconds / pace, 0.5, ap, ap50, 1e-3, True, low, high))
    return RunRecord.of(evaluations)


def _pair(pretrained: Curve, scratch: Curve, spread: float | None = None) -> PairRecords:
    return PairRecords(_record(pretrained, spread=spread), _record(scratch, spread=spread))


def test_the_sentence_says_the_scores_and_how_much_longer_scratch_took() -> None:
    story = tell(_pair(((10, 0.2), (20, 0.8), (70, 0.9)), LATE))
    assert story.sentence == (
        "After 70 s: AP50 0.90 pretrained against 0.70 from scratch. "
        "Scratch needed 4.0 times as long to reach 0.50."
    )
    assert story.times_as_long == pytest.approx(4.0)
    assert story.times_as_many_epochs == pytest.approx(4.0)
    assert story.winner is Winner.PRETRAINED


def test_a_level_that_scratch_never_reached_is_said_and_how_soon_pretrained_was_as_good() -> None:
    story = tell(_pair(((10, 0.04), (20, 0.6), (60, 0.71)), SLOW))
    assert story.sentence == (
        "After 60 s: AP50 0.71 pretrained against 0.08 from scratch. "
        "Scratch did not reach 0.50; pretrained did after 18 s, and had scratch's 0.08 after 11 s."
    )
    assert story.times_as_long is None


def test_neither_reached_it() -> None:
    ahead = tell(_pair(((10, 0.04), (20, 0.1), (60, 0.4)), SLOW))
    assert ahead.sentence.endswith(
        "Neither reached 0.50, but pretrained had scratch's 0.08 after 17 s."
    )
    story = tell(_pair(SLOW, SLOW))
    assert story.sentence.endswith("There is no difference. Neither reached 0.50.")
    assert story.winner is Winner.UNCLEAR


def test_scratch_may_win_and_is_named() -> None:
    story = tell(_pair(SLOW, FAST))
    assert story.winner is Winner.SCRATCH
    assert "Here scratch did better. Only scratch reached 0.50, after 18 s." in story.sentence
    ahead = tell(_pair(LATE, ((10, 0.2), (20, 0.8), (70, 0.9))))
    assert ahead.sentence.endswith("Pretrained needed 4.0 times as long to reach 0.50.")


def test_who_was_above_at_the_first_score_gives_a_bound_and_no_factor() -> None:
    story = tell(_pair(((5, 0.6), (70, 0.9)), LATE))
    assert story.times_as_long is None
    assert story.sentence.endswith("Scratch needed at least 12.0 times as long to reach 0.50.")
    both = tell(_pair(((5, 0.6), (70, 0.9)), ((5, 0.55), (70, 0.6))))
    assert both.sentence.endswith("Both were above 0.50 when they were first scored.")


def test_overlapping_intervals_leave_it_open() -> None:
    near = tell(_pair(FAST, ((10, 0.1), (60, 0.66)), spread=0.05))
    assert near.winner is Winner.UNCLEAR
    assert "Their intervals overlap, so the difference may be chance." in near.sentence
    assert tell(_pair(FAST, SLOW, spread=0.05)).winner is Winner.PRETRAINED
    given = (Interval(0.5, 0.8), Interval(0.1, 0.55))
    assert tell(_pair(FAST, SLOW, spread=0.05), intervals=given).winner is Winner.UNCLEAR


def test_too_few_validation_boxes_tell_nothing() -> None:
    story = tell(_pair(FAST, SLOW), boxes=7)
    assert story.winner is Winner.UNCLEAR
    assert "Only 7 boxes to check with: too few to tell which is better." in story.sentence
    assert tell(_pair(FAST, SLOW), boxes=20).winner is Winner.PRETRAINED


def test_nothing_scored_and_unknown_scores_are_said() -> None:
    assert tell(PairRecords.empty()).sentence == "Nothing was scored yet."
    unknown = _record([(10, -2.0)])
    assert points_of(unknown) == ()
    half = tell(PairRecords(_record(FAST), unknown))
    assert half.sentence == ("After 10 s: AP50 0.20 pretrained against nothing yet from scratch.")
    assert half.winner is Winner.UNCLEAR


def test_the_weights_that_are_kept_are_compared_not_the_last_ones() -> None:
    story = tell(_pair(((10, 0.2), (30, 0.8), (60, 0.4)), SLOW))
    assert story.pretrained is not None
    assert (story.pretrained.ap50, story.pretrained.seconds) == (0.8, 30)


def test_the_run_that_ended_a_little_later_counts_with_its_last_score() -> None:
    story = tell(_pair(((30, 0.4), (60, 0.7)), ((30, 0.2), (62, 0.3))))
    assert story.scratch is not None
    assert story.scratch.ap50 == 0.3
    assert story.seconds == 60


def test_between_two_scores_a_level_is_reached_on_the_straight_line() -> None:
    points = points_of(_record(((10, 0.2), (20, 0.6)), pace=5.0))
    seconds: Any = pytest.approx(15)
    epochs: Any = pytest.approx(3)
    assert reached(points, 0.4) == Reached(seconds, epochs, is_bound=False)
    assert reached(points, 0.2) == Reached(10, 2, is_bound=True)
    assert reached(points, 0.7) is None


def test_rows_at_equal_epochs_are_those_that_were_scored() -> None:
    slower = _record([(20, 0.1), (40, 0.2), (60, 0.3)], pace=20.0)
    records = PairRecords(_record([(10, 0.5), (20, 0.6), (30, 0.7)]), slower)
    told = [
        (row.moment, row.pretrained.ap50, row.scratch.ap50)
        for row in equal_rows(records, Axis.EPOCHS)
        if row.pretrained and row.scratch
    ]
    assert told == [(1, 0.5, 0.1), (2, 0.6, 0.2), (3, 0.7, 0.3)]


def test_rows_at_equal_seconds_end_where_the_shorter_run_does() -> None:
    slower = _record([(20, 0.1), (40, 0.2), (60, 0.3)], pace=20.0)
    records = PairRecords(_record([(10, 0.5), (20, 0.6), (30, 0.7)]), slower)
    rows = equal_rows(records, Axis.SECONDS)
    told = {row.moment: (row.pretrained, row.scratch) for row in rows}
    assert list(told) == [10, 15, 20, 30]
    assert told[15][1] is None
    ends = told[30]
    assert ends[0] is not None
    assert ends[1] is not None
    assert (ends[0].ap50, ends[1].ap50) == (0.7, 0.1)


def test_a_long_table_keeps_its_first_and_its_last_row() -> None:
    long = [(float(second), second / 100) for second in range(1, 41)]
    rows = equal_rows(_pair(long, long), Axis.EPOCHS)
    assert len(rows) == 12
    assert (rows[0].moment, rows[-1].moment) == (0.1, 4.0)


def test_where_epochs_are_the_budget_the_sentence_counts_in_them() -> None:
    pair = _pair(((10, 0.04), (20, 0.6), (60, 0.71)), SLOW)
    assert tell(pair, axis=Axis.EPOCHS).sentence == (
        "After 6.0 epochs: AP50 0.71 pretrained against 0.08 from scratch. Scratch did not reach "
        "0.50; pretrained did after 1.8 epochs, and had scratch's 0.08 after 1.1 epochs."
    )
    both = _pair(((10, 0.2), (20, 0.8), (70, 0.9)), LATE)
    assert tell(both, axis=Axis.EPOCHS).sentence.endswith(
        "Scratch needed 4.0 times as many epochs to reach 0.50."
    )


def test_at_equal_epochs_a_side_that_was_held_up_loses_nothing() -> None:
    held_up = _record(tuple((9 * seconds, ap50) for seconds, ap50 in FAST), pace=90.0)
    pair = PairRecords(held_up, _record(SLOW))
    assert tell(pair, axis=Axis.EPOCHS).sentence.startswith("After 6.0 epochs: AP50 0.71 pre")
    assert (
        tell(pair).sentence == "After 60 s: AP50 nothing yet pretrained against 0.08 from scratch."
    )


def test_both_ends_count_where_one_side_was_held_up_on_its_way_to_the_same_epoch() -> None:
    held_up = _record(tuple((1.2 * seconds, ap50) for seconds, ap50 in FAST), pace=12.0)
    pair = PairRecords(held_up, _record(SLOW))
    pair.pretrained.add(Finished(0.35, 0.71, 73.0, 6.0, stopped_early=False))
    assert tell(pair).sentence.startswith("After 60 s: AP50 0.65 pretrained")
    pair.scratch.add(Finished(0.04, 0.08, 61.0, 6.0, stopped_early=False))
    assert tell(pair).sentence.startswith("After 6.0 epochs: AP50 0.71 pretrained against 0.08")


def test_the_interval_of_the_difference_decides_where_it_is_known() -> None:
    pair = _pair(FAST, LATE, spread=0.3)
    assert tell(pair).winner is Winner.UNCLEAR
    assert tell(pair, difference=Interval(0.05, 0.2)).winner is not Winner.UNCLEAR
    unclear = tell(pair, difference=Interval(-0.05, 0.2))
    assert "its 95 % interval goes from -0.05 to +0.20." in unclear.sentence


def test_where_neither_finds_anything_nobody_is_ahead() -> None:
    story = tell(_pair(((10, 0.0), (60, 0.004)), ((10, 0.01), (60, 0.02))))
    assert story.winner is Winner.UNCLEAR
    assert "Neither finds anything yet: train for longer." in story.sentence
