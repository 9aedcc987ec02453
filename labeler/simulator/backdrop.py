"""The room behind the table, and its mirror image in a glossy table: looked up in a panorama."""

from __future__ import annotations

import math

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.canvas import HIGHEST, PIXELS_PER_DEGREE
from labeler.simulator.view import FOCAL

PAD = 80 * PIXELS_PER_DEGREE
"""The panorama repeats by this much at both sides, so that no view wraps around."""
LOOKUP = (160, 90)
"""The room is out of focus: it is drawn at this size and then enlarged."""
CELL = 10


class Backdrop:
    def __init__(self, panorama: Pixels) -> None:
        self._panorama = np.concatenate([panorama[:, -PAD:], panorama, panorama[:, :PAD]], axis=1)
        self._around = panorama.shape[1]
        self._pitch = math.nan
        self._columns: Floats = np.zeros(0, np.float32)
        self._elevations: Floats = np.zeros(0, np.float32)

    def draw(self, heading: float, pitch: float, size: tuple[int, int]) -> Pixels:
        """The room as seen from the table's height."""
        self._aim(pitch)
        small = self._look(heading, slice(None), 1.0)
        return pixels(cv2.resize(small, size, interpolation=cv2.INTER_LINEAR))

    def draw_mirrored(
        self, heading: float, pitch: float, size: tuple[int, int], top: int
    ) -> Pixels:
        """The room as a mirror in the table's plane shows it, from the picture's row top on."""
        self._aim(pitch)
        shrink = size[1] // LOOKUP[1]
        first = top // shrink
        small = self._look(heading, slice(first, None), -1.0)
        whole = (size[0], (LOOKUP[1] - first) * shrink)
        image = cv2.resize(small, whole, interpolation=cv2.INTER_LINEAR)
        return pixels(image[top - first * shrink :])

    def _look(self, heading: float, rows: slice, sign: float) -> Pixels:
        shift = (-math.degrees(heading) * PIXELS_PER_DEGREE) % self._around + PAD
        return pixels(
            cv2.remap(
                self._panorama,
                self._columns[rows] + np.float32(shift),
                (HIGHEST - sign * self._elevations[rows]) * PIXELS_PER_DEGREE,
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
        )

    def _aim(self, pitch: float) -> None:
        """Where each pixel looks: panorama columns from the middle, and elevations in degrees.

        Worked out at the corners of cells, and spread evenly inside them.
        """
        if pitch == self._pitch:
            return
        width, height = LOOKUP
        focal = FOCAL * width
        right = ((np.arange(0, width + 1, CELL) - width / 2) / focal)[None, :]
        down = ((np.arange(0, height + 1, CELL) - height / 2) / focal)[:, None]
        ahead = math.cos(pitch) + down * math.sin(pitch)
        up = math.sin(pitch) - down * math.cos(pitch)
        azimuth = np.degrees(np.arctan2(right, ahead))
        elevation = np.degrees(np.arctan2(up, np.hypot(right, ahead)))
        self._columns = _spread(floats(azimuth * PIXELS_PER_DEGREE))
        self._elevations = _spread(floats(elevation))
        self._pitch = pitch


def _hats(count: int) -> Floats:
    """How much each cell corner counts for each pixel's middle, along one side."""
    middles = np.arange(count)[:, None] + 0.5
    corners = np.arange(0, count + 1, CELL)[None, :]
    return floats(np.maximum(0, 1 - np.abs(middles - corners) / CELL))


_ACROSS, _DOWN = _hats(LOOKUP[0]), _hats(LOOKUP[1])


def _spread(corners: Floats) -> Floats:
    return floats(_DOWN @ corners @ _ACROSS.T)
