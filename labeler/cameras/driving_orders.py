"""Motions as a person wishes them, and the orders that the robot knows for them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

HEAD_SPEED, LIFT_SPEED = 0.9, 1.6
"""Radians a second."""
TURN_SHARE = 0.6
"""How much of the speed limit the wheels get for turning in place."""
SPEEDS = (20, 60, 150)
"""The slowest, the usual and the fastest speed limit, in millimetres a second. The robot itself
goes up to 220, as the SDK says."""
TRACK_MM = 48.0
"""From the middle of one tread to the middle of the other."""
MOST_TURN = 3.0
"""Radians a second, whatever the limit."""


@dataclass(frozen=True, slots=True)
class Motion:
    """What is wished, each part from -1 to 1. turn > 0 is to the left, head and lift > 0 up."""

    forward: float = 0.0
    turn: float = 0.0
    head: float = 0.0
    lift: float = 0.0

    def wheels(self, limit_mmps: float) -> tuple[float, float]:
        """Left and right, millimetres a second, neither beyond the limit."""
        left = self.forward - TURN_SHARE * self.turn
        right = self.forward + TURN_SHARE * self.turn
        scale = limit_mmps / max(1.0, abs(left), abs(right))
        return left * scale, right * scale


STANDING = Motion()


_tags = itertools.cycle(range(2_000_001, 3_000_001))
"""The numbers that the robot keeps for actions of programs."""


@dataclass(frozen=True, slots=True)
class Action:
    """One of the robot's own motions, which ends by itself; timeout in seconds."""

    method: str
    request: Any
    timeout: float

    def __post_init__(self) -> None:
        self.request.id_tag = next(_tags)

    def order(self) -> tuple[str, Any, float]:
        return self.method, self.request, self.timeout

    def cancel_order(self, timeout: float) -> tuple[str, Any, float]:
        """What ends it before its time."""
        from anki_vector.messaging import protocol

        request = protocol.CancelActionByIdTagRequest(id_tag=self.request.id_tag)
        return "CancelActionByIdTag", request, timeout


def turn_action(angle_rad: float, speed: float, patience: float) -> Action:
    """On the spot, anticlockwise; speed in radians a second."""
    from anki_vector.messaging import protocol

    request = protocol.TurnInPlaceRequest(
        angle_rad=angle_rad, speed_rad_per_sec=speed, accel_rad_per_sec2=10.0, tol_rad=0.03
    )
    return Action("TurnInPlace", request, abs(angle_rad) / speed + patience)


def straight_action(distance_mm: float, speed_mmps: float, patience: float) -> Action:
    from anki_vector.messaging import protocol

    request = protocol.DriveStraightRequest(speed_mmps=speed_mmps, dist_mm=distance_mm)
    return Action("DriveStraight", request, abs(distance_mm) / speed_mmps + patience)


def head_action(angle_rad: float, patience: float) -> Action:
    from anki_vector.messaging import protocol

    request = protocol.SetHeadAngleRequest(
        angle_rad=angle_rad, max_speed_rad_per_sec=3.0, accel_rad_per_sec2=10.0
    )
    return Action("SetHeadAngle", request, patience)


def lift_action(height_mm: float, patience: float) -> Action:
    """From 32 mm (down) to 92."""
    from anki_vector.messaging import protocol

    request = protocol.SetLiftHeightRequest(
        height_mm=height_mm, max_speed_rad_per_sec=4.0, accel_rad_per_sec2=10.0
    )
    return Action("SetLiftHeight", request, patience)


def stop_orders() -> list[tuple[str, Any]]:
    from anki_vector.messaging import protocol

    return [("StopAllMotors", protocol.StopAllMotorsRequest())]


def motion_orders(motion: Motion, told: Motion | None, limit: float) -> list[tuple[str, Any]]:
    """What to order for the motion; told: what it does already, None where all is to be said."""
    from anki_vector.messaging import protocol

    orders: list[tuple[str, Any]] = []
    before = told.wheels(limit) if told else None
    left, right = motion.wheels(limit)
    if (left, right) != before and (told or left or right):
        request = protocol.DriveWheelsRequest(left_wheel_mmps=left, right_wheel_mmps=right)
        orders.append(("DriveWheels", request))
    if motion.head != (told.head if told else 0.0):
        head = HEAD_SPEED * motion.head
        orders.append(("MoveHead", protocol.MoveHeadRequest(speed_rad_per_sec=head)))
    if motion.lift != (told.lift if told else 0.0):
        lift = LIFT_SPEED * motion.lift
        orders.append(("MoveLift", protocol.MoveLiftRequest(speed_rad_per_sec=lift)))
    return orders


def turn_speed(limit_mmps: float) -> float:
    """Radians a second at which the treads go as fast as the limit allows."""
    return min(MOST_TURN, limit_mmps / (TRACK_MM / 2))


def question() -> tuple[str, Any]:
    """Any call that the robot answers at once and that changes nothing."""
    from anki_vector.messaging import protocol

    return "BatteryState", protocol.BatteryStateRequest()
