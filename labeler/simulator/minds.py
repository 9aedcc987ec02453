"""What the robots want: the other one drives about, ours looks around when nobody steers it."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from labeler.simulator.body import Body, BodyPose, wrap
from labeler.simulator.scene import Thing

CLOSE, RING, HOME = 14.0, (15.0, 26.0), 34.0
"""Our robot likes to be so far from the other one, and so far from the table's middle; the other
one stays so near it (centimetres)."""


def bearing(of: BodyPose, x: float, y: float) -> float:
    """The direction of a place, seen from a robot: anticlockwise from where it looks."""
    return wrap(math.atan2(y - of.y, x - of.x) - of.heading)


class Eyes:
    """The lights on a robot's face: open from 0 to 1, look from -1 to 1 to the side and up, color
    as in scene.Figure."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._blink = 1.0
        self.open = 1.0
        self.look = (0.0, 0.0)
        self.color: tuple[float, float] | None = None

    def blink_at(self, seconds: float) -> None:
        if seconds >= self._blink + 0.2:
            self._blink = seconds + self._rng.uniform(1.5, 5.0)
        self.open = 0.12 if seconds >= self._blink else 1.0


class Watcher:
    """Looks now at the other robot or beside it, now at a thing, now somewhere else."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._until = 0.0
        self._goal: tuple[float, float] | None = None
        self._offset = 0.0
        self._speed = 1.0
        self._forward = 0.0
        self._turn_taken = 0

    def think(self, seconds: float, body: Body, other: BodyPose, things: Sequence[Thing]) -> None:
        if seconds >= self._until or body.blocked:
            self._decide(seconds, body, other, things)
        x, y = self._goal or (other.x, other.y)
        turn = wrap(bearing(body.pose, x, y) + self._offset)
        body.turn(max(-self._speed, min(self._speed, 4.0 * turn)), self._forward)

    def _decide(self, seconds: float, body: Body, other: BodyPose, things: Sequence[Thing]) -> None:
        rng, pose = self._rng, body.pose
        self._until = seconds + rng.uniform(0.8, 2.0)
        self._speed = rng.uniform(0.5, 1.6)
        body.hold_head(math.radians(rng.normal(2.0, 7.0)), rng.uniform(0.4, 2.0))
        away = math.hypot(other.x - pose.x, other.y - pose.y)
        self._forward = self._step(pose, away, abs(bearing(pose, other.x, other.y)))
        self._goal, self._offset = self._sight(things)

    def _sight(self, things: Sequence[Thing]) -> tuple[tuple[float, float] | None, float]:
        """Where to look (None: at the other robot), and how far beside it."""
        rng = self._rng
        wish = rng.random()
        if wish < 0.48:
            return None, float(rng.normal(0.0, 0.36))
        if wish < 0.87 and things:
            self._turn_taken += 1
            thing = things[self._turn_taken % len(things)]
            return (thing.x, thing.y), float(rng.normal(0.0, 0.3))
        heading = rng.uniform(-math.pi, math.pi)
        return (50 * math.cos(heading), 40 * math.sin(heading)), 0.0

    def _step(self, pose: BodyPose, away: float, aside: float) -> float:
        """Centimetres a second to drive on meanwhile; nothing in half of the cases."""
        rng = self._rng
        if away < CLOSE and aside < 1.0:
            return float(-rng.uniform(5, 11))
        out = math.hypot(pose.x, pose.y)
        if not RING[0] < out < RING[1]:
            faces_middle = abs(bearing(pose, 0.0, 0.0)) < math.pi / 2
            sign = 1 if faces_middle == (out > RING[1]) else -1
            return float(rng.uniform(5, 12)) * sign
        return float(rng.choice([-1, 1]) * rng.uniform(4, 11)) if rng.random() < 0.5 else 0.0


class Wanderer:
    """Drives from place to place, turns on the spot, plays with its lift, head and eyes."""

    def __init__(self, rng: np.random.Generator, eyes: Eyes) -> None:
        self._rng = rng
        self._eyes = eyes
        self._until = 0.0
        self._goal: tuple[float, float] | None = None
        self._turn = 0.0
        self._speed = 8.0

    def think(self, seconds: float, body: Body, watcher: BodyPose) -> None:
        if seconds >= self._until or body.blocked:
            self._decide(seconds, body, watcher)
        if self._goal is None:
            body.turn(self._turn)
            return
        turn = bearing(body.pose, *self._goal)
        away = math.hypot(self._goal[0] - body.pose.x, self._goal[1] - body.pose.y)
        if away < 2.0:
            self._until = seconds
        forward = self._speed if abs(turn) < 0.5 else 0.0
        body.turn(max(-2.5, min(2.5, 4.0 * turn)), forward)

    def _decide(self, seconds: float, body: Body, watcher: BodyPose) -> None:
        rng = self._rng
        self._until = seconds + rng.uniform(0.8, 3.0)
        self._goal, self._turn = None, 0.0
        wish = rng.random()
        if wish < 0.55 or body.blocked:
            self._goal, self._speed = self._place(watcher), rng.uniform(5, 15)
        elif wish < 0.8:
            self._turn = float(rng.choice([-1, 1]) * rng.uniform(0.6, 2.2))
        if rng.random() < 0.5:
            body.hold_lift(rng.uniform(3.2, 9.2), rng.uniform(4, 12))
        if rng.random() < 0.6:
            body.hold_head(math.radians(rng.uniform(-15, 40)), rng.uniform(1, 4))
        self._eyes.look = (float(rng.uniform(-0.8, 0.8)), float(rng.uniform(-0.6, 0.6)))

    def _place(self, watcher: BodyPose) -> tuple[float, float]:
        """Somewhere in front of the watcher, near more often than far."""
        rng = self._rng
        away = 12 + 46 * rng.random() ** 1.2
        angle = watcher.heading + float(rng.normal(0, 0.5))
        x, y = watcher.x + away * math.cos(angle), watcher.y + away * math.sin(angle)
        inside = min(1.0, HOME / max(1.0, math.hypot(x, y)))
        return inside * x, inside * y
