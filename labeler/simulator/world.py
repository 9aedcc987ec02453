"""Who stands where: a seeded little world that moves on in ticks."""

from __future__ import annotations

import math

import numpy as np

from labeler.simulator.body import Body, BodyPose
from labeler.simulator.ground import (
    NAMED,
    ROBOT_RADIUS,
    Disc,
    disc_of,
    free_place,
    furnished,
    may_move,
)
from labeler.simulator.minds import Wanderer, Watcher, bearing
from labeler.simulator.scene import Figure, Scene, Thing

OUT_OF_SIGHT = 1.1
"""What is farther aside than this (radians) is outside the camera's view."""


class World:
    """Our robot, the other robot and the things on the table. Centimetres and radians.

    Equal seeds and equal orders give equal worlds. controlled: somebody steers our robot.
    """

    def __init__(self, seed: int = 0) -> None:
        self._rng = np.random.default_rng([seed, 2])
        self.tick = 0
        self.seconds = 0.0
        self.controlled = False
        heading = float(self._rng.uniform(-math.pi, math.pi))
        start = BodyPose(-21 * math.cos(heading), -21 * math.sin(heading), heading)
        self.body = Body(start)
        self.other = Body(BodyPose(4.0, 3.0, float(self._rng.uniform(-math.pi, math.pi))))
        self.things = furnished(self._rng, self._kept_clear())
        self._watcher = Watcher(np.random.default_rng([seed, 3]))
        self._wanderer = Wanderer(np.random.default_rng([seed, 4]))
        self._tidying = 3.0
        self._nod = 0.0

    def step(self, seconds: float) -> None:
        """Moves everything on by one tick."""
        self.tick += 1
        self.seconds += seconds
        if not self.controlled:
            named = [thing for thing in self.things if thing.kind in NAMED]
            self._watcher.think(self.seconds, self.body, self.other.pose, named)
        self._wanderer.think(self.seconds, self.other, self.body.pose)
        before = self.body.pose.head
        self._move(self.body, self.other, seconds)
        self._move(self.other, self.body, seconds)
        self._nod = (self.body.pose.head - before) / seconds
        if self.seconds >= self._tidying:
            self._tidy()

    def _move(self, body: Body, other: Body, seconds: float) -> None:
        old, new = body.pose, body.step(seconds)
        taken = [*(disc_of(thing) for thing in self.things), _disc(other)]
        free = may_move((old.x, old.y), (new.x, new.y), taken, ROBOT_RADIUS)
        body.take_pose(new, free=free)

    def _tidy(self) -> None:
        """Somebody puts one thing elsewhere, behind our robot's back; again and again tries."""
        number = int(self._rng.integers(min(4, len(self.things))))  # mostly a named one
        others = [disc_of(thing) for i, thing in enumerate(self.things) if i != number]
        if not self._unseen(self.things[number]):
            return
        taken = [*others, *self._kept_clear()]
        place = free_place(self._rng, self.things[number].kind, taken)
        if place is not None and self._unseen(place):
            self.things[number] = place
            self._tidying = self.seconds + self._rng.uniform(0.3, 2.0)

    def _kept_clear(self) -> list[Disc]:
        """Room for the robots to move and turn in."""
        pose = self.body.pose
        return [Disc(pose.x, pose.y, 2 * ROBOT_RADIUS), _disc(self.other)]

    def _unseen(self, thing: Thing) -> bool:
        return abs(bearing(self.body.pose, thing.x, thing.y)) > OUT_OF_SIGHT

    def scene(self) -> Scene:
        """What the camera sees now."""
        look_x, look_y = self._wanderer.look
        figure = Figure(
            self.other.pose,
            self.other.speed,
            self.other.turn_rate,
            self._wanderer.eyes_open,
            look_x,
            look_y,
        )
        return Scene(
            self.tick,
            self.body.pose,
            self.body.turn_rate,
            self._nod,
            1 + 0.05 * math.sin(0.9 * self.seconds) + 0.03 * math.sin(2.3 * self.seconds),
            figure,
            tuple(self.things),
        )


def _disc(body: Body) -> Disc:
    return Disc(body.pose.x, body.pose.y, ROBOT_RADIUS)
