"""Random surfaces of the robot and of all that stands around, and random light on them."""

from __future__ import annotations

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.light import SKY_SIZE, Light, direction, sky_disc
from labeler.simulator.materials import Material, Row
from labeler.synthetic.textures import random_color, random_texture, soft_texture

_ROBOT = (
    *(Material.SHELL, Material.HEAD, Material.LIFT, Material.TREAD),
    *(Material.WHEEL, Material.BEZEL, Material.GLASS, Material.RIB),
)
_EYES = (Material.EYE, Material.EYE_EDGE)
_NEAR, _DARK = 0.45, 0.85
"""Up to here a robot has about its own colours; up to there it is dark; else it has any colours.

The real one is black: most are, so that the detector does not unlearn what helps."""


def random_surfaces(rng: np.random.Generator, surfaces: Floats) -> Floats:
    """surfaces: materials.table_of, whose first rows are FIXED. The same, all of them changed."""
    changed = surfaces.copy()
    count = len(changed)
    changed[:, Row.COLOR] *= np.exp(
        rng.normal(0, 0.45, (count, 1)) + rng.normal(0, 0.2, (count, 3))
    )
    changed[:, Row.SHINE] *= np.exp(rng.normal(0, 0.6, count))
    changed[:, Row.SHARPNESS] *= np.exp(rng.normal(0, 0.7, count))
    changed[:, Row.MIRROR] *= np.exp(rng.normal(0, 0.8, count))
    kind = rng.random()
    if kind >= _NEAR:
        _recolour(rng, changed, is_dark=kind < _DARK)
    cube = [*range(Material.CUBE, Material.CUBE_LIGHT + 1)]
    if rng.random() < 0.3:
        changed[cube, Row.COLOR] = [_linear(rng) for _ in cube]
    changed[Material.CUBE_LIGHT, Row.GLOW] *= rng.choice([0.0, 0.5, 1.0, 1.5])
    _colour_eyes(rng, changed)
    for row in range(Material.LAST, count):
        if rng.random() < 0.7:
            changed[row] = random_surface(rng)
    np.clip(changed[:, Row.COLOR], 0, 1, out=changed[:, Row.COLOR])
    return floats(changed)


def random_surface(rng: np.random.Generator) -> Floats:
    """One row of table_of: of a thing without a name. Many are dark and glossy as the robot is."""
    color = _linear(rng) * (0.08 if rng.random() < 0.3 else 1.0)
    glow = rng.uniform(0.3, 1.2) if rng.random() < 0.06 else 0.0
    shine, sharp, mirror = rng.uniform(0, 0.9), 2 ** rng.uniform(1, 7.5), 0.12 * rng.random() ** 2
    return floats([*color, shine, sharp, mirror, glow])


def _recolour(rng: np.random.Generator, surfaces: Floats, *, is_dark: bool) -> None:
    shared = _linear(rng)
    for row in _ROBOT:
        own = shared if rng.random() < 0.4 else _linear(rng)
        surfaces[row, Row.COLOR] = own * (rng.uniform(0.02, 0.15) if is_dark else 1.0)


def _colour_eyes(rng: np.random.Generator, surfaces: Floats) -> None:
    """Most are lit as they are at first, many in another colour, some dark."""
    kind = rng.random()
    if kind < 0.5:
        return
    glow = 0.0 if kind > 0.88 else float(rng.uniform(0.4, 1.4))
    color = _linear(rng) * (0.05 if kind > 0.88 else 1.0)
    for row, share in zip(_EYES, (1.0, 0.6), strict=True):
        surfaces[row, Row.COLOR] = share * color
        surfaces[row, Row.GLOW] = share * glow


def _linear(rng: np.random.Generator) -> Floats:
    return (floats(random_color(rng)) / np.float32(255)) ** 2


def random_light(rng: np.random.Generator, ground: Floats) -> Light:
    """A main source from anywhere above, a fill, and a room to be mirrored. ground: the mean colour
    of what things stand on, BGR, 0 to 255."""
    tint = _tint(rng, 0.25)
    sky = floats(0.06 + 0.5 * rng.random() ** 2) * tint
    around = float(rng.uniform(0, 2 * np.pi))
    return Light(
        direction(around, float(rng.uniform(0.35, 1.5))),
        tint * floats(rng.uniform(0.05, 1.3)),
        direction(around + float(rng.uniform(1.2, 5.0)), float(rng.uniform(0.2, 1.3))),
        _tint(rng, 0.35) * floats(rng.uniform(0, 0.6)),
        sky,
        (ground / np.float32(255)) ** 2 * floats(rng.uniform(0.1, 0.7)),
        sky_disc(_random_sky(rng)),
    )


def _tint(rng: np.random.Generator, amount: float) -> Floats:
    return floats(np.exp(rng.normal(0, amount, 3)))


def _random_sky(rng: np.random.Generator) -> Floats:
    """A dim texture with bright windows and lamps."""
    width, height = SKY_SIZE
    dim = (floats(random_texture(rng, SKY_SIZE)) / np.float32(255)) ** 2
    sky = dim * floats(rng.uniform(0.05, 0.7))
    for _ in range(int(rng.integers(0, 6))):
        left, top = rng.integers(width), rng.integers(height)
        right, low = left + rng.integers(2, 30), top + rng.integers(1, 20)
        sky[top:low, left:right] += floats(rng.uniform(0.3, 4.0)) * _tint(rng, 0.2)
    return floats(cv2.GaussianBlur(sky, (0, 0), float(rng.uniform(0.5, 3))))


def textured(rng: np.random.Generator, color: Pixels) -> Pixels:
    """Dirt, dust, scratches, stickers: a pattern multiplied into premultiplied BGR."""
    strength = 0.6 * float(rng.random()) ** 2
    height, width = color.shape[:2]
    grey = cv2.cvtColor(soft_texture(rng, (width, height)), cv2.COLOR_BGR2GRAY)
    factor = cv2.addWeighted(grey, strength, grey, 0, 255 * (1 - strength) / 2)
    return pixels(cv2.multiply(color, cv2.merge([factor] * 3), scale=2 / 255))
