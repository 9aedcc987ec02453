"""Short sequences of real pictures: a textured thing that moves over a textured table."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

import numpy as np
from PIL import Image as Pillow

from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Image
from labeler.dataset.store import Dataset

WIDTH, HEIGHT = 320, 240
SIDE = 60
PACE_S = 0.2
START = (40, 60)
STEP = (6, 2)


def place(number: int) -> BBox:
    """Where the thing is on a picture. It turns back before the edge."""
    number = min(number % 60, 60 - number % 60)
    return BBox(START[0] + STEP[0] * number, START[1] + STEP[1] * number, SIDE, SIDE)


def second_place(number: int) -> BBox:
    """Where the other thing is."""
    return BBox(200 - 4 * number, 150 - 3 * number, 50, 50)


def add_sequence(
    dataset: Dataset,
    count: int,
    *,
    gone: Sequence[int] = (),
    pause_after: int | None = None,
    with_second: bool = False,
) -> list[Image]:
    """Pictures a fifth of a second apart; on those in gone the table is bare."""
    session = dataset.add_session("table", "test", 0.0)
    added, at = [], 0.0
    for number in range(count):
        picture = add_picture(
            dataset,
            _encoded(number, number in gone, with_second),
            original_name=f"{number}.png",
            session_id=session.id,
            captured_at=at,
        )
        added.append(picture.image)
        at += 30.0 if number == pause_after else PACE_S
    return added


@cache
def _encoded(number: int, bare: bool, with_second: bool) -> bytes:
    pixels = _texture(1, (HEIGHT, WIDTH), 90, 40).copy()
    if not bare:
        _lay(pixels, place(number), 2)
        if with_second:
            _lay(pixels, second_place(number), 3)
    stream = io.BytesIO()
    Pillow.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue() + bytes([number])  # two bare tables are two images all the same


def _lay(pixels: np.ndarray, where: BBox, seed: int) -> None:
    x, y, width, height = (round(value) for value in where.as_list())
    pixels[y : y + height, x : x + width] = _texture(seed, (height, width), 170, 80)


@cache
def _texture(seed: int, shape: tuple[int, int], middle: int, spread: int) -> np.ndarray:
    """Soft blobs of one colour scheme: detail that a tracker can hold on to."""
    height, width = shape
    rng = np.random.default_rng(seed)
    coarse = rng.uniform(-1, 1, (height // 6 + 2, width // 6 + 2, 3)) * spread + middle
    picture = Pillow.fromarray(np.clip(coarse, 0, 255).astype(np.uint8))
    return np.array(picture.resize((width, height), Pillow.Resampling.BICUBIC))
