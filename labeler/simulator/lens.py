"""The camera's failings: blur, bent lines, vignette, its own idea of white, noise, and JPEG."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Pixels, floats, pixels
from labeler.simulator.bending import Bending, lean_of
from labeler.simulator.grain import Grain
from labeler.simulator.scene import Exposure, Scene
from labeler.simulator.view import BEND, FOCAL

JPEG_QUALITY = 75
BALANCE, MOST_BALANCE = 0.2, 1.08
"""How far the camera takes the picture's own tint for the light's: not at all 0, wholly 1; and how
much brighter or darker it makes a channel at most."""
BENT_SOFTNESS, LEAST_SOFTNESS = 0.41, 0.45
"""By how many pixels bending blurs, as it looks between them; and a blur that nobody would miss."""


@dataclass(frozen=True, slots=True)
class LensLook:
    """brightness is the mean grey level that the camera's automatic exposure aims at, shutter is in
    seconds, noise in grey levels, corner what is left of the light in the picture's corners,
    softness the blur of a sharp point in pixels."""

    brightness: float
    shutter: float
    noise: float
    corner: float
    softness: float

    @property
    def sensor_gain(self) -> float:
        """At which the sensor is as noisy as that."""
        return self.noise / 2

    def exposure(self, gain: float) -> Exposure:
        """The setting that makes a clean picture's values gain times as large."""
        wanted = gain * gain * self.sensor_gain  # pixel values are square roots of light
        taken = min(3.9, max(0.1, wanted))
        milliseconds = round(1000 * self.shutter * wanted / taken)
        return Exposure(min(67, max(1, milliseconds)), round(taken, 1))

    def gain(self, exposure: Exposure) -> float:
        """The reverse of exposure()."""
        light = exposure.milliseconds / 1000 / self.shutter * exposure.gain / self.sensor_gain
        return math.sqrt(light)


class Lens:
    """Turns a clean picture into what the robot's camera would have made of it.

    chosen holds for each camera the exposure of its last automatic picture.
    """

    def __init__(self, seed: int, look: LensLook, bend: float = BEND) -> None:
        self.look = look
        self.chosen: dict[int, Exposure] = {}
        self._seed = seed
        self._bend = bend
        self._grain = Grain(seed)
        self._vignettes: dict[tuple[int, int], Pixels] = {}
        self._bendings: dict[tuple[int, int], Bending] = {}

    def develop(self, image: Pixels, scene: Scene) -> Pixels:
        height, width = image.shape[:2]
        image = _smeared(image, scene, self.shutter(scene))
        image = self.bending(width, height).picture(image, lean_of(scene, width, height))
        _soften(image, self.look.softness * width / 640)
        _balance(image)
        gain = self._gain(image, scene)
        cv2.multiply(image, self._vignette_of(width, height), dst=image, scale=gain / 255)
        camera = [scene.camera] if scene.camera else []
        chance = np.random.default_rng([self._seed, scene.number, *camera])
        self._grain.lay(image, self._noise(scene), chance)
        return image

    def bending(self, width: int, height: int) -> Bending:
        """Of a picture of that size."""
        key = (width, height)
        if key not in self._bendings:
            self._bendings[key] = Bending(width, height, self._bend)
        return self._bendings[key]

    def shutter(self, scene: Scene) -> float:
        """Seconds that it is open."""
        return self.look.shutter if scene.manual is None else scene.manual.milliseconds / 1000

    def _gain(self, image: Pixels, scene: Scene) -> float:
        if scene.manual is not None:
            return self.look.gain(scene.manual)
        gain = _automatic_gain(image, self.look.brightness) * scene.exposure
        self.chosen[scene.camera] = self.look.exposure(gain)
        return gain

    def _noise(self, scene: Scene) -> float:
        if scene.manual is None:
            return self.look.noise
        return self.look.noise * math.sqrt(scene.manual.gain / self.look.sensor_gain)

    def _vignette_of(self, width: int, height: int) -> Pixels:
        key = (width, height)
        if key not in self._vignettes:
            self._vignettes[key] = _vignette(width, height, self.look.corner)
        return self._vignettes[key]


def _automatic_gain(image: Pixels, brightness: float) -> float:
    """Automatic exposure: weighs the middle, follows by half, and lets windows blow out."""
    height, width = image.shape[:2]
    middle = image[height // 4 :: 9, width // 8 : -width // 8 : 9]
    mean = float(np.minimum(middle, 200).mean())
    wanted = 1.12 * brightness / max(20.0, mean)
    return float(min(2.6, max(0.75, wanted**0.75)))


def _soften(image: Pixels, softness: float) -> None:
    """Blurs by so many pixels, together with what bending did."""
    rest = math.sqrt(max(0.0, softness**2 - BENT_SOFTNESS**2))
    if rest >= LEAST_SOFTNESS:
        cv2.GaussianBlur(image, (0, 0), rest, dst=image)


def _balance(image: Pixels) -> None:
    """Automatic white balance: makes the picture's mean a little greyer. White stays white."""
    means = np.maximum(cv2.mean(image[4::9])[:3], 1.0)
    factors = np.clip((means.mean() / means) ** BALANCE, 1 / MOST_BALANCE, MOST_BALANCE)
    cv2.transform(image, np.diag(factors / factors.min()), dst=image)


def encode(image: Pixels) -> bytes:
    done, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY])
    if not done:
        raise RuntimeError("OpenCV could not encode the frame")
    return bytes(data.tobytes())


def _vignette(width: int, height: int, corner: float) -> Pixels:
    """Darker and warmer towards the corners: factors of 255 for each channel."""
    x = (np.arange(width, dtype=np.float32) + 0.5 - width / 2) / (width / 2)
    y = (np.arange(height, dtype=np.float32) + 0.5 - height / 2) / (width / 2)
    far = np.clip((x[None, :] ** 2 + y[:, None] ** 2) / (1 + (height / width) ** 2), 0, 1)
    fall = (1 - corner) * far**1.35
    tint = floats((1.06, 1.0, 0.95))
    return (255 * (1 - np.clip(fall[..., None] * tint, 0, 1))).astype(np.uint8)


def _smeared(image: Pixels, scene: Scene, shutter: float) -> Pixels:
    """Motion blur from the camera's own turning and nodding."""
    focal = FOCAL * image.shape[1]
    across = round(abs(scene.eye_turn_rate) * shutter * focal)
    down = round(abs(scene.eye_head_rate) * shutter * focal)
    if across < 2 and down < 2:
        return image
    return pixels(cv2.blur(image, (max(1, across), max(1, down))))
