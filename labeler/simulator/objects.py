"""Everything that stands on the table, drawn into one transparent layer with its true boxes."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Ints, Pixels, floats, pixels
from labeler.simulator.light import Light
from labeler.simulator.mesh import Mesh, joined
from labeler.simulator.raster import Seen, Window, facing, rasterize
from labeler.simulator.scene import Figure
from labeler.simulator.shade import shade
from labeler.simulator.shadows import Footprint
from labeler.simulator.view import NEAR, View

SCALES = (1.5, 1.25, 1.0)
FINE_PIXELS = 36_000
"""About how many fine pixels a picture of 640 by 360 may spend on objects."""
MARGIN = 2


@dataclass(frozen=True, slots=True)
class Placed:
    """A named mesh in the world, and what it shades. figure: the robot, where it is one."""

    name: str
    mesh: Mesh
    footprint: Footprint
    figure: Figure | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """Premultiplied BGR and coverage (0 to 255) of a part of the picture, from left and top on.
    owner holds for each fine pixel of seen the number of its object in things, areas for each of
    them its fine pixels if it were all in the picture."""

    left: int
    top: int
    color: Pixels
    cover: Pixels
    things: tuple[Placed, ...]
    areas: Floats
    seen: Seen
    owner: Ints

    def around(self, number: int, margin: int) -> tuple[slice, slice] | None:
        """The rows and columns of color with that object's pixels, and so many columns more on both
        sides. None where it is hidden."""
        mine = np.flatnonzero(self.owner == number)
        if not len(mine):
            return None
        scale = self.seen.window.scale
        x, y = self.seen.x[mine] / scale, self.seen.y[mine] / scale
        left, right = math.floor(x.min()) - margin, math.ceil(x.max()) + margin
        return slice(math.floor(y.min()), math.ceil(y.max())), slice(max(0, left), right)


def draw_objects(placed: list[Placed], view: View, surfaces: Floats, light: Light) -> Layer | None:
    """None where no object is in sight."""
    visible = [sight for thing in placed if (sight := _look_at(thing, view)) is not None]
    if not visible:
        return None
    window = _window([sight.bounds for sight in visible], view)
    mesh = joined([sight.thing.mesh for sight in visible])
    pixels = np.concatenate([sight.pixels for sight in visible])
    shown = facing(mesh, pixels, np.concatenate([sight.depth for sight in visible]), window)
    if not len(shown.number):
        return None
    seen = rasterize(shown, window)
    counts = [len(sight.thing.mesh.triangles) for sight in visible]
    owners = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    owner = owners[shown.number][seen.triangle]
    color, cover = _layer(seen, shade(mesh, shown, seen, view, surfaces, light))
    areas = floats(np.bincount(owners, shown.areas))
    things = tuple(sight.thing for sight in visible)
    return Layer(window.left, window.top, color, cover, things, areas, seen, owner)


@dataclass(frozen=True, slots=True)
class _Sight:
    """An object that may be in the picture: where its vertices are seen, and left, top, right,
    bottom around them in whole pixels."""

    thing: Placed
    pixels: Floats
    depth: Floats
    bounds: tuple[int, int, int, int]


def _look_at(thing: Placed, view: View) -> _Sight | None:
    pixels, depth = view.project(thing.mesh.vertices)
    front = pixels[depth > NEAR]
    if len(front) < 3:
        return None
    low, high = front.min(axis=0) - MARGIN, front.max(axis=0) + MARGIN
    left, top = max(0, math.floor(low[0])), max(0, math.floor(low[1]))
    right, bottom = min(view.width, math.ceil(high[0])), min(view.height, math.ceil(high[1]))
    if left >= right or top >= bottom:
        return None
    return _Sight(thing, pixels, depth, (left, top, right, bottom))


def _window(bounds: list[tuple[int, int, int, int]], view: View) -> Window:
    """One window for all, as finely drawn as the time allows."""
    area = sum((right - left) * (bottom - top) for left, top, right, bottom in bounds)
    budget = FINE_PIXELS * (view.width / 640) ** 2
    wanted = math.sqrt(budget / (0.5 * area + 1))
    scale = next((scale for scale in SCALES if scale <= wanted), SCALES[-1])
    sides = np.array(bounds)
    left, top = (int(v) for v in sides[:, :2].min(axis=0))
    right, bottom = (int(v) for v in sides[:, 2:].max(axis=0))
    return Window(left, top, right - left, bottom - top, scale)


def _layer(seen: Seen, colors: Floats) -> tuple[Pixels, Pixels]:
    """Fine pixels shrunk to whole ones, which smooths the edges."""
    window = seen.window
    blue, green, red = colors.astype(np.uint32)
    fine = np.zeros(window.rows * window.columns, "<u4")  # a pixel's four bytes: B, G, R, cover
    fine[seen.index] = blue | green << np.uint32(8) | red << np.uint32(16) | np.uint32(255 << 24)
    whole = fine.view(np.uint8).reshape(window.rows, window.columns, 4)
    if window.scale > 1:
        whole = pixels(
            cv2.resize(whole, (window.width, window.height), interpolation=cv2.INTER_LINEAR)
        )
    color, cover = cv2.cvtColor(whole, cv2.COLOR_BGRA2BGR), cv2.extractChannel(whole, 3)
    return pixels(color), pixels(cover)
