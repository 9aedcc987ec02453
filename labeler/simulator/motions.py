"""The robot's calls that move it. Orders from a client without control are answered only."""

from __future__ import annotations

import math
from typing import Any

from anki_vector.messaging import protocol

from labeler.simulator import messages
from labeler.simulator.body import wrap
from labeler.simulator.manoeuvres import Manoeuvre, Straight, Turn
from labeler.simulator.messages import LIFT_ARM, MM, ok, pose_since
from labeler.simulator.robot import SimulatedRobot

TURN_SPEED, DRIVE_SPEED = 1.5, 5.0
LONGEST = 300.0
"""Seconds of the world after which a manoeuvre is given up."""
STUCK = 4
"""Ticks in a row without a free way after which it is given up."""
_CODES = protocol.ActionResult


class Motions:
    """The newest order to the wheels wins; the ones before it are told that they ended."""

    robot: SimulatedRobot
    _order = 0

    async def DriveWheels(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self._may_drive(context) is None:
            self._order += 1
            self.robot.body.drive(request.left_wheel_mmps / MM, request.right_wheel_mmps / MM)
        return ok(protocol.DriveWheelsResponse)

    async def MoveHead(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self.robot.body.move_head(request.speed_rad_per_sec)
        return ok(protocol.MoveHeadResponse)

    async def MoveLift(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self.robot.body.move_lift(request.speed_rad_per_sec * LIFT_ARM)
        return ok(protocol.MoveLiftResponse)

    async def StopAllMotors(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self._order += 1
            self.robot.body.stop()
        return ok(protocol.StopAllMotorsResponse)

    async def SetHeadAngle(self, request: Any, context: Any) -> Any:  # noqa: N802
        body = self.robot.body
        if not self.may_move(context):
            return _done(protocol.SetHeadAngleResponse, _CODES.TRACKS_LOCKED)
        angle = messages.head_angle(request)
        body.hold_head(angle, _speed(request, angle - body.pose.head))
        there = await self.robot.until(lambda: not body.head_moving, LONGEST)
        code = _CODES.ACTION_RESULT_SUCCESS if there else _CODES.TIMEOUT
        return _done(protocol.SetHeadAngleResponse, code)

    async def SetLiftHeight(self, request: Any, context: Any) -> Any:  # noqa: N802
        body = self.robot.body
        if not self.may_move(context):
            return _done(protocol.SetLiftHeightResponse, _CODES.TRACKS_LOCKED)
        height = messages.lift_height(request)
        speed = _speed(request, (height - body.pose.lift) / LIFT_ARM) * LIFT_ARM
        body.hold_lift(height, speed)
        there = await self.robot.until(lambda: not body.lift_moving, LONGEST)
        code = _CODES.ACTION_RESULT_SUCCESS if there else _CODES.TIMEOUT
        return _done(protocol.SetLiftHeightResponse, code)

    async def TurnInPlace(self, request: Any, context: Any) -> Any:  # noqa: N802
        angle = float(request.angle_rad)
        if request.is_absolute:
            angle = wrap(angle - self._own_pose().heading)
        speed = abs(float(request.speed_rad_per_sec)) or TURN_SPEED
        code = await self._act(context, Turn(self.robot.body, angle, speed))
        return _done(protocol.TurnInPlaceResponse, code)

    async def DriveStraight(self, request: Any, context: Any) -> Any:  # noqa: N802
        speed = abs(float(request.speed_mmps)) / MM or DRIVE_SPEED
        way = Straight(self.robot.body, float(request.dist_mm) / MM, speed)
        return _done(protocol.DriveStraightResponse, await self._act(context, way))

    async def GoToPose(self, request: Any, context: Any) -> Any:  # noqa: N802
        """Turns towards the place, drives there, and turns as it should stand in the end."""
        body, here = self.robot.body, self._own_pose()
        east, north = request.x_mm / MM - here.x, request.y_mm / MM - here.y
        first = wrap(math.atan2(north, east) - here.heading) if abs(east) + abs(north) > 1 else 0.0
        code = await self._act(context, Turn(body, first, TURN_SPEED))
        if code == _CODES.ACTION_RESULT_SUCCESS:
            code = await self._act(context, Straight(body, math.hypot(east, north), DRIVE_SPEED))
        if code == _CODES.ACTION_RESULT_SUCCESS:
            last = wrap(request.rad - self._own_pose().heading)
            code = await self._act(context, Turn(body, last, TURN_SPEED))
        return _done(protocol.GoToPoseResponse, code)

    async def CancelActionByIdTag(self, request: Any, context: Any) -> Any:  # noqa: N802
        if self.may_move(context):
            self._order += 1
            self.robot.body.drive(0.0, 0.0)
        return ok(protocol.CancelActionByIdTagResponse)

    def may_move(self, context: Any) -> bool:
        return self.robot.control.allows(context.peer())

    def _may_drive(self, context: Any) -> int | None:
        """Why not, as an action's result; None: it may."""
        if not self.may_move(context):
            return int(_CODES.TRACKS_LOCKED)
        return int(_CODES.SHOULDNT_DRIVE_ON_CHARGER) if self.robot.faults.docked else None

    def _own_pose(self) -> Any:
        return pose_since(self.robot.start_pose, self.robot.body.pose)

    async def _act(self, context: Any, manoeuvre: Manoeuvre) -> int:
        """Steers until it is done, and stops the wheels also where the client has gone."""
        refused = self._may_drive(context)
        if refused is not None:
            return refused
        robot, stuck = self.robot, 0
        self._order = mine = self._order + 1
        end = robot.world.seconds + LONGEST
        try:
            while not manoeuvre.steer(robot.tick_seconds):
                await robot.ticked.wait()
                stuck = stuck + 1 if robot.body.blocked else 0
                if self._order != mine:
                    return int(_CODES.ACTION_RESULT_CANCELLED_WHILE_RUNNING)
                if not self.may_move(context):
                    return int(_CODES.INTERRUPTED)
                if robot.at_cliff or stuck > STUCK:
                    return int(_CODES.MOTOR_STOPPED_MAKING_PROGRESS)
                if robot.world.seconds > end:
                    return int(_CODES.TIMEOUT)
        finally:
            if self._order == mine:
                robot.body.drive(0.0, 0.0)
        return int(_CODES.ACTION_RESULT_SUCCESS)


def _done(message: type[Any], code: int) -> Any:
    return ok(message, result=protocol.ActionResult(code=code))


def _speed(request: Any, change: float) -> float:
    """Radians a second: the slower of the wished speed and the one that fills the duration."""
    fastest = abs(request.max_speed_rad_per_sec) or 10.0
    duration = float(request.duration_sec)
    return min(fastest, abs(change) / duration) if duration > 0 else float(fastest)
