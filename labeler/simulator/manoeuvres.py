"""How a robot turns by an angle and drives a distance: steered tick by tick until it is there."""

from __future__ import annotations

import math
from typing import Protocol

from labeler.simulator.body import Body, wrap

NEAR_ANGLE, NEAR_WAY = 0.012, 0.05
SLOWEST_TURN, SLOWEST_DRIVE = 0.15, 0.5
BRAKING = 4.0
"""So much of the way that is left (per second) is the speed near the goal."""


class Manoeuvre(Protocol):
    def steer(self, tick: float) -> bool:
        """Sets the wheels for the next tick, so many seconds. True: it is where it should be."""


class Turn:
    """In place, by an angle in radians, anticlockwise, at most at a speed in radians a second."""

    def __init__(self, body: Body, angle: float, speed: float) -> None:
        self._body, self._left, self._speed = body, angle, speed
        self._heading = body.pose.heading

    def steer(self, tick: float) -> bool:
        heading = self._body.pose.heading
        self._left -= wrap(heading - self._heading)
        self._heading = heading
        if abs(self._left) < NEAR_ANGLE:
            self._body.drive(0.0, 0.0)
            return True
        self._body.turn(_eased(self._left, self._speed, SLOWEST_TURN, tick))
        return False


class Straight:
    """By a way in centimetres, back where it is negative, at most at a speed a second."""

    def __init__(self, body: Body, way: float, speed: float) -> None:
        self._body, self._way, self._speed = body, way, speed
        self._start = body.pose

    def steer(self, tick: float) -> bool:
        pose, start = self._body.pose, self._start
        driven = (pose.x - start.x) * math.cos(start.heading)
        driven += (pose.y - start.y) * math.sin(start.heading)
        left = self._way - driven
        if abs(left) < NEAR_WAY:
            self._body.drive(0.0, 0.0)
            return True
        self._body.turn(0.0, _eased(left, self._speed, SLOWEST_DRIVE, tick))
        return False


def _eased(left: float, fastest: float, slowest: float, tick: float) -> float:
    """A speed towards what is left, lower near the goal, and never past it in one tick."""
    speed = max(min(fastest, BRAKING * abs(left)), min(slowest, fastest))
    return math.copysign(min(speed, 0.8 * abs(left) / tick), left)
