"""Where in the whole picture something looks like a box's pixels: guesses to start from."""

from __future__ import annotations

import cv2
import numpy as np

from labeler.track.frame import Box, Frame, Pixels

GROWTHS = (0.87, 1.0, 1.15)
SMALLEST = 3
"""Sides in pixels of the small picture that can still be told from their surroundings."""


def lookalikes(old: Frame, new: Frame, box: Box) -> list[Box]:
    """The best place for each growth, best first. Half of the box may lie outside the picture."""
    left, top, right, bottom = (round(v) for v in old.inside(box) * old.thumb_scale)
    if right - left < SMALLEST or bottom - top < SMALLEST:
        return []
    piece = old.thumb[top:bottom, left:right]
    half = np.array([piece.shape[1] // 2, piece.shape[0] // 2])
    wide = cv2.copyMakeBorder(new.thumb, half[1], half[1], half[0], half[0], cv2.BORDER_REPLICATE)
    shift = (box[:2] + box[2:]) / 2 - np.array([left + right, top + bottom]) / 2 / old.thumb_scale
    found = []
    for growth in GROWTHS:
        likeness, place = _best(np.asarray(wide, np.uint8), _grown(piece, growth))
        middle = (place - half) / new.thumb_scale + shift
        side = (box[2:] - box[:2]) / 2 * growth
        found.append((likeness, np.concatenate([middle - side, middle + side])))
    found.sort(key=lambda pair: -pair[0])
    return [place for likeness, place in found if likeness > 0]


def _grown(piece: Pixels, growth: float) -> Pixels:
    size = [max(2, round(side * growth)) for side in piece.shape[1::-1]]
    return np.asarray(cv2.resize(piece, size, interpolation=cv2.INTER_AREA), np.uint8)


def _best(wide: Pixels, piece: Pixels) -> tuple[float, Box]:
    """How alike, and the middle of the place in pixels of wide."""
    size = np.array(piece.shape[1::-1])
    if (size > wide.shape[1::-1]).any():
        return 0.0, size / 2
    alike = cv2.matchTemplate(wide, piece, cv2.TM_CCOEFF_NORMED)
    _, best, _, corner = cv2.minMaxLoc(alike)
    return float(best), np.array(corner) + size / 2
