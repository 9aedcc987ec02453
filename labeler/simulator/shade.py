"""How bright every seen pixel of a mesh is: diffuse and glossy light, and the room mirrored.

Vectors are (3, n), colours (3, n) in blue, green, red: see raster.py.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.light import MIRROR_SIZE, Light
from labeler.simulator.materials import Row
from labeler.simulator.mesh import Mesh
from labeler.simulator.raster import Facing, Seen
from labeler.simulator.view import View


@dataclass(frozen=True, slots=True)
class _Points:
    """The seen points of surfaces: unit normals, unit rays from the eye, the rays thrown back,
    how squarely each is looked at (0 to 1), and the height above the table in centimetres."""

    normal: Floats
    bounced: Floats
    squareness: Floats
    height: Floats


def shade(
    mesh: Mesh, shown: Facing, seen: Seen, view: View, surfaces: Floats, light: Light
) -> Floats:
    """BGR from 0 to 255 (3, n), a column for each seen pixel. surfaces: materials.table_of."""
    points = _points(mesh, shown, seen, view)
    triangle_rows = np.ascontiguousarray(surfaces[mesh.materials[shown.number]].T)
    rows = np.take(triangle_rows, seen.triangle, axis=1)
    color = rows[Row.COLOR]
    result = _diffuse(points, light)
    result += rows[Row.GLOW] * (0.35 + 0.65 * points.squareness)
    result *= color
    _add_glints(result, points, light, rows[Row.SHINE], rows[Row.SHARPNESS])
    mirror = rows[Row.MIRROR]
    edge = (1 - points.squareness) ** 2
    mirror = mirror + np.minimum(mirror * 6, 0.55) * edge * edge
    result += mirror * _mirrored(points.bounced, light)
    np.clip(result, 0, 1, out=result)
    np.sqrt(result, out=result)
    result *= np.float32(255)
    return result


def _points(mesh: Mesh, shown: Facing, seen: Seen, view: View) -> _Points:
    normal = _normals(mesh, shown, seen)
    ray = _rays(seen, view)
    height = view.eye[2] + ray[2] * seen.depth
    ray /= np.sqrt(_dot(ray, ray))
    along = _dot(normal, ray)
    bounced = ray - (2 * along) * normal
    return _Points(normal, bounced, np.minimum(np.abs(along), 1), height)


def _dot(one: Floats, two: Floats) -> Floats:
    product: Floats = one[0] * two[0] + one[1] * two[1] + one[2] * two[2]
    return product


def _normals(mesh: Mesh, shown: Facing, seen: Seen) -> Floats:
    """Unit normals, smooth over the triangles."""
    corners = mesh.normals[mesh.triangles[shown.number].T].transpose(0, 2, 1)
    across, down = shown.slopes(corners)
    origin = corners[0] - across * shown.x[0] - down * shown.y[0]
    table = np.concatenate([across, down, origin]).astype(np.float32)
    rows = np.take(table, seen.triangle, axis=1)
    normal = rows[0:3]
    normal *= seen.x
    rows[3:6] *= seen.y
    normal += rows[3:6]
    normal += rows[6:9]
    normal /= np.sqrt(_dot(normal, normal)) + np.float32(1e-6)
    return normal


def _rays(seen: Seen, view: View) -> Floats:
    """From the eye to the pixels, in the world's axes, one centimetre deep."""
    window = seen.window
    center_x, center_y = view.center
    right = seen.x * np.float32(1 / window.scale / view.focal)
    right += floats((window.left - center_x) / view.focal)
    down = seen.y * np.float32(1 / window.scale / view.focal)
    down += floats((window.top - center_y) / view.focal)
    axes = view.axes
    return np.stack([right * axes[0, i] + down * axes[1, i] + axes[2, i] for i in range(3)])


def _diffuse(points: _Points, light: Light) -> Floats:
    """Light from all around, less near the table, and from the two sources."""
    normal = points.normal
    closed = np.clip(0.35 + 0.22 * points.height, 0.35, 1)
    up = (0.5 + 0.5 * normal[2]) * closed
    below = closed - up
    key, fill = (np.maximum(_dot(normal, to), 0) for to in (light.key, light.fill))
    sky, ground = light.sky, light.ground
    return np.stack(
        [
            up * sky[i] + below * ground[i] + key * light.key_color[i] + fill * light.fill_color[i]
            for i in range(3)
        ]
    )


def _add_glints(
    result: Floats, points: _Points, light: Light, shine: Floats, sharpness: Floats
) -> None:
    """Highlights of the two sources: Phong's, with Schlick's cheap power."""
    for to, color in ((light.key, light.key_color), (light.fill, light.fill_color)):
        along = np.maximum(_dot(points.bounced, to), 0)
        glint = shine * along / (sharpness - sharpness * along + along)
        for channel in range(3):
            result[channel] += glint * color[channel]


def _mirrored(bounced: Floats, light: Light) -> Floats:
    """What the room looks like in each direction; the table below the horizon."""
    half = np.float32(MIRROR_SIZE / 2)
    scale = half / (1 + np.abs(bounced[2]))
    column = (bounced[0] * scale + half).astype(np.int32)
    row = (bounced[1] * scale + half).astype(np.int32)
    last = MIRROR_SIZE - 1
    place = np.minimum(row, last) * MIRROR_SIZE + np.minimum(column, last)
    above = np.take(light.mirror, place, axis=1)
    share = np.clip(bounced[2] * 8 + 0.5, 0, 1)
    above *= share
    above += light.ground[:, None] * (1 - share)
    return floats(above)
