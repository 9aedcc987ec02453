"""Another Vector as a mesh that moves its head, lift, eyes, wheels and treads."""

from __future__ import annotations

import math

import numpy as np

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.materials import Material
from labeler.simulator.mesh import Mesh, joined, read_parts, vector_file
from labeler.simulator.scene import Figure
from labeler.simulator.treads import Ribs, wheel_of, with_spokes

# Pivots of the joints in the model, centimetres (anki_vector/opengl/opengl_vector.py).
ARM_LENGTH, LIFT_PIVOT_HEIGHT, MODEL_LIFT_ANGLE = 6.6, 4.5, -0.1136
FORK_PIVOT, UPPER_ARM_PIVOT = (3.0, 3.4), (-3.73, 4.47)
LOWER_ARM_PIVOT, HEAD_PIVOT = (-3.74, 3.27), (-1.1, 4.75)
FACE_X, EYE_Y, EYE_Z, EYE_HALF = 0.93, 0.43, 5.17, (0.27, 0.36)

_SURFACES = {
    "body_geo": Material.SHELL,
    "trackBase_L_geo": Material.SHELL,
    "trackBase_R_geo": Material.SHELL,
    "head_geo": Material.HEAD,
    "front_Screen_geo": Material.GLASS,
    "backScreen_mat": Material.BEZEL,
    "screenEdge_geo": Material.BEZEL,
    "fork_geo": Material.LIFT,
    "uprArm_geo": Material.LIFT,
    "uprArm_L_geo": Material.LIFT,
    "lwrArm_L_geo": Material.LIFT,
    "lwrArm_R_geo": Material.LIFT,
    "tracks_L_geo": Material.TREAD,
    "tracks_R_geo": Material.TREAD,
    "wheel_FL_geo": Material.WHEEL,
    "wheel_FR_geo": Material.WHEEL,
    "wheel_BL_geo": Material.WHEEL,
    "wheel_BR_geo": Material.WHEEL,
}
_HEAD = ("head_geo", "front_Screen_geo", "backScreen_mat", "screenEdge_geo")
_UPPER, _LOWER = ("uprArm_geo", "uprArm_L_geo"), ("lwrArm_L_geo", "lwrArm_R_geo")
_TRACKS = ("tracks_L_geo", "tracks_R_geo")
_WHEELS = (("wheel_FL_geo", "wheel_BL_geo"), ("wheel_FR_geo", "wheel_BR_geo"))
"""Left and right, as Figure.ways."""


def _material_of(group: str, name: str) -> int | None:
    if name == "ScreenOp_matSG":
        return int(Material.BEZEL)
    found = _SURFACES.get(group)
    return None if found is None else int(found)


class FigureModel:
    """Reads the SDK's model once; posed() gives it in any pose."""

    def __init__(self) -> None:
        parts = read_parts(vector_file(), _material_of)
        moving = {*_HEAD, *_UPPER, *_LOWER, "fork_geo", *_WHEELS[0], *_WHEELS[1]}
        self._ribs = [Ribs(parts[name]) for name in _TRACKS]
        self._wheels = [{name: wheel_of(parts[name]) for name in side} for side in _WHEELS]
        groups = {
            "still": [mesh for name, mesh in parts.items() if name not in moving],
            "head": [parts[name] for name in _HEAD],
            "eyes": [_eye(Material.EYE_EDGE), _eye(Material.EYE)] * 2,
            "upper": [parts[name] for name in _UPPER],
            "lower": [parts[name] for name in _LOWER],
            "fork": [parts["fork_geo"]],
            **{name: [with_spokes(parts[name])] for side in _WHEELS for name in side},
            **{name: [ribs.mesh()] for name, ribs in zip(_TRACKS, self._ribs, strict=True)},
        }
        self._model = joined([mesh for group in groups.values() for mesh in group])
        counts = [sum(len(mesh.vertices) for mesh in group) for group in groups.values()]
        ends = [int(end) for end in np.cumsum(counts)]
        self._parts = {
            name: slice(end - count, end)
            for name, end, count in zip(groups, ends, counts, strict=True)
        }

    def posed(self, figure: Figure, eyes: tuple[int, int] | None = None) -> Mesh:
        """The robot on the table, as figure says. eyes: the materials of their inside and edge."""
        model, pose, parts = self._model, figure.pose, self._parts
        vertices, normals = model.vertices.copy(), model.normals.copy()
        vertices[parts["eyes"]] = _eyes(figure)
        for track, ribs, way in zip(_TRACKS, self._ribs, figure.ways, strict=True):
            vertices[parts[track]], normals[parts[track]] = ribs.at(way)
        face = slice(parts["head"].start, parts["eyes"].stop)
        lift = _lift_angle(pose.lift)
        joints = [
            (face, HEAD_PIVOT, -pose.head),
            (parts["upper"], UPPER_ARM_PIVOT, lift),
            (parts["lower"], LOWER_ARM_PIVOT, lift),
        ]
        for wheels, way in zip(self._wheels, figure.ways, strict=True):
            joints += [
                (parts[name], (wheel.x, wheel.z), wheel.angle(way))
                for name, wheel in wheels.items()
            ]
        for part, pivot, angle in joints:
            place, turn = floats((pivot[0], 0, pivot[1])), _turn(angle)
            vertices[part] = (vertices[part] - place) @ turn + place
            normals[part] = normals[part] @ turn
        vertices[parts["fork"]] += _fork_shift(lift)
        materials = model.materials
        if eyes is not None:
            materials = np.where(materials == Material.EYE, eyes[0], materials)
            materials = np.where(materials == Material.EYE_EDGE, eyes[1], materials)
        whole = Mesh(vertices, normals, model.triangles, materials)
        return whole.placed(pose.x, pose.y, pose.heading)


def _lift_angle(height: float) -> float:
    sine = (height - LIFT_PIVOT_HEIGHT) / ARM_LENGTH
    return -(math.asin(max(-1.0, min(1.0, sine))) - MODEL_LIFT_ANGLE)


def _turn(angle: float) -> Floats:
    """Rotation about the y axis (positive tips the front down), for row vectors."""
    cos, sin = math.cos(angle), math.sin(angle)
    return floats([(cos, 0, -sin), (0, 1, 0), (sin, 0, cos)])


def _fork_shift(lift: float) -> Floats:
    """The fork goes with the arms' ends but stays upright."""
    pivot = floats((FORK_PIVOT[0], 0, FORK_PIVOT[1]))
    shoulder = floats((UPPER_ARM_PIVOT[0], 0, UPPER_ARM_PIVOT[1]))
    return floats((pivot - shoulder) @ _turn(lift) + shoulder - pivot)


def _eye(material: Material) -> Mesh:
    """The triangles of an eye's fan; its vertices come from _eyes()."""
    second = np.arange(1, EYE_CORNERS + 1)
    triangles = np.column_stack([0 * second, second, second % EYE_CORNERS + 1])
    blank = np.zeros((EYE_CORNERS + 1, 3), np.float32)
    facing = blank + floats((1, 0, 0))
    return Mesh(blank, facing, triangles, np.full(EYE_CORNERS, int(material), np.int32))


def _eyes(figure: Figure) -> Floats:
    """Vertices of two rounded lights on the screen, each an edge and an inside, moved by the look
    and flattened by a blink."""
    half_y, half_z = EYE_HALF[0], max(0.05, EYE_HALF[1] * figure.eyes_open)
    shift_y, shift_z = -0.22 * figure.look_x, 0.16 * figure.look_y
    rings = []
    for side in (-1.0, 1.0):
        middle = floats((FACE_X, side * EYE_Y + shift_y, EYE_Z + shift_z))
        rings.append(_RING * floats((0, half_y, half_z)) + middle)
        inside = _RING * floats((0, half_y * 0.84, half_z * 0.86))
        rings.append(inside + middle + floats((0.02, 0, 0)))
    return floats(np.concatenate(rings))


def _ring() -> Floats:
    """A middle and a superellipse of half axes 1 around it, in the yz plane."""
    angles = np.linspace(0, 2 * np.pi, EYE_CORNERS, endpoint=False)
    cos, sin = np.cos(angles), np.sin(angles)
    rim = [0 * cos, np.sign(cos) * np.abs(cos) ** 0.5, np.sign(sin) * np.abs(sin) ** 0.5]
    return floats(np.vstack([np.zeros((1, 3)), np.column_stack(rim)]))


EYE_CORNERS = 20
_RING = _ring()
