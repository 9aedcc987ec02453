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
    free_spot,
    furnished,
    leaves_table,
    may_move,
)
from labeler.simulator.minds import Eyes, Wanderer, Watcher, bearing
from labeler.simulator.performance import Performance
from labeler.simulator.scene import Figure, Scene, Thing

LONGEST_STEP = 0.1
"""Seconds that robots move on at once: in a longer step one could pass through a thing."""
OUT_OF_SIGHT = 1.1
"""What is farther aside than this (radians) is outside the camera's view."""


class Resident:
    """One robot of the world. controlled: somebody steers it, and it does nothing by itself."""

    def __init__(self, pose: BodyPose, eyes: Eyes) -> None:
        self.body = Body(pose)
        self.eyes = eyes
        self.controlled = False
        self.performance: Performance | None = None
        self.nod = 0.0

    @property
    def pose(self) -> BodyPose:
        return self.body.pose

    @property
    def disc(self) -> Disc:
        return Disc(self.pose.x, self.pose.y, ROBOT_RADIUS)

    def figure(self) -> Figure:
        """How the others see it."""
        eyes, body = self.eyes, self.body
        return Figure(
            self.pose, body.speed, body.turn_rate, eyes.open, *eyes.look, eyes.color, body.ways
        )

    def show(self, now: float) -> None:
        """Blinks, and goes on with what it performs."""
        self.eyes.blink_at(now)
        if self.performance is not None and not self.performance.step(now, self.eyes):
            self.performance = None


class World:
    """The robots and the things on the table. Centimetres and radians.

    Equal seeds and equal orders give equal worlds. robots have a camera that somebody may look
    through; where there is one only, another one keeps it company, so that it sees a robot. The
    first one looks around, the others drive about. clutter: how many things without a name stand
    around, from none to eight; None: as the seed has it.
    """

    def __init__(self, seed: int = 0, robots: int = 1, clutter: int | None = None) -> None:
        self._rng = np.random.default_rng([seed, 2])
        self._cameras = robots
        self.tick = 0
        self.seconds = 0.0
        heading = float(self._rng.uniform(-math.pi, math.pi))
        start = BodyPose(-21 * math.cos(heading), -21 * math.sin(heading), heading)
        other = BodyPose(4.0, 3.0, float(self._rng.uniform(-math.pi, math.pi)))
        wanders = np.random.default_rng([seed, 4])
        eyes = Eyes(wanders)
        self.residents = [
            Resident(start, Eyes(np.random.default_rng([seed, 6]))),
            Resident(other, eyes),
        ]
        self._watcher = Watcher(np.random.default_rng([seed, 3]))
        self._wanderers = [Wanderer(wanders, eyes)]
        self.things = furnished(self._rng, self._kept_clear(), clutter)
        for number in range(2, robots):
            self._join(np.random.default_rng([seed, 4, number]))
        self._tidying = 3.0

    @property
    def body(self) -> Body:
        """Our robot's, the first one's."""
        return self.residents[0].body

    @property
    def other(self) -> Body:
        """The second robot's."""
        return self.residents[1].body

    def _join(self, rng: np.random.Generator) -> None:
        """One robot more, where there is room."""
        spot = free_spot(rng, [*self._kept_clear(), *map(disc_of, self.things)])
        eyes = Eyes(rng)
        self.residents.append(Resident(BodyPose(*spot, float(rng.uniform(-3, 3))), eyes))
        self._wanderers.append(Wanderer(rng, eyes))

    def step(self, seconds: float) -> None:
        """Moves everything on by one tick."""
        self.tick += 1
        self.seconds += seconds
        first, *others = self.residents
        first.show(self.seconds)
        if not first.controlled:
            named = [thing for thing in self.things if thing.kind in NAMED]
            self._watcher.think(self.seconds, first.body, others[0].pose, named)
        for resident, wanderer in zip(others, self._wanderers, strict=True):
            resident.show(self.seconds)
            if not resident.controlled:
                wanderer.think(self.seconds, resident.body, first.pose)
        heads = [resident.pose.head for resident in self.residents]
        steps = math.ceil(seconds / LONGEST_STEP)
        for _ in range(steps):
            for resident in self.residents:
                self._move(resident, seconds / steps)
        for resident, head in zip(self.residents, heads, strict=True):
            resident.nod = (resident.pose.head - head) / seconds
        if self.seconds >= self._tidying:
            self._tidy()

    def _move(self, resident: Resident, seconds: float) -> None:
        old, new = resident.pose, resident.body.step(seconds)
        taken = [*map(disc_of, self.things)]
        taken += [other.disc for other in self.residents if other is not resident]
        free = may_move((old.x, old.y), (new.x, new.y), taken, ROBOT_RADIUS)
        resident.body.take_pose(new, free=free)
        if resident.controlled and leaves_table((old.x, old.y), (new.x, new.y)):
            resident.body.stop_at_edge()  # as the real one does by itself

    def _tidy(self) -> None:
        """Somebody puts one thing elsewhere, behind every camera's back; again and again tries."""
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
        first, *others = self.residents
        return [Disc(first.pose.x, first.pose.y, 2 * ROBOT_RADIUS), *(one.disc for one in others)]

    def _unseen(self, thing: Thing) -> bool:
        watching = self.residents[: self._cameras]
        return all(abs(bearing(one.pose, thing.x, thing.y)) > OUT_OF_SIGHT for one in watching)

    def scene(self, camera: int = 0) -> Scene:
        """What the camera of that robot sees now."""
        own = self.residents[camera]
        return Scene(
            self.tick,
            own.pose,
            own.body.turn_rate,
            own.nod,
            1 + 0.05 * math.sin(0.9 * self.seconds) + 0.03 * math.sin(2.3 * self.seconds),
            tuple(one.figure() for one in self.residents if one is not own),
            tuple(self.things),
            camera,
        )
