"""The other Vector as a mesh that moves its head, lift and eyes."""

from __future__ import annotations

import math

import numpy as np

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.materials import Material
from labeler.simulator.mesh import Mesh, joined, read_parts, vector_file
from labeler.simulator.scene import Figure

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


def _material_of(group: str, name: str) -> int | None:
    if name == "ScreenOp_matSG":
        return int(Material.BEZEL)
    found = _SURFACES.get(group)
    return None if found is None else int(found)


class FigureModel:
    """Reads the SDK's model once; posed() gives it in any pose."""

    def __init__(self) -> None:
        parts = read_parts(vector_file(), _material_of)
        moving = {*_HEAD, *_UPPER, *_LOWER, "fork_geo"}
        self._still = joined([mesh for name, mesh in parts.items() if name not in moving])
        self._head = joined([parts[name] for name in _HEAD])
        self._upper = joined([parts[name] for name in _UPPER])
        self._lower = joined([parts[name] for name in _LOWER])
        self._fork = parts["fork_geo"]

    def posed(self, figure: Figure) -> Mesh:
        """The robot on the table, as figure says."""
        pose = figure.pose
        sine = (pose.lift - LIFT_PIVOT_HEIGHT) / ARM_LENGTH
        lift = -(math.asin(max(-1.0, min(1.0, sine))) - MODEL_LIFT_ANGLE)
        arms = [
            _pitched(self._upper, UPPER_ARM_PIVOT, lift),
            _pitched(self._lower, LOWER_ARM_PIVOT, lift),
            _hanging(self._fork, lift),
        ]
        face = joined([self._head, *_eyes(figure)])
        head = _pitched(face, HEAD_PIVOT, -pose.head)
        return joined([self._still, head, *arms]).placed(pose.x, pose.y, pose.heading)


def _turn(angle: float) -> Floats:
    """Rotation about the y axis (positive tips the front down), for row vectors."""
    cos, sin = math.cos(angle), math.sin(angle)
    return floats([(cos, 0, -sin), (0, 1, 0), (sin, 0, cos)])


def _pitched(mesh: Mesh, pivot: tuple[float, float], angle: float) -> Mesh:
    place = floats((pivot[0], 0, pivot[1]))
    turn = _turn(angle)
    return Mesh(
        (mesh.vertices - place) @ turn + place, mesh.normals @ turn, mesh.triangles, mesh.materials
    )


def _hanging(fork: Mesh, lift: float) -> Mesh:
    """The fork goes with the arms' ends but stays upright."""
    pivot = floats((FORK_PIVOT[0], 0, FORK_PIVOT[1]))
    shoulder = floats((UPPER_ARM_PIVOT[0], 0, UPPER_ARM_PIVOT[1]))
    shift = (pivot - shoulder) @ _turn(lift) + shoulder - pivot
    return fork.moved(*(float(v) for v in shift))


def _eyes(figure: Figure) -> list[Mesh]:
    """Two rounded lights on the screen, moved by the look, flattened by a blink."""
    half_y, half_z = EYE_HALF
    half_z = max(0.05, half_z * figure.eyes_open)
    shift_y, shift_z = -0.22 * figure.look_x, 0.16 * figure.look_y
    meshes = []
    for side in (-1.0, 1.0):
        y, z = side * EYE_Y + shift_y, EYE_Z + shift_z
        meshes.append(_rounded(y, z, half_y, half_z, FACE_X, Material.EYE_EDGE))
        inner = (half_y * 0.84, half_z * 0.86)
        meshes.append(_rounded(y, z, *inner, FACE_X + 0.02, Material.EYE))
    return meshes


def _rounded(y: float, z: float, half_y: float, half_z: float, x: float, of: Material) -> Mesh:
    """A superellipse facing forward, as a fan of triangles."""
    angles = np.linspace(0, 2 * np.pi, 20, endpoint=False)
    cos, sin = np.cos(angles), np.sin(angles)
    ring_y = np.sign(cos) * np.abs(cos) ** 0.5 * half_y + y
    ring_z = np.sign(sin) * np.abs(sin) ** 0.5 * half_z + z
    rim = np.column_stack([np.full(20, x), ring_y, ring_z])
    vertices = np.vstack([[(x, y, z)], rim]).astype(np.float32)
    second = np.arange(1, 21)
    triangles = np.column_stack([np.zeros(20, int), second, second % 20 + 1]).astype(np.int32)
    normals = np.tile(floats((1, 0, 0)), (21, 1))
    return Mesh(vertices, normals, triangles, np.full(20, int(of), np.int32))
