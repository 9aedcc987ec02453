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
    """The last second of stances. Used on the connection's thread alone."""

    def __init__(self) -> None:
        self._stances: deque[RobotStance] = deque(maxlen=64)

    def add(self, stance: RobotStance) -> None:
        self._stances.append(stance)

    def match(self, stamp: int) -> RobotStance | None:
        """The earliest stance of exactly this picture, else the nearest within TOLERANCE_MS."""
        exact = next((stance for stance in self._stances if stance.stamp == stamp), None)
        if exact is not None or not self._stances:
            return exact
        nearest = min(self._stances, key=lambda stance: abs(stance.stamp - stamp))
        return nearest if abs(nearest.stamp - stamp) <= TOLERANCE_MS else None
