"""The table as the robots drive on it: what stands where, how much room each needs."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from labeler.simulator.scene import Thing
from labeler.simulator.textures import TABLE

ROBOT_RADIUS = 4.6
EDGE = 5.0
RADIUS: dict[str, float] = {
    "cube": 3.2,
    "mug": 5.2,
    "ball": 3.6,
    "bottle": 3.6,
    "book": 11.0,
    "carton": 7.5,
    "bowl": 7.0,
    "can": 3.4,
}
NAMED = ("cube", "mug", "ball")
CLUTTER = ("bottle", "book", "carton", "bowl", "can")
_NEAR, _FAR = (4.0, 15.5), (28.0, 42.0)


@dataclass(frozen=True, slots=True)
class Disc:
    """A round place that is taken."""

    x: float
    y: float
    radius: float

    def gap(self, x: float, y: float) -> float:
        return math.hypot(x - self.x, y - self.y) - self.radius


def disc_of(thing: Thing) -> Disc:
    return Disc(thing.x, thing.y, RADIUS[thing.kind])


def on_table(x: float, y: float, margin: float = EDGE) -> bool:
    return abs(x) <= TABLE[0] / 2 - margin and abs(y) <= TABLE[1] / 2 - margin


def leaves_table(old: tuple[float, float], new: tuple[float, float]) -> bool:
    """Whether a robot that goes from old to new gets over an edge, or farther over it."""
    return any(
        abs(after) > side / 2 - EDGE and abs(after) > abs(before)
        for before, after, side in zip(old, new, TABLE, strict=True)
    )


def may_move(
    old: tuple[float, float], new: tuple[float, float], taken: Iterable[Disc], radius: float
) -> bool:
    """Whether a robot may go from old to new: onto the table, and not deeper into anything."""
    if leaves_table(old, new):
        return False
    return all(disc.gap(*new) > radius or disc.gap(*new) >= disc.gap(*old) - 1e-9 for disc in taken)


def free_place(
    rng: np.random.Generator, kind: str, taken: list[Disc], tries: int = 60
) -> Thing | None:
    """A new place for a thing: named ones near the table's middle, clutter around them."""
    low, high = _NEAR if kind in NAMED else _FAR
    for _ in range(tries):
        angle, far = rng.uniform(0, math.tau), rng.uniform(low, high)
        x, y = 1.25 * far * math.cos(angle), far * math.sin(angle)
        radius = RADIUS[kind]
        if on_table(x, y, radius) and all(disc.gap(x, y) > radius + 0.8 for disc in taken):
            return Thing(kind, float(x), float(y), float(rng.uniform(0, math.tau)))
    return None


def free_spot(rng: np.random.Generator, taken: list[Disc], tries: int = 400) -> tuple[float, float]:
    """Where one robot more may stand; raises ValueError where the table is full."""
    for _ in range(tries):
        x, y = rng.uniform(-TABLE[0] / 2, TABLE[0] / 2), rng.uniform(-TABLE[1] / 2, TABLE[1] / 2)
        if on_table(x, y, 2 * EDGE) and all(disc.gap(x, y) > ROBOT_RADIUS + 1 for disc in taken):
            return float(x), float(y)
    raise ValueError("there is no room for one robot more")


def furnished(
    rng: np.random.Generator, taken: list[Disc], clutter: int | None = None
) -> list[Thing]:
    """The things of a new world, clear of what is taken: fewer where there is no room."""
    count = int(rng.integers(2, 5))
    if clutter is not None:
        count = clutter
    kinds = [*NAMED, *map(str, rng.choice(CLUTTER, count, replace=count > len(CLUTTER)))]
    things: list[Thing] = []
    for kind in kinds:
        place = free_place(rng, kind, taken + [disc_of(thing) for thing in things])
        if place is not None:
            things.append(place)
    return things
