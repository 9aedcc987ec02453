"""Where a small lens, and a sensor read row by row, put what a pinhole camera would have drawn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.scene import Scene
from labeler.simulator.view import BEND, FOCAL

READOUT = 0.025
"""Seconds from the reading of the first row to that of the last one."""
LEAST_LEAN = 1.5
"""Pixels between the first row and the last one, of a picture 640 wide, that somebody may see."""


@dataclass(frozen=True, slots=True)
class Lean:
    """By how many pixels what is seen moves while one row is read, to the right and downwards."""

    across: float = 0.0
    down: float = 0.0


UPRIGHT = Lean()


def lean_of(scene: Scene, width: int, height: int) -> Lean:
    """From the camera's own turning and nodding. UPRIGHT where it would hardly be seen."""
    row = READOUT / height * FOCAL * width
    lean = Lean(scene.eye_turn_rate * row, scene.eye_head_rate * row)
    least = LEAST_LEAN / height * width / 640
    return lean if max(abs(lean.across), abs(lean.down)) >= least else UPRIGHT


class Bending:
    """For pictures of one size. The corners stay where they are; towards the middle everything is
    larger, so that straight lines bulge outwards (the division model, Fitzgibbon 2001)."""

    def __init__(self, width: int, height: int, bend: float = BEND) -> None:
        self._bend = bend
        self._middle = (width / 2, height / 2)
        self._corner = self._middle[0] ** 2 + self._middle[1] ** 2
        x = np.arange(width, dtype=np.float32)[None, :] + np.float32(0.5 - width / 2)
        y = np.arange(height, dtype=np.float32)[:, None] + np.float32(0.5 - height / 2)
        nearer = (1 - bend) / (1 - bend * (x * x + y * y) / self._corner)
        self._x, self._y = floats(x * nearer), floats(y * nearer)
        places = self._indices(UPRIGHT)
        self._upright = cv2.convertMaps(*places, cv2.CV_16SC2)  # quicker to look up

    def picture(self, image: Pixels, lean: Lean = UPRIGHT) -> Pixels:
        """What the camera makes of the pinhole's picture, of the same size."""
        columns, rows = self._upright if lean == UPRIGHT else self._indices(lean)
        return pixels(
            cv2.remap(image, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )

    def places(self, x: Floats, y: Floats, lean: Lean = UPRIGHT) -> tuple[Floats, Floats]:
        """Where points of the pinhole's picture come to lie; both in pixels, origin top left."""
        across, down = x - floats(self._middle[0]), (y - floats(self._middle[1]))
        if lean != UPRIGHT:
            down = down / np.float32(1 - lean.down)
            across = across + np.float32(lean.across) * down
        bend = self._bend
        far = (across * across + down * down) * np.float32(4 * bend / self._corner)
        nearer = 2 / ((1 - bend) + np.sqrt(np.float32((1 - bend) ** 2) + far))
        return (
            floats(across * nearer + np.float32(self._middle[0])),
            floats(down * nearer + np.float32(self._middle[1])),
        )

    def _indices(self, lean: Lean) -> tuple[Floats, Floats]:
        """The column and the row of the pinhole's picture for each pixel: takes back what moved
        between the reading of the middle row and its own."""
        x, y = (middle - 0.5 for middle in self._middle)
        columns = cv2.addWeighted(self._x, 1.0, self._y, -lean.across, x)
        return floats(columns), floats(cv2.addWeighted(self._y, 1.0, self._y, -lean.down, y))
