"""Bursts of the simulated robot, five pictures a second as the capture page takes them, with truth.

A name stands for one object: the simulator has one of each. A cut is where the burst ended and the
next one began somewhere else.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np

from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.simulator.body import BodyPose
from labeler.simulator.render import Renderer
from labeler.simulator.scene import Figure, Scene
from labeler.simulator.world import World

FPS, TICKS = 15, 3
"""The robot's pictures a second, and how many of them pass between two photos of a burst."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo: RGB pixels as they come out of the JPEG, and the true boxes by name.

    kinds: what kind of thing a name stands for, where the name does not say it.
    """

    picture: Pixels
    boxes: dict[str, BBox]
    kinds: dict[str, str] = field(default_factory=dict)

    def kind(self, name: str) -> str:
        return self.kinds.get(name, name)


Sequence = Callable[[int], Iterator[Shot]]
"""Gives the photos of a world's seed."""


def own_life(
    seed: int, *, images: int = 120, burst: int = 10**6, ticks: int = TICKS
) -> Iterator[Shot]:
    """The robot does what it likes, and so does the other one. After each burst of so many photos
    five seconds pass without any. ticks: camera pictures from one photo to the next."""
    world, camera = World(seed), Renderer(seed)
    for number in range(images):
        if number and number % burst == 0:
            _pass(world, 5 * FPS)
        _pass(world, ticks)
        yield shot(camera, world.scene())


def turning(seed: int, *, images: int = 60) -> Iterator[Shot]:
    """The robot turns on the spot, to and fro, and nods a little; the other one goes its ways."""
    world, camera = World(seed), Renderer(seed)
    world.residents[0].controlled = True
    rng = np.random.default_rng([seed, 20])
    middle, wide, pace = world.body.pose.heading, rng.uniform(0.5, 0.9), rng.uniform(0.6, 0.9)
    middle += math.pi  # it starts with its back to the table's middle, for it drives round it
    if (
        abs(math.remainder(math.atan2(-world.body.pose.y, -world.body.pose.x) - middle, math.tau))
        > 1
    ):
        middle -= math.pi
    for _ in range(images):
        for _ in range(TICKS):
            wanted = middle + wide * math.sin(pace * world.seconds)
            turn = math.remainder(wanted - world.body.pose.heading, math.tau)
            world.body.turn(max(-1.0, min(1.0, 3 * turn)))
            world.body.hold_head(math.radians(2 + 5 * math.sin(0.5 * world.seconds)), 0.5)
            world.step(1 / FPS)
        yield shot(camera, world.scene())


def driving(seed: int, *, images: int = 60) -> Iterator[Shot]:
    """The robot drives among the objects in curves, backing off where something is in its way."""
    world, camera = World(seed), Renderer(seed)
    world.residents[0].controlled = True
    rng = np.random.default_rng([seed, 21])
    forward, turn, until = 6.0, 0.0, 0.0
    for _ in range(images):
        for _ in range(TICKS):
            if world.seconds >= until or world.body.blocked:
                home = math.atan2(-world.body.pose.y, -world.body.pose.x) - world.body.pose.heading
                turn = 0.35 * math.remainder(home, math.tau) + rng.normal(0, 0.12)
                near = math.hypot(world.body.pose.x, world.body.pose.y) < 12
                forward = -7.0 if world.body.blocked or near else float(rng.uniform(4, 9))
                until = world.seconds + rng.uniform(1.0, 2.5)
            world.body.turn(max(-0.6, min(0.6, turn)), forward)
            world.step(1 / FPS)
        yield shot(camera, world.scene())


def passing(seed: int, *, images: int = 60) -> Iterator[Shot]:
    """The robot stands still while the other one drives past, near and far, to and fro."""
    world, camera = World(seed), Renderer(seed)
    rng = np.random.default_rng([seed, 22])
    eye = world.body.pose
    home = math.atan2(-eye.y, -eye.x)
    eye = BodyPose(eye.x, eye.y, home, math.radians(2))
    along, side, speed, away = 0.0, 1.0, 8.0, 20.0
    for number in range(images):
        if number == 0 or abs(along) > 0.8 * away + 6:
            side, speed, away = -side, float(rng.uniform(5, 13)), float(rng.uniform(13, 34))
            along = -side * (0.8 * away + 4)
        along += side * speed * TICKS / FPS
        sway = 2.0 * math.sin(0.15 * along)
        x = eye.x + (away + sway) * math.cos(home) - along * math.sin(home)
        y = eye.y + (away + sway) * math.sin(home) + along * math.cos(home)
        heading = home + side * math.pi / 2 - side * 0.3 * math.cos(0.15 * along)
        figure = Figure(BodyPose(x, y, heading, math.radians(10)), speed)
        clear = [t for t in world.things if math.hypot(t.x - x, t.y - y) > 4]
        yield shot(camera, Scene(number * TICKS, eye, 0.0, 0.0, 1.0, (figure,), tuple(clear)))


def shot(camera: Renderer, scene: Scene) -> Shot:
    """The photo of a scene, through the JPEG that the robot would send."""
    drawn = camera.draw(scene)
    done, data = cv2.imencode(".jpg", drawn.pixels, [cv2.IMWRITE_JPEG_QUALITY, 75])
    assert done
    photo = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert photo is not None
    picture = cv2.cvtColor(photo, cv2.COLOR_BGR2RGB)
    return Shot(
        picture.astype(np.uint8, copy=False), {box.name: box.bbox for box in drawn.truth.boxes}
    )


def _pass(world: World, ticks: int) -> None:
    for _ in range(ticks):
        world.step(1 / FPS)
