"""The photographing robot's own body: wheels, head and lift, moved in small steps of time.

Lengths are in centimetres, angles in radians, x to the right of the table, y away, heading
anticlockwise from x. The SDK's millimetres are turned into centimetres by the service.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

HEAD_RANGE = (math.radians(-22.0), math.radians(45.0))
LIFT_RANGE = (3.2, 9.2)
WHEEL_BASE = 4.8
MAX_WHEEL_SPEED = 22.0
WHEEL_ACCELERATION = 60.0
HEAD_SPEED = 5.0
LIFT_SPEED = 14.0
AWAY = 1.0
"""So far from where it saw the cliff (centimetres) it sees none any more."""


@dataclass(frozen=True, slots=True)
class BodyPose:
    """Where a robot stands and how it holds itself."""

    x: float
    y: float
    heading: float
    head: float = 0.0
    lift: float = LIFT_RANGE[0]


def wrap(angle: float) -> float:
    """The same direction between -pi and pi."""
    return math.remainder(angle, math.tau)


def approach(value: float, target: float, step: float) -> float:
    """value moved towards target by at most step."""
    return value + min(step, max(-step, target - value))


def clamp(value: float, limits: tuple[float, float]) -> float:
    return min(limits[1], max(limits[0], value))


class Body:
    """A robot's motors. Orders set targets; step() moves towards them.

    blocked: something is in its way. cliff: it has stopped at the table's edge, and not driven
    away from it yet. held: its wheels cannot turn, whatever they are told. ways: how far its left
    and its right tread have run.
    """

    def __init__(self, pose: BodyPose) -> None:
        self.pose = pose
        self.left = self.right = 0.0
        self.blocked = self.held = False
        self.ways = (0.0, 0.0)
        self._edge: BodyPose | None = None
        self._left_goal = self._right_goal = 0.0
        self._head_goal, self._head_speed = pose.head, HEAD_SPEED
        self._lift_goal, self._lift_speed = pose.lift, LIFT_SPEED

    @property
    def cliff(self) -> bool:
        return self._edge is not None

    @property
    def turn_rate(self) -> float:
        """Radians a second, anticlockwise."""
        return (self.right - self.left) / WHEEL_BASE

    @property
    def speed(self) -> float:
        return (self.left + self.right) / 2

    @property
    def wheels_moving(self) -> bool:
        return abs(self.left) + abs(self.right) > 1e-6

    @property
    def head_moving(self) -> bool:
        return abs(self.pose.head - self._head_goal) > 1e-6

    @property
    def lift_moving(self) -> bool:
        return abs(self.pose.lift - self._lift_goal) > 1e-6

    def drive(self, left: float, right: float) -> None:
        """Wheel speeds, centimetres a second."""
        limits = (-MAX_WHEEL_SPEED, MAX_WHEEL_SPEED)
        self._left_goal, self._right_goal = clamp(left, limits), clamp(right, limits)

    def turn(self, rate: float, forward: float = 0.0) -> None:
        """Turns at a rate (radians a second, anticlockwise) while driving forward."""
        side = rate * WHEEL_BASE / 2
        self.drive(forward - side, forward + side)

    def hold_head(self, angle: float, speed: float = HEAD_SPEED) -> None:
        self._head_goal = clamp(angle, HEAD_RANGE)
        self._head_speed = max(0.05, abs(speed))

    def move_head(self, speed: float) -> None:
        """Radians a second until its end or the next order; 0 stops it."""
        if speed:
            self.hold_head(HEAD_RANGE[1] if speed > 0 else HEAD_RANGE[0], speed)
        else:
            self.hold_head(self.pose.head)

    def hold_lift(self, height: float, speed: float = LIFT_SPEED) -> None:
        self._lift_goal = clamp(height, LIFT_RANGE)
        self._lift_speed = max(0.5, abs(speed))

    def move_lift(self, speed: float) -> None:
        """Centimetres a second until its end or the next order; 0 stops it."""
        if speed:
            self.hold_lift(LIFT_RANGE[1] if speed > 0 else LIFT_RANGE[0], speed)
        else:
            self.hold_lift(self.pose.lift)

    def stop(self) -> None:
        self.drive(0.0, 0.0)
        self.move_head(0.0)
        self.move_lift(0.0)

    def stop_at_edge(self) -> None:
        """At once: it looks down a cliff."""
        self._edge = self.pose
        self.left = self.right = 0.0
        self.drive(0.0, 0.0)

    def step(self, seconds: float) -> BodyPose:
        """The pose it wants to have after so many seconds; take_pose() makes it so."""
        change = WHEEL_ACCELERATION * seconds
        left, right = (0.0, 0.0) if self.held else (self._left_goal, self._right_goal)
        self.left = approach(self.left, left, change)
        self.right = approach(self.right, right, change)
        self.ways = (self.ways[0] + self.left * seconds, self.ways[1] + self.right * seconds)
        pose, turned = self.pose, self.turn_rate * seconds
        middle = pose.heading + turned / 2
        return BodyPose(
            pose.x + self.speed * seconds * math.cos(middle),
            pose.y + self.speed * seconds * math.sin(middle),
            wrap(pose.heading + turned),
            approach(pose.head, self._head_goal, self._head_speed * seconds),
            approach(pose.lift, self._lift_goal, self._lift_speed * seconds),
        )

    def take_pose(self, wanted: BodyPose, *, free: bool) -> None:
        """Takes the pose; where the way is not free it only turns and moves head and lift."""
        self.blocked = not free
        old = self.pose
        if not free:
            wanted = BodyPose(old.x, old.y, wanted.heading, wanted.head, wanted.lift)
        self.pose = wanted
        edge = self._edge
        if edge is not None and math.hypot(wanted.x - edge.x, wanted.y - edge.y) > AWAY:
            self._edge = None
