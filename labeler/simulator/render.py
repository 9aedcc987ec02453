"""Pixels: draws a Scene as the robot's camera would see it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from labeler.simulator.scene import EYE_HEIGHT, Scene
from labeler.simulator.truth import TrueBox, Truth, write_truth

Pixels = NDArray[np.uint8]
FOCAL = 340.0 / 640.0
"""The focal length as a part of the picture's width: 86 degrees from left to right."""


@dataclass(frozen=True, slots=True)
class Picture:
    """BGR pixels and the true boxes in them."""

    pixels: Pixels
    truth: Truth


class Renderer:
    """Draws the world of one seed. The same scene gives the same pixels."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed

    def draw(self, scene: Scene, width: int = 640, height: int = 360) -> Picture:
        focal = FOCAL * width
        pixels = np.full((height, width, 3), (150, 160, 170), np.uint8)
        horizon = int(height / 2 + focal * math.tan(scene.eye.head))
        pixels[max(0, min(height, horizon)) :] = (60, 90, 130)
        pose = scene.figure.pose
        east, north = pose.x - scene.eye.x, pose.y - scene.eye.y
        distance = math.hypot(east, north)
        angle = math.remainder(math.atan2(north, east) - scene.eye.heading, math.tau)
        boxes: tuple[TrueBox, ...] = ()
        if abs(angle) < 0.9:
            x = width / 2 - focal * math.tan(angle)
            y = horizon + focal * EYE_HEIGHT / distance
            half, tall = focal * 3.0 / distance, focal * 7.0 / distance
            left, right = (int(min(width, max(0, v))) for v in (x - half, x + half))
            top, bottom = (int(min(height, max(0, v))) for v in (y - tall, y))
            if right - left > 4 and bottom - top > 4:
                cv2.rectangle(pixels, (left, top), (right - 1, bottom - 1), (25, 25, 25), -1)
                boxes = (TrueBox("vector", left, top, right - left, bottom - top),)
        return Picture(pixels, Truth(width, height, boxes))

    def photograph(self, scene: Scene, width: int = 640, height: int = 360) -> bytes:
        """The frame as the robot sends it: a JPEG that carries its true boxes."""
        picture = self.draw(scene, width, height)
        done, data = cv2.imencode(".jpg", picture.pixels, [cv2.IMWRITE_JPEG_QUALITY, 70])
        if not done:
            raise RuntimeError("OpenCV could not encode the frame")
        return write_truth(data.tobytes(), picture.truth)
