"""Seeded noise for textures: smooth clouds and fine grain, from 0 to 1."""

from __future__ import annotations

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, floats


def clouds(
    rng: np.random.Generator,
    size: tuple[int, int],
    cells: tuple[float, float],
    octaves: int = 4,
    fading: float = 0.5,
) -> Floats:
    """Fractal noise of size (width, height). cells is how many lumps fit across and down at the
    coarsest octave; each finer one counts fading times as much."""
    finest = 2 ** (octaves - 1) * 4  # pixels that the finest lumps need to look smooth
    width, height = (min(side, round(n * finest)) for side, n in zip(size, cells, strict=True))
    total = np.zeros((height, width), np.float32)
    weight, sum_of_weights = 1.0, 0.0
    for octave in range(octaves):
        across = max(2, min(width, round(cells[0] * 2**octave)))
        down = max(2, min(height, round(cells[1] * 2**octave)))
        coarse = rng.random((down, across), np.float32)
        total += weight * cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
        sum_of_weights += weight
        weight *= fading
    if (width, height) != size:
        total = floats(cv2.resize(total, size, interpolation=cv2.INTER_LINEAR))
    return floats(np.clip(total / np.float32(sum_of_weights), 0, 1))


def mixed(share: Floats, zero: tuple[float, ...], one: tuple[float, ...]) -> Floats:
    """Colours between zero and one: (h, w) shares give (h, w, 3)."""
    low, high = floats(zero), floats(one)
    blend: Floats = low + share[..., None] * (high - low)
    return blend


def contrast(values: Floats, gain: float, middle: float = 0.5) -> Floats:
    return floats(np.clip((values - middle) * gain + middle, 0, 1))
