"""The robot goes where it is sent, tick by tick, and says why where it does not."""

from __future__ import annotations

import asyncio
import math
from typing import Any

import pytest
from anki_vector.behavior import (
    MAX_HEAD_ANGLE,
    MAX_LIFT_HEIGHT_MM,
    MIN_HEAD_ANGLE,
    MIN_LIFT_HEIGHT_MM,
)
from anki_vector.messaging import protocol

from labeler.simulator.body import BodyPose
from labeler.simulator.configuration import Identity
from labeler.simulator.control import Claim
from labeler.simulator.messages import pose_since, robot_state, status_bits
from labeler.simulator.robot import Pace, SimulatedRobot
from labeler.simulator.scene import Scene, Thing
from labeler.simulator.service import Service
from labeler.simulator.world import World

CODES = protocol.ActionResult
PEER = "ipv4:127.0.0.1:5"


class Caller:
    """The client of a call, as far as the robot asks."""

    def peer(self) -> str:
        return PEER


class Stage:
    """A robot that nothing but a ball in the far corner shares the table with, in control."""

    def __init__(self) -> None:
        world = World(1)
        world.things = [Thing("ball", -50.0, -35.0, 0.0)]
        world.body.pose = BodyPose(20.0, -20.0, math.pi / 2)
        self.robot = SimulatedRobot(Identity(), world, 0, Pace(15.0, 1 / 15), _undrawn, print)
        self.service = Service(self.robot, lambda: None)
        self.claim = Claim(PEER)
        self.robot.request_control(self.claim, 20)

    @property
    def told(self) -> Any:
        """What its state tells its clients."""
        return robot_state(self.robot)

    @property
    def place(self) -> BodyPose:
        """As the robot counts it."""
        return pose_since(self.robot.start_pose, self.robot.body.pose)

    async def tick(self, count: int = 1) -> None:
        for _ in range(count):
            self.robot.world.step(1 / 15)
            await self.robot.tick(hurry=False)
            await asyncio.sleep(0)

    async def answer(self, call: str, request: Any) -> Any:
        """What the call answers, with as many ticks as that takes."""
        task = asyncio.create_task(getattr(self.service, call)(request, Caller()))
        await asyncio.sleep(0)
        for _ in range(1000):
            if task.done():
                break
            await self.tick()
        return await asyncio.wait_for(task, 1.0)


async def _undrawn(scene: Scene, size: tuple[int, int]) -> bytes:
    raise AssertionError("nobody looks")


def test_it_goes_to_a_pose_and_back_to_where_it_began() -> None:
    async def act() -> None:
        stage = Stage()
        for x, y, rad in ((120.0, 80.0, -1.0), (0.0, 0.0, 0.0)):
            request = protocol.GoToPoseRequest(x_mm=x, y_mm=y, rad=rad)
            answer = await stage.answer("GoToPose", request)
            assert answer.result.code == CODES.ACTION_RESULT_SUCCESS
            await stage.tick()
            assert (10 * stage.place.x, 10 * stage.place.y) == pytest.approx((x, y), abs=3)
            assert stage.place.heading == pytest.approx(rad, abs=0.02)

    asyncio.run(act())


def test_an_absolute_turn_counts_from_where_it_woke_up() -> None:
    async def act() -> None:
        stage = Stage()
        for angle in (1.0, -2.5, 0.4):
            request = protocol.TurnInPlaceRequest(angle_rad=angle, is_absolute=1)
            await stage.answer("TurnInPlace", request)
            assert stage.place.heading == pytest.approx(angle, abs=0.02)

    asyncio.run(act())


def test_the_newest_order_wins_and_the_older_one_is_told_so() -> None:
    async def act() -> None:
        stage = Stage()
        spin = protocol.TurnInPlaceRequest(angle_rad=90.0, speed_rad_per_sec=1.0)
        turning = asyncio.create_task(stage.service.TurnInPlace(spin, Caller()))
        await asyncio.sleep(0)
        await stage.tick(5)
        wheels = protocol.DriveWheelsRequest(left_wheel_mmps=50, right_wheel_mmps=50)
        await stage.service.DriveWheels(wheels, Caller())
        await stage.tick(5)
        assert (await turning).result.code == CODES.ACTION_RESULT_CANCELLED_WHILE_RUNNING
        assert (stage.robot.body.left, stage.robot.body.right) == (5.0, 5.0)

    asyncio.run(act())


def test_what_is_in_the_way_and_the_edge_end_a_drive_with_the_reason() -> None:
    async def act() -> None:
        stage = Stage()
        stage.robot.world.things.append(Thing("book", 20.0, 5.0, 0.0))
        far = protocol.DriveStraightRequest(dist_mm=900, speed_mmps=150)
        answer = await stage.answer("DriveStraight", far)
        assert answer.result.code == CODES.MOTOR_STOPPED_MAKING_PROGRESS
        assert not stage.robot.at_cliff
        back = protocol.DriveStraightRequest(dist_mm=-900, speed_mmps=150)
        answer = await stage.answer("DriveStraight", back)
        assert answer.result.code == CODES.MOTOR_STOPPED_MAKING_PROGRESS
        assert status_bits(stage.robot) & protocol.ROBOT_STATUS_CLIFF_DETECTED
        await stage.tick(3)
        assert not stage.robot.body.wheels_moving

    asyncio.run(act())


def test_a_drive_ends_when_control_is_lost_and_when_its_client_goes() -> None:
    async def act() -> None:
        stage = Stage()
        spin = protocol.TurnInPlaceRequest(angle_rad=90.0, speed_rad_per_sec=1.0)
        turning = asyncio.create_task(stage.service.TurnInPlace(spin, Caller()))
        await asyncio.sleep(0)
        await stage.tick(5)
        stage.robot.release_control(stage.claim)
        await stage.tick(2)
        assert (await turning).result.code == CODES.INTERRUPTED
        stage.robot.request_control(stage.claim, 20)
        turning = asyncio.create_task(stage.service.TurnInPlace(spin, Caller()))
        await asyncio.sleep(0)
        await stage.tick(5)
        assert stage.robot.body.wheels_moving
        turning.cancel()
        await asyncio.wait([turning])
        await stage.tick(3)
        assert not stage.robot.body.wheels_moving

    asyncio.run(act())


@pytest.mark.parametrize(("left", "right", "turns"), [(60, -60, -1), (-60, 60, 1), (90, 30, -1)])
def test_where_its_left_wheel_is_the_faster_one_it_turns_to_the_right(
    left: float, right: float, turns: int
) -> None:
    """Seen from above headings count anticlockwise, as the SDK says."""

    async def act() -> None:
        stage = Stage()
        wheels = protocol.DriveWheelsRequest(left_wheel_mmps=left, right_wheel_mmps=right)
        await stage.service.DriveWheels(wheels, Caller())
        await stage.tick(6)
        told = stage.told
        assert math.copysign(1, told.pose_angle_rad) == turns
        assert (told.left_wheel_speed_mmps, told.right_wheel_speed_mmps) == (left, right)

    asyncio.run(act())


def test_its_state_tells_in_millimetres_how_far_it_went() -> None:
    async def act() -> None:
        stage = Stage()
        for way in (150.0, -50.0):
            begun = stage.told.pose
            straight = protocol.DriveStraightRequest(dist_mm=way, speed_mmps=100)
            await stage.answer("DriveStraight", straight)
            await stage.tick(3)
            told = stage.told.pose
            gone = math.dist((told.x, told.y), (begun.x, begun.y))
            assert gone == pytest.approx(abs(way), abs=3)

    asyncio.run(act())


def test_who_has_no_control_is_not_spoken_for(capsys: pytest.CaptureFixture[str]) -> None:
    async def act() -> None:
        stage = Stage()
        said = protocol.SayTextRequest(text="I see a mug")
        answer = await stage.answer("SayText", said)
        assert answer.state == protocol.SayTextResponse.FINISHED
        assert "I see a mug" in capsys.readouterr().out
        stage.robot.release_control(stage.claim)
        answer = await stage.answer("SayText", said)
        assert answer.state == protocol.SayTextResponse.INVALID
        assert capsys.readouterr().out == ""

    asyncio.run(act())


def test_what_a_client_began_ends_with_its_control() -> None:
    """Head and lift as well: whoever looks at it next finds it as it is, not still moving."""

    async def act() -> None:
        stage = Stage()
        wheels = protocol.DriveWheelsRequest(left_wheel_mmps=200, right_wheel_mmps=200)
        await stage.service.DriveWheels(wheels, Caller())
        await stage.service.MoveLift(protocol.MoveLiftRequest(speed_rad_per_sec=0.2), Caller())
        await stage.service.MoveHead(protocol.MoveHeadRequest(speed_rad_per_sec=0.2), Caller())
        await stage.tick(3)
        body = stage.robot.body
        assert body.wheels_moving
        assert body.lift_moving
        assert body.head_moving
        stage.robot.release_control(stage.claim)
        assert not body.lift_moving
        assert not body.head_moving
        lift = stage.told.lift_height_mm
        await stage.tick(10)
        assert stage.told.lift_height_mm == lift

    asyncio.run(act())


@pytest.mark.parametrize(
    ("speed", "head", "lift"),
    [
        (-2.0, MIN_HEAD_ANGLE, MIN_LIFT_HEIGHT_MM),
        (2.0, MAX_HEAD_ANGLE, MAX_LIFT_HEIGHT_MM),
    ],
    ids=["down", "up"],
)
def test_head_and_lift_go_as_far_as_the_sdk_says_and_no_farther(
    speed: float, head: Any, lift: float
) -> None:
    async def act() -> None:
        stage = Stage()
        head_on = protocol.MoveHeadRequest(speed_rad_per_sec=speed)
        lift_on = protocol.MoveLiftRequest(speed_rad_per_sec=speed)
        await stage.service.MoveHead(head_on, Caller())
        await stage.service.MoveLift(lift_on, Caller())
        await stage.tick(40)
        told = stage.told
        assert told.head_angle_rad == pytest.approx(head.radians, abs=0.001)
        assert told.lift_height_mm == pytest.approx(lift, abs=0.1)
        beyond = protocol.SetHeadAngleRequest(angle_rad=2 * head.radians)
        await stage.answer("SetHeadAngle", beyond)
        assert stage.told.head_angle_rad == pytest.approx(head.radians, abs=0.001)

    asyncio.run(act())
