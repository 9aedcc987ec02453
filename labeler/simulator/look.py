"""What a seed decides once and for all: the room, the table, the light, the colours of things."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.canvas import Palette
from labeler.simulator.lens import LensLook
from labeler.simulator.light import Light, light_of
from labeler.simulator.noise import clouds
from labeler.simulator.props import Props
from labeler.simulator.room import panorama
from labeler.simulator.setting import Setting, home_of
from labeler.simulator.textures import GLOSS, TABLE, Color, table_top

_WALLS: tuple[Color, ...] = (
    (196, 204, 208),
    (170, 186, 194),
    (186, 188, 178),
    (150, 176, 196),
    (182, 172, 160),
    (140, 150, 140),
)
_FLOORS: tuple[Color, ...] = ((88, 110, 132), (120, 124, 126), (60, 84, 112), (92, 90, 88))
_WOODS: tuple[Color, ...] = ((60, 92, 130), (40, 58, 84), (110, 150, 182), (180, 186, 190))
_FRONTS: tuple[Color, ...] = ((196, 200, 204), (120, 132, 118), (150, 128, 96), (96, 130, 160))


@dataclass(frozen=True, slots=True)
class Hour:
    """A time of day: daylight and lamps from 0 to 1, tint of the light, and the lens' answer."""

    daylight: float
    lamps: float
    tint: Color
    lens: LensLook


HOURS: dict[str, Hour] = {
    "noon": Hour(1.0, 0.15, (1.0, 1.0, 1.0), LensLook(126, 0.010, 1.8, 0.36, 0.55)),
    "afternoon": Hour(0.95, 0.5, (0.90, 0.95, 1.0), LensLook(122, 0.016, 2.4, 0.38, 0.6)),
    "overcast": Hour(0.8, 0.1, (0.92, 0.88, 0.84), LensLook(116, 0.022, 3.2, 0.36, 0.65)),
    "evening": Hour(0.06, 1.0, (0.72, 0.84, 0.95), LensLook(108, 0.030, 3.8, 0.36, 0.65)),
    "night": Hour(0.04, 0.9, (0.66, 0.70, 0.74), LensLook(96, 0.033, 4.6, 0.34, 0.7)),
}


@dataclass(frozen=True, slots=True)
class Look:
    table: Pixels
    gloss: float
    panorama: Pixels
    light: Light
    lens: LensLook
    props: Props


def look_of(seed: int, setting: Setting) -> Look:
    """Takes about a second. Neighbouring seeds differ in table and hour."""
    rng = np.random.default_rng([seed, 1])
    by_seed = list(HOURS)[(seed + int(rng.integers(2))) % len(HOURS)]
    hour = HOURS[setting.hour or by_seed]
    usual_room, usual_table = home_of(seed)
    kind = setting.table or usual_table
    room = panorama(rng, _palette(rng, hour), setting.room or usual_room)
    top = table_top(rng, kind)
    tint = floats(hour.tint)
    light = light_of(room, floats(top[::16, ::16].mean(axis=(0, 1))) * tint, tint, rng)
    lit = _lit(top, light, hour, rng)
    return Look(lit, GLOSS[kind], room, light, hour.lens, Props(rng))


def _palette(rng: np.random.Generator, hour: Hour) -> Palette:
    def choice(colors: tuple[Color, ...]) -> Color:
        return colors[rng.integers(len(colors))]

    return Palette(
        choice(_WALLS),
        choice(_FLOORS),
        choice(_WOODS),
        choice(_FRONTS),
        hour.daylight,
        hour.lamps,
        hour.tint,
    )


def _lit(top: Pixels, light: Light, hour: Hour, rng: np.random.Generator) -> Pixels:
    """The table in its light: brighter towards the main source, in soft pools."""
    height, width = top.shape[0] // 8, top.shape[1] // 8
    x = np.linspace(-TABLE[0] / 2, TABLE[0] / 2, width, dtype=np.float32)[None, :]
    y = np.linspace(TABLE[1] / 2, -TABLE[1] / 2, height, dtype=np.float32)[:, None]
    towards = (x * light.key[0] + y * light.key[1]) / 64
    pools = clouds(rng, (width, height), (4, 3), 2) - 0.5
    shade: Floats = 0.92 + 0.16 * towards + 0.35 * pools
    factors = floats(shade[..., None] * floats(hour.tint))
    whole = cv2.resize(factors, (top.shape[1], top.shape[0]), interpolation=cv2.INTER_LINEAR)
    return pixels(cv2.multiply(top, whole, dtype=cv2.CV_8U))
