"""Which head angle, pose and readings belong to which picture."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, replace
from typing import Any

from labeler.cameras.base import Frame
from labeler.dataset.model import NO_READINGS, Pose, Readings

KEPT_STAMPS = 32
TOLERANCE_MS = 200
"""How far a state may be from a picture and still describe it: three pictures at 15 fps."""


@dataclass(frozen=True, slots=True)
class RobotStance:
    """What a robot_state event tells. stamp is the robot's clock at its newest picture, in ms."""

    stamp: int
    head_angle_rad: float
    pose: Pose
    lift_mm: float = 0.0

    @classmethod
    def from_message(cls, state: Any) -> RobotStance:
        """From the SDK's RobotState message."""
        pose = Pose(state.pose.x, state.pose.y, state.pose_angle_rad)
        return cls(state.last_image_time_stamp, state.head_angle_rad, pose, state.lift_height_mm)


class Pairing:
    """Frames and stances of one connection. Safe to use from any thread."""

    def __init__(self) -> None:
        self._stances: deque[RobotStance] = deque(maxlen=64)
        self._stamps: dict[int, int] = {}  # the robot's clock by frame number, the newest few
        self._readings = NO_READINGS

    def add(self, stance: RobotStance) -> None:
        self._stances.append(stance)

    def tell_battery(self, battery: float | None) -> None:
        """For the pictures to come."""
        self._readings = replace(self._readings, battery=battery)

    def tell_exposure(self, told: Readings) -> None:
        """Exposure, gain and whether automatic, for the pictures to come."""
        self._readings = replace(told, battery=self._readings.battery)

    def frame(self, data: bytes, number: int, stamp: int) -> Frame:
        """A new frame with its own stance, or for now the nearest one."""
        self._stamps[number] = stamp
        self._stamps.pop(number - KEPT_STAMPS, None)
        stance = self.match(stamp)
        frame = Frame(data, number, readings=self._readings)
        return frame if stance is None else _with_stance(frame, stance)

    def stamp(self, frame: Frame) -> int | None:
        """The robot's clock at this frame, in ms, or None where it is not kept any more."""
        return self._stamps.get(frame.number)

    def corrected(self, frame: Frame) -> Frame | None:
        """The frame with its own stance, or None as long as the robot has not told it."""
        stamp = self._stamps.get(frame.number)
        stance = None if stamp is None else self.exact(stamp)
        return None if stance is None else _with_stance(frame, stance)

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


def _with_stance(frame: Frame, stance: RobotStance) -> Frame:
    readings = replace(frame.readings, lift_mm=stance.lift_mm)
    return replace(frame, head_angle_rad=stance.head_angle_rad, pose=stance.pose, readings=readings)
