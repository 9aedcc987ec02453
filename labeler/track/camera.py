"""How the camera itself moved between two pictures, from points all over them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.track.frame import Box, Floats, Frame

POINTS, APART = 120, 12
FEW = 10
"""With fewer points that agree there is no telling."""
AGREE = 3.0
"""Pixels off that still agree."""
THERE_AND_BACK = 1.0
"""Pixels that a point may miss itself by on the way back."""

Motion = NDArray[np.float64]
"""(2, 3): from pixels of one picture to pixels of the next, a turn, a growth and a shift."""


def camera_motion(old: Frame, new: Frame) -> Motion | None:
    """None where nothing holds together: a cut, or a picture of nothing."""
    found = cv2.goodFeaturesToTrack(old.grey, POINTS, 0.01, APART)
    if found is None or len(found) < FEW:
        return None
    points = np.asarray(found, np.float32).reshape(-1, 2)
    best, most = None, FEW - 1
    for shift in (_shift(old, new), np.zeros(2, np.float32)):
        moved, good = _flow(old, new, points, points + shift)
        motion, count = _agreed(points[good], moved[good])
        if count > most:
            best, most = motion, count
        if most > 0.6 * len(points):
            break
    return best


def carried_along(motion: Motion, box: Box) -> Box:
    """Where the box would be if it stood still in the world."""
    middle = motion[:, :2] @ ((box[:2] + box[2:]) / 2) + motion[:, 2]
    half = (box[2:] - box[:2]) / 2 * float(np.hypot(motion[0, 0], motion[1, 0]))
    return np.concatenate([middle - half, middle + half])


def _shift(old: Frame, new: Frame) -> Floats:
    """The shift of the whole picture, by phase correlation of the small ones."""
    one, other = (
        cv2.cvtColor(frame.thumb, cv2.COLOR_RGB2GRAY).astype(np.float32) for frame in (old, new)
    )
    if min(one.shape) < 8:
        return np.zeros(2, np.float32)
    window = cv2.createHanningWindow((one.shape[1], one.shape[0]), cv2.CV_32F)
    shift, _ = cv2.phaseCorrelate(one, other, window)
    return np.asarray(shift, np.float32) / np.float32(old.thumb_scale)


def _flow(
    old: Frame, new: Frame, points: Floats, guess: Floats
) -> tuple[Floats, NDArray[np.bool_]]:
    """Where the points went, and which of them find their way back."""
    moved, there, _ = _lucas_kanade(old, new, points, guess)
    again, back, _ = _lucas_kanade(new, old, moved, points)
    off = np.linalg.norm(again - points, axis=1)
    return moved, (there[:, 0] > 0) & (back[:, 0] > 0) & (off < THERE_AND_BACK)


def _lucas_kanade(
    old: Frame, new: Frame, points: Floats, guess: Floats
) -> tuple[Floats, NDArray[np.uint8], object]:
    moved, status, error = cv2.calcOpticalFlowPyrLK(
        old.grey,
        new.grey,
        points.reshape(-1, 1, 2),
        guess.reshape(-1, 1, 2).astype(np.float32),
        winSize=(15, 15),
        maxLevel=3,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return np.asarray(moved, np.float32).reshape(-1, 2), np.asarray(status, np.uint8), error


def _agreed(points: Floats, moved: Floats) -> tuple[Motion | None, int]:
    if len(points) < FEW:
        return None, 0
    motion, agree = cv2.estimateAffinePartial2D(points, moved, ransacReprojThreshold=AGREE)
    if motion is None:
        return None, 0
    return np.asarray(motion, np.float64), int(agree.sum())
