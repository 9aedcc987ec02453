"""Soft shadows on the table: one cast by the main light, one where a thing touches it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats
from labeler.simulator.light import Light
from labeler.simulator.mesh import Mesh
from labeler.simulator.view import View

SHRINK = 2
EVERY = 3
"""Only every third vertex counts: the edge is soft."""
CAST, CONTACT = 0.42, 0.62
TOUCHING = 0.9
"""What is lower than this (cm) darkens the table right under it."""
CAST_SOFTNESS, CONTACT_SOFTNESS = 0.9, 0.45


@dataclass(frozen=True, slots=True)
class Footprint:
    """The outlines (n, 2) of what a mesh shades and what it touches, on the table's plane."""

    cast: Floats
    touching: Floats


def footprint(mesh: Mesh, light: Light) -> Footprint:
    points = mesh.vertices[::EVERY]
    slant = light.key[:2] / light.key[2]
    return Footprint(
        _hull(points[:, :2] - points[:, 2:] * slant), _hull(points[points[:, 2] < TOUCHING, :2])
    )


def _hull(points: Floats) -> Floats:
    if len(points) < 3:
        return floats(np.empty((0, 2)))
    return floats(cv2.convexHull(np.ascontiguousarray(points))[:, 0])


def cast_shadows(
    image: Pixels, view: View, footprints: list[Footprint], cast: float = CAST
) -> None:
    """Darkens image on the table. cast: what the main light's shadows take away, 0 to 1."""
    left = np.full((view.height // SHRINK, view.width // SHRINK), 255, np.uint8)
    for feet in footprints:
        _darken(left, view, feet.cast, cast, CAST_SOFTNESS)
        _darken(left, view, feet.touching, CONTACT, CONTACT_SOFTNESS)
    rows = np.flatnonzero(left.min(axis=1) < 254)
    if not len(rows):
        return
    first, last = max(int(rows[0]) - 1, int(view.horizon) // SHRINK, 0), int(rows[-1]) + 1
    if first < last:
        part = image[first * SHRINK : last * SHRINK]
        size = (view.width, len(part))
        factor = cv2.resize(left[first:last], size, interpolation=cv2.INTER_LINEAR)
        cv2.multiply(part, cv2.cvtColor(factor, cv2.COLOR_GRAY2BGR), part, 1 / 255)


def _darken(left: Pixels, view: View, outline: Floats, strength: float, softness: float) -> None:
    """Takes strength of the light away within an outline on the table, softly."""
    seen = view.to_camera(np.column_stack([outline, np.zeros(len(outline), np.float32)]))
    seen = seen[seen[:, 2] > 2.0]
    if len(seen) < 3:
        return
    outline = (seen[:, :2] * (view.focal / seen[:, 2:]) + floats(view.center)) / SHRINK
    sigma = softness * view.focal / SHRINK / float(seen[:, 2].mean())
    _darken_pixels(left, outline, strength, sigma)


def _darken_pixels(left: Pixels, outline: Floats, strength: float, sigma: float) -> None:
    margin = int(2 * sigma) + 2
    height, width = left.shape
    x, y = np.maximum(np.floor(outline.min(axis=0)).astype(int) - margin, 0)
    far_x, far_y = np.ceil(outline.max(axis=0)).astype(int) + margin
    far_x, far_y = min(width, far_x), min(height, far_y)
    if x >= far_x or y >= far_y:
        return
    part = left[y:far_y, x:far_x]
    mask = np.full(part.shape, 255, np.uint8)
    fixed = np.clip((outline - floats((x, y))) * 16, -2e6, 2e6).astype(np.int32)
    cv2.fillConvexPoly(mask, fixed, round(255 * (1 - strength)), cv2.LINE_AA, 4)
    sides = (int(sigma * 1.7) | 1, int(sigma * 0.9) | 1)
    for _ in range(2):
        cv2.blur(mask, sides, dst=mask, borderType=cv2.BORDER_REPLICATE)
    cv2.multiply(part, mask, part, 1 / 255)
