"""Which head angle and pose belong to which picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any

from labeler.dataset.model import Pose

TOLERANCE_MS = 200
"""How far a state may be from a picture and still describe it: three pictures at 15 fps."""


@dataclass(frozen=True, slots=True)
class RobotStance:
    """What a robot_state event tells. stamp is the robot's clock at its newest picture, in ms."""

    stamp: int
    head_angle_rad: float
    pose: Pose

    @classmethod
    def from_message(cls, state: Any) -> RobotStance:
        """From the SDK's RobotState message."""
        pose = Pose(state.pose.x, state.pose.y, state.pose_angle_rad)
        return cls(state.last_image_time_stamp, state.head_angle_rad, pose)


class StanceHistory:
    """The last second or two of stances. Safe to use from any thread."""

    def __init__(self) -> None:
        self._stances: deque[RobotStance] = deque(maxlen=64)

    def add(self, stance: RobotStance) -> None:
        self._stances.append(stance)

    def exact(self, stamp: int) -> RobotStance | None:
        """The earliest stance of exactly this picture."""
        return next((stance for stance in tuple(self._stances) if stance.stamp == stamp), None)

    def match(self, stamp: int) -> RobotStance | None:
        """The exact stance, else the nearest within TOLERANCE_MS."""
        stances = tuple(self._stances)
        exact = self.exact(stamp)
        if exact is not None or not stances:
            return exact
        nearest = min(stances, key=lambda stance: abs(stance.stamp - stamp))
        return nearest if abs(nearest.stamp - stamp) <= TOLERANCE_MS else None
