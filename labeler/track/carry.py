"""The carrier: boxes of one picture in, the same boxes in the next picture out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.dataset.model import BBox

if TYPE_CHECKING:
    from labeler.track.frame import Pixels


@dataclass(frozen=True, slots=True)
class Carried:
    """A box found again. key is the caller's, bbox in pixels of the picture, score from 0 to 1."""

    key: int
    bbox: BBox
    score: float


class Loss(Enum):
    """Why a box was not found again."""

    UNLIKE = "unlike"
    """Nothing in the picture looks enough like it: it is covered, gone, or moved too far."""
    LEFT = "left"
    """Too little of it is in the picture."""
    SIZE = "size"
    """The picture has another size than the one before."""


class Carrier:
    """Follows boxes from picture to picture, forwards or backwards, whatever order it is given.

    Pictures are upright RGB arrays (height, width, 3) of 8 bit and of one size. It computes for
    some ten milliseconds a box, so it belongs on a worker.
    """

    def __init__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> None:
        from labeler.track.following import Follower  # numpy and OpenCV, only when it is needed

        self._follower = Follower(picture, boxes)

    @property
    def lost(self) -> bool:
        """Nothing is left to follow."""
        return not self._follower.tracks

    @property
    def losses(self) -> Mapping[int, Loss]:
        """Why each box that is lost was not found again, by its key."""
        return self._follower.losses

    def step(self, picture: Pixels) -> list[Carried]:
        """The boxes in the next picture, cut off at its edges, in the order they were given.

        What is lost once (covered, gone, unlike itself) is left out for good; all is lost where
        the picture has another size.
        """
        return [Carried(*found) for found in self._follower.step(picture)]


def load_upright(path: Path, longest: int | None = None) -> Pixels:
    """A picture file as the carrier takes it, sides up to longest. Raises UserError."""
    import numpy as np

    from labeler.dataset.picture import read, upright

    return np.asarray(upright(read(path), path.name, longest), np.uint8)
