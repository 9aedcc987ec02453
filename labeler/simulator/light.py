"""The light of a world: a main source, a fill, and the room as shiny things mirror it."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats
from labeler.simulator.canvas import HIGHEST, LOWEST

MIRROR_SIZE = 96
"""Side of the square that holds the mirror: directions (x, y, z) with z >= 0 at (x, y) / (1 + z),
-1 to 1, which needs no trigonometry to look up."""
SKY_SIZE = (128, 48)


@dataclass(frozen=True, slots=True)
class Light:
    """Directions are unit vectors towards the sources, colours are BGR and linear (1 is white in
    the picture). mirror is a small panorama of the upper half of the world, linear BGR, (3,
    MIRROR_SIZE squared)."""

    key: Floats
    key_color: Floats
    fill: Floats
    fill_color: Floats
    sky: Floats
    ground: Floats
    mirror: Floats


def light_of(
    panorama: Pixels, table_color: Floats, tint: Floats, rng: np.random.Generator
) -> Light:
    """Reads the light off the room: the key stands where the room is brightest."""
    linear = (panorama.astype(np.float32) / 255) ** 2
    sky_map = _sky_map(linear)
    brightness = cv2.GaussianBlur(sky_map.sum(axis=2), (0, 0), 4)
    row, column = np.unravel_index(int(np.argmax(brightness)), brightness.shape)
    azimuth = -2 * np.pi * (column + 0.5) / SKY_SIZE[0]
    elevation = max(0.55, 1.3 * np.pi / 2 * (1 - (row + 0.5) / SKY_SIZE[1]))
    sky = sky_map.mean(axis=(0, 1))
    grey = sky.mean()
    color, around = tint * tint, 0.5 * sky + 0.5 * grey
    other = azimuth + float(rng.uniform(1.8, 4.4))
    return Light(
        direction(azimuth, elevation),
        color * np.float32(0.8),
        direction(other, float(rng.uniform(0.7, 1.1))),
        around * np.float32(0.5),
        around * np.float32(0.5) + np.float32(0.06),
        (table_color / 255) ** 2 * np.float32(0.42),
        sky_disc(sky_map),
    )


def _sky_map(linear: Floats) -> Floats:
    """The panorama above the horizon, shrunk and softened, windows brighter than white. Rows go
    from the zenith down to the horizon in even angles."""
    width, height = SKY_SIZE
    upper = linear[: round(len(linear) * HIGHEST / (HIGHEST - LOWEST))]
    rows = round(height * HIGHEST / 90)
    small = cv2.resize(upper, (width, rows), interpolation=cv2.INTER_AREA)
    zenith = np.broadcast_to(small[:1].mean(axis=1, keepdims=True), (height - rows, width, 3))
    whole = np.concatenate([zenith, small])
    whole += 6 * np.maximum(whole - 0.75, 0) * whole
    soft = floats(cv2.GaussianBlur(np.tile(whole, (1, 3, 1)), (0, 0), 1.0))
    return soft[:, width : 2 * width]


def sky_disc(sky_map: Floats) -> Floats:
    """A sky map of SKY_SIZE, (height, width, 3), in the form that is quick to look up: see
    MIRROR_SIZE."""
    width, height = SKY_SIZE
    side = (np.arange(MIRROR_SIZE) + 0.5) / MIRROR_SIZE * 2 - 1
    x, y = np.meshgrid(side, side)
    elevation = np.pi / 2 - 2 * np.arctan(np.hypot(x, y))
    row = np.clip((1 - elevation / (np.pi / 2)) * height, 0, height - 1).astype(int)
    column = (-np.arctan2(y, x) / (2 * np.pi) * width).astype(int) % width
    return np.ascontiguousarray(sky_map[row, column].reshape(-1, 3).T, np.float32)


def direction(azimuth: float, elevation: float) -> Floats:
    """The unit vector there; radians."""
    flat = np.cos(elevation)
    return floats((flat * np.cos(azimuth), flat * np.sin(azimuth), np.sin(elevation)))
