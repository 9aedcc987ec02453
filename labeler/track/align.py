"""Lays a box so that its pixels look as they did: Gauss and Newton on place and both sides.

The steps use the gradients of both patches (Benhimane and Malis, "Real-time image-based tracking
of planes using efficient second-order minimization", IROS 2004); pixels that fit badly, such as
those of something in front, weigh little.
"""

from __future__ import annotations

import numpy as np

from labeler.track.frame import Box, Floats, Frame
from labeler.track.patch import in_picture, patch

ENOUGH = 0.2
"""So much of the patch must be in both pictures."""
FAR = 0.5
"""The longest step, in half sides of the box."""
NEAR = 4e-3
BELIEVED = 3.0
"""A pixel that is so many usual differences off weighs a quarter."""
NOISE = 2.0
"""Grey levels that a pixel may always differ."""


def aligned(
    template: Floats, weights: Floats, frame: Frame, box: Box, steps: int, *, stretch: bool
) -> Box | None:
    """The box near the given one whose patch looks like the template (side, side, 3).

    stretch: width and height may change apart. None where it loses its way.
    """
    side = len(template)
    across = ((np.arange(side) + 0.5) / side * 2 - 1).astype(np.float32)[None, :, None]
    down = across.reshape(-1, 1, 1)
    slopes = _slopes(template)
    for _ in range(steps):
        seen = patch(frame, box, side)
        share = weights * in_picture(frame, box, side)
        if share.sum() < ENOUGH * side * side:
            return None
        missing, gain = _difference(template, seen, share)
        trust = share[..., None] / (1 + (missing / (BELIEVED * _spread(missing, share))) ** 2) ** 2
        x, y = (
            (old + np.float32(gain) * new) * np.float32(side / 4)
            for old, new in zip(slopes, _slopes(seen), strict=True)
        )
        grow = (x * across, y * down)
        wishes = [x, y, *grow] if stretch else [x, y, grow[0] + grow[1]]
        step = _solved(wishes, missing, trust)
        box = _moved(box, step)
        if min(box[2] - box[0], box[3] - box[1]) < 1.0:
            return None
        if np.abs(step).max() < NEAR:
            break
    return box


def _slopes(picture: Floats) -> tuple[Floats, Floats]:
    """The change for one pixel to the right, and one down."""
    x, y = np.empty_like(picture), np.empty_like(picture)
    x[:, 1:-1] = (picture[:, 2:] - picture[:, :-2]) / 2
    x[:, 0], x[:, -1] = picture[:, 1] - picture[:, 0], picture[:, -1] - picture[:, -2]
    y[1:-1] = (picture[2:] - picture[:-2]) / 2
    y[0], y[-1] = picture[1] - picture[0], picture[-1] - picture[-2]
    return x, y


def _difference(template: Floats, seen: Floats, share: Floats) -> tuple[Floats, float]:
    """What the seen patch lacks, its light made like the template's; and that light's factor."""
    weights, total = share[..., None], float(share.sum())
    old = template - (template * weights).sum((0, 1)) / total
    new = seen - (seen * weights).sum((0, 1)) / total
    gain = float((old * new * weights).sum()) / (float((new * new * weights).sum()) + 1e-6)
    gain = min(2.0, max(0.5, gain))
    return old - gain * new, gain


def _spread(missing: Floats, share: Floats) -> float:
    return 1.4826 * float(np.median(np.abs(missing[share > 0]))) + NOISE


def _solved(wishes: list[Floats], missing: Floats, trust: Floats) -> Floats:
    """The step (half sides to the right, half sides down, growth or growths)."""
    slopes = np.stack(wishes, -1).reshape(-1, len(wishes))
    weighted = slopes * np.broadcast_to(trust, missing.shape).reshape(-1, 1)
    square, right = slopes.T @ weighted, weighted.T @ missing.reshape(-1)
    hold = float(np.diag(square).mean()) * 1e-3 + 1e-6
    square += np.diag([hold, hold, *[30 * hold] * (len(wishes) - 2)]).astype(np.float32)
    if len(wishes) == 4:  # width and height rather change together
        square[2, 3] -= 20 * hold
        square[3, 2] -= 20 * hold
    step: Floats = np.clip(np.linalg.solve(square, right), -FAR, FAR)
    return step


def _moved(box: Box, step: Floats) -> Box:
    half = np.array([box[2] - box[0], box[3] - box[1]]) / 2
    middle = np.array([box[0] + box[2], box[1] + box[3]]) / 2 + step[:2] * half
    half = half * np.clip(1 + step[2:], 0.8, 1.25)
    return np.concatenate([middle - half, middle + half])
