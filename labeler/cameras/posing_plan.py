"""Where the posing partner goes: a walk through its circle with a picture after each motion."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from labeler.cameras.driving_body import wrapped

RADIUS_CM = (3, 40)
MOST_PICTURES = 1000
TURNS = (math.radians(20), math.radians(100))
SHORTEST = 0.3
"""The least way to the next place, as a part of the radius."""
TRIALS = 6
REMEMBERED = 60
AWAY = (math.radians(105), math.radians(255))
"""How far the photographer turns away for a picture without its partner. It sees 45 degrees to
either side, and a circle that is twice its radius away takes 30 more."""
HEADS = (math.radians(-20), math.radians(40))
LIFTS_MM = (33.0, 91.0)
LOOKS = (math.radians(-8), math.radians(12))
"""The photographer's head while it looks elsewhere."""


@dataclass(frozen=True, slots=True)
class PosingWish:
    """So many pictures with the partner and without. The circle lies around where it stands.

    Raises ValueError for a circle or numbers outside of RADIUS_CM and MOST_PICTURES.
    """

    pictures: int = 40
    negatives: int = 10
    radius_cm: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.pictures <= MOST_PICTURES and 0 <= self.negatives <= MOST_PICTURES):
            raise ValueError(f"no partner poses {self.pictures} + {self.negatives} times")
        if not RADIUS_CM[0] <= self.radius_cm <= RADIUS_CM[1]:
            raise ValueError(f"no circle has a radius of {self.radius_cm} cm")

    @property
    def slack_mm(self) -> float:
        """So far it may be from where it was meant to be, and is in its circle all the same."""
        return min(8.0, 2.0 * self.radius_cm)


@dataclass(frozen=True, slots=True)
class PosingStop:
    """Where the partner poses: x ahead and y to the left of where it began, in millimetres."""

    x_mm: float
    y_mm: float
    heading_rad: float
    head_rad: float
    lift_mm: float


@dataclass(frozen=True, slots=True)
class AwayStop:
    """Where the photographer looks without its partner: anticlockwise from its partner."""

    turn_rad: float
    head_rad: float


@dataclass(frozen=True, slots=True)
class _Stand:
    """x, y in radii of the circle."""

    x: float
    y: float
    heading: float

    def far_from(self, other: _Stand) -> float:
        """A quarter of a turn counts as a radius."""
        turned = wrapped(self.heading - other.heading) / (math.pi / 2)
        return math.hypot(self.x - other.x, self.y - other.y, turned)


def plan_poses(wish: PosingWish) -> tuple[PosingStop, ...]:
    """By the seed: it turns on the spot, drives along that line, turns again, and so on.

    A pose after each, so no motion is made for nothing. Random lines with a random place on each
    lead everywhere in the circle equally often ("hit and run", Smith 1984); of TRIALS such steps
    the one is taken that leads farthest from the last poses.
    """
    random = Random(f"poses {wish.seed}")
    radius_mm = 10.0 * wish.radius_cm - wish.slack_mm
    stands = [_Stand(0.0, 0.0, 0.0)]
    poses: list[PosingStop] = []
    while len(poses) < wish.pictures:
        here, next_one = stands[-1], _next_stand(random, stands[-REMEMBERED:])
        stands.append(next_one)
        for at in (here, next_one):
            lift = LIFTS_MM[0] if random.random() < 0.5 else random.uniform(*LIFTS_MM)
            x_mm, y_mm, head = radius_mm * at.x, radius_mm * at.y, random.uniform(*HEADS)
            poses.append(PosingStop(x_mm, y_mm, next_one.heading, head, lift))
    return tuple(poses[: wish.pictures])


def _next_stand(random: Random, before: Sequence[_Stand]) -> _Stand:
    steps = [_step(random, before[-1]) for _ in range(TRIALS)]
    return max(steps, key=lambda step: min(map(step.far_from, before)))


def _step(random: Random, here: _Stand) -> _Stand:
    """A turn to either side, and a place on the line that it then looks along."""
    heading = wrapped(here.heading + random.choice((-1, 1)) * random.uniform(*TURNS))
    cos, sin = math.cos(heading), math.sin(heading)
    middle = -(here.x * cos + here.y * sin)
    half = math.sqrt(max(0.0, 1.0 - (here.x * sin - here.y * cos) ** 2))
    way = random.uniform(middle - half, middle + half)
    if abs(way) < SHORTEST:  # to the farther end there is more room
        way = math.copysign(min(SHORTEST, abs(middle) + half), middle)
    return _Stand(here.x + way * cos, here.y + way * sin, heading)


def plan_negatives(wish: PosingWish) -> tuple[AwayStop, ...]:
    """From the right to the left, so that the photographer turns once, with heads by the seed."""
    random = Random(f"negatives {wish.seed}")
    turns = sorted(random.uniform(*AWAY) for _ in range(wish.negatives))
    return tuple(AwayStop(turn, random.uniform(*LOOKS)) for turn in turns)
