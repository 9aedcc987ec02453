"""Simple solids as meshes: boxes, things turned on a lathe, balls, handles. Centimetres."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.mesh import Mesh, joined

Point = tuple[float, float]


def box(size: tuple[float, float, float], material: int, bottom: float = 0.0) -> Mesh:
    """A box with sharp edges, standing on z = bottom."""
    half = floats(size) / 2
    faces = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            faces.append(_side(axis, sign, half, material))
    return joined(faces).moved(z=bottom + float(half[2]))


def _side(axis: int, sign: float, half: Floats, material: int) -> Mesh:
    u, v = (axis + 1) % 3, (axis + 2) % 3
    corners = np.zeros((4, 3), np.float32)
    corners[:, axis] = sign * half[axis]
    corners[:, u] = floats((-1, 1, 1, -1)) * half[u]
    corners[:, v] = floats((-1, -1, 1, 1)) * half[v] * sign
    normals = np.zeros((4, 3), np.float32)
    normals[:, axis] = sign
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.intp)
    return Mesh(corners, normals, triangles, np.full(2, material, np.int32))


def patch(center: ArrayLike, u: ArrayLike, v: ArrayLike, material: int) -> Mesh:
    """A flat parallelogram with half sides u and v, facing u x v."""
    place, along, up = (floats(p) for p in (center, u, v))
    corners = np.stack(
        [place - along - up, place + along - up, place + along + up, place - along + up]
    )
    facing = np.cross(along, up)
    normals = np.tile(facing / np.linalg.norm(facing), (4, 1)).astype(np.float32)
    triangles = np.array([(0, 1, 2), (0, 2, 3)], np.intp)
    return Mesh(corners, normals, triangles, np.full(2, material, np.int32))


def turned(profile: Sequence[Point], material: int, sides: int = 36) -> Mesh:
    """A lathe's work: profile is a line of (radius, height) from below to above, smooth.

    Seen from outside where the profile runs upwards, from inside where it runs downwards.
    """
    line = floats(profile)
    angles = np.linspace(0, 2 * np.pi, sides, endpoint=False, dtype=np.float32)
    cos, sin = np.cos(angles), np.sin(angles)
    slope = np.gradient(line, axis=0)
    out = np.column_stack([slope[:, 1], -slope[:, 0]])
    out /= np.maximum(np.linalg.norm(out, axis=1, keepdims=True), 1e-6)
    vertices = _ring(line[:, 0], line[:, 1], cos, sin)
    normals = _ring(out[:, 0], out[:, 1], cos, sin)
    triangles = _grid(len(line), sides)
    return Mesh(vertices, normals, triangles, np.full(len(triangles), material, np.int32))


def _ring(radius: Floats, height: Floats, cos: Floats, sin: Floats) -> Floats:
    rows = [
        np.column_stack([r * cos, r * sin, np.full_like(cos, h)])
        for r, h in zip(radius, height, strict=True)
    ]
    return np.concatenate(rows).astype(np.float32)


def _grid(rows: int, sides: int) -> np.ndarray[tuple[int, ...], np.dtype[np.int32]]:
    """Two triangles for each square between neighbouring rings."""
    row, side = np.meshgrid(np.arange(rows - 1), np.arange(sides), indexing="ij")
    a = (row * sides + side).ravel()
    b = (row * sides + (side + 1) % sides).ravel()
    c, d = b + sides, a + sides
    return np.concatenate([np.column_stack([a, b, c]), np.column_stack([a, c, d])]).astype(np.intp)


def sphere(radius: float, materials: Sequence[int], rows: int = 18, sides: int = 28) -> Mesh:
    """A ball on the table, its colours in wedges like an orange's."""
    heights = np.linspace(-np.pi / 2, np.pi / 2, rows)
    cos, sin = np.cos(heights), np.sin(heights)
    mesh = turned([(float(c), float(s)) for c, s in zip(cos, sin, strict=True)], 0, sides)
    wedge = (np.arange(sides) * len(materials)) // sides
    wedges = np.tile(np.array(materials, np.int32)[wedge], 2 * (rows - 1))
    return Mesh(
        mesh.vertices * np.float32(radius) + floats((0, 0, radius)),
        mesh.vertices.copy(),
        mesh.triangles,
        wedges,
    )


def handle(
    center: tuple[float, float, float], size: Point, thickness: float, material: int
) -> Mesh:
    """Half a ring in the xz plane that leaves center towards +x, as a mug's handle does."""
    along = np.linspace(-np.pi / 2, np.pi / 2, 14)
    around = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    cos, sin = np.cos(along)[:, None], np.sin(along)[:, None]
    outward = np.stack([np.cos(around)[None] * cos, np.cos(around)[None] * sin], -1)
    sideways = np.broadcast_to(np.sin(around)[None], outward.shape[:2])
    normals = np.stack([outward[..., 0], sideways, outward[..., 1]], -1)
    spine = np.stack([size[0] * cos, 0 * cos, size[1] * sin], -1)
    vertices = floats(center) + spine + thickness * normals
    triangles = _grid(14, 10)[:, ::-1].copy()
    return Mesh(
        vertices.reshape(-1, 3).astype(np.float32),
        normals.reshape(-1, 3).astype(np.float32),
        triangles,
        np.full(len(triangles), material, np.int32),
    )
