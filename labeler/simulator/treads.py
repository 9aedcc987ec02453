"""What turns under a robot while it drives: its wheels, and the ribs of its treads.

Ways are how far a tread has run since the robot woke up, in centimetres, forwards positive.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Ints, floats
from labeler.simulator.materials import Material
from labeler.simulator.mesh import Mesh

RIBS, RIB_WIDTH, RIB_HEIGHT, EDGE = 28, 0.3, 0.03, 0.02
"""How many there are on each tread, how wide they are and how far they stand out of it and over
its edge, in centimetres."""
THICKNESS = 0.14
PHASES = 24
"""In so many steps a rib takes the place of the next one."""
RECESS = 2.6
"""What of a wheel lies nearer to the robot's middle than this is the floor of its recesses."""
_FACES = np.array([(0, 1, 2), (0, 2, 3), (4, 5, 6), (4, 6, 7)], np.int32)


@dataclass(frozen=True, slots=True)
class Wheel:
    """Where its axle is in the model, and how far from there its tread touches the table."""

    x: float
    z: float
    radius: float

    def angle(self, way: float) -> float:
        """How far it has turned, positive with its front downwards; radians."""
        return way / self.radius


def wheel_of(mesh: Mesh) -> Wheel:
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    x, z = (float(low[axis] + high[axis]) / 2 for axis in (0, 2))
    return Wheel(x, z, float(high[0] - low[0]) / 2 + THICKNESS)


def with_spokes(mesh: Mesh) -> Mesh:
    """The wheel with dark recesses, between which its spokes can be told apart."""
    inside = np.abs(mesh.vertices[mesh.triangles][..., 1]).max(axis=1) < RECESS
    materials = np.where(inside, np.int32(Material.TREAD), mesh.materials)
    return Mesh(mesh.vertices, mesh.normals, mesh.triangles, materials)


class Ribs:
    """The ribs of one tread, evenly spaced along the line round its wheels."""

    def __init__(self, track: Mesh) -> None:
        flat = np.ascontiguousarray(track.vertices[:, [0, 2]], np.float32)
        corners = floats(cv2.convexHull(flat)[:, 0])  # forwards below, backwards above
        self._line = floats(np.vstack([corners, corners[:1]]))
        sides = np.diff(self._line, axis=0)
        lengths = np.hypot(sides[:, 0], sides[:, 1])
        self._along = floats(np.concatenate([[0.0], np.cumsum(lengths)]))
        self._outward = floats(np.column_stack([sides[:, 1], -sides[:, 0]]) / lengths[:, None])
        self._y = floats((track.vertices[:, 1].min() - EDGE, track.vertices[:, 1].max() + EDGE))
        self._outer = int(np.argmax(np.abs(self._y)))
        self._pitch = float(self._along[-1]) / RIBS
        self._phases = [self._laid(step * self._pitch / PHASES) for step in range(PHASES)]

    def mesh(self) -> Mesh:
        """In the place where they are when the robot wakes up."""
        vertices, normals = self.at(0.0)
        first = 8 * np.arange(RIBS, dtype=np.int32)[:, None, None]
        triangles: Ints = (first + self._faces()).reshape(-1, 3).astype(np.intp)
        material = np.full(len(triangles), int(Material.RIB), np.int32)
        return Mesh(vertices, normals, triangles, material)

    def at(self, way: float) -> tuple[Floats, Floats]:
        """Vertices and normals after the tread has run so far: all ribs look alike."""
        return self._phases[round(way / self._pitch * PHASES) % PHASES]

    def _laid(self, way: float) -> tuple[Floats, Floats]:
        edges = np.arange(RIBS)[:, None] * self._pitch + floats((0, RIB_WIDTH)) - way
        at = np.mod(edges, self._along[-1])
        x, z = (np.interp(at, self._along, self._line[:, axis]) for axis in (0, 1))
        side = np.clip(np.searchsorted(self._along, at, "right") - 1, 0, len(self._outward) - 1)
        out = self._outward[side]
        top = np.stack([x, z], -1) + RIB_HEIGHT * out
        foot = top - (RIB_HEIGHT + THICKNESS) * out
        near, far = self._y[1 - self._outer], self._y[self._outer]
        places = [(top, 0, near), (top, 1, near), (top, 1, far), (top, 0, far)]
        places += [(top, 0, far), (top, 1, far), (foot, 1, far), (foot, 0, far)]
        vertices = np.empty((RIBS, 8, 3), np.float32)
        normals = np.zeros((RIBS, 8, 3), np.float32)
        for corner, (line, edge, y) in enumerate(places):
            vertices[:, corner, 0], vertices[:, corner, 2] = line[:, edge].T
            vertices[:, corner, 1] = y
        for corner in range(4):
            edge = places[corner][1]
            normals[:, corner, 0], normals[:, corner, 2] = out[:, edge].T
        normals[:, 4:, 1] = math.copysign(1.0, far)
        return vertices.reshape(-1, 3), normals.reshape(-1, 3)

    def _faces(self) -> Ints:
        """The triangles of the first rib, anticlockwise from outside on either side."""
        return _FACES[:, ::-1] if self._outer else _FACES
