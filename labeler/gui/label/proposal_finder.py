"""Finds what may be boxed on a picture, on a worker: one pass at once, a closer one after it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from labeler.dataset.model import BBox
from labeler.gui.decode import as_rgb

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from labeler.runs.coco_detector import PointsFound, Things

_MOST = 10
_SURE = 0.5
"""Of the best score: about five boxes of ten have more, among them nine of ten that are meant."""
_WORTH_CLOSER = 1.2
"""A picture whose longer side is not so many times what the first pass sees has no more to show."""


@dataclass(frozen=True, slots=True, eq=False)
class Proposed:
    """offered: the likeliest boxes, the surest first, in pixels of the image; so many of them are
    sure. is_whole: no closer pass is to come."""

    offered: tuple[BBox, ...]
    sure: int
    is_whole: bool
    _things: Things
    _scale: float
    _size: tuple[int, int]

    def fitted(self, bbox: BBox) -> BBox | None:
        """The box of the thing that a drawn one means, or None."""
        import numpy as np

        from labeler.runs.coco_detector import fitted

        corners = np.array([bbox.x, bbox.y, bbox.right, bbox.bottom], np.float32) / self._scale
        found = fitted(corners, self._things)
        return None if found is None else _in_image(found, self._scale, self._size)


def find_proposals(
    picture: QImage,
    size: tuple[int, int],
    report: Callable[[Proposed], None],
    should_stop: Callable[[], bool],
) -> Proposed:
    """report gets what one pass finds. size: of the image that picture shows, reduced or not.

    Raises UserError where the detector cannot be used.
    """
    from labeler.runs.coco_detector import LONGEST, LONGEST_CLOSE, shared_detector

    detector = shared_detector()
    rgb = as_rgb(picture)
    passes = [detector.predict(rgb)]
    is_small = max(rgb.shape[:2]) < _WORTH_CLOSER * LONGEST
    first = _proposed(passes, rgb, size, is_whole=is_small)
    if should_stop() or is_small:
        return first
    report(first)
    passes.append(detector.predict(rgb, longest=LONGEST_CLOSE))
    return _proposed(passes, rgb, size, is_whole=True)


def _proposed(
    passes: list[PointsFound], rgb: NDArray[np.uint8], size: tuple[int, int], *, is_whole: bool
) -> Proposed:
    from labeler.runs.coco_detector import proposals, things

    found = things(passes, (rgb.shape[1], rgb.shape[0]))
    scale = size[0] / rgb.shape[1]
    chosen = proposals(found, _MOST)
    placed = {
        bbox: float(score)
        for box, score in zip(chosen.boxes, chosen.scores, strict=True)
        if (bbox := _in_image(box, scale, size)) is not None
    }
    least = _SURE * max(placed.values(), default=0.0)
    sure = sum(score >= least for score in placed.values())
    return Proposed(tuple(placed), sure, is_whole, found, scale, size)


def _in_image(box: NDArray[np.float32], scale: float, size: tuple[int, int]) -> BBox | None:
    """On whole pixels, as a person draws them."""
    left, top, right, bottom = (round(float(side) * scale) for side in box)
    return BBox(left, top, right - left, bottom - top).clipped(*size)
