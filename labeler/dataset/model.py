"""The words of the dataset as frozen values, named as COCO names them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

LARGEST_READING = 1e12
"""What no angle, place or reading of a robot reaches; nothing larger is stored."""
EARLIEST, LATEST = -62135683200, 253402387200
"""Seconds since 1970: the years 1 to 9999 in any time zone. No other moment is stored."""
MIN_SIDE = 2.0
"""The smallest width and height of a box, in image pixels."""


class ImageState(StrEnum):
    """What is known of an image. Only LABELLED and EMPTY take part in training."""

    UNLABELLED = "unlabelled"
    LABELLED = "labelled"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class BBox:
    """A rectangle in image pixels, origin top left, COCO order. width and height are > 0.

    Raises ValueError for numbers that are not finite or sides that are not positive.
    """

    x: float
    y: float
    width: float
    height: float

    def __post_init__(self) -> None:
        if not all(math.isfinite(v) for v in (self.x, self.y, self.width, self.height)):
            raise ValueError(f"a box needs finite numbers, got {self.as_list()}")
        if self.width <= 0 or self.height <= 0:
            raise ValueError(f"a box needs a positive width and height, got {self.as_list()}")

    @property
    def right(self) -> float:
        return self.x + self.width

    @property
    def bottom(self) -> float:
        return self.y + self.height

    @property
    def area(self) -> float:
        return self.width * self.height

    def as_list(self) -> list[float]:
        """[x, y, width, height], as COCO writes it."""
        return [self.x, self.y, self.width, self.height]

    def contains(self, x: float, y: float) -> bool:
        return self.x <= x <= self.right and self.y <= y <= self.bottom

    def iou(self, other: BBox) -> float:
        """Intersection over union, 0 to 1."""
        width = min(self.right, other.right) - max(self.x, other.x)
        height = min(self.bottom, other.bottom) - max(self.y, other.y)
        if width <= 0 or height <= 0:
            return 0.0
        intersection = width * height
        return intersection / (self.area + other.area - intersection)

    @classmethod
    def from_corners(cls, x1: float, y1: float, x2: float, y2: float) -> BBox:
        """The box between two opposite corners, in any order."""
        return cls(min(x1, x2), min(y1, y2), abs(x2 - x1), abs(y2 - y1))

    def clipped(self, image_width: float, image_height: float) -> BBox | None:
        """The part inside the image, or None where less than MIN_SIDE pixels of a side remain.

        A box that is inside already comes back as it is, to the last bit.
        """
        if min(self.width, self.height) < MIN_SIDE:
            return None
        if min(self.x, self.y) >= 0 and self.right <= image_width and self.bottom <= image_height:
            return self
        left, top = max(0.0, self.x), max(0.0, self.y)
        right, bottom = min(image_width, self.right), min(image_height, self.bottom)
        if right - left < MIN_SIDE or bottom - top < MIN_SIDE:
            return None
        return BBox(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True)
class Category:
    """A class of things. The id never changes; color is "#rrggbb".

    Categories are shown by position, then by id. key: the digit that chooses it, "1" to "9", or
    nothing where the digits go round by position.
    """

    id: int
    name: str
    color: str
    position: int = 0
    key: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """One box on one image, with what a person says about it.

    occluded: something is in front of it. truncated: it reaches out of the picture. difficult: hard
    to tell even for a person. As in Pascal VOC: http://host.robots.ox.ac.uk/pascal/VOC/voc2012/.
    """

    id: int
    image_id: int
    category_id: int
    bbox: BBox
    occluded: bool = False
    truncated: bool = False
    difficult: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A box that a machine offers and no person has accepted: it never trains and never exports.

    score: 0 to 1. source: who offers ("tracker", "interpolation", "detector"); model: by what
    ("detector" of which run). rejected: a person said no, and it is kept so as not to be offered
    again.
    """

    id: int
    image_id: int
    category_id: int
    bbox: BBox
    score: float
    source: str
    model: str = ""
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """A box with what matters of its image; brightness 0 to 255, None where not measured."""

    image_id: int
    bbox: BBox
    image_width: int
    image_height: int
    brightness: float | None


@dataclass(frozen=True, slots=True)
class Session:
    """One sitting with one camera. All its frames stand on one side of a split.

    started_at is in seconds since 1970 (UTC). note: a person's words about it.
    """

    id: int
    name: str
    camera: str
    started_at: float
    note: str = ""


@dataclass(frozen=True, slots=True)
class Pose:
    """Where the robot stood: x and y in millimetres, heading in radians, its own origin."""

    x_mm: float
    y_mm: float
    heading_rad: float


@dataclass(frozen=True, slots=True)
class Readings:
    """What a robot tells of itself beside head and pose; None for what it does not tell.

    lift_mm: the height of the lift; battery: 0 to 1; exposure_ms and gain as the camera had them,
    which it chose itself where auto_exposure is True.
    """

    lift_mm: float | None = None
    battery: float | None = None
    exposure_ms: float | None = None
    gain: float | None = None
    auto_exposure: bool | None = None


NO_READINGS = Readings()


class Flaw(StrEnum):
    """Why a picture is hardly worth its place, as measured when it came."""

    BLURRED = "blurred"
    DARK = "dark"
    BURNT = "burnt"
    ALIKE = "alike"


@dataclass(frozen=True, slots=True)
class Image:
    """One picture.

    file_name is relative to the dataset's images/ folder, with forward slashes. width and height
    are those of the upright picture (EXIF orientation applied); the stored bytes are untouched.
    captured_at is in seconds since 1970 (UTC). verified: a person said "this is right".
    suggestion_count: those that wait for a person. last_edit: the journal's newest entry about it,
    0 for none; unlike a time it only grows. sharpness and brightness: see keepers.py, None where
    not measured yet; flaw: what was found wrong with it.
    """

    id: int
    file_name: str
    original_name: str
    width: int
    height: int
    sha256: str
    session_id: int
    captured_at: float
    head_angle_rad: float | None = None
    pose: Pose | None = None
    verified: bool = False
    annotation_count: int = 0
    note: str = ""
    suggestion_count: int = 0
    last_edit: int = 0
    readings: Readings = NO_READINGS
    sharpness: float | None = None
    brightness: float | None = None
    flaw: Flaw | None = None

    @property
    def state(self) -> ImageState:
        if self.annotation_count:
            return ImageState.LABELLED
        return ImageState.EMPTY if self.verified else ImageState.UNLABELLED


def is_reading(*numbers: float | None) -> bool:
    """Whether these are numbers a dataset can hold: a robot that lost its place reports others."""
    return all(number is not None and abs(number) <= LARGEST_READING for number in numbers)


def is_moment(seconds: float | None) -> bool:
    """Whether a dataset can hold it as a time, in seconds since 1970 (UTC)."""
    return seconds is not None and EARLIEST <= seconds <= LATEST
