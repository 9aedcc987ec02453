"""Where the camera stands and looks, and how points become pixels. Centimetres and radians."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from labeler.simulator.arrays import Floats, floats
from labeler.simulator.body import BodyPose
from labeler.simulator.scene import EYE_HEIGHT

BEND = 0.05
"""So much larger than a pinhole would the lens show the middle: see bending.py."""
MIDDLE_FOCAL = 340.0 / 640.0
"""The focal length in the picture's middle, as a part of its width. The lens bends, and sees 89
degrees from left to right and 56 from top to bottom."""
FOCAL = MIDDLE_FOCAL * (1 - BEND)
"""That of the pinhole whose picture the lens bends."""
EYE_FORWARD = 0.7
NEAR = 1.0


@dataclass(frozen=True, slots=True)
class Optics:
    """height: of the camera above the table, centimetres; focal: of the pinhole, as a part of the
    picture's width; bend: see BEND."""

    height: float = EYE_HEIGHT
    focal: float = FOCAL
    bend: float = BEND


ROBOT_OPTICS = Optics()


@dataclass(frozen=True, slots=True)
class View:
    """A pinhole camera. axes holds the unit vectors right, down and forward as rows."""

    width: int
    height: int
    focal: float
    eye: Floats
    axes: Floats
    heading: float
    pitch: float

    @classmethod
    def of(cls, pose: BodyPose, width: int, height: int, optics: Optics = ROBOT_OPTICS) -> View:
        cos, sin = math.cos(pose.heading), math.sin(pose.heading)
        up, flat = math.sin(pose.head), math.cos(pose.head)
        forward = (cos * flat, sin * flat, up)
        down = (cos * up, sin * up, -flat)
        axes = floats([(sin, -cos, 0.0), down, forward])
        place = (pose.x + EYE_FORWARD * cos, pose.y + EYE_FORWARD * sin, optics.height)
        eye = floats(place)
        return cls(width, height, optics.focal * width, eye, axes, pose.heading, pose.head)

    @property
    def center(self) -> tuple[float, float]:
        return self.width / 2, self.height / 2

    @property
    def horizon(self) -> float:
        """The row of the horizon, which may lie outside the picture."""
        return self.height / 2 + self.focal * math.tan(self.pitch)

    @property
    def first_row_below_horizon(self) -> int:
        """height where the whole picture lies above it."""
        return min(self.height, max(0, int(self.horizon) + 1))

    def to_camera(self, points: Floats) -> Floats:
        """(n, 3) points of the world as right, down, forward."""
        seen: Floats = (points - self.eye) @ self.axes.T
        return seen

    def may_see(self, x: float, y: float, radius: float) -> bool:
        """Whether something so large around a place on the table can be in the picture."""
        east, north = x - float(self.eye[0]), y - float(self.eye[1])
        cos, sin = math.cos(self.heading), math.sin(self.heading)
        ahead, aside = east * cos + north * sin, abs(east * sin - north * cos)
        # Looking up or down makes the view wider at its corners: twice the focal length's half.
        return ahead > -radius and aside < 2 * max(0.0, ahead) * self.width / 2 / self.focal + (
            2 * radius
        )

    def project(self, points: Floats) -> tuple[Floats, Floats]:
        """Pixel positions (n, 2) and depths (n,). Points nearer than NEAR are held at NEAR."""
        seen = self.to_camera(points)
        depth = np.maximum(seen[:, 2], NEAR)
        pixels = seen[:, :2] * (self.focal / depth)[:, None] + floats(self.center)
        return pixels.astype(np.float32), depth

    def table_to_pixels(self) -> NDArray[np.float64]:
        """The homography from the table's plane (x, y, 1) to pixels."""
        axes = self.axes.astype(np.float64)
        eye = self.eye.astype(np.float64)
        plane = np.column_stack([axes[:, 0], axes[:, 1], -axes @ eye])
        center_x, center_y = self.center
        lens = np.array([[self.focal, 0, center_x], [0, self.focal, center_y], [0, 0, 1]])
        return np.asarray(lens @ plane)
