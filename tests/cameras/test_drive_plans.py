"""Where a sweep and a posing partner go, before any robot moves."""

from __future__ import annotations

import itertools
import math

import pytest

from labeler.cameras.posing import (
    AWAY,
    AwayStop,
    PosingWish,
    on_table,
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
    assert max(away) <= 90
    assert sum(each > 45 for each in away) == pytest.approx(150, abs=30)  # even over the area
    assert poses == plan_poses(wish)
    assert poses != plan_poses(PosingWish(pictures=200, radius_cm=9, seed=5))
    assert len(plan_poses(PosingWish(pictures=3, radius_cm=9, seed=4))) == 3
    headings = [pose.heading_rad for pose in poses]
    assert min(headings) < -3 < 3 < max(headings)


def test_the_partner_poses_twice_at_a_place_and_goes_to_a_near_one_next() -> None:
    poses = plan_poses(PosingWish(pictures=48, radius_cm=10, seed=1))
    places = [(pose.x_mm, pose.y_mm) for pose in poses]
    assert places[::2] == places[1::2]
    assert len(set(places)) == 24
    hops = [math.dist(one, two) for one, two in itertools.pairwise(places[::2])]
    assert sum(hops) / len(hops) < 60  # 90 were they in no order


def test_without_its_partner_the_photographer_looks_away_and_turns_once() -> None:
    stops = plan_negatives(PosingWish(pictures=0, negatives=30, seed=2))
    turns = [stop.turn_rad for stop in stops]
    assert all(isinstance(stop, AwayStop) for stop in stops)
    assert AWAY[0] <= min(turns) <= max(turns) <= AWAY[1]
    assert all(one <= two for one, two in itertools.pairwise(turns))


def test_a_place_before_the_partner_is_found_whichever_way_it_began() -> None:
    origin = Pose(100.0, 50.0, math.pi / 2)
    assert on_table(origin, 30.0, 0.0) == pytest.approx((100.0, 80.0))
    assert on_table(origin, 0.0, 30.0) == pytest.approx((70.0, 50.0))


@pytest.mark.parametrize("wrong", [{"radius_cm": 2}, {"pictures": -1}, {"negatives": 5000}])
def test_a_partner_that_no_table_holds_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="no"):
        PosingWish(**wrong)
