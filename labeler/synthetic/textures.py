"""Random textures: nobody's table or wall, so that a detector learns to look past them."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.noise import clouds, mixed

Size = tuple[int, int]
"""Width and height in pixels."""
Color = tuple[float, float, float]
"""Blue, green, red, 0 to 255."""


def random_color(rng: np.random.Generator, loudest: float = 255.0) -> Color:
    """Any hue; saturation and brightness spread evenly. loudest: the highest saturation."""
    hue, full, bright = rng.uniform(0, 180), rng.uniform(0, loudest), rng.uniform(8, 255)
    pixel = cv2.cvtColor(pixels([[[hue, full, bright]]]), cv2.COLOR_HSV2BGR)[0, 0]
    return cast(Color, tuple(float(part) for part in pixel))


def random_texture(rng: np.random.Generator, size: Size) -> Pixels:
    """BGR (height, width, 3): one kind of texture, or two that are mixed."""
    first = _KINDS[rng.integers(len(_KINDS))](rng, size)
    if rng.random() < 0.4:
        second = _KINDS[rng.integers(len(_KINDS))](rng, size)
        share = clouds(rng, size, (3, 3), 2)[..., None] if rng.random() < 0.5 else np.float32(0.5)
        first = first + share * (second - first)
    if rng.random() < 0.5:
        grain = rng.normal(0, rng.uniform(2, 22), (size[1], size[0], 1)).astype(np.float32)
        first = first + grain
    texture = pixels(np.clip(first, 0, 255))
    if rng.random() < 0.4:
        texture = pixels(cv2.GaussianBlur(texture, (0, 0), float(rng.uniform(0.8, 6))))
    return texture


def soft_texture(rng: np.random.Generator, size: Size) -> Pixels:
    """The same, drawn at half the size and enlarged."""
    half = ((size[0] + 1) // 2, (size[1] + 1) // 2)
    return pixels(cv2.resize(random_texture(rng, half), size, interpolation=cv2.INTER_LINEAR))


def _gradient(rng: np.random.Generator, size: Size) -> Floats:
    across = np.linspace(-1, 1, size[0], dtype=np.float32)[None, :]
    down = np.linspace(-1, 1, size[1], dtype=np.float32)[:, None]
    angle = rng.uniform(0, 2 * np.pi)
    share = 0.5 + 0.5 * (np.cos(angle) * across + np.sin(angle) * down)
    return mixed(floats(np.clip(share, 0, 1)), random_color(rng), random_color(rng))


def _clouds(rng: np.random.Generator, size: Size) -> Floats:
    """Lumps, often drawn out to one side as the grain of wood is."""
    cells = (float(2 ** rng.uniform(0, 6)), float(2 ** rng.uniform(0, 6)))
    share = clouds(rng, size, cells, int(rng.integers(1, 5)), float(rng.uniform(0.4, 0.9)))
    gain = float(rng.uniform(1, 4))
    return mixed(
        floats(np.clip((share - 0.5) * gain + 0.5, 0, 1)), random_color(rng), random_color(rng)
    )


def _stripes(rng: np.random.Generator, size: Size) -> Floats:
    """Stripes or checks at any angle, sharp or soft."""
    angle, period = rng.uniform(0, np.pi), 2 ** rng.uniform(3, 7.5)
    x = np.arange(size[0], dtype=np.float32)[None, :] / period
    y = np.arange(size[1], dtype=np.float32)[:, None] / period
    wave = np.sin(2 * np.pi * (np.cos(angle) * x + np.sin(angle) * y))
    if rng.random() < 0.5:
        wave = wave * np.sin(2 * np.pi * (np.cos(angle) * y - np.sin(angle) * x))
    share = np.clip(0.5 + rng.uniform(0.5, 6) * (wave - rng.uniform(-0.5, 0.5)), 0, 1)
    return mixed(floats(share), random_color(rng), random_color(rng))


def _blocks(rng: np.random.Generator, size: Size) -> Floats:
    """Tiles, mosaics, patches: few random cells, enlarged."""
    cells = rng.integers(2, 24, 2)
    values = [random_color(rng) for _ in range(int(rng.integers(2, 7)))]
    small = floats(values)[rng.integers(len(values), size=(cells[0], cells[1]))]
    method = cv2.INTER_NEAREST if rng.random() < 0.6 else cv2.INTER_CUBIC
    return floats(cv2.resize(small, size, interpolation=method))


def _shapes(rng: np.random.Generator, size: Size) -> Floats:
    """Ellipses, boxes, lines and polygons of all sizes over a plain ground."""
    image = np.full((size[1], size[0], 3), random_color(rng), np.float32)
    for _ in range(int(rng.integers(4, 50))):
        middle = rng.uniform(0, 1, 2) * size
        radius = float(max(size) * 2 ** rng.uniform(-7, -1.5))
        corners = middle + rng.normal(0, radius, (int(rng.integers(2, 6)), 2))
        whole = np.round(corners).astype(np.int32)
        color = random_color(rng)
        if rng.random() < 0.3:
            axes = (max(1, round(radius)), max(1, round(radius * rng.uniform(0.1, 1))))
            center = (int(middle[0]), int(middle[1]))
            cv2.ellipse(image, center, axes, float(rng.uniform(0, 180)), 0, 360, color, -1)
        elif rng.random() < 0.3:
            cv2.polylines(image, [whole], False, color, int(rng.integers(1, 9)), cv2.LINE_AA)
        else:
            cv2.fillPoly(image, [cv2.convexHull(whole)], color, cv2.LINE_AA)
    return image


_KINDS: tuple[Callable[[np.random.Generator, Size], Floats], ...] = (
    _gradient,
    _clouds,
    _clouds,
    _stripes,
    _blocks,
    _shapes,
    _shapes,
)
