"""Numbers that stay with their things from picture to picture."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.track.crowd import may_overlap, may_reach
from labeler.track.steady import Box, Steady, Thing, iou

MUG, BALL = 1, 2
SIDES = st.floats(0.5, 300.0)
BOXES = st.tuples(st.floats(0.0, 600.0), st.floats(0.0, 300.0), SIDES, SIDES)


def thing(x: float, y: float = 100.0, *, category_id: int = MUG, score: float = 0.9) -> Thing:
    return Thing(category_id, (x, y, 60.0, 60.0), score)


def numbers(steady: Steady, *things: Thing, steps: int = 1) -> list[int]:
    return [each.number for each in steady.follow(things, steps)]


def test_a_thing_keeps_its_number_while_it_moves() -> None:
    steady = Steady()
    seen = [numbers(steady, thing(10.0 + 20 * step)) for step in range(20)]
    assert seen == [[1]] * 20


def test_two_that_pass_each_other_keep_their_numbers() -> None:
    """They come from both sides at a constant speed and overlap in the middle."""
    steady = Steady()
    for step in range(31):
        left, right = thing(15.0 * step, 100.0), thing(450.0 - 15.0 * step, 120.0)
        assert numbers(steady, left, right) == [1, 2], step


@pytest.mark.parametrize("way", [-150.0, 110.0])
def test_when_the_camera_turns_all_at_once_nobody_takes_the_number_of_another(way: float) -> None:
    """After the turn each stands where its neighbour stood."""
    steady = Steady()
    places = (100.0, 210.0, 420.0)
    for _ in range(3):
        assert numbers(steady, *(thing(x) for x in places)) == [1, 2, 3]
    assert numbers(steady, *(thing(x + way) for x in places)) == [1, 2, 3]


def test_the_order_of_the_detections_does_not_matter() -> None:
    steady = Steady()
    assert numbers(steady, thing(0), thing(200)) == [1, 2]
    assert numbers(steady, thing(205), thing(5)) == [2, 1]


def test_each_class_counts_by_itself_and_is_never_exchanged() -> None:
    steady = Steady()
    assert numbers(steady, thing(0), thing(0, category_id=BALL)) == [1, 1]
    assert numbers(steady, thing(0, category_id=BALL), thing(300)) == [1, 2]


def test_a_thing_of_another_class_never_takes_over_a_number() -> None:
    steady = Steady()
    assert numbers(steady, thing(0), thing(300)) == [1, 2]
    assert numbers(steady, thing(300, category_id=BALL)) == [1]
    assert numbers(steady, thing(300)) == [2]


def test_a_box_that_is_found_much_larger_than_before_is_still_the_same_thing() -> None:
    """0.36 of both boxes is shared, and one is 2.8 times as large as the other."""
    steady = Steady()
    assert numbers(steady, Thing(MUG, (100.0, 100.0, 60.0, 60.0), 0.9)) == [1]
    assert numbers(steady, Thing(MUG, (80.0, 80.0, 100.0, 100.0), 0.9)) == [1]


def test_who_is_missed_for_a_moment_comes_back_with_its_number() -> None:
    steady = Steady()
    for step in range(5):
        numbers(steady, thing(20.0 * step))
    for _ in range(6):
        assert numbers(steady) == []
    assert numbers(steady, thing(20.0 * 11)) == [1]


def test_who_is_away_for_long_is_a_new_one() -> None:
    steady = Steady()
    numbers(steady, thing(0))
    assert numbers(steady, steps=16) == []
    assert numbers(steady, thing(0)) == [2]


def test_pictures_passed_over_are_counted_in() -> None:
    steady = Steady()
    for step in range(8):
        numbers(steady, thing(30.0 * step))
    assert numbers(steady, thing(30.0 * 12), steps=5) == [1]


def test_what_is_unsure_begins_nothing_but_goes_on_with_what_was_sure() -> None:
    steady = Steady(sure=0.5)
    assert numbers(steady, thing(0, score=0.3)) == [0]
    assert numbers(steady, thing(0, score=0.8)) == [1]
    assert numbers(steady, thing(4, score=0.2)) == [1]


def test_a_sure_thing_takes_the_number_before_an_unsure_double_of_it() -> None:
    steady = Steady(sure=0.5)
    numbers(steady, thing(0))
    assert numbers(steady, thing(1, score=0.2), thing(8, score=0.9)) == [0, 1]


def test_a_smoothed_box_trembles_less_and_does_not_lag_behind() -> None:
    steady = Steady()
    raw, smooth = [], []
    for step in range(60):
        true = 10.0 * step
        noisy = true + (4.0 if step % 2 else -4.0)
        (followed,) = steady.follow([thing(noisy)])
        raw.append(abs(noisy - true))
        smooth.append(abs(followed.smooth.box[0] - true))
    assert sum(smooth[20:]) < 0.75 * sum(raw[20:])


def test_after_forgetting_the_numbers_begin_again() -> None:
    steady = Steady()
    numbers(steady, thing(0))
    steady.forget()
    assert numbers(steady, thing(300)) == [1]


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ((0, 0, 10, 10), (0, 0, 10, 10), 1.0),
        ((0, 0, 10, 10), (5, 0, 10, 10), 1 / 3),
        ((0, 0, 10, 10), (10, 0, 10, 10), 0.0),
    ],
)
def test_overlap_is_intersection_over_union(one: Box, other: Box, expected: float) -> None:
    assert iou(one, other) == pytest.approx(expected)


@settings(deadline=None, max_examples=40)
@given(st.lists(BOXES, min_size=1, max_size=12), st.lists(BOXES, min_size=1, max_size=12))
def test_the_first_look_at_a_crowd_misses_no_pair(one: list[Box], other: list[Box]) -> None:
    overlapping, in_reach = may_overlap(one, other, 0.2), may_reach(one, other, 1.5, 2.0)
    for row, mine in enumerate(one):
        for column, its in enumerate(other):
            assert overlapping[row, column] or iou(mine, its) < 0.2
            sizes = sorted((mine[2] * mine[3], its[2] * its[3]))
            way = math.dist(
                (mine[0] + mine[2] / 2, mine[1] + mine[3] / 2),
                (its[0] + its[2] / 2, its[1] + its[3] / 2),
            )
            is_like = sizes[1] <= 2 * sizes[0] and way < 1.5 * math.sqrt(sizes[1])
            assert in_reach[row, column] or not is_like


def test_each_of_a_crowd_keeps_its_number() -> None:
    steady = Steady()
    for step in range(5):
        crowd = [thing(40.0 * n + 2 * step, 5.0 * n) for n in range(60)]
        assert numbers(steady, *crowd) == list(range(1, 61))
