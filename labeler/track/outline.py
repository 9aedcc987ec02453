"""What of a box is the object: a rough outline by colour, followed into the next picture.

GrabCut (Rother, Kolmogorov, Blake, SIGGRAPH 2004) tells the object from its surroundings. It sees
sides that come into view and a thing that turns, which a patch alone cannot.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.track.frame import Box, Floats, Frame, Pixels

AROUND = 0.35
"""How much of the surroundings is looked at, in sides of the box."""
SIDE = 64
"""The longest side of the cut-out that is looked at."""
GRID = 48
"""Sides of a remembered outline, which reaches a quarter of the box beyond each side of it."""
CORE, BAND = 0.22, 0.18
"""What lies so deep in the outline is object, so far out is not, in shorter sides of the box."""
LITTLE = 0.2
"""An outline that fills less of its box is no outline."""
OFF = 0.15
"""Nor one whose sides are so far from the box's."""
SPECK = 0.08
"""Parts smaller than so much of the largest one are specks."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """shape: (GRID, GRID), 0 to 1, over the widened box. slack: what a person's box has more than
    the outline on each side, in sides of the outline."""

    shape: Floats
    slack: Box


@dataclass(frozen=True, slots=True)
class _CutOut:
    """A part of a frame, shrunk. place: its box in the frame; scale: its pixels for one there."""

    pixels: Pixels
    place: Box
    scale: Box

    @classmethod
    def around(cls, frame: Frame, box: Box) -> _CutOut:
        reach = np.maximum(6.0, AROUND * (box[2:] - box[:2]))
        whole = frame.inside(np.concatenate([np.floor(box[:2] - reach), np.ceil(box[2:] + reach)]))
        left, top, right, bottom = (int(v) for v in whole)
        pixels = frame.color[top:bottom, left:right]
        shrink = min(1.0, SIDE / max(right - left, bottom - top, 1))
        if shrink < 1.0 and pixels.size:
            size = [max(1, round(v * shrink)) for v in pixels.shape[1::-1]]
            pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
        scale = np.array(pixels.shape[1::-1]) / np.maximum(1.0, whole[2:] - whole[:2])
        return cls(pixels, whole, np.tile(scale, 2))

    def here(self, box: Box) -> Box:
        return (box - np.tile(self.place[:2], 2)) * self.scale

    def there(self, box: Box) -> Box:
        return box / self.scale + np.tile(self.place[:2], 2)


def outline_of(frame: Frame, box: Box) -> Outline | None:
    """The outline of what a person drew a box around. None where colour cannot tell it."""
    cut = _CutOut.around(frame, box)
    inside = cut.here(frame.inside(box))
    labels = np.zeros(cut.pixels.shape[:2], np.uint8)
    left, top, right, bottom = (round(float(v)) for v in inside)
    labels[top:bottom, left:right] = cv2.GC_PR_FGD
    mask = _cut(cut.pixels, labels, 3)
    sides = None if mask is None else _sides(mask)
    if mask is None or sides is None:
        return None
    slack = (inside - sides) / np.tile(sides[2:] - sides[:2], 2)
    filled = mask.sum() / max(1, (right - left) * (bottom - top))
    if filled < LITTLE or np.abs(slack).max() > OFF:
        return None
    return Outline(_remembered(mask, cut.here(box)), slack)


def followed(
    frame: Frame, box: Box, outline: Outline, cut_sides: tuple[bool, ...]
) -> tuple[Box, Outline] | None:
    """The box by its outline, near where the patch laid it. cut_sides (left, top, right, bottom):
    where it went on outside the picture before. None where the colours tell nothing."""
    cut = _CutOut.around(frame, box)
    if min(cut.pixels.shape[:2]) < 4:
        return None
    here = cut.here(box)
    was = _laid(_continued(outline.shape, cut_sides), here, cut.pixels.shape)
    labels = _expected(was, float((here[2:] - here[:2]).min()))
    mask = _cut(cut.pixels, labels, 2)
    sides = None if mask is None else _sides(mask)
    if mask is None or sides is None:
        return None
    place = sides + outline.slack * np.tile(sides[2:] - sides[:2], 2)
    return cut.there(place), Outline(_remembered(mask, place), outline.slack)


def _continued(shape: Floats, cut_sides: tuple[bool, ...]) -> Floats:
    """An outline that was cut off goes on as it was at the picture's edge."""
    first, last = GRID // 6, GRID - GRID // 6 - 1
    shape = shape.copy()
    left, top, right, bottom = cut_sides
    if left:
        shape[:, :first] = shape[:, first : first + 1]
    if right:
        shape[:, last + 1 :] = shape[:, last : last + 1]
    if top:
        shape[:first] = shape[first : first + 1]
    if bottom:
        shape[last + 1 :] = shape[last : last + 1]
    return shape


def _expected(was: Mask, size: float) -> Pixels:
    """GrabCut's labels: sure in the middle and far outside, open in a band around the outline."""
    deep = cv2.distanceTransform(was.astype(np.uint8), cv2.DIST_L2, 3)
    far = cv2.distanceTransform((~was).astype(np.uint8), cv2.DIST_L2, 3)
    labels = np.where(was, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    labels[deep > CORE * size] = cv2.GC_FGD
    labels[far > BAND * size] = cv2.GC_BGD
    return labels


def _cut(pixels: Pixels, labels: Pixels, rounds: int) -> Mask | None:
    wanted = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    if wanted.sum() < 12 or (~wanted).sum() < 12:
        return None
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)  # GrabCut throws dice; the same pictures shall give the same boxes
    try:
        cv2.grabCut(pixels, labels, (0, 0, 1, 1), *models, rounds, cv2.GC_INIT_WITH_MASK)
    except cv2.error:
        return None
    mask: Mask = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return _without_specks(mask)


def _without_specks(mask: Mask) -> Mask:
    count, parts, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count < 2:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    keep = areas >= SPECK * areas.max()
    return np.asarray(keep[parts])


def _sides(mask: Mask) -> Box | None:
    """The box around the mask; single hairs that stick out do not count."""
    columns, rows = mask.sum(0), mask.sum(1)
    if not columns.any():
        return None
    x = np.flatnonzero(columns >= max(1.0, 0.04 * columns.max()))
    y = np.flatnonzero(rows >= max(1.0, 0.04 * rows.max()))
    return np.array([x[0], y[0], x[-1] + 1, y[-1] + 1], np.float64)


def _way(box: Box) -> NDArray[np.float64]:
    """From the grid of an outline to the pixels around its box."""
    step = (box[2:] - box[:2]) * 1.5 / GRID
    corner = box[:2] - (box[2:] - box[:2]) / 4
    shift = corner + step / 2 - 0.5
    return np.array([[step[0], 0, shift[0]], [0, step[1], shift[1]]])


def _remembered(mask: Mask, box: Box) -> Floats:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    seen = cv2.warpAffine(mask.astype(np.float32), _way(box), (GRID, GRID), flags=flags)
    return np.asarray(seen, np.float32)


def _laid(shape: Floats, box: Box, size: tuple[int, ...]) -> Mask:
    laid = cv2.warpAffine(shape, _way(box), (size[1], size[0]), flags=cv2.INTER_LINEAR)
    return np.asarray(laid > 0.5)
