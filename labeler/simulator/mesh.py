"""Triangle meshes, and the SDK's own model of Vector read from the installed package.

The model's licence lets it be shown with the SDK; it is never copied out of the package.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from labeler.errors import UserError
from labeler.simulator.arrays import Floats, Ints, floats


@dataclass(frozen=True, slots=True, eq=False)
class Mesh:
    """vertices and unit normals (n, 3), triangles (t, 3) and a material number each (t,).

    Triangles are anticlockwise seen from outside. Centimetres, x forward, y left, z up.
    """

    vertices: Floats
    normals: Floats
    triangles: Ints
    materials: Ints

    def placed(self, x: float, y: float, heading: float) -> Mesh:
        """Turned about the vertical and put somewhere on the table."""
        cos, sin = math.cos(heading), math.sin(heading)
        turn = floats([(cos, sin, 0), (-sin, cos, 0), (0, 0, 1)])
        return Mesh(
            self.vertices @ turn + floats((x, y, 0)),
            self.normals @ turn,
            self.triangles,
            self.materials,
        )

    def moved(self, x: float = 0.0, y: float = 0.0, z: float = 0.0) -> Mesh:
        return Mesh(self.vertices + floats((x, y, z)), self.normals, self.triangles, self.materials)


def joined(meshes: list[Mesh]) -> Mesh:
    """All of them as one mesh."""
    starts = np.cumsum([0] + [len(mesh.vertices) for mesh in meshes[:-1]])
    return Mesh(
        np.concatenate([mesh.vertices for mesh in meshes]),
        np.concatenate([mesh.normals for mesh in meshes]),
        np.concatenate([mesh.triangles + n for mesh, n in zip(meshes, starts, strict=True)]),
        np.concatenate([mesh.materials for mesh in meshes]),
    )


def vector_file() -> Path:
    """The model inside the installed SDK."""
    import anki_vector

    path = Path(anki_vector.__file__).parent / "opengl" / "assets" / "vector.obj"
    if not path.is_file():
        raise UserError(
            f"The SDK's model of Vector is missing: {path}. "
            "Reinstall it: pip install --force-reinstall wirepod_vector_sdk"
        )
    return path


def read_parts(path: Path, material_of: Callable[[str, str], int | None]) -> dict[str, Mesh]:
    """The groups of a Wavefront OBJ file as meshes. material_of(group, its material's name)
    gives a number, or None for faces to leave out."""
    places: list[list[float]] = []
    directions: list[list[float]] = []
    parts: dict[str, _Part] = {}
    group, material = "", None
    for line in path.read_text(encoding="utf-8").splitlines():
        match line.split():
            case ["v", *numbers]:
                places.append([float(number) for number in numbers[:3]])
            case ["vn", *numbers]:
                directions.append([float(number) for number in numbers[:3]])
            case ["g", name]:
                group = name
            case ["usemtl", name]:
                material = material_of(group, name)
            case ["f", *corners] if material is not None:
                parts.setdefault(group, _Part()).add(corners, material)
    vertices, normals = floats(places), floats(directions)
    return {name: part.mesh(vertices, normals) for name, part in parts.items()}


class _Part:
    """A group in the making: its corners numbered by their pair of vertex and normal."""

    def __init__(self) -> None:
        self.corners: dict[tuple[int, int], int] = {}
        self.triangles: list[tuple[int, int, int]] = []
        self.materials: list[int] = []

    def add(self, corners: list[str], material: int) -> None:
        """A polygon as a fan of triangles."""
        numbers = [self._number(corner) for corner in corners]
        for second, third in pairwise(numbers[1:]):
            self.triangles.append((numbers[0], second, third))
            self.materials.append(material)

    def _number(self, corner: str) -> int:
        vertex, _, normal = corner.split("/")
        return self.corners.setdefault((int(vertex) - 1, int(normal) - 1), len(self.corners))

    def mesh(self, vertices: Floats, normals: Floats) -> Mesh:
        pairs = np.array(list(self.corners), np.int32)
        return Mesh(
            vertices[pairs[:, 0]],
            normals[pairs[:, 1]],
            np.array(self.triangles, np.intp),
            np.array(self.materials, np.int32),
        )
