"""A box's pixels as a small square, and how alike two of them are."""

from __future__ import annotations

import math

import cv2
import numpy as np

from labeler.track.frame import Box, Floats, Frame


def patch(frame: Frame, box: Box, side: int) -> Floats:
    """The box's pixels stretched to (side, side, 3), as floats; outside the picture its edge goes
    on."""
    width, height = box[2] - box[0], box[3] - box[1]
    level = math.floor(math.log2(max(1.0, max(width, height) / side)))
    level = min(level, len(frame.halves) - 1)
    across, down = width * 0.5**level / side, height * 0.5**level / side
    left, top = box[0] * 0.5**level, box[1] * 0.5**level
    way = np.array([[across, 0, left + across / 2 - 0.5], [0, down, top + down / 2 - 0.5]])
    seen = cv2.warpAffine(
        frame.halves[level],
        way,
        (side, side),
        flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(seen, np.float32)


def in_picture(frame: Frame, box: Box, side: int) -> Floats:
    """(side, side): 1 for the pixels of the patch that are inside the picture, else 0."""
    steps = (np.arange(side) + 0.5) / side
    x = box[0] + steps * (box[2] - box[0])
    y = box[1] + steps * (box[3] - box[1])
    columns, rows = (x > 0) & (x < frame.width), (y > 0) & (y < frame.height)
    return np.asarray(rows[:, None] & columns[None, :], np.float32)


def likeness(one: Floats, other: Floats, weights: Floats) -> float:
    """The correlation of two patches, -1 to 1, whatever the light. 0 where either is plain."""
    share = weights[..., None]
    total = float(weights.sum())
    if total <= 0:
        return 0.0
    one = one - (one * share).sum((0, 1)) / total
    other = other - (other * share).sum((0, 1)) / total
    both = float((one * one * share).sum()) * float((other * other * share).sum())
    return float((one * other * share).sum()) / math.sqrt(both) if both > 1e-3 else 0.0
