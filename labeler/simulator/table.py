"""Draws the table top in perspective: texture, the room's sheen on it, and shadows."""

from __future__ import annotations

import math

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.textures import PIXELS_PER_CM, TABLE
from labeler.simulator.view import NEAR, View

LEVELS = 6
SHEEN_ROWS = 4
BLEND_ROWS = 6
"""Neighbouring sharpnesses of the texture fade into each other over this many rows."""


class TableTop:
    """Holds the texture in ever smaller sizes, so that the far parts do not flicker."""

    def __init__(self, texture: Pixels, gloss: float) -> None:
        self._levels = [texture]
        for _ in range(LEVELS - 1):
            self._levels.append(pixels(cv2.pyrDown(self._levels[-1])))
        self._gloss = gloss

    def draw(self, image: Pixels, view: View, mirrored: Pixels) -> None:
        """Paints over image, from the horizon downwards. mirrored: the room as the table would
        mirror it, from the same row on."""
        top = view.first_row_below_horizon
        outline = _outline(view)
        if outline is None:
            return
        part = self._texture(view, top)
        self._add_sheen(part, view, mirrored, top)
        # Only near the far edge does the table not fill the whole width.
        corners = outline[:, 1][outline[:, 1] < view.height]
        edge = min(view.height, max(top, int(corners.max()) + 2)) if len(corners) else top
        if edge > top:
            cover = _cover(outline, view, (top, edge))
            mixed = cv2.blendLinear(part[: edge - top], image[top:edge], cover, 1 - cover)
            image[top:edge] = mixed
        image[edge:] = part[edge - top :]

    def _texture(self, view: View, top: int) -> Pixels:
        part = np.empty((view.height - top, view.width, 3), np.uint8)
        homography = view.table_to_pixels()
        starts = self._level_starts(view, top)
        for level in reversed(range(LEVELS)):
            begin = starts[level] - (BLEND_ROWS if level < LEVELS - 1 else 0)
            begin, end = max(top, begin), starts[level - 1] if level else view.height
            if begin < end:
                rows = self._warp(level, homography, view.width, (begin, end))
                _lay(part, rows, begin - top, starts[level] - begin)
        return part

    def _level_starts(self, view: View, top: int) -> list[int]:
        """The first row of each level; level 0, the sharpest, begins lowest."""
        rows = np.arange(top, view.height) + 0.5
        fall = np.maximum(rows - view.horizon, 0.5) / view.focal
        eye_height = float(view.eye[2])
        distance = eye_height / np.sin(np.arctan(fall))
        across = distance / view.focal * PIXELS_PER_CM
        down = across * distance / eye_height
        level = np.clip(np.log2(np.maximum(1, np.sqrt(across * down))) + 0.2, 0, LEVELS - 1)
        return [top + int(np.searchsorted(-level, -(number + 0.5))) for number in range(LEVELS)]

    def _warp(
        self, level: int, homography: np.ndarray, width: int, rows: tuple[int, int]
    ) -> Pixels:
        texture = self._levels[level]
        scale_x = texture.shape[1] / TABLE[0]
        scale_y = texture.shape[0] / TABLE[1]
        place = np.array(
            [
                [1 / scale_x, 0, (0.5 / scale_x) - TABLE[0] / 2],
                [0, -1 / scale_y, TABLE[1] / 2 - 0.5 / scale_y],
                [0, 0, 1],
            ]
        )
        shift = np.array([[1, 0, -0.5], [0, 1, -0.5 - rows[0]], [0, 0, 1]])
        return pixels(
            cv2.warpPerspective(
                texture,
                shift @ homography @ place,
                (width, rows[1] - rows[0]),
                flags=cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    def _add_sheen(self, part: Pixels, view: View, mirrored: Pixels, top: int) -> None:
        """Mixes in the mirrored room: more towards the horizon (Fresnel), the same over a few
        rows, which nobody sees."""
        for begin in range(top, view.height, SHEEN_ROWS):
            fall = max(0.0, begin + SHEEN_ROWS / 2 - view.horizon) / view.focal
            share = self._gloss * (1 - math.sin(math.atan(fall))) ** 5
            if share < 0.01:
                return
            rows = part[begin - top : begin - top + SHEEN_ROWS]
            room = mirrored[begin - top : begin - top + SHEEN_ROWS]
            cv2.addWeighted(rows, 1 - share, room, share, 0, dst=rows)


def _lay(part: Pixels, rows: Pixels, begin: int, fading: int) -> None:
    """Puts rows into part from begin on; the first ones fade in."""
    end = begin + len(rows)
    fading = min(max(0, fading), len(rows))
    if fading:
        share = (np.arange(fading, dtype=np.float32) + 0.5)[:, None, None] / fading
        old = part[begin : begin + fading]
        rows = rows.copy()
        rows[:fading] = old + share * (rows[:fading].astype(np.float32) - old)
    part[begin:end] = rows


def _outline(view: View) -> Floats | None:
    """The table's corners in pixels, what lies behind the camera cut off. None: out of sight."""
    x, y = TABLE[0] / 2, TABLE[1] / 2
    corners = floats([(-x, -y, 0), (x, -y, 0), (x, y, 0), (-x, y, 0)])
    seen = view.to_camera(corners)
    kept: list[Floats] = []
    for one, two in zip(seen, np.roll(seen, -1, axis=0), strict=True):
        if one[2] >= NEAR:
            kept.append(one)
        if (one[2] >= NEAR) != (two[2] >= NEAR):
            kept.append(one + (two - one) * ((NEAR - one[2]) / (two[2] - one[2])))
    if len(kept) < 3:
        return None
    points = floats(kept)
    return points[:, :2] * (view.focal / points[:, 2:3]) + floats(view.center)


def _cover(outline: Floats, view: View, rows: tuple[int, int]) -> Floats:
    """1 on the table, 0 beside it, soft at the edge."""
    mask = np.zeros((rows[1] - rows[0], view.width), np.uint8)
    fixed = np.clip((outline - floats((0.5, 0.5 + rows[0]))) * 16, -2e6, 2e6).astype(np.int32)
    cv2.fillConvexPoly(mask, fixed, 255, cv2.LINE_AA, 4)
    return mask.astype(np.float32) / np.float32(255)
