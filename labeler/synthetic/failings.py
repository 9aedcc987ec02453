"""What a camera nobody knows makes of a picture: exposure, white, blur, noise and compression."""

from __future__ import annotations

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels


def random_failings(rng: np.random.Generator, image: Pixels) -> Pixels:
    """BGR in and out, of the same size; nothing moves by more than the blur's pixels."""
    linear = floats(_blurred(rng, image)) / np.float32(255)
    linear = linear * _exposure(rng, float(linear.mean()))
    linear = linear * floats(np.exp(rng.normal(0, 0.12, 3)))
    linear = _toned(rng, linear) * _vignette(rng, image.shape[1], image.shape[0])[..., None]
    return pixels(np.clip(255 * _noisy(rng, linear), 0, 255))


def random_quality(rng: np.random.Generator) -> int:
    """Of a JPEG."""
    return int(rng.integers(30, 96))


def _exposure(rng: np.random.Generator, mean: float) -> Floats:
    """Towards some mean brightness, as an automatic one, and beside it."""
    wanted = float(rng.uniform(0.25, 0.62)) / max(mean, 0.04)
    return floats(np.clip(wanted ** rng.uniform(0.5, 1.0) * np.exp(rng.normal(0, 0.2)), 0.3, 4))


def _toned(rng: np.random.Generator, image: Floats) -> Floats:
    """Gamma, contrast and saturation."""
    image = np.clip(image, 0, 1) ** np.float32(np.exp(rng.normal(0, 0.2)))
    grey = image.mean(axis=2, keepdims=True)
    image = grey + floats(rng.uniform(0.15, 1.5)) * (image - grey)
    middle = image.mean()
    return floats(middle + floats(rng.uniform(0.6, 1.35)) * (image - middle))


def _vignette(rng: np.random.Generator, width: int, height: int) -> Floats:
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    far = (x * x + y * y) / 2
    return floats(1 - rng.uniform(0, 0.65) * far ** rng.uniform(0.8, 2))


def _blurred(rng: np.random.Generator, image: Pixels) -> Pixels:
    """Out of focus, moved, or seen with fewer pixels than it has."""
    height, width = image.shape[:2]
    kind = rng.random()
    if kind < 0.25:
        image = pixels(cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.4, 2.2))))
    elif kind < 0.4:
        image = pixels(cv2.filter2D(image, -1, _streak(rng)))
    elif kind < 0.55:
        share = float(rng.uniform(0.4, 0.9))
        small = cv2.resize(image, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        image = pixels(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR))
    if rng.random() < 0.25:
        soft = cv2.GaussianBlur(image, (0, 0), 1.2)
        share = float(rng.uniform(0.3, 1.5))
        image = pixels(cv2.addWeighted(image, 1 + share, soft, -share, 0))
    return image


def _streak(rng: np.random.Generator) -> Floats:
    """The kernel of a motion blur of 3 to 13 pixels at any angle."""
    side, angle = 15, rng.uniform(0, np.pi)
    half = rng.uniform(1.5, 6.5) * np.array([np.cos(angle), np.sin(angle)])
    kernel = np.zeros((side, side), np.float32)
    ends = [(round(7 + sign * half[0]), round(7 + sign * half[1])) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA)
    return floats(kernel / kernel.sum())


def _noisy(rng: np.random.Generator, image: Floats) -> Floats:
    """Of the sensor: in grey fine, in colour blotchy, more of it where it is bright."""
    strength = 0.045 * float(rng.random()) ** 2
    height, width = image.shape[:2]
    fine = rng.standard_normal((height, width, 1), np.float32)
    blotch = rng.standard_normal((height // 2 + 1, width // 2 + 1, 3), np.float32)
    colored = cv2.resize(blotch, (width, height), interpolation=cv2.INTER_LINEAR)
    by_light = floats(0.6 + 0.8 * np.sqrt(np.clip(image, 0, 1)))
    return floats(image + np.float32(strength) * by_light * (fine + np.float32(0.8) * colored))
