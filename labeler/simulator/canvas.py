"""A panorama to paint a room on, and what a near-focused lens makes of it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.textures import Color

PIXELS_PER_DEGREE = 6
LOWEST, HIGHEST = -50.0, 78.0
"""Elevations of the panorama's lower and upper edge, degrees."""
BLUR = 4.0


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours (BGR) and light of a room. daylight 1: blown-out windows, 0: night outside."""

    wall: Color
    floor: Color
    wood: Color
    front: Color
    daylight: float
    lamps: float
    tint: Color


def toned(color: Color, factor: float) -> Color:
    """Brighter or darker, at most white."""
    blue, green, red = (min(255.0, part * factor) for part in color)
    return blue, green, red


class Canvas:
    """A panorama to paint on. Directions in degrees: across grows to the right and wraps."""

    def __init__(self, rng: np.random.Generator, palette: Palette) -> None:
        self.rng = rng
        self.palette = palette
        self.width = 360 * PIXELS_PER_DEGREE
        height = round((HIGHEST - LOWEST) * PIXELS_PER_DEGREE)
        self.pixels: Floats = np.zeros((height, self.width, 3), np.float32)
        self.light: Floats = np.zeros((height, self.width, 3), np.float32)

    def row(self, up: float) -> int:
        return round((HIGHEST - up) * PIXELS_PER_DEGREE)

    def rect(
        self, across: float, low: float, high: float, wide: float, color: Color, glow: float = 0.0
    ) -> None:
        """A rectangle from across on, wide degrees to the right. glow shines by itself."""
        left = round(across % 360 * PIXELS_PER_DEGREE)
        right = left + max(1, round(wide * PIXELS_PER_DEGREE))
        top, bottom = max(0, self.row(high)), self.row(low)
        for start, stop in ((left, right), (left - self.width, right - self.width)):
            part = np.s_[top:bottom, max(0, start) : max(0, stop)]
            self.pixels[part] = color
            self.light[part] = floats(color) * glow

    def oval(
        self, across: float, up: float, wide: float, tall: float, color: Color, glow: float = 0.0
    ) -> None:
        """An ellipse around a direction, wide and tall are half axes in degrees."""
        axes = (round(wide * PIXELS_PER_DEGREE), round(tall * PIXELS_PER_DEGREE))
        for turn in (0, -360):
            center = (round((across % 360 + turn) * PIXELS_PER_DEGREE), self.row(up))
            cv2.ellipse(self.pixels, center, axes, 0, 0, 360, color, -1)
            lit = tuple(float(part * glow) for part in color)
            cv2.ellipse(self.light, center, axes, 0, 0, 360, lit, -1)

    def vary(self, color: Color, amount: float = 0.15) -> Color:
        return toned(color, 1 + float(self.rng.uniform(-amount, amount)))

    def paint(self) -> Color:
        """Some colour of a thing that people keep in a kitchen."""
        hue, full = self.rng.uniform(0, 180), 20 + 150 * self.rng.random() ** 1.7
        bright = self.rng.uniform(50, 225)
        pixel = cv2.cvtColor(pixels([[[hue, full, bright]]]), cv2.COLOR_HSV2BGR)[0, 0]
        return float(pixel[0]), float(pixel[1]), float(pixel[2])

    def developed(self) -> Pixels:
        """Tint, blur, and the bloom around all that shines."""
        turn = float(self.rng.uniform(0, np.pi / 2))
        corners = _Corners(self.width, len(self.pixels), turn)
        painted = floats(self.pixels * floats(self.palette.tint) + self.light)
        blurred = _blur(corners.of(painted), BLUR)
        light = corners.of(self.light)
        quarter = (self.width // 4, len(light) // 4)
        small = floats(cv2.resize(light, quarter, interpolation=cv2.INTER_AREA))
        bloom = floats(0.5 * _blur(small, 5.0) + 0.35 * _blur(small, 20.0))
        blurred += cv2.resize(bloom, (self.width, len(painted)), interpolation=cv2.INTER_LINEAR)
        return np.clip(blurred, 0, 255).astype(np.uint8)


class _Corners:
    """Puts what was painted on a round wall onto four flat ones, so that level lines look straight
    through a lens. Walls that the light grazes are darker."""

    def __init__(self, width: int, height: int, turn: float) -> None:
        around = np.radians(np.arange(width) / PIXELS_PER_DEGREE) - turn
        wall = np.round(around / (np.pi / 2))
        farther = floats(1 / np.cos(around - wall * np.pi / 2))[None, :]
        up = np.radians(HIGHEST - np.arange(height) / PIXELS_PER_DEGREE)
        painted = np.arctan(floats(np.tan(up))[:, None] * farther)
        self._rows = (HIGHEST - painted * np.float32(180 / np.pi)) * np.float32(PIXELS_PER_DEGREE)
        columns = np.arange(width, dtype=np.float32)
        self._columns = np.ascontiguousarray(np.broadcast_to(columns, (height, width)))
        self._tone = floats((1.0, 0.86, 0.95, 0.8))[wall.astype(int) % 4]

    def of(self, painted: Floats) -> Floats:
        flat = cv2.remap(
            painted, self._columns, self._rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return floats(flat * self._tone[None, :, None])


def _blur(pixels: Floats, sigma: float) -> Floats:
    """A Gaussian that wraps around at the sides."""
    pad = int(3 * sigma) + 1
    wide = np.concatenate([pixels[:, -pad:], pixels, pixels[:, :pad]], axis=1)
    return floats(cv2.GaussianBlur(wide, (0, 0), sigma)[:, pad:-pad])
