"""Which triangle is seen at which pixel: a depth buffer for all triangles at once, in numpy.

Arrays are kept one row a coordinate, (3, n) instead of (n, 3): numpy is several times faster so.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeler.simulator.arrays import Floats, Ints, floats
from labeler.simulator.mesh import Mesh
from labeler.simulator.view import NEAR

MIN_AREA = 0.04
"""Triangles with less than this many square pixels are left out."""


@dataclass(frozen=True, slots=True)
class Window:
    """A part of the picture, drawn scale times finer. left and top are whole picture pixels."""

    left: int
    top: int
    width: int
    height: int
    scale: float

    @property
    def columns(self) -> int:
        return round(self.width * self.scale)

    @property
    def rows(self) -> int:
        return round(self.height * self.scale)


@dataclass(frozen=True, slots=True)
class Facing:
    """The triangles that can be seen: fine pixels of their corners x, y (3, t), one over their
    depths (3, t), and their numbers in the mesh (t,). areas holds for every triangle of the mesh
    its fine pixels on an endless picture, 0 where it looks away."""

    x: Floats
    y: Floats
    inverse: Floats
    number: Ints
    areas: Floats

    def slopes(self, values: Floats) -> tuple[Floats, Floats]:
        """How values, given at the corners (3, ..., t), change per fine pixel across and down."""
        side_x, side_y = self.x[1] - self.x[0], self.y[1] - self.y[0]
        other_x, other_y = self.x[2] - self.x[0], self.y[2] - self.y[0]
        scale = 1 / (side_x * other_y - side_y * other_x)
        step, other = values[1] - values[0], values[2] - values[0]
        return (step * other_y - other * side_y) * scale, (other * side_x - step * other_x) * scale


@dataclass(frozen=True, slots=True)
class Seen:
    """The covered fine pixels of a window: index is row * columns + column, triangle counts
    within Facing, depth is in centimetres, x and y are the fine pixels' middles."""

    window: Window
    index: Ints
    triangle: Ints
    depth: Floats
    x: Floats
    y: Floats


def facing(mesh: Mesh, pixels: Floats, depth: Floats, window: Window) -> Facing:
    """Drops what looks away, lies behind the camera or outside the window. pixels and depth:
    View.project() of the mesh's vertices."""
    corners = mesh.triangles.T
    x = ((pixels[:, 0] - window.left) * np.float32(window.scale))[corners]
    y = ((pixels[:, 1] - window.top) * np.float32(window.scale))[corners]
    deep = depth[corners]
    area = (x[2] - x[0]) * (y[1] - y[0]) - (y[2] - y[0]) * (x[1] - x[0])
    good = (area > MIN_AREA) & (_least(deep) > NEAR)
    good &= (_most(x) > 0) & (_most(y) > 0)
    good &= (_least(x) < window.columns) & (_least(y) < window.rows)
    number = np.flatnonzero(good).astype(np.int32)
    areas = np.where(_least(deep) > NEAR, np.maximum(area, 0), 0) / 2
    return Facing(x[:, number], y[:, number], 1 / deep[:, number], number, areas)


def _least(corners: Floats) -> Floats:
    """The smallest of three rows: several times faster than corners.min(axis=0)."""
    return floats(np.minimum(np.minimum(corners[0], corners[1]), corners[2]))


def _most(corners: Floats) -> Floats:
    return floats(np.maximum(np.maximum(corners[0], corners[1]), corners[2]))


def rasterize(shown: Facing, window: Window) -> Seen:
    """The nearest triangle at every covered pixel."""
    spans = _spans(shown, window)
    index, triangle, nearness = _fragments(shown, spans, window)
    # One number holds both: positive floats sort like their bits, so the nearest is the largest.
    key = nearness.view(np.uint32).astype(np.uint64) << np.uint64(32)
    key |= triangle.astype(np.uint64)
    buffer = np.zeros(window.rows * window.columns, np.uint64)
    np.maximum.at(buffer, index, key)
    covered = np.flatnonzero(buffer).astype(np.int32)
    best = buffer[covered]
    near = (best >> np.uint64(32)).astype(np.uint32).view(np.float32)
    row = covered // window.columns
    column = covered - row * window.columns
    return Seen(
        window,
        covered,
        best.astype(np.uint32).astype(np.int32),
        1 / near,
        column.astype(np.float32) + np.float32(0.5),
        row.astype(np.float32) + np.float32(0.5),
    )


@dataclass(frozen=True, slots=True)
class _Spans:
    """Runs of pixels: one row of one triangle each, from start on, length pixels."""

    triangle: Ints
    row: Ints
    start: Ints
    length: Ints


def _spans(shown: Facing, window: Window) -> _Spans:
    tops = np.maximum(0, np.ceil(_least(shown.y) - 0.5)).astype(np.int32)
    ends = np.minimum(window.rows, np.floor(_most(shown.y) + 0.5)).astype(np.int32)
    counts = np.maximum(0, ends - tops)
    triangle = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
    first = (np.cumsum(counts) - counts).astype(np.int32)
    row = np.arange(len(triangle), dtype=np.int32) + np.repeat(tops - first, counts)
    left, right = _cut(shown, counts, row.astype(np.float32) + np.float32(0.5))
    start = np.maximum(0, np.ceil(left - 0.5)).astype(np.int32)
    stop = np.minimum(window.columns, np.floor(right + 0.5)).astype(np.int32)
    full = np.flatnonzero(stop > start)
    start = start[full]
    return _Spans(triangle[full], row[full], start, stop[full] - start)


def _cut(shown: Facing, counts: Ints, middle: Floats) -> tuple[Floats, Floats]:
    """Where each row's middle enters and leaves its triangle (anticlockwise, y downwards)."""
    left = np.full(len(middle), -1e9, np.float32)
    right = np.full(len(middle), 1e9, np.float32)
    for number in range(3):
        x, y = shown.x[number], shown.y[number]
        run, rise = shown.x[(number + 1) % 3] - x, shown.y[(number + 1) % 3] - y
        flat = np.abs(rise) < 1e-6
        slope = run / np.where(flat, 1, rise)
        at = np.repeat(x - y * slope, counts) + middle * np.repeat(slope, counts)
        side = np.repeat(np.where(flat, 0, np.sign(rise)).astype(np.int8), counts)
        np.maximum(left, at, out=left, where=side > 0)
        np.minimum(right, at, out=right, where=side < 0)
    return left, right


def _fragments(shown: Facing, spans: _Spans, window: Window) -> tuple[Ints, Ints, Floats]:
    """Every pixel of every span: its index, triangle and one over its depth."""
    across, down = shown.slopes(shown.inverse)
    slope = across[spans.triangle]
    begin = shown.inverse[0][spans.triangle]
    begin += slope * (spans.start + np.float32(0.5) - shown.x[0][spans.triangle])
    begin += down[spans.triangle] * (spans.row + np.float32(0.5) - shown.y[0][spans.triangle])
    first = (np.cumsum(spans.length) - spans.length).astype(np.int32)
    step = np.arange(int(spans.length.sum()), dtype=np.int32)
    index = np.repeat(spans.row * window.columns + spans.start - first, spans.length)
    index += step
    nearness = np.repeat(slope.astype(np.float32), spans.length)
    nearness *= step
    nearness += np.repeat((begin - slope * first).astype(np.float32), spans.length)
    np.maximum(nearness, np.float32(1e-6), out=nearness)
    return index, np.repeat(spans.triangle, spans.length), nearness
