"""The noise of a small sensor: fine in grey, blotchy in colour, and new in every picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from labeler.simulator.arrays import Floats, Pixels, floats, pixels

GREY, COLOR = 0.75, 0.74
"""Deviations of both, for a noise of 1. Colour is drawn at half the size, which smooths it."""
STOCK = 1 << 16


class Grain:
    """Noise is drawn once in a long line. The rows of each picture are cut out of it at places of
    chance, so that no two pictures have the same, and none costs more than copying them."""

    def __init__(self, seed: int) -> None:
        self._drawn = floats(np.random.default_rng([seed, 8]).normal(0, 1, STOCK))
        self._stocks: dict[float, Pixels] = {}
        self._rooms: dict[tuple[int, ...], tuple[Pixels, Pixels]] = {}  # new memory costs time

    def lay(self, image: Pixels, noise: float, chance: np.random.Generator) -> None:
        """Adds that much noise, in grey levels, to image (h, w, 3)."""
        height, width = image.shape[:2]
        half = ((height + 1) // 2, (width + 1) // 2 * 3)
        fine = self._rows(chance, (height, width), GREY * noise)
        small = self._rows(chance, half, COLOR * noise).reshape(half[0], -1, 3)
        if image.shape not in self._rooms:
            self._rooms[image.shape] = (image.copy(), image.copy())
        room, both = self._rooms[image.shape]
        cv2.resize(small, (width, height), dst=room, interpolation=cv2.INTER_LINEAR)
        cv2.cvtColor(fine, cv2.COLOR_GRAY2BGR, dst=both)
        cv2.addWeighted(both, 1, room, 1, -128, dst=both)
        cv2.addWeighted(image, 1, both, 1, -128, dst=image)

    def _rows(self, chance: np.random.Generator, size: tuple[int, int], deviation: float) -> Pixels:
        """Normal numbers around 128, (h, w)."""
        height, width = size
        begins = chance.integers(0, STOCK - width, height)
        return pixels(sliding_window_view(self._stock(deviation), width)[begins])

    def _stock(self, deviation: float) -> Pixels:
        if deviation not in self._stocks:
            if len(self._stocks) > 8:  # somebody tries one gain after the other
                self._stocks.clear()
            self._stocks[deviation] = _levels(self._drawn, deviation)
        return self._stocks[deviation]


def _levels(drawn: Floats, deviation: float) -> Pixels:
    return pixels(np.clip(np.rint(128 + deviation * drawn), 0, 255))
