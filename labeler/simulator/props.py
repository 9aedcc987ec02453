"""The things on the table: a light cube, a mug, a ball, and clutter that has no name."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeler.simulator.arrays import Floats
from labeler.simulator.materials import FIXED, Material, Surface, table_of
from labeler.simulator.mesh import Mesh, joined
from labeler.simulator.scene import Thing
from labeler.simulator.shapes import Point, box, handle, patch, sphere, turned

RGB = tuple[float, float, float]
CUBE_SIDE, MUG_RADIUS, MUG_HEIGHT = 4.4, 3.9, 8.6

# The household's own mug and ball, the same on every table: they are to be recognised again.
MUG_COLOR: RGB = (0.05, 0.16, 0.42)
BALL_COLORS: tuple[RGB, RGB] = ((0.62, 0.05, 0.04), (0.75, 0.74, 0.7))
BALL_RADIUS = 3.3


class Props:
    """All meshes of one world, clutter coloured by rng. surfaces is indexed by material."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._surfaces = [FIXED[material] for material in Material if material in FIXED]
        self._makers: dict[str, Callable[[], Mesh]] = {
            "cube": _cube,
            "mug": self._mug,
            "ball": self._ball,
            "bottle": self._bottle,
            "book": self._book,
            "carton": self._carton,
            "bowl": self._bowl,
            "can": self._can,
        }
        self._meshes = {kind: make() for kind, make in self._makers.items()}
        self.surfaces: Floats = table_of(self._surfaces)

    def mesh(self, thing: Thing) -> Mesh:
        return self._meshes[thing.kind].placed(thing.x, thing.y, thing.heading)

    def _add(self, color: RGB, shine: float = 0.25, mirror: float = 0.03) -> int:
        self._surfaces.append(Surface(color, shine, 25.0, mirror))
        return len(self._surfaces) - 1

    def _any_color(self) -> RGB:
        """Some colour of packages and kitchenware, seldom a loud one."""
        grey, loud = self._rng.uniform(0.05, 0.45), self._rng.uniform(0.15, 0.7)
        parts = grey + loud * (self._rng.uniform(0.02, 0.5, 3) - grey)
        red, green, blue = (float(part) for part in parts)
        return red, green, blue

    def _mug(self) -> Mesh:
        outside = self._add(MUG_COLOR, 0.5, 0.05)
        radius, height = MUG_RADIUS, MUG_HEIGHT
        wall: list[Point] = [(0.0, 0.02), (radius * 0.9, 0.02), (radius * 0.96, 0.3)]
        wall += [
            (radius, 0.8),
            (radius, height * 0.5),
            (radius, height - 0.1),
            (radius - 0.1, height),
        ]
        inner = radius - 0.35
        rim: list[Point] = [(radius - 0.1, height), (inner, height - 0.05)]
        well: list[Point] = [(inner, height - 0.05), (inner, 0.6), (inner * 0.8, 0.4), (0.0, 0.4)]
        grip = handle((radius - 0.15, 0.0, height * 0.52), (2.3, 2.7), 0.42, outside)
        return joined(
            [
                turned(wall, outside),
                turned(rim, outside),
                turned(well, int(Material.MUG_INSIDE)),
                grip,
            ]
        )

    def _ball(self) -> Mesh:
        one, two = (self._add(color, 0.3, 0.03) for color in BALL_COLORS)
        return sphere(BALL_RADIUS, [one, two] * 3)

    def _bottle(self) -> Mesh:
        glass, label = self._add(self._any_color(), 0.7, 0.08), self._add((0.7, 0.68, 0.6))
        tall = float(self._rng.uniform(16, 24))
        line: list[Point] = [(3.2, 0.0), (3.4, 0.4), (3.4, tall * 0.2)]
        neck: list[Point] = [(3.4, tall * 0.55), (3.3, tall * 0.6), (1.4, tall * 0.8), (1.3, tall)]
        band: list[Point] = [(3.42, tall * 0.2), (3.42, tall * 0.55)]
        return joined([turned(line, glass), turned(band, label), turned(neck, glass)])

    def _book(self) -> Mesh:
        cover, pages = self._add(self._any_color(), 0.2), self._add((0.66, 0.62, 0.52), 0.02)
        parts, at = [], 0.0
        for _ in range(int(self._rng.integers(1, 4))):
            thick = float(self._rng.uniform(1.2, 3.2))
            parts += [box((19, 13, 0.25), cover, at), box((18.4, 12.6, thick), pages, at + 0.25)]
            parts.append(box((19, 13, 0.25), cover, at + 0.25 + thick))
            at += thick + 0.5
            cover = self._add(self._any_color(), 0.2)
        return joined(parts)

    def _carton(self) -> Mesh:
        size = (float(self._rng.uniform(4, 7)), 14.0, float(self._rng.uniform(15, 24)))
        paper, print_ = self._add(self._any_color(), 0.1), self._add(self._any_color(), 0.1)
        pattern = [
            patch((x, 0, size[2] * 0.6), (0, np.sign(x) * 4.5, 0), (0, 0, size[2] * 0.22), print_)
            for x in (size[0] / 2 + 0.03, -size[0] / 2 - 0.03)
        ]
        return joined([box(size, paper), *pattern])

    def _bowl(self) -> Mesh:
        color = self._add(self._any_color(), 0.5, 0.05)
        line: list[Point] = [(2.5, 0.0), (4.6, 0.9), (6.0, 2.4), (6.8, 4.6)]
        return joined(
            [turned(line, color), turned([(r - 0.3, h + 0.1) for r, h in line[::-1]], color)]
        )

    def _can(self) -> Mesh:
        print_, metal = (
            self._add(self._any_color(), 0.4, 0.06),
            self._add((0.5, 0.5, 0.52), 0.6, 0.1),
        )
        side: list[Point] = [(3.0, 0.8), (3.2, 1.0), (3.2, 10.5), (2.7, 11.5)]
        foot: list[Point] = [(2.5, 0.0), (2.6, 0.1), (3.0, 0.8)]
        lid: list[Point] = [(2.7, 11.5), (2.6, 11.4), (0.0, 11.3)]
        return joined([turned(side, print_), turned(foot, metal), turned(lid, metal)])


def _cube() -> Mesh:
    """A light cube: a dark block with a framed sign on each side and lights at its corners."""
    half = CUBE_SIDE / 2
    parts = [box((CUBE_SIDE, CUBE_SIDE, CUBE_SIDE), int(Material.CUBE))]
    for axis in range(3):
        for sign in (-1.0, 1.0):
            parts += _cube_side(axis, sign, half)
    return joined(parts)


def _cube_side(axis: int, sign: float, half: float) -> list[Mesh]:
    facing, along, up = np.zeros(3), np.zeros(3), np.zeros(3)
    facing[axis], along[(axis + 1) % 3], up[(axis + 2) % 3] = sign, 1.0, sign
    middle = np.array((0, 0, half)) + facing * (half + 0.02)
    over = middle + facing * 0.02
    parts = []
    for side, other in ((along, up), (up, -along), (-along, -up), (-up, along)):
        edge = middle + side * (half - 0.3)
        parts.append(patch(edge, side * 0.3, other * half, int(Material.CUBE_EDGE)))
        corner = over + (side + other) * (half - 0.42)
        parts.append(patch(corner, side * 0.3, other * 0.3, int(Material.CUBE_LIGHT)))
    tilted, other = (along + up) * 0.62, (up - along) * 0.62
    parts.append(patch(over, tilted, other, int(Material.CUBE_MARK)))
    parts.append(patch(over + facing * 0.02, tilted * 0.5, other * 0.5, int(Material.CUBE)))
    return parts
