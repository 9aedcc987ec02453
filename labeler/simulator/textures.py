"""Table tops made from noise: boards, cloths and plain surfaces, as BGR pixels."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats
from labeler.simulator.noise import clouds, contrast, mixed

Color = tuple[float, float, float]
Size = tuple[int, int]
PIXELS_PER_CM = 16
TABLE = (128.0, 96.0)
"""Width and depth in centimetres, the table's middle is the world's origin."""

_WOODS: tuple[tuple[Color, Color], ...] = (  # dark and light, BGR
    ((32, 52, 84), (88, 132, 176)),  # oak
    ((26, 36, 58), (62, 88, 128)),  # walnut
    ((84, 120, 158), (150, 186, 212)),  # beech
    ((52, 74, 112), (118, 152, 190)),  # pine, stained
)
_CLOTHS: tuple[tuple[Color, Color], ...] = (
    ((200, 205, 208), (60, 52, 150)),  # white and red
    ((205, 205, 200), (138, 92, 48)),  # white and blue
    ((150, 168, 178), (96, 112, 118)),  # linen
    ((120, 140, 104), (178, 190, 168)),  # green
)
_PLAINS: tuple[Color, ...] = (
    (196, 200, 202),
    (150, 152, 154),
    (88, 92, 98),
    (168, 184, 196),
)


def table_top(rng: np.random.Generator, kind: str) -> Pixels:
    """A texture of the whole table at PIXELS_PER_CM. kind is one of setting.TABLES."""
    size = (round(TABLE[0] * PIXELS_PER_CM), round(TABLE[1] * PIXELS_PER_CM))
    color = KINDS[kind](rng, size)
    color *= (1 + 0.05 * (clouds(rng, size, (3, 2), 3) - 0.5))[..., None]
    return np.clip(color, 0, 255).astype(np.uint8)


def _wood(rng: np.random.Generator, size: Size) -> Floats:
    """Boards along x, each with its own grain and tone."""
    dark, light = _WOODS[rng.integers(len(_WOODS))]
    width, height = size
    boards = int(rng.integers(1, 9))
    edges = np.linspace(0, height, boards + 1).astype(int)
    color = np.empty((height, width, 3), np.float32)
    for top, bottom in pairwise(edges):
        board = (width, int(bottom - top))
        share = _grain(rng, board) * 0.9 + rng.uniform(-0.12, 0.12)
        color[top:bottom] = mixed(np.clip(share, 0, 1), dark, light)
        if boards > 1:
            color[top : top + 3] *= 0.45
    return color


def _grain(rng: np.random.Generator, size: Size) -> Floats:
    """Growth rings cut lengthwise, with fine fibres."""
    width, height = size
    bend = clouds(rng, size, (width / 700, height / 240), 3)
    down = np.linspace(0, height / 100, height, dtype=np.float32)[:, None]
    rings = 0.5 + 0.5 * np.sin(2 * np.pi * (down * 0.7 + bend * rng.uniform(4.0, 7.5)))
    fibres = clouds(rng, size, (width / 110, height / 3), 2)
    pores = contrast(clouds(rng, size, (width / 40, height / 2), 1), 3.0, 0.35)
    shade: Floats = 0.48 * rings**0.7 + 0.4 * fibres + 0.2 * pores - 0.02
    return shade


def _cloth(rng: np.random.Generator, size: Size) -> Floats:
    """A woven cloth, checked or plain, with soft folds."""
    base, other = _CLOTHS[rng.integers(len(_CLOTHS))]
    width, height = size
    period = float(rng.uniform(2.0, 5.0)) * PIXELS_PER_CM
    across = (np.arange(width, dtype=np.float32) % period < period / 2)[None, :]
    down = (np.arange(height, dtype=np.float32) % period < period / 2)[:, None]
    checks = 0.5 * across + 0.5 * down if rng.random() < 0.7 else 0.25 * (across | down)
    color = mixed(np.broadcast_to(checks, (height, width)).astype(np.float32), base, other)
    weave = rng.random((height, width), np.float32) - 0.5
    folds = clouds(rng, size, (5, 4), 3) - 0.5
    color *= (1 + 0.16 * cv2.GaussianBlur(weave, (0, 0), 0.8) + 0.22 * folds)[..., None]
    return color


def _plain(rng: np.random.Generator, size: Size) -> Floats:
    """Laminate or stone: one tone, faint clouds, specks."""
    base = floats(_PLAINS[rng.integers(len(_PLAINS))])
    soft = clouds(rng, size, (8, 6), 4) - 0.5
    specks = cv2.GaussianBlur(rng.random((size[1], size[0]), np.float32) - 0.5, (0, 0), 1.2)
    strength = float(rng.choice([0.05, 0.5]))
    shade = 1 + 0.12 * soft + strength * specks
    color: Floats = base * shade[..., None]
    return color


def _tiles(rng: np.random.Generator, size: Size) -> Floats:
    """Square tiles, each a little different, with joints between them."""
    base = floats(_PLAINS[rng.integers(len(_PLAINS))])
    side = round(float(rng.uniform(7.0, 16.0)) * PIXELS_PER_CM)
    width, height = size
    tones = rng.uniform(0.9, 1.05, (height // side + 1, width // side + 1)).astype(np.float32)
    shade = np.kron(tones, np.ones((side, side), np.float32))[:height, :width]
    shade *= 1 + 0.1 * (clouds(rng, size, (16, 12), 4) - 0.5)
    color: Floats = base * shade[..., None]
    joint = round(0.3 * PIXELS_PER_CM)
    rows, columns = np.arange(height) % side < joint, np.arange(width) % side < joint
    color[rows[:, None] | columns[None, :]] = base * 0.55
    return color


def _carpet(rng: np.random.Generator, size: Size) -> Floats:
    """A floor to play on: short pile in two tones, worn in places."""
    base, other = _CLOTHS[rng.integers(len(_CLOTHS))]
    pile = cv2.GaussianBlur(rng.random((size[1], size[0]), np.float32), (0, 0), 1.6)
    share = contrast(floats(pile), 5.0) * 0.6 + 0.4 * contrast(clouds(rng, size, (14, 10), 3), 2.5)
    return mixed(floats(share), _dimmed(base), _dimmed(other))


def _dimmed(color: Color) -> Color:
    """As a carpet has it, darker than a cloth."""
    blue, green, red = color
    return 0.6 * blue, 0.6 * green, 0.6 * red


def _papers(rng: np.random.Generator, size: Size) -> Floats:
    """A desk with sheets of paper lying about, some of them written on."""
    color = _wood(rng, size)
    for _ in range(int(rng.integers(5, 11))):
        sheet = np.full((round(29.7 * PIXELS_PER_CM), 21 * PIXELS_PER_CM, 3), 222, np.float32)
        sheet *= floats(rng.uniform(0.92, 1.0, 3))
        if rng.random() < 0.7:
            for line in range(30, len(sheet) - 60, 22):
                end = int(rng.uniform(120, sheet.shape[1] - 30))
                sheet[line : line + 5, 30:end] *= 0.45
        middle = (float(rng.uniform(0, size[0])), float(rng.uniform(0, size[1])))
        _lay_sheet(color, sheet, middle, float(rng.uniform(0, 360)))
    return color


def _lay_sheet(color: Floats, sheet: Floats, middle: tuple[float, float], degrees: float) -> None:
    height, width = sheet.shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    turn[:, 2] += middle[0] - width / 2, middle[1] - height / 2
    across, down = color.shape[1], color.shape[0]
    cover = cv2.warpAffine(np.ones(sheet.shape[:2], np.float32), turn, (across, down))
    shifted = cv2.warpAffine(sheet, turn, (across, down))
    color *= (1 - cover)[..., None]
    color += shifted


KINDS: dict[str, Callable[[np.random.Generator, Size], Floats]] = {
    "wood": _wood,
    "cloth": _cloth,
    "plain": _plain,
    "tiles": _tiles,
    "carpet": _carpet,
    "papers": _papers,
}
GLOSS = {"wood": 0.5, "cloth": 0.04, "plain": 0.75, "tiles": 0.6, "carpet": 0.0, "papers": 0.25}
"""How much each kind mirrors at a grazing angle."""
