"""What keeps a robot from harm while it is driven, by a clock that the test moves."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from anki_vector.messaging import protocol

from labeler.cameras.base import CameraState
from labeler.cameras.driving import Driver, DrivingState
from labeler.cameras.driving_orders import Motion, turn_action
from labeler.cameras.robots import RobotConfig
from labeler.errors import UserError
from tests.cameras.camera_waits import Simulator, wait_for_state, wait_until
from tests.cameras.conftest import CameraMaker
from tests.cameras.stand_in import StandIn

FORWARDS, TURNING = Motion(forward=1.0), Motion(turn=1.0)
OFF_GROUND = (
    protocol.ROBOT_STATUS_IS_PICKED_UP,
    protocol.ROBOT_STATUS_IS_BEING_HELD,
    protocol.ROBOT_STATUS_IS_FALLING,
)


class Clock:
    """Stands still unless the test moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def robot(clock: Clock) -> StandIn:
    made = StandIn()
    made.clock = clock
    return made


@pytest.fixture
def driver(robot: StandIn, clock: Clock) -> Iterator[Driver]:
    """With control."""
    made = Driver(robot, clock=clock)
    made.take()
    yield made
    made.release()


def _wheels(robot: StandIn) -> list[tuple[float, float]]:
    told = [each for each in tuple(robot.requests) if hasattr(each, "left_wheel_mmps")]
    return [(each.left_wheel_mmps, each.right_wheel_mmps) for each in told]


def _soon(condition: Callable[[], object]) -> None:
    wait_until(condition, 5.0)


def test_wheels_stop_half_a_second_after_nobody_holds_the_key_any_more(
    driver: Driver, robot: StandIn, clock: Clock
) -> None:
    driver.drive(FORWARDS)
    _soon(lambda: _wheels(robot))
    for _ in range(10):  # a key that is held says it again and again
        clock.now += 0.1
        driver.drive(FORWARDS)
    driver.drive(Motion(forward=0.5))  # is followed: what came before has been looked at
    _soon(lambda: _wheels(robot)[-1][0] < _wheels(robot)[0][0])
    assert "StopAllMotors" not in robot.asked
    clock.now += 0.5
    _soon(lambda: "StopAllMotors" in robot.asked)
    assert driver.is_on


def test_a_motion_that_lasts_is_ordered_again_twice_a_second(
    driver: Driver, robot: StandIn, clock: Clock
) -> None:
    driver.drive(FORWARDS)
    _soon(lambda: len(_wheels(robot)) == 1)
    for count in (2, 3):
        clock.now += 0.3
        driver.drive(FORWARDS)
        _soon(lambda count=count: len(_wheels(robot)) >= count)
    assert "StopAllMotors" not in robot.asked


def test_a_robot_that_tells_nothing_of_itself_for_two_seconds_is_not_driven_any_more(
    driver: Driver, robot: StandIn, clock: Clock
) -> None:
    driver.drive(FORWARDS)
    _soon(lambda: _wheels(robot))
    robot.silent_since = clock.now
    for _ in range(5):
        clock.now += 0.5
        driver.drive(FORWARDS)
    _soon(lambda: driver.status.state is DrivingState.OFF)
    assert "StopAllMotors" in robot.asked
    assert robot.name in driver.status.message


@pytest.mark.parametrize("motion", [TURNING, FORWARDS, Motion(forward=0.5, turn=-1.0)])
def test_at_an_edge_it_neither_turns_nor_goes_on_but_goes_back(
    driver: Driver, robot: StandIn, motion: Motion
) -> None:
    robot.status = int(protocol.ROBOT_STATUS_CLIFF_DETECTED)
    driver.drive(motion)
    _soon(lambda: "stands at an edge" in driver.status.message)
    driver.drive(Motion(forward=-1.0))
    _soon(lambda: any(left < 0 for left, _ in _wheels(robot)))
    before = _wheels(robot)[: next(at for at, (left, _) in enumerate(_wheels(robot)) if left < 0)]
    assert set(before) <= {(0.0, 0.0)}
    with pytest.raises(UserError, match="edge"):
        driver.act([turn_action(1.0, 1.0, 1.0)], lambda: False)
    assert "TurnInPlace" not in robot.asked


@pytest.mark.parametrize("bit", OFF_GROUND)
def test_in_a_hand_or_falling_nothing_of_it_moves(driver: Driver, robot: StandIn, bit: int) -> None:
    driver.drive(FORWARDS)
    _soon(lambda: _wheels(robot))
    robot.status = int(bit)
    driver.drive(Motion(forward=0.5, head=1.0, lift=1.0))
    _soon(lambda: "StopAllMotors" in robot.asked)
    assert not {"MoveHead", "MoveLift"} & {*robot.asked}
    assert "lifted" in driver.status.message or "put" in driver.status.message
    with pytest.raises(UserError):
        driver.act([turn_action(1.0, 1.0, 1.0)], lambda: False)
    assert "TurnInPlace" not in robot.asked


def _stands(driver: Driver) -> bool:
    body = driver.robot.body
    return body is not None and not body.wheels_turn


def test_a_simulated_robot_that_is_lifted_held_or_falls_is_not_driven(
    simulator: Simulator, wired_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(wired_robot)
    wait_for_state(camera, CameraState.LIVE)
    driver = Driver(camera)
    driver.take()
    for fault in ("lift", "held", "fall"):
        with simulator.fault(fault, "put down"):
            wait_until(lambda: driver.robot.body and driver.robot.body.off_ground)
            wait_until(lambda: driver.drive(TURNING) or driver.status.message)
            wait_until(lambda: driver.drive(TURNING) or _stands(driver))
        wait_until(lambda: driver.robot.body and not driver.robot.body.off_ground)
    wait_until(
        lambda: driver.drive(TURNING) or (driver.robot.body and driver.robot.body.wheels_turn)
    )
    driver.release()
