"""Where a sweep and a posing partner go, before any robot moves."""

from __future__ import annotations

import itertools
import math

import pytest

from labeler.cameras.posing import on_table
from labeler.cameras.posing_plan import (
    AwayStop,
    PosingStop,
    PosingWish,
    plan_negatives,
    plan_poses,
)
from labeler.cameras.sweep import SweepWish, plan_sweep
from labeler.dataset.model import Pose


def test_a_sweep_goes_all_around_and_its_head_up_and_down_in_turn() -> None:
    stops = plan_sweep(SweepWish(steps=4, angles=3, lowest_deg=-10, highest_deg=20))
    turns = [round(math.degrees(stop.turn_rad)) for stop in stops]
    heads = [round(math.degrees(stop.head_rad)) for stop in stops]
    assert turns == [0, 0, 0, 90, 90, 90, 180, 180, 180, 270, 270, 270]
    assert heads == [-10, 5, 20, 20, 5, -10, -10, 5, 20, 20, 5, -10]


def test_a_part_of_a_turn_lies_half_to_the_right_and_half_to_the_left() -> None:
    stops = plan_sweep(SweepWish(steps=3, angles=1, arc_deg=90))
    assert [math.degrees(stop.turn_rad) for stop in stops] == pytest.approx([-45, 0, 45])
    (alone,) = plan_sweep(SweepWish(steps=1, angles=1, arc_deg=90))
    assert alone.turn_rad == 0


@pytest.mark.parametrize(
    "wrong",
    [{"steps": 0}, {"angles": 9}, {"lowest_deg": 20, "highest_deg": 10}, {"arc_deg": 0}],
)
def test_a_sweep_that_no_robot_can_do_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"no|nothing"):
        SweepWish(**wrong)


def test_the_partner_stays_in_its_circle_and_the_seed_gives_the_same_poses() -> None:
    wish = PosingWish(pictures=200, radius_cm=9, seed=4)
    poses = plan_poses(wish)
    away = [math.hypot(pose.x_mm, pose.y_mm) for pose in poses]
    assert max(away) <= 90 - wish.slack_mm + 1e-6
    outer = sum(each > (90 - wish.slack_mm) / math.sqrt(2) for each in away)
    assert outer == pytest.approx(100, abs=30)  # even over the area
    assert poses == plan_poses(wish)
    assert poses != plan_poses(PosingWish(pictures=200, radius_cm=9, seed=5))
    assert len(plan_poses(PosingWish(pictures=3, radius_cm=9, seed=4))) == 3
    headings = [pose.heading_rad for pose in poses]
    assert min(headings) < -3 < 3 < max(headings)


def test_the_partner_takes_a_pose_after_each_motion_and_turns_no_more_than_it_must() -> None:
    poses = plan_poses(PosingWish(pictures=48, radius_cm=10, seed=1))
    turned = [_turn(*each) for each in itertools.pairwise(poses)]
    driven = [_way(*each) for each in itertools.pairwise(poses)]
    assert driven[1::2] == pytest.approx([0.0] * 23)
    degrees = [math.degrees(each) for each in turned[1::2]]
    assert 15 < min(degrees) < max(degrees) < 105  # seen from another side, in a moment
    assert turned[::2] == pytest.approx([0.0] * 24)
    assert min(driven[::2]) > 2 * PosingWish(radius_cm=10).slack_mm
    aside = [_aside(*each) for each in itertools.pairwise(poses)]
    assert aside == pytest.approx([0.0] * 47, abs=1e-6)  # it looks along each line that it drives


def test_nobody_is_asked_for_a_pose_that_a_vector_cannot_take() -> None:
    """Its head goes from -22 to 45 degrees and its lift from 32 to 92 mm, by the SDK."""
    poses = plan_poses(PosingWish(pictures=300, seed=3))
    looks = plan_negatives(PosingWish(pictures=0, negatives=100, seed=3))
    heads = [math.degrees(each.head_rad) for each in poses]
    heads += [math.degrees(each.head_rad) for each in looks]
    assert min(heads) >= -22
    assert max(heads) <= 45
    assert max(heads) - min(heads) > 30  # and it does move it
    assert all(32 <= pose.lift_mm <= 92 for pose in poses)


def test_without_its_partner_the_photographer_looks_away_and_turns_once() -> None:
    stops = plan_negatives(PosingWish(pictures=0, negatives=30, seed=2))
    turns = [stop.turn_rad for stop in stops]
    assert all(isinstance(stop, AwayStop) for stop in stops)
    assert min(turns) > math.radians(45 + 30)  # half of what it sees, and the partner's circle
    assert max(turns) < math.radians(360 - 45 - 30)
    assert all(one <= two for one, two in itertools.pairwise(turns))


def test_a_place_before_the_partner_is_found_whichever_way_it_began() -> None:
    origin = Pose(100.0, 50.0, math.pi / 2)
    assert on_table(origin, 30.0, 0.0) == pytest.approx((100.0, 80.0))
    assert on_table(origin, 0.0, 30.0) == pytest.approx((70.0, 50.0))


@pytest.mark.parametrize("wrong", [{"radius_cm": 2}, {"pictures": -1}, {"negatives": 5000}])
def test_a_partner_that_no_table_holds_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no"):
        PosingWish(**wrong)


def _turn(one: PosingStop, other: PosingStop) -> float:
    return abs(math.remainder(other.heading_rad - one.heading_rad, math.tau))


def _way(one: PosingStop, other: PosingStop) -> float:
    return math.dist((one.x_mm, one.y_mm), (other.x_mm, other.y_mm))


def _aside(one: PosingStop, other: PosingStop) -> float:
    """How far other lies beside the line along which one looks, in millimetres."""
    ahead, left = math.cos(one.heading_rad), math.sin(one.heading_rad)
    return (other.x_mm - one.x_mm) * left - (other.y_mm - one.y_mm) * ahead
