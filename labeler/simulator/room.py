"""The room around the table, painted: kitchens, windows, shelves and lamps."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labeler.simulator.arrays import Pixels
from labeler.simulator.canvas import HIGHEST, LOWEST, Canvas, Palette, toned
from labeler.simulator.noise import clouds
from labeler.simulator.textures import Color

FLOOR = -13.0
"""Where the floor meets the walls, degrees."""


def panorama(rng: np.random.Generator, palette: Palette, room: str = "kitchen") -> Pixels:
    """The whole room seen from the table, blurred as a near-focused camera sees it. room is one
    of setting.ROOMS."""
    canvas = Canvas(rng, palette)
    _walls(canvas)
    across, order = float(rng.uniform(0, 360)), list(ROOMS[room])
    end = across + 350
    names = [*order[:2], *rng.permutation(order), *rng.permutation(order)]
    for name in names:
        wide = float(rng.uniform(*SECTIONS[name][0]))
        if across + wide > end:
            break
        SECTIONS[name][1](canvas, across, wide)
        across += wide + float(rng.uniform(2, 14))
    _lamps(canvas)
    _chairs(canvas)
    return canvas.developed()


def _walls(canvas: Canvas) -> None:
    palette = canvas.palette
    canvas.rect(0, LOWEST, HIGHEST, 360, palette.wall)
    canvas.rect(0, 52, HIGHEST, 360, toned(palette.wall, 1.15))
    canvas.rect(0, LOWEST, FLOOR, 360, palette.floor)
    canvas.rect(0, FLOOR, FLOOR + 1.5, 360, canvas.vary(palette.front))
    size = (canvas.width, len(canvas.pixels))
    canvas.pixels *= (0.82 + 0.36 * clouds(canvas.rng, size, (6, 3), 3))[..., None]


def _window(canvas: Canvas, across: float, wide: float) -> None:
    rng, palette = canvas.rng, canvas.palette
    low, high = rng.uniform(3, 8), rng.uniform(28, 42)
    canvas.rect(across - 1.5, low - 1.5, high + 1.5, wide + 3, (205, 210, 214))
    day = palette.daylight
    sky = (255.0 * day + 20, 250.0 * day + 14, 244.0 * day + 10)
    canvas.rect(across, low, high, wide, sky, glow=0.5 * day)
    middle = low + (high - low) * rng.uniform(0.2, 0.4)
    canvas.rect(across, low, middle, wide, toned(sky, 0.86), glow=0.3 * day)
    for part in range(1, int(rng.integers(2, 4))):
        canvas.rect(across + wide * part / 3 - 0.6, low, high, 1.2, (170, 175, 180))
    if rng.random() < 0.6:
        cloth = canvas.paint()
        for side in (across - 5, across + wide - 1):
            canvas.rect(side, low - 8, high + 3, 6, cloth)
            canvas.rect(side + 2, low - 8, high + 3, 1, canvas.vary(cloth, 0.3))


def _kitchen(canvas: Canvas, across: float, wide: float) -> None:
    rng, palette = canvas.rng, canvas.palette
    counter, shelf = rng.uniform(2, 5), rng.uniform(16, 20)
    canvas.rect(across, counter, shelf, wide, canvas.vary((185, 195, 200)))
    door = rng.uniform(8, 14)
    for start in np.arange(0, wide - door / 2, door):
        for low, high in ((FLOOR, counter - 1), (shelf, 40)):
            canvas.rect(across + start, low, high, door - 0.6, canvas.vary(palette.front, 0.06))
            canvas.rect(
                across + start + door - 2, (low + high) / 2, (low + high) / 2 + 2, 0.6, (70, 72, 75)
            )
    canvas.rect(across - 1, counter - 1, counter + 0.8, wide + 2, canvas.vary(palette.wood))
    for _ in range(int(wide / 6)):
        _jar(canvas, across + rng.uniform(1, wide - 4), counter + 0.8)


def _jar(canvas: Canvas, across: float, low: float) -> None:
    """A bottle, jar, kettle or box on a shelf."""
    rng, color = canvas.rng, canvas.paint()
    wide, tall = rng.uniform(1.2, 4.5), rng.uniform(2, 8)
    canvas.rect(across, low, low + tall, wide, color)
    canvas.rect(across + wide * 0.15, low, low + tall, wide * 0.2, canvas.vary(color, 0.6))
    if rng.random() < 0.4:
        canvas.rect(
            across + wide * 0.3, low + tall, low + tall * 1.4, wide * 0.4, canvas.vary(color)
        )
    if rng.random() < 0.3:
        canvas.oval(across + wide / 2, low + tall * 0.8, wide * 0.5, tall * 0.3, color)


def _shelves(canvas: Canvas, across: float, wide: float) -> None:
    rng = canvas.rng
    canvas.rect(across, FLOOR, 36, wide, toned(canvas.palette.wood, 0.5))
    for low in np.arange(FLOOR + 1, 34, 9.0):
        at = across + 1
        while at < across + wide - 3:
            thick, tall = rng.uniform(0.8, 3.0), rng.uniform(4, 7.8)
            canvas.rect(at, low, low + tall, thick, canvas.paint())
            at += thick + (rng.uniform(1, 5) if rng.random() < 0.15 else 0.1)
        canvas.rect(across, low - 1, low, wide, canvas.palette.wood)


def _door(canvas: Canvas, across: float, wide: float) -> None:
    color = canvas.vary(canvas.palette.wood, 0.3)
    canvas.rect(across - 1.2, FLOOR, 35.5, wide + 2.4, canvas.vary(canvas.palette.front))
    canvas.rect(across, FLOOR, 34, wide, color)
    for low, high in ((-9, 8), (12, 31)):
        canvas.rect(across + wide * 0.15, low, high, wide * 0.7, canvas.vary(color, 0.12))
    canvas.oval(across + wide * 0.92, 8, 0.8, 0.8, (120, 190, 210))


def _pictures(canvas: Canvas, across: float, wide: float) -> None:
    rng = canvas.rng
    for _ in range(int(rng.integers(1, 4))):
        size, low = rng.uniform(6, 13), rng.uniform(8, 22)
        left = across + rng.uniform(0, max(1.0, wide - size))
        canvas.rect(left, low, low + size * 1.2, size, (40, 45, 50))
        canvas.rect(left + 0.8, low + 0.8, low + size * 1.2 - 0.8, size - 1.6, canvas.paint())
        canvas.oval(left + size / 2, low + size * 0.5, size * 0.25, size * 0.3, canvas.paint())
    canvas.rect(across, FLOOR, -2, wide, canvas.vary(canvas.palette.wood, 0.3))
    for _ in range(3):
        _jar(canvas, across + rng.uniform(0, wide - 4), -2)


def _fridge(canvas: Canvas, across: float, wide: float) -> None:
    color: Color = (205, 208, 210) if canvas.rng.random() < 0.5 else (130, 134, 138)
    canvas.rect(across, FLOOR, 32, wide, color)
    canvas.rect(across + wide * 0.2, FLOOR, 32, wide * 0.15, canvas.vary(color, 0.2))
    canvas.rect(across, 12, 12.6, wide, (60, 60, 62))
    canvas.rect(across + 1.2, 4, 11, 0.8, (70, 72, 74))
    canvas.rect(across + 1.2, 14, 20, 0.8, (70, 72, 74))


def _plant(canvas: Canvas, across: float, wide: float) -> None:
    rng = canvas.rng
    canvas.rect(across + wide * 0.3, FLOOR, -2, wide * 0.4, canvas.paint())
    for _ in range(40):
        green = (rng.uniform(20, 60), rng.uniform(60, 140), rng.uniform(20, 80))
        at, up = across + rng.normal(wide / 2, wide / 5), rng.normal(9, 6)
        canvas.oval(at, max(-2.0, up), rng.uniform(0.5, 2.5), rng.uniform(1, 3), green)


def _screen(canvas: Canvas, across: float, wide: float) -> None:
    canvas.rect(across, FLOOR, -4, wide, canvas.palette.wood)
    canvas.rect(across + 2, -2, wide * 0.56 - 2, wide - 4, (24, 24, 26))
    if canvas.rng.random() < 0.4:
        canvas.rect(across + 3, -1, wide * 0.56 - 3, wide - 6, canvas.paint(), glow=0.3)


def _board(canvas: Canvas, across: float, wide: float) -> None:
    """A blackboard with a few lines of chalk, and a map beside it."""
    rng = canvas.rng
    canvas.rect(across, 2, 27, wide, canvas.palette.wood)
    canvas.rect(across + 1, 3, 26, wide - 2, (58, 74, 52))
    for line in np.arange(22, 6, -4.5):
        if rng.random() < 0.8:
            chalk = canvas.vary((196, 204, 200), 0.2)
            canvas.rect(across + 3, line, line + 0.8, rng.uniform(8, wide - 6), chalk)
    canvas.rect(across, 1, 2, wide, canvas.vary(canvas.palette.front))


def _coats(canvas: Canvas, across: float, wide: float) -> None:
    """A row of hooks with jackets and bags."""
    rng = canvas.rng
    canvas.rect(across, 19, 21, wide, canvas.palette.wood)
    for at in np.arange(1, wide - 4, 4.5):
        if rng.random() < 0.75:
            tall = rng.uniform(9, 20)
            canvas.rect(across + at, 19 - tall, 19, rng.uniform(2.5, 4.0), canvas.paint())


SECTIONS: dict[str, tuple[tuple[float, float], Callable[[Canvas, float, float], None]]] = {
    "window": ((26, 48), _window),
    "kitchen": ((55, 95), _kitchen),
    "shelves": ((24, 44), _shelves),
    "door": ((18, 24), _door),
    "pictures": ((22, 40), _pictures),
    "fridge": ((15, 20), _fridge),
    "plant": ((14, 22), _plant),
    "screen": ((26, 40), _screen),
    "board": ((50, 80), _board),
    "coats": ((20, 36), _coats),
}
_HOME = ("window", "kitchen", "shelves", "door", "pictures", "fridge", "plant", "screen")
ROOMS: dict[str, tuple[str, ...]] = {
    "kitchen": _HOME,
    "living room": ("shelves", "screen", "window", "pictures", "plant", "door"),
    "classroom": ("board", "window", "coats", "shelves", "door", "pictures"),
    "office": ("window", "shelves", "screen", "door", "plant"),
}
"""What stands along the walls; the first two are always there."""


def _lamps(canvas: Canvas) -> None:
    """Lamps that hang or stand: pale and dull by day, blown out in the evening."""
    rng, bright = canvas.rng, canvas.palette.lamps
    for _ in range(int(rng.integers(2, 5))):
        across, up = rng.uniform(0, 360), rng.uniform(14, 50)
        size = rng.uniform(1.5, 4.5)
        warm = (190.0 + 50 * bright, 215.0 + 35 * bright, 225.0 + 30 * bright)
        if rng.random() < 0.6:
            canvas.rect(across - 0.2, up, HIGHEST, 0.4, (50, 50, 52))
        else:
            canvas.rect(across - 0.4, FLOOR, up, 0.8, (60, 60, 62))
        canvas.oval(across, up, size, size * rng.uniform(0.5, 1.0), warm, glow=1.6 * bright)


def _chairs(canvas: Canvas) -> None:
    """Backs of chairs around the table: near, dark and cut by its edge."""
    rng = canvas.rng
    for across in rng.uniform(0, 360, int(rng.integers(2, 5))):
        color = canvas.vary(toned(canvas.palette.wood, 0.6), 0.4)
        wide, high = rng.uniform(16, 24), rng.uniform(2, 9)
        for bar in (0.0, 0.33, 0.66, 1.0):
            canvas.rect(across + bar * (wide - 2), LOWEST, high, 2, color)
        canvas.rect(across, high - 4, high, wide, color)
