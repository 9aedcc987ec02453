"""Driving the simulated robot through the SDK: it moves while it is wished, and never longer."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator

import pytest

from labeler.cameras.base import CameraState
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver, DrivingState
from labeler.cameras.driving_moves import frame_after, stand_still, take_pose
from labeler.cameras.driving_orders import Motion, turn_action
from labeler.cameras.robots import RobotConfig
from labeler.cameras.sweep import DriveResult, SweepWish, plan_sweep, sweep
from labeler.cameras.vector import VectorCamera
from labeler.errors import UserError
from tests.cameras.camera_waits import Simulator, frames_of, wait_for_state, wait_until
from tests.cameras.camera_wire import Wire
from tests.cameras.conftest import CameraMaker
from tests.cameras.stand_in import (
    CLIFF_DETECTED,
    IS_PICKED_UP,
    ON_CHARGER,
    WHEELS_MOVING,
    StandIn,
)


@pytest.fixture
def camera(wired_robot: RobotConfig, vector_camera: CameraMaker) -> VectorCamera:
    made = vector_camera(wired_robot)
    wait_for_state(made, CameraState.LIVE)
    return made


@pytest.fixture
def driver(camera: VectorCamera) -> Iterator[Driver]:
    """With control."""
    made = Driver(camera)
    made.take()
    yield made
    made.release()


def never() -> bool:
    return False


def rolls(driver: Driver) -> bool:
    body = driver.robot.body
    return body is not None and body.wheels_turn


def stands(driver: Driver) -> bool:
    body = driver.robot.body
    return body is not None and not body.moving


def push(driver: Driver, motion: Motion, seconds: float) -> None:
    """Wishes it again and again, as a held key does."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        driver.drive(motion)
        time.sleep(0.02)


def test_control_is_asked_for_only_while_driving_and_given_back(camera: VectorCamera) -> None:
    driver = Driver(camera)
    assert not camera.has_control
    driver.take()
    assert camera.has_control
    driver.release()
    assert not camera.has_control
    assert driver.status.state is DrivingState.OFF
    assert driver.status.message == ""
    driver.take()  # and again
    assert camera.has_control
    driver.release()


def test_a_motion_that_is_not_renewed_ends_by_itself(driver: Driver) -> None:
    driver.drive(Motion(forward=1.0))
    wait_until(lambda: rolls(driver))
    wait_until(lambda: stands(driver))
    assert driver.is_on


def test_the_robot_goes_where_it_is_wished_and_no_faster_than_its_limit(driver: Driver) -> None:
    body = stand_still(driver, never)
    driver.limit_mmps = 40
    speeds: list[float] = []

    def is_there() -> bool:
        driver.drive(Motion(turn=1.0, head=1.0, lift=1.0))
        now = driver.robot.body
        assert now is not None
        speeds.extend((abs(now.left_mmps), abs(now.right_mmps)))
        return (
            math.remainder(now.pose.heading_rad - body.pose.heading_rad, math.tau) > 0.1
            and (now.head_angle_rad > body.head_angle_rad or body.head_angle_rad > 0.7)
            and (now.lift_mm > body.lift_mm or body.lift_mm > 90)
        )

    wait_until(is_there)
    driver.stop()
    stand_still(driver, never)
    assert 0 < max(speeds) <= 40.5


def test_stop_stands_at_once_and_the_picture_goes_on(camera: VectorCamera, driver: Driver) -> None:
    push(driver, Motion(turn=1.0), 0.3)
    wait_until(lambda: rolls(driver))
    driver.stop()
    wait_until(lambda: stands(driver))
    assert len(frames_of(camera, 4)) == 4
    assert driver.is_on


def test_losing_control_to_another_program_ends_driving_with_a_sentence(
    simulator: Simulator, driver: Driver
) -> None:
    driver.drive(Motion(turn=1.0))
    simulator.order("take control")
    wait_until(lambda: driver.status.state is DrivingState.OFF)
    assert "no longer ours to drive" in driver.status.message
    with pytest.raises(UserError, match="no longer ours"):
        driver.refuse_if_off()
    driver.take()
    assert driver.is_on


def test_at_an_edge_it_goes_backwards_only_and_says_so(
    simulator: Simulator, driver: Driver
) -> None:
    with simulator.fault("cliff", "ground"):
        wait_until(lambda: driver.robot.body and driver.robot.body.at_cliff)
        heading = stand_still(driver, never).pose.heading_rad
        push(driver, Motion(forward=1.0), 0.3)
        assert "stands at an edge" in driver.status.message
        assert stands(driver)
        with pytest.raises(UserError, match="edge"):
            take_pose(driver, never, heading_rad=heading + 1.0)
    wait_until(lambda: not (driver.robot.body and driver.robot.body.at_cliff))
    push(driver, Motion(turn=1.0), 0.3)
    assert driver.status.message == ""


def test_on_its_charger_it_does_not_turn_and_that_is_said(
    simulator: Simulator, driver: Driver
) -> None:
    stand_still(driver, never)
    with simulator.fault("dock", "undock"):
        wait_until(lambda: _says(driver, "does not turn"))


def _says(driver: Driver, words: str) -> bool:
    """Whether half a turn fails with these words; it takes a moment until the robot is docked."""
    try:
        take_pose(driver, never, heading_rad=stand_still(driver, never).pose.heading_rad + 3.0)
    except UserError as error:
        return words in str(error)
    return False


def test_control_that_is_refused_is_said_and_driving_stays_off(
    simulator: Simulator, camera: VectorCamera
) -> None:
    driver = Driver(camera)

    def refusal() -> str:
        """What taking control is answered; it takes a moment until the robot denies it."""
        try:
            driver.take(timeout=0.3)
        except UserError as error:
            return str(error)
        driver.release()
        return ""

    with simulator.fault("deny control", "allow control"):
        wait_until(lambda: "did not hand over control" in refusal())
        assert driver.status.state is DrivingState.OFF
    wait_until(lambda: not refusal())


def test_a_lost_connection_ends_driving(driver: Driver, wire: Wire) -> None:
    driver.drive(Motion(turn=0.5))
    wire.cut()
    wait_until(lambda: driver.status.state is DrivingState.OFF)
    assert "is off" in driver.status.message


def test_it_turns_to_an_angle_and_the_picture_is_of_after_that(
    camera: VectorCamera, driver: Driver
) -> None:
    before = stand_still(driver, never)
    wanted = before.pose.heading_rad + 1.0
    still = take_pose(driver, never, heading_rad=wanted, head_rad=0.2)
    frame = frame_after(camera, still, never)
    assert frame.pose is not None
    assert abs(math.remainder(frame.pose.heading_rad - wanted, math.tau)) < 0.1
    assert frame.head_angle_rad == pytest.approx(0.2, abs=0.02)
    assert frame.pose == still.pose


def test_a_motion_that_is_cancelled_stops_the_robot(driver: Driver) -> None:
    heading = stand_still(driver, never).pose.heading_rad
    with pytest.raises(StoppedError):
        take_pose(driver, lambda: rolls(driver), heading_rad=heading + 3.0)
    wait_until(lambda: stands(driver))
    assert driver.is_on


def test_nothing_is_ordered_after_the_stop_that_ends_driving() -> None:
    robot = StandIn()
    driver = Driver(robot)
    refusals: list[str] = []

    def turn() -> None:
        try:
            driver.act([turn_action(1.0, 1.0, 1.0)], never)
        except UserError as error:
            refusals.append(str(error))

    robot.at_stop = turn
    driver.take()
    robot.has_control = False
    wait_until(lambda: "release" in robot.asked)
    assert robot.asked == ["StopAllMotors", "release"]
    assert "no longer ours to drive" in refusals[0]


@pytest.mark.parametrize(
    ("status", "life"), [(0, 0.01), (CLIFF_DETECTED, 60.0), (IS_PICKED_UP, 60.0)]
)
def test_the_stop_is_repeated_until_the_wheels_stand_also_where_no_person_said_it(
    monkeypatch: pytest.MonkeyPatch, status: int, life: float
) -> None:
    for name, seconds in (("LIFE", life), ("TICK", 0.005), ("STOPPED_AFTER", 0.02)):
        monkeypatch.setattr(f"labeler.cameras.driving.{name}", seconds)
    robot = StandIn(status | WHEELS_MOVING)
    driver = Driver(robot)
    driver.take()
    driver.drive(Motion(forward=1.0))
    wait_until(lambda: robot.asked.count("StopAllMotors") > 4)
    driver.release()


def test_an_order_that_fails_with_the_connection_is_told_as_that(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    robot = StandIn()
    driver = Driver(robot)
    driver.take()

    def vanish(_request: object) -> None:
        robot.is_gone = True

    monkeypatch.setattr(robot, "_obey_TurnInPlace", vanish)
    with pytest.raises(UserError, match="connection to Vector-T1 is lost"):
        driver.act([turn_action(1.0, 1.0, 1.0)], never)


def wheels_told(robot: StandIn) -> list[tuple[float, float]]:
    told = [each for each in robot.requests if hasattr(each, "left_wheel_mmps")]
    return [(each.left_wheel_mmps, each.right_wheel_mmps) for each in told]


def test_at_an_edge_head_and_lift_go_on_while_the_wheels_are_barred() -> None:
    robot = StandIn()
    driver = Driver(robot)
    driver.take()
    held = Motion(forward=1.0, head=1.0)
    wait_until(lambda: driver.drive(held) or {"DriveWheels", "MoveHead"} <= {*robot.asked})
    robot.status = CLIFF_DETECTED
    wait_until(lambda: driver.drive(held) or wheels_told(robot)[-1] == (0.0, 0.0))
    assert "StopAllMotors" not in robot.asked  # or the head would stop as well
    assert "stands at an edge" in driver.status.message
    driver.drive(Motion(forward=1.0, lift=1.0))
    wait_until(lambda: "MoveLift" in robot.asked)
    driver.release()


def test_on_its_charger_it_says_why_it_does_not_drive() -> None:
    robot = StandIn(ON_CHARGER)
    driver = Driver(robot)
    driver.take()
    forwards = Motion(forward=1.0)
    wait_until(lambda: driver.drive(forwards) or driver.status.message)
    assert "stands on its charger" in driver.status.message
    driver.drive(Motion(head=1.0))
    wait_until(lambda: not driver.status.message)
    driver.release()


def test_a_sweep_that_ends_because_a_person_switched_driving_off_has_no_fault() -> None:
    robot = StandIn()
    driver = Driver(robot)
    driver.take()
    driver.release()
    stops = plan_sweep(SweepWish(steps=2, angles=1))
    ended = sweep(driver, robot, stops, lambda _frame: None, lambda *_: None, lambda: True)
    assert ended == DriveResult(0, 2)


def test_wheels_keep_to_the_limit_whatever_is_wished_at_once() -> None:
    assert Motion(forward=1.0).wheels(60) == (60, 60)
    left, right = Motion(turn=1.0).wheels(60)
    assert left == -right < 0
    left, right = Motion(forward=1.0, turn=-1.0).wheels(60)
    assert left == 60
    assert 0 < right < 60
