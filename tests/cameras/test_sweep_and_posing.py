"""A sweep and a posing partner whose robots obey at once, err, meet an edge or are lifted."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from itertools import count

import pytest
from anki_vector.messaging.messages_pb2 import DriveStraightRequest

from labeler.cameras.base import Frame
from labeler.cameras.driving import Driver
from labeler.cameras.driving_moves import frame_after, told_from_now
from labeler.cameras.driving_orders import SPEEDS
from labeler.cameras.driving_words import DRIVEN, POSING
from labeler.cameras.posing import pose_partner
from labeler.cameras.posing_plan import PosingWish
from labeler.cameras.sweep import DriveResult, SweepWish, plan_sweep, sweep
from tests.cameras.stand_in import CLIFF_DETECTED, IS_PICKED_UP, StandIn


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    """They never move between two looks, so the second look will do."""
    monkeypatch.setattr("labeler.cameras.driving_moves.SETTLED", 0.0)
    monkeypatch.setattr("labeler.cameras.driving_moves.GLANCE", 0.0)


@pytest.fixture
def robot() -> StandIn:
    return StandIn()


@pytest.fixture
def partner() -> StandIn:
    return StandIn(name="Vector-T2")


@pytest.fixture
def drivers(robot: StandIn, partner: StandIn) -> Iterator[tuple[Driver, Driver]]:
    """The photographer's and the partner's, with control."""
    with ExitStack() as stack:
        made = Driver(robot), Driver(partner, POSING)
        for driver in made:
            driver.take()
            stack.callback(driver.release)
        yield made


def pose(
    drivers: tuple[Driver, Driver], robot: StandIn, wish: PosingWish, kept: list[Frame]
) -> DriveResult:
    return pose_partner(
        *drivers,
        robot,
        wish,
        lambda frame, _negative: kept.append(frame),
        lambda *_: None,
        lambda: False,
    )


@pytest.mark.parametrize("radius_cm", [3, 10, 40])
@pytest.mark.parametrize(("turn_error", "drive_error_mm"), [(0.0, 0.0), (0.08, 5.0), (-0.1, -5.0)])
def test_a_partner_that_drives_too_far_or_not_far_enough_stays_in_its_circle_and_comes_home(
    drivers: tuple[Driver, Driver],
    robot: StandIn,
    partner: StandIn,
    radius_cm: int,
    turn_error: float,
    drive_error_mm: float,
) -> None:
    partner.turn_error, partner.drive_error_mm = turn_error, drive_error_mm
    kept: list[Frame] = []
    wish = PosingWish(pictures=60, negatives=3, radius_cm=radius_cm, seed=2)
    assert pose(drivers, robot, wish, kept) == DriveResult(63, 63)
    assert max(math.hypot(*place) for place in partner.places) <= 10 * radius_cm
    assert len(set(partner.places)) >= 25
    assert math.hypot(*partner.places[-1]) < 10
    assert len({frame.number for frame in kept}) == 63


def test_the_partner_is_photographed_after_each_motion(
    drivers: tuple[Driver, Driver], robot: StandIn, partner: StandIn
) -> None:
    motions: list[int] = []

    def keep(_frame: Frame, _negative: bool) -> None:
        motions.append(sum(one in ("TurnInPlace", "DriveStraight") for one in partner.asked))

    wish = PosingWish(pictures=20, negatives=0)
    pose_partner(*drivers, robot, wish, keep, lambda *_: None, lambda: False)
    assert motions == list(range(1, 21))


def test_a_partner_keeps_to_the_speed_limit_that_the_person_sets_meanwhile(
    drivers: tuple[Driver, Driver], robot: StandIn, partner: StandIn
) -> None:
    """The photographer's slider is the one that the person sees."""
    photographer = drivers[0]
    speeds: list[tuple[float, float]] = []

    def keep(_frame: Frame, _negative: bool) -> None:
        ways = [each for each in partner.requests if isinstance(each, DriveStraightRequest)]
        speeds.extend((way.speed_mmps, photographer.limit_mmps) for way in ways)
        partner.requests.clear()
        photographer.limit_mmps = SPEEDS[len(speeds) % 3]

    wish = PosingWish(pictures=30, negatives=0, radius_cm=40)
    pose_partner(*drivers, robot, wish, keep, lambda *_: None, lambda: False)
    assert len({limit for _, limit in speeds}) > 1
    assert len(speeds) > 8
    for speed, limit in speeds:
        assert speed == pytest.approx(limit)


@pytest.mark.parametrize(
    ("status", "sentence"), [(CLIFF_DETECTED, POSING.edge), (IS_PICKED_UP, POSING.lifted)]
)
def test_a_partner_at_an_edge_or_in_a_hand_ends_it_and_is_to_be_put_back(
    drivers: tuple[Driver, Driver],
    robot: StandIn,
    partner: StandIn,
    status: int,
    sentence: str,
) -> None:
    kept: list[Frame] = []

    def keep(frame: Frame, _negative: bool) -> None:
        kept.append(frame)
        if len(kept) == 3:
            partner.status = status

    wish = PosingWish(pictures=9, negatives=1)
    ended = pose_partner(*drivers, robot, wish, keep, lambda *_: None, lambda: False)
    assert (ended.taken, ended.planned, len(kept)) == (3, 10, 3)
    assert str(ended.fault) == sentence.format("Vector-T2")
    assert "Put it back where it began" in sentence


@pytest.mark.parametrize(
    ("status", "sentence"), [(CLIFF_DETECTED, DRIVEN.edge), (IS_PICKED_UP, DRIVEN.lifted)]
)
def test_a_sweep_at_an_edge_or_in_a_hand_ends_and_what_it_took_is_kept(
    drivers: tuple[Driver, Driver], robot: StandIn, status: int, sentence: str
) -> None:
    kept: list[Frame] = []

    def keep(frame: Frame) -> None:
        kept.append(frame)
        if len(kept) == 2:
            robot.status = status

    stops = plan_sweep(SweepWish(steps=4, angles=1))
    ended = sweep(drivers[0], robot, stops, keep, lambda *_: None, lambda: False)
    assert (ended.taken, ended.planned, len(kept)) == (2, 4, 2)
    assert str(ended.fault) == sentence.format("Vector-T1")


@pytest.mark.parametrize("arc_deg", [360, 90])
def test_after_a_sweep_the_robot_looks_where_it_looked_before(
    drivers: tuple[Driver, Driver], robot: StandIn, arc_deg: int
) -> None:
    """So that the next sweep, or the person, finds it as it was set up."""
    stops = plan_sweep(SweepWish(steps=5, angles=1, arc_deg=arc_deg))
    looked: list[float] = []

    def keep(frame: Frame) -> None:
        assert frame.pose is not None
        looked.append(frame.pose.heading_rad)

    ended = sweep(drivers[0], robot, stops, keep, lambda *_: None, lambda: False)
    assert ended.is_whole
    wanted = [math.remainder(stop.turn_rad, math.tau) for stop in stops]
    assert looked == pytest.approx(wanted, abs=0.06)
    assert looked[-1] != pytest.approx(0, abs=0.5)
    assert robot.body.pose.heading_rad == pytest.approx(0, abs=0.06)


def test_a_sweep_whose_stops_lie_close_takes_no_picture_twice(
    drivers: tuple[Driver, Driver], robot: StandIn
) -> None:
    kept: list[Frame] = []
    stops = plan_sweep(SweepWish(steps=20, angles=1, arc_deg=10))
    sweep(drivers[0], robot, stops, kept.append, lambda *_: None, lambda: False)
    assert len({frame.number for frame in kept}) == 20


def test_a_picture_that_was_on_its_way_while_the_partner_moved_does_not_count(
    robot: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer: Future[None] = Future()
    monkeypatch.setattr(robot, "order", lambda *_: answer)
    robot.image_stamp = 3
    looks = count(1)

    def answers_late() -> bool:
        if next(looks) == 5:
            robot.image_stamp = 9
            answer.set_result(None)
        return False

    since = told_from_now(robot, answers_late)
    assert since.image_stamp == 9
    assert frame_after(robot, since, lambda: False).number == 10
