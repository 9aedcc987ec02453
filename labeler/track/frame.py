"""A picture as the tracker looks at it: one size, grey, small and in halves; made once each."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Floats = NDArray[np.float32]
Box = NDArray[np.float64]
"""Left, top, right, bottom in pixels of a Frame; may reach outside it."""

LONGEST = 960
"""Pictures are looked at with sides up to this many pixels."""
THUMB = 120
"""The longest side of the small picture in which things are searched for."""
SMOOTH = 0.8
LEVELS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """size is the picture's width and height. scale: pixels here for one of the picture;
    thumb_scale: pixels of thumb for one here. halves: color smoothed, each half the one before."""

    size: tuple[int, int]
    scale: float
    color: Pixels
    grey: Pixels
    halves: tuple[Pixels, ...]
    thumb: Pixels
    thumb_scale: float

    @classmethod
    def of(cls, picture: Pixels) -> Frame:
        """Of an RGB picture (height, width, 3)."""
        height, width = picture.shape[:2]
        scale = min(1.0, LONGEST / max(height, width))
        color = _shrunk(picture, scale)
        thumb_scale = min(1.0, THUMB / max(color.shape))
        grey = np.asarray(cv2.cvtColor(color, cv2.COLOR_RGB2GRAY), np.uint8)
        thumb = _shrunk(color, thumb_scale)
        return cls((width, height), scale, color, grey, _halves(color), thumb, thumb_scale)

    @property
    def width(self) -> int:
        return int(self.color.shape[1])

    @property
    def height(self) -> int:
        return int(self.color.shape[0])

    @property
    def edges(self) -> Box:
        """The box of the whole picture."""
        return np.array((0, 0, self.width, self.height), np.float64)

    def inside(self, box: Box) -> Box:
        """The part of a box that is in the picture; empty where nothing is."""
        return np.clip(box, 0.0, np.tile(self.edges[2:], 2))


def _shrunk(picture: Pixels, scale: float) -> Pixels:
    if scale == 1.0:
        return np.ascontiguousarray(picture)
    size = [max(1, round(side * scale)) for side in picture.shape[1::-1]]
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def _halves(color: Pixels) -> tuple[Pixels, ...]:
    halves = [np.asarray(cv2.GaussianBlur(color, (0, 0), SMOOTH), np.uint8)]
    while min(halves[-1].shape[:2]) > 20 and len(halves) < LEVELS:
        halves.append(np.asarray(cv2.pyrDown(halves[-1]), np.uint8))
    return tuple(halves)
