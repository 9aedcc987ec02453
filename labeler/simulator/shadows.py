"""Soft shadows on the table: one cast by the main light, one where a thing touches it."""

from __future__ import annotations

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


def cast_shadows(image: Pixels, view: View, meshes: list[Mesh], light: Light) -> None:
    """Darkens image on the table around the meshes."""
    size = (view.height // SHRINK, view.width // SHRINK)
    left = np.full(size, 255, np.uint8)
    slant = light.key[:2] / light.key[2]
    for mesh in meshes:
        points = mesh.vertices[::EVERY]
        _darken(left, view, points[:, :2] - points[:, 2:] * slant, CAST, CAST_SOFTNESS)
        touching = points[points[:, 2] < TOUCHING]
        _darken(left, view, touching[:, :2], CONTACT, CONTACT_SOFTNESS)
    rows = np.flatnonzero(left.min(axis=1) < 254)
    begin = max(0, int(view.horizon), int(rows[0]) * SHRINK - 2) if len(rows) else view.height
    end = (int(rows[-1]) + 1) * SHRINK if len(rows) else 0
    if begin < end:
        whole = cv2.resize(left, (view.width, view.height), interpolation=cv2.INTER_LINEAR)
        part = image[begin:end]
        cv2.multiply(part, cv2.cvtColor(whole[begin:end], cv2.COLOR_GRAY2BGR), part, 1 / 255)


def _darken(left: Pixels, view: View, ground: Floats, strength: float, softness: float) -> None:
    """Takes strength of the light away within the hull of ground (n, 2), softly."""
    if len(ground) < 3:
        return
    hull = cv2.convexHull(np.ascontiguousarray(ground))[:, 0]
    seen = view.to_camera(np.column_stack([hull, np.zeros(len(hull), np.float32)]))
    seen = seen[seen[:, 2] > 2.0]
    if len(seen) < 3:
        return
    pixels = seen[:, :2] * (view.focal / seen[:, 2:]) + floats(view.center)
    _darken_pixels(
        left, pixels / SHRINK, strength, softness * view.focal / SHRINK / float(seen[:, 2].mean())
    )


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
