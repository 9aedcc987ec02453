"""Small pictures of mistakes: the part of the image around what was found and what is true."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeler.dataset import picture
from labeler.errors import UserError
from labeler.runs.analysis import Box, Case
from trainer.names import BadName
from trainer.run_files import RunPictures

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ROOM = 0.35
"""Of the larger side of the boxes, at each side of them."""
_LEAST_SHARE = 0.2
"""Of the picture's shorter side: a tiny box still shows where it is."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """rgb: (height, width, 3), at most `side` long. found and truth: boxes in its pixels.

    rgb is None where the picture cannot be read; fault says why.
    """

    case: Case
    rgb: NDArray[np.uint8] | None
    found: Box | None = None
    truth: Box | None = None
    fault: str = ""


def crops(
    pictures: RunPictures, cases: Sequence[Case], side: int, should_stop: Callable[[], bool]
) -> Iterator[Crop]:
    """One for each case, in order; each picture is decoded once for cases that follow each other.

    Ends early where somebody says stop.
    """
    name, opened, fault = "", None, ""
    for case in cases:
        if should_stop():
            return
        if opened is None or case.file_name != name:
            name = case.file_name
            try:
                opened, fault = picture.upright(picture.read(pictures.path_of(name)), name), ""
            except BadName as error:
                opened, fault = None, f"{name} is not shown: {error}."
            except UserError as error:
                opened, fault = None, str(error)
        yield Crop(case, None, fault=fault) if opened is None else _crop(opened, case, side)


def _crop(whole: object, case: Case, side: int) -> Crop:
    import numpy as np
    from PIL import Image as Pillow

    assert isinstance(whole, Pillow.Image)
    left, top, length = _square(case, whole.size)
    window = (left, top, min(left + length, whole.width), min(top + length, whole.height))
    shown = whole.crop(window)
    scale = min(1.0, side / max(shown.size))
    if scale < 1.0:
        size = (max(1, round(shown.width * scale)), max(1, round(shown.height * scale)))
        shown = shown.resize(size, Pillow.Resampling.BILINEAR)
    found, truth = (_moved(box, left, top, scale) for box in (case.found, case.truth))
    return Crop(case, np.asarray(shown), found, truth)


def _square(case: Case, size: tuple[int, int]) -> tuple[int, int, int]:
    """Left, top and side of the part to show, inside the picture as far as it can be."""
    boxes = [box for box in (case.found, case.truth) if box is not None]
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right = max(box[0] + box[2] for box in boxes)
    bottom = max(box[1] + box[3] for box in boxes)
    wanted = (1 + 2 * _ROOM) * max(right - left, bottom - top)
    length = round(min(max(wanted, _LEAST_SHARE * min(size)), max(size)))
    x = round((left + right - length) / 2)
    y = round((top + bottom - length) / 2)
    return max(0, min(x, size[0] - length)), max(0, min(y, size[1] - length)), max(1, length)


def _moved(box: Box | None, left: int, top: int, scale: float) -> Box | None:
    if box is None:
        return None
    x, y, width, height = box
    return (x - left) * scale, (y - top) * scale, width * scale, height * scale
