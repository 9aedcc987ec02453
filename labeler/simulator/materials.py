"""What surfaces are made of: how they take and throw back light."""

from __future__ import annotations

from colorsys import hsv_to_rgb
from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np

from labeler.simulator.arrays import Floats, floats


@dataclass(frozen=True, slots=True)
class Surface:
    """color is red, green, blue from 0 to 1; mirror is how much of the room it shows straight on;
    glow is light of its own."""

    color: tuple[float, float, float]
    shine: float = 0.3
    sharpness: float = 20.0
    mirror: float = 0.02
    glow: float = 0.0


class Material(IntEnum):
    """Numbers of the fixed surfaces. Those of things that change colour follow after LAST."""

    SHELL = 0
    HEAD = 1
    LIFT = 2
    TREAD = 3
    WHEEL = 4
    BEZEL = 5
    GLASS = 6
    EYE = 7
    EYE_EDGE = 8
    LAMP = 9
    CUBE = 10
    CUBE_EDGE = 11
    CUBE_MARK = 12
    CUBE_LIGHT = 13
    MUG_INSIDE = 14
    RIB = 15
    LAST = 16


FIXED: dict[Material, Surface] = {
    Material.SHELL: Surface((0.028, 0.028, 0.031), 0.55, 45.0, 0.07),
    Material.HEAD: Surface((0.034, 0.034, 0.037), 0.55, 45.0, 0.07),
    Material.LIFT: Surface((0.2, 0.2, 0.205), 0.35, 18.0, 0.03),
    Material.TREAD: Surface((0.07, 0.07, 0.072), 0.08, 6.0, 0.0),
    Material.WHEEL: Surface((0.15, 0.145, 0.14), 0.35, 18.0, 0.03),
    Material.BEZEL: Surface((0.02, 0.02, 0.022), 0.4, 50.0, 0.05),
    Material.GLASS: Surface((0.012, 0.013, 0.016), 0.9, 140.0, 0.1),
    Material.EYE: Surface((0.06, 0.72, 0.78), 0.0, 1.0, 0.02, 1.0),
    Material.EYE_EDGE: Surface((0.02, 0.36, 0.42), 0.0, 1.0, 0.03, 0.7),
    Material.LAMP: Surface((0.2, 0.9, 0.4), 0.0, 1.0, 0.0, 0.9),
    Material.CUBE: Surface((0.2, 0.2, 0.21), 0.2, 12.0, 0.02),
    Material.CUBE_EDGE: Surface((0.11, 0.11, 0.115), 0.35, 20.0, 0.03),
    Material.CUBE_MARK: Surface((0.78, 0.78, 0.76), 0.1, 10.0, 0.01),
    Material.CUBE_LIGHT: Surface((0.25, 0.85, 0.95), 0.0, 1.0, 0.0, 0.9),
    Material.MUG_INSIDE: Surface((0.75, 0.74, 0.72), 0.3, 20.0, 0.04),
    Material.RIB: Surface((0.13, 0.13, 0.132), 0.1, 6.0, 0.0),
}


def eye_surfaces(hue: float, saturation: float) -> tuple[Surface, Surface]:
    """The inside and the edge of eyes of that colour; hue and saturation from 0 to 1."""
    inside, edge = FIXED[Material.EYE], FIXED[Material.EYE_EDGE]
    return (
        replace(inside, color=hsv_to_rgb(hue, saturation, max(inside.color))),
        replace(edge, color=hsv_to_rgb(hue, saturation, max(edge.color))),
    )


class EyeColors:
    """A table of surfaces that grows by the colours that eyes are given."""

    MOST = 40

    def __init__(self, surfaces: Floats) -> None:
        self.table = self._first = surfaces
        self._numbers: dict[tuple[float, float], tuple[int, int]] = {}

    def numbers(self, color: tuple[float, float]) -> tuple[int, int]:
        """The materials of the inside and the edge of eyes of that hue and saturation."""
        if color not in self._numbers:
            if len(self._numbers) >= self.MOST:
                self.table = self._first
                self._numbers.clear()
            at = len(self.table)
            self.table = floats(np.concatenate([self.table, table_of([*eye_surfaces(*color)])]))
            self._numbers[color] = (at, at + 1)
        return self._numbers[color]


class Row:
    """Which numbers of a surface stand where in table_of()."""

    COLOR = slice(0, 3)
    SHINE, SHARPNESS, MIRROR, GLOW = 3, 4, 5, 6


def table_of(surfaces: list[Surface]) -> Floats:
    """A line for each material number: blue, green, red, and the rest as Row says."""
    rows = [(*s.color[::-1], s.shine, s.sharpness, s.mirror, s.glow) for s in surfaces]
    return floats(rows)
