"""Shots made on the spot: a scene of blocks, blurred, dark, burnt, or with something that moved."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image as Pillow
from PIL import ImageEnhance, ImageFilter


def shot(
    seed: int, *, blur: float = 0.0, light: float = 1.0, noise: int = 0, cube_at: int | None = None
) -> bytes:
    """A JPEG of 320 x 180. Equal seeds are equal scenes; cube_at: a small cube's place in it."""
    chance = np.random.default_rng(seed)
    blocks = Pillow.fromarray(chance.integers(40, 200, (36, 64, 3), np.uint8))
    scene = blocks.resize((320, 180), Pillow.Resampling.NEAREST)
    if cube_at is not None:
        scene.paste((250, 250, 250), (cube_at, 80, cube_at + 28, 104))
    if blur:
        scene = scene.filter(ImageFilter.GaussianBlur(blur))
    pixels = np.asarray(ImageEnhance.Brightness(scene).enhance(light), np.float32)
    if noise:
        grainy = pixels + np.random.default_rng(noise).normal(0, 4, pixels.shape)
        scene = Pillow.fromarray(np.clip(grainy, 0, 255).astype(np.uint8))
    else:
        scene = Pillow.fromarray(pixels.astype(np.uint8))
    stream = io.BytesIO()
    scene.save(stream, "JPEG", quality=85)
    return stream.getvalue()
