"""Where a picture is taken from: mostly as the robot sees, sometimes as a phone does."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np

from labeler.simulator.arrays import Floats, Pixels, floats, pixels
from labeler.simulator.body import HEAD_RANGE, BodyPose
from labeler.simulator.view import BEND, FOCAL, ROBOT_OPTICS, Optics, View

SIZE = (640, 360)
"""Of the robot's pictures, pixels."""
_SIZES = ((640, 360), (640, 480), (480, 640), (512, 512))
_BY_HAND = 0.3
"""The share of pictures that are taken by other cameras, from higher up."""
_AIMED_AT = 3.0
"""Centimetres above the table: the middle of a robot."""


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """distance: from the camera to what it is aimed at, centimetres along the table; roll: degrees
    by which the picture is turned; zoom: by how much it is enlarged, so that no corner is empty."""

    view: View
    pose: BodyPose
    optics: Optics
    distance: float
    roll: float
    zoom: float

    @property
    def half_angle(self) -> float:
        """Radians from the picture's middle to its left or right edge."""
        return math.atan(0.5 / self.optics.focal)

    def turned(self, image: Pixels) -> Pixels:
        if not self.roll:
            return image
        height, width = image.shape[:2]
        matrix = self._matrix()
        return pixels(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_REFLECT))

    def turned_places(self, x: Floats, y: Floats) -> tuple[Floats, Floats]:
        """Where points of the picture lie after turned()."""
        if not self.roll:
            return x, y
        (a, b, c), (d, e, f) = self._matrix()
        x, y = x - np.float32(0.5), y - np.float32(0.5)
        return floats(a * x + b * y + c + 0.5), floats(d * x + e * y + f + 0.5)

    def _matrix(self) -> Floats:
        middle = ((self.view.width - 1) / 2, (self.view.height - 1) / 2)
        return floats(cv2.getRotationMatrix2D(middle, self.roll, self.zoom))


def robot_viewpoint(rng: np.random.Generator) -> Viewpoint:
    """As the simulated robot sees: from its own height, with its own lens."""
    distance = 12 + 46 * float(rng.random()) ** 1.2
    head = math.radians(float(rng.normal(2, 7)))
    return _aimed(rng, SIZE, ROBOT_OPTICS, distance, head, 0.0)


def random_viewpoint(rng: np.random.Generator) -> Viewpoint:
    if rng.random() < _BY_HAND:
        size = _SIZES[rng.integers(len(_SIZES))]
        focal = float(rng.uniform(0.65, 1.6)) * 640 / size[0] * min(size) / 480
        optics = Optics(
            float(2 ** rng.uniform(2.6, 5.9)), max(0.6, focal), rng.uniform(-0.02, 0.06)
        )
        distance = float(2 ** rng.uniform(4.0, 6.9))
        down = math.atan2(optics.height - _AIMED_AT, distance)
        head = -down + float(rng.normal(0, 0.1))
        return _aimed(rng, size, optics, distance, head, float(rng.normal(0, 6)))
    optics = Optics(
        float(rng.uniform(3.6, 7.0)),
        FOCAL * float(np.exp(rng.normal(0, 0.1))),
        float(rng.uniform(0.0, 2.2 * BEND)),
    )
    distance = float(2 ** rng.uniform(2.9, 6.6))
    head = min(HEAD_RANGE[1], max(HEAD_RANGE[0], math.radians(float(rng.normal(1, 10)))))
    return _aimed(rng, SIZE, optics, distance, head, float(rng.normal(0, 1.5)))


def _aimed(
    rng: np.random.Generator,
    size: tuple[int, int],
    optics: Optics,
    distance: float,
    head: float,
    roll: float,
) -> Viewpoint:
    """Somewhere on or beside the table, so that what it is aimed at stands on it."""
    heading = float(rng.uniform(-math.pi, math.pi))
    x, y = float(rng.uniform(-36, 36)), float(rng.uniform(-26, 26))
    place = (x - distance * math.cos(heading), y - distance * math.sin(heading))
    pose = BodyPose(*place, heading, head)
    view = View.of(pose, *size, optics)
    sine, shape = abs(math.sin(math.radians(roll))), max(size) / min(size)
    return Viewpoint(view, pose, optics, distance, roll, 1 + sine * shape)
