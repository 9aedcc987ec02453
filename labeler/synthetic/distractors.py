"""Things without a name: solids of any form, size and colour, standing or in the air."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.mesh import Mesh, joined
from labeler.simulator.shapes import Point, box, sphere, turned

MATERIALS = 3
"""Materials of one distractor."""


def random_distractor(rng: np.random.Generator, first: int) -> Mesh:
    """A mesh around the origin, 1 to 14 centimetres in size. first: its materials count from
    there, up to first + MATERIALS - 1."""
    size = float(2 ** rng.uniform(0.3, 3.6))
    mesh = _KINDS[rng.integers(len(_KINDS))](rng, size, first)
    if rng.random() < 0.5:
        return mesh
    vertices = mesh.vertices - floats((0, 0, size / 2))
    turn = random_turn(rng, np.pi)
    return Mesh(
        vertices @ turn + floats((0, 0, size / 2)),
        mesh.normals @ turn,
        mesh.triangles,
        mesh.materials,
    )


def random_turn(rng: np.random.Generator, most: float) -> Floats:
    """A rotation for row vectors, by up to most radians around any axis (Rodrigues)."""
    axis = rng.normal(0, 1, 3)
    x, y, z = axis / np.linalg.norm(axis)
    angle = rng.uniform(-most, most)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    turn = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross
    return floats(turn.T)


def _block(rng: np.random.Generator, size: float, first: int) -> Mesh:
    width, depth, height = (size * float(2 ** rng.uniform(-1.5, 0.7)) for _ in range(3))
    parts = [box((width, depth, height), first)]
    if rng.random() < 0.5:
        parts.append(box((width * 0.6, depth * 0.6, height * 0.4), first + 1, height))
    if rng.random() < 0.4:
        parts.append(box((width * 1.04, depth * 1.04, height * 0.3), first + 2, height * 0.2))
    return joined(parts)


def _lathe(rng: np.random.Generator, size: float, first: int) -> Mesh:
    """A vase, a bottle, a lamp: any profile turned."""
    count = int(rng.integers(3, 7))
    heights = np.sort(rng.uniform(0, size, count))
    radii = size * rng.uniform(0.08, 0.55, count)
    line: list[Point] = [(float(r), float(h)) for r, h in zip(radii, heights, strict=True)]
    middle = count // 2
    lid: list[Point] = [line[-1], (0.0, line[-1][1] + 0.05)]
    parts = [turned(line[: middle + 1], first, 18), turned(line[middle:], first + 1, 18)]
    return joined([*parts, turned(lid, first + 2, 18)])


def _ball(rng: np.random.Generator, size: float, first: int) -> Mesh:
    wedges = [first + int(number) for number in rng.integers(MATERIALS, size=4)]
    ball = sphere(size / 2, wedges, 10, 16)
    stretch = floats(rng.uniform(0.5, 1.4, 3))
    return Mesh(ball.vertices * stretch, ball.normals, ball.triangles, ball.materials)


def _wheels(rng: np.random.Generator, size: float, first: int) -> Mesh:
    """A toy car's outline: a body on four wheels, as near to a robot as a thing may come."""
    body = box((size, size * 0.6, size * 0.35), first, size * 0.15)
    top = box((size * 0.5, size * 0.5, size * 0.3), first + 1, size * 0.5)
    wheel = _rolled(
        turned([(0.0, 0.0), (0.2 * size, 0.02), (0.2 * size, 0.1 * size)], first + 2, 14)
    )
    places = [(x * size * 0.3, y * size * 0.36) for x in (-1, 1) for y in (-1, 1)]
    wheels = [wheel.moved(x, y, size * 0.2) for x, y in places]
    return joined([body, *([top] if rng.random() < 0.7 else []), *wheels])


def _rolled(mesh: Mesh) -> Mesh:
    """Its axis laid from the vertical along y."""
    turn = floats([(1, 0, 0), (0, 0, 1), (0, -1, 0)])
    return Mesh(mesh.vertices @ turn, mesh.normals @ turn, mesh.triangles, mesh.materials)


def _heap(rng: np.random.Generator, size: float, first: int) -> Mesh:
    parts = [_block(rng, size * 0.6, first).moved(*rng.uniform(-0.4, 0.4, 2) * size)]
    parts.append(_ball(rng, size * 0.5, first).moved(*rng.uniform(-0.4, 0.4, 2) * size))
    return joined(parts)


_KINDS: tuple[Callable[[np.random.Generator, float, int], Mesh], ...] = (
    _block,
    _lathe,
    _ball,
    _wheels,
    _heap,
)
