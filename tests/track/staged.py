"""Small staged pictures: a patterned thing on a patterned ground, moved by exact numbers."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.dataset.model import BBox

Pixels = NDArray[np.uint8]


def pattern(seed: int, width: int, height: int, *, grain: float = 4.0) -> Pixels:
    """A smooth random pattern in colour."""
    noise = np.random.default_rng(seed).normal(size=(height, width, 3)).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), grain)
    grey: Pixels = np.clip(128 + 60 * soft / soft.std(), 0, 255).astype(np.uint8)
    return grey


GROUND = pattern(1, 320, 240, grain=9.0) // 2 + 40
THING = pattern(2, 200, 200)


def staged(box: BBox, *, ground: Pixels = GROUND, thing: Pixels = THING) -> Pixels:
    """The thing stretched over the box, wherever it is, on the ground."""
    height, width = ground.shape[:2]
    way = np.array(
        [[box.width / thing.shape[1], 0, box.x], [0, box.height / thing.shape[0], box.y]]
    )
    flags = cv2.INTER_AREA
    laid = cv2.warpAffine(thing, way, (width, height), flags=flags)
    cover = cv2.warpAffine(np.full(thing.shape[:2], 255, np.uint8), way, (width, height))
    return np.where(cover[..., None] > 127, laid, ground).astype(np.uint8)


def shifted(picture: Pixels, x: float, y: float) -> Pixels:
    """The whole picture as a camera that turned would see it, its edge going on."""
    way = np.array([[1.0, 0.0, x], [0.0, 1.0, y]])
    size = (picture.shape[1], picture.shape[0])
    return np.asarray(cv2.warpAffine(picture, way, size, borderMode=cv2.BORDER_REFLECT), np.uint8)
