"""How the little world behaves: lively, within its bounds, obedient to whoever has control."""

from __future__ import annotations

import math

import pytest

from labeler.simulator.body import HEAD_RANGE, Body, BodyPose, wrap
from labeler.simulator.ground import ROBOT_RADIUS, disc_of, on_table
from labeler.simulator.manoeuvres import Manoeuvre, Straight, Turn
from labeler.simulator.minds import bearing
from labeler.simulator.scene import Thing
from labeler.simulator.textures import TABLE
from labeler.simulator.world import World

TICK = 1 / 15


@pytest.mark.parametrize("seed", range(6))
def test_nobody_falls_off_the_table_or_drives_through_things(seed: int) -> None:
    world = World(seed)
    for _ in range(900):
        world.step(TICK)
        for body in (world.body, world.other):
            assert on_table(body.pose.x, body.pose.y, margin=3.0)
            gaps = [disc_of(thing).gap(body.pose.x, body.pose.y) for thing in world.things]
            assert min(gaps) > ROBOT_RADIUS - 1.5
        apart = math.hypot(
            world.body.pose.x - world.other.pose.x, world.body.pose.y - world.other.pose.y
        )
        assert apart > 1.7 * ROBOT_RADIUS


@pytest.mark.parametrize("seed", range(4))
def test_our_robot_looks_around_and_sees_the_other_mostly_but_not_always(seed: int) -> None:
    world = World(seed)
    seen, headings = [], []
    for _ in range(1500):
        world.step(TICK)
        aside = bearing(world.body.pose, world.other.pose.x, world.other.pose.y)
        seen.append(abs(aside) < 0.65)
        headings.append(world.body.pose.heading)
    assert 0.5 < sum(seen) / len(seen) < 0.97
    assert max(headings) - min(headings) > 1.5


def test_a_controlled_robot_stands_still_until_it_is_told() -> None:
    world = World(3)
    world.residents[0].controlled = True
    world.body.stop()
    world.step(TICK)
    here = world.body.pose
    for _ in range(60):
        world.step(TICK)
    assert world.body.pose == here
    assert world.other.pose != World(3).other.pose


def test_things_are_put_elsewhere_only_out_of_sight() -> None:
    world, moved = World(2), 0
    for _ in range(1800):
        before = list(world.things)
        world.step(TICK)
        for old, new in zip(before, world.things, strict=True):
            if old != new:
                moved += 1
                assert abs(bearing(world.body.pose, old.x, old.y)) > 0.8
                assert abs(bearing(world.body.pose, new.x, new.y)) > 0.8
    assert moved


def test_the_head_stops_at_its_ends() -> None:
    body = Body(BodyPose(0, 0, 0))
    body.move_head(5.0)
    for _ in range(30):
        body.take_pose(body.step(TICK), free=True)
    assert body.pose.head == pytest.approx(HEAD_RANGE[1])
    assert not body.head_moving


def test_a_blocked_robot_still_turns() -> None:
    body = Body(BodyPose(0, 0, 0))
    body.drive(10, 5)
    for _ in range(15):
        body.take_pose(body.step(TICK), free=False)
    assert (body.pose.x, body.pose.y) == (0, 0)
    assert body.pose.heading < -0.3


def at_the_edge() -> World:
    """Our robot, steered, looks over the table's right edge with nothing around it."""
    world = World(1)
    world.things = [Thing("ball", -50.0, -35.0, 0.0)]
    world.residents[0].controlled = True
    world.body.pose = BodyPose(TABLE[0] / 2 - 9.0, 30.0, 0.0)
    return world


def test_a_steered_robot_stops_at_the_edge_until_it_is_driven_back() -> None:
    world = at_the_edge()
    body = world.body
    body.drive(15.0, 15.0)
    for _ in range(20):
        world.step(TICK)
    assert body.cliff
    assert not body.wheels_moving
    assert on_table(body.pose.x, body.pose.y)
    stopped = body.pose
    body.drive(15.0, 15.0)
    world.step(TICK)
    world.step(TICK)
    assert body.cliff
    assert body.pose.x < stopped.x + 0.5
    body.drive(-15.0, -15.0)
    for _ in range(5):
        world.step(TICK)
    assert not body.cliff
    assert body.pose.x < stopped.x


@pytest.mark.parametrize("heading", [-1.2, 1.2, 0.3])
def test_a_steered_robot_stops_at_the_edge_also_where_it_drives_along_it(heading: float) -> None:
    world = at_the_edge()
    body = world.body
    body.pose = BodyPose(TABLE[0] / 2 - 9.0, math.copysign(30.0, -heading), heading)
    body.drive(15.0, 15.0)
    for _ in range(60):
        world.step(TICK)
    assert body.cliff
    assert on_table(body.pose.x, body.pose.y)


def test_nothing_is_driven_through_however_slow_the_clock_ticks() -> None:
    world = at_the_edge()
    world.things = [Thing("ball", 0.0, 30.0, 0.0)]
    body = world.body
    body.pose = BodyPose(-20.0, 30.0, 0.0)
    body.drive(20.0, 20.0)
    for _ in range(3):
        world.step(1.5)
        assert body.pose.x < -ROBOT_RADIUS
    assert body.blocked


@pytest.mark.parametrize("tick", [1 / 30, TICK, 4 * TICK])
@pytest.mark.parametrize("speed", [0.3, 1.5, 6.0])
def test_a_turn_and_a_way_end_where_they_should_at_every_pace(tick: float, speed: float) -> None:
    world = at_the_edge()
    body = world.body
    body.pose = BodyPose(40.0, 30.0, 2.8)
    done(world, Turn(body, 1.1, speed), tick)
    assert wrap(body.pose.heading - 3.9) == pytest.approx(0, abs=0.02)
    start = body.pose
    done(world, Straight(body, -6.0, 5 * speed), tick)
    assert math.hypot(body.pose.x - start.x, body.pose.y - start.y) == pytest.approx(6, abs=0.1)
    assert abs(bearing(start, body.pose.x, body.pose.y)) == pytest.approx(math.pi, abs=0.05)


def done(world: World, manoeuvre: Manoeuvre, tick: float) -> None:
    for _ in range(600):
        if manoeuvre.steer(tick):
            break
        world.step(tick)
    else:
        pytest.fail("it never came to its end")
    world.step(tick)
    assert not world.body.wheels_moving
