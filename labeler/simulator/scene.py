"""What one frame shows: plain values, enough to draw the picture and nothing else."""

from __future__ import annotations

from dataclasses import dataclass

from labeler.simulator.body import BodyPose

EYE_HEIGHT = 5.0
"""The camera's height above the table, in centimetres."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An object on the table. kind is a class of truth.CLASSES or a kind of clutter."""

    kind: str
    x: float
    y: float
    heading: float


@dataclass(frozen=True, slots=True)
class Exposure:
    """How the camera takes a picture: open so many milliseconds, with this gain of the sensor."""

    milliseconds: int
    gain: float


@dataclass(frozen=True, slots=True)
class Figure:
    """Another robot: its pose, its motion, and its eyes (open 0 to 1, look -1 to 1; color is
    hue and saturation from 0 to 1, None: as every robot has it at first). ways are how far its
    left and its right tread have run, in centimetres."""

    pose: BodyPose
    speed: float = 0.0
    turn_rate: float = 0.0
    eyes_open: float = 1.0
    look_x: float = 0.0
    look_y: float = 0.0
    color: tuple[float, float] | None = None
    ways: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Scene:
    """The world at one tick, seen by one camera. exposure is a factor around 1; speeds are per
    second; figures are the other robots; manual is the exposure that somebody set, None: automatic.
    """

    number: int
    eye: BodyPose
    eye_turn_rate: float
    eye_head_rate: float
    exposure: float
    figures: tuple[Figure, ...]
    things: tuple[Thing, ...]
    camera: int = 0
    manual: Exposure | None = None
