"""What a robot tells of its body while it drives: where it is, whether it moves, what is wrong."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field
from typing import Any

from labeler.dataset.model import Pose

IS_MOVING, IS_PICKED_UP, IS_FALLING, ON_CHARGER = 0x1, 0x8, 0x20, 0x1000
CLIFF_DETECTED, WHEELS_MOVING, IS_BEING_HELD = 0x4000, 0x8000, 0x10000
"""RobotStatus of the SDK's messages, spelt out: they are read without loading the SDK."""


@dataclass(frozen=True, slots=True)
class BodyState:
    """One robot_state event.

    image_stamp is the robot's clock at its newest picture, in ms; received is time.monotonic() on
    arrival. moving: wheels, head or lift are on their way.
    """

    pose: Pose
    head_angle_rad: float
    lift_mm: float
    left_mmps: float
    right_mmps: float
    status: int
    image_stamp: int
    received: float = field(default_factory=time.monotonic)

    @classmethod
    def from_message(cls, state: Any) -> BodyState:
        """From the SDK's RobotState message."""
        return cls(
            Pose(state.pose.x, state.pose.y, state.pose_angle_rad),
            state.head_angle_rad,
            state.lift_height_mm,
            state.left_wheel_speed_mmps,
            state.right_wheel_speed_mmps,
            state.status,
            state.last_image_time_stamp,
        )

    @property
    def wheels_turn(self) -> bool:
        return bool(self.status & WHEELS_MOVING)

    @property
    def moving(self) -> bool:
        return bool(self.status & (IS_MOVING | WHEELS_MOVING))

    @property
    def at_cliff(self) -> bool:
        return bool(self.status & CLIFF_DETECTED)

    @property
    def on_charger(self) -> bool:
        return bool(self.status & ON_CHARGER)

    @property
    def off_ground(self) -> bool:
        """Somebody holds it, or it falls."""
        return bool(self.status & (IS_PICKED_UP | IS_FALLING | IS_BEING_HELD))


def wrapped(angle_rad: float) -> float:
    """The same direction between -pi and pi."""
    return math.remainder(angle_rad, math.tau)
