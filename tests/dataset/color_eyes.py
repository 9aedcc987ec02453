"""How colours look to colour-blind eyes, and how far apart two of them are then."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

_EYES = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
"""Machado, Oliveira and Fernandes 2009, severity 1.0, for linear sRGB."""

EYES = tuple(_EYES)

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def difference(one: str, other: str, eyes: str) -> float:
    """CIEDE2000 (Sharma, Wu and Dalal 2005) between two "#rrggbb" as these eyes see them."""
    return _ciede2000(_lab(_seen(one, eyes)), _lab(_seen(other, eyes)))


def luminance(color: str) -> float:
    """WCAG's relative luminance, 0 to 1."""
    return float((_TO_XYZ @ _linear(color))[1])


def contrast(one: float, other: float) -> float:
    """WCAG's ratio between two luminances, 1 to 21."""
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)


def _linear(color: str) -> Array:
    parts = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)


def _seen(color: str, eyes: str) -> Array:
    return np.clip(_EYES[eyes] @ _linear(color), 0, 1)


def _lab(linear: Array) -> Array:
    ratio = (_TO_XYZ @ linear) / (_TO_XYZ @ np.ones(3))
    x, y, z = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


def _ciede2000(one: Array, other: Array) -> float:
    light, red, yellow = np.stack([one, other], axis=1)
    mean = np.hypot(red, yellow).mean()
    red = red * (1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7)))
    chroma, hue = np.hypot(red, yellow), np.degrees(np.arctan2(yellow, red)) % 360
    turn = (hue[1] - hue[0] + 180) % 360 - 180 if chroma.all() else 0.0
    d_hue = 2 * np.sqrt(chroma.prod()) * np.sin(np.radians(turn / 2))
    mid_light, mid_chroma, mid_hue = light.mean(), chroma.mean(), hue[0] + turn / 2
    angle = np.radians(mid_hue)
    shape = (
        1
        - 0.17 * np.cos(angle - np.radians(30))
        + 0.24 * np.cos(2 * angle)
        + 0.32 * np.cos(3 * angle + np.radians(6))
        - 0.20 * np.cos(4 * angle - np.radians(63))
    )
    s_light = 1 + 0.015 * (mid_light - 50) ** 2 / np.sqrt(20 + (mid_light - 50) ** 2)
    l_part = (light[1] - light[0]) / s_light
    c_part = (chroma[1] - chroma[0]) / (1 + 0.045 * mid_chroma)
    h_part = d_hue / (1 + 0.015 * mid_chroma * shape)
    blue = np.exp(-((((mid_hue % 360) - 275) / 25) ** 2))
    turned = -2 * np.sqrt(mid_chroma**7 / (mid_chroma**7 + 25.0**7))
    mixed = turned * np.sin(np.radians(60 * blue)) * c_part * h_part
    return float(np.sqrt(l_part**2 + c_part**2 + h_part**2 + mixed))
