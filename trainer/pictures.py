"""Picture files in: upright RGB, tolerant of broken ones. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PIL import ImageFile

from trainer.picture_gate import (
    MANY_PIXELS,
    TRANSPOSED,
    PictureError,
    opened,
    orientation_of,
    rgb_of,
    turn_to_decode,
    turned,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000")
"""For Pillow opens others with programs of the system, such as PostScript."""
_SAME_SHAPE = 0.03
_tolerance = Lock()


@dataclass(frozen=True, slots=True)
class Decoded:
    """rgb: (height, width, 3), perhaps smaller than the file's picture, which was size big.

    damaged: the file is truncated or broken, and rgb holds what could be read of it.
    """

    rgb: NDArray[np.uint8]
    size: tuple[int, int]
    damaged: bool


def read_picture(
    path: Path, claimed: tuple[int, int] | None = None, *, enough: tuple[int, int]
) -> Decoded:
    """Reads a picture, upright by its EXIF orientation.

    claimed: the (width, height) that its boxes are drawn on. Where that is the picture's size
    before turning it upright, whoever drew them ignored EXIF, and so do we. enough: a (width,
    height) that will do; JPEG files are then decoded at an eighth to half of their size, and other
    large ones reduced, if that is no smaller.

    Raises PictureError, also where decoding would take too long or too much memory.
    """
    try:
        return _read(path, claimed, enough, damaged=False)
    except FileNotFoundError as error:
        raise PictureError("is missing") from error
    except PictureError:
        raise
    except Exception:  # Pillow's readers raise nearly anything on a broken file
        return _read_what_is_there(path, claimed, enough)


def require_shape(size: tuple[int, int], claimed: tuple[int, int]) -> None:
    """Raises PictureError where boxes drawn on a picture of the claimed size cannot fit it."""
    if abs(claimed[0] / claimed[1] / (size[0] / size[1]) - 1) > _SAME_SHAPE:
        raise PictureError(
            f"is {size[0]}x{size[1]}, but its boxes are drawn on {claimed[0]}x{claimed[1]}"
        )


def _read_what_is_there(
    path: Path, claimed: tuple[int, int] | None, enough: tuple[int, int]
) -> Decoded:
    with _tolerance:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            return _read(path, claimed, enough, damaged=True)
        except PictureError:
            raise
        except Exception as error:
            raise PictureError("cannot be read as a picture") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _read(
    path: Path,
    claimed: tuple[int, int] | None,
    enough: tuple[int, int],
    *,
    damaged: bool,
) -> Decoded:
    import numpy as np

    with path.open("rb") as stream, opened(stream, _FORMATS) as image:
        size = image.size
        is_turned = orientation_of(image) in TRANSPOSED
        keep_raw = is_turned and claimed == size and size[0] != size[1]
        enough_raw = (enough[1], enough[0]) if is_turned and not keep_raw else enough
        image.draft("RGB", enough_raw)
        with turn_to_decode(image):
            image.load()
            if image.format == "TIFF":  # which is upright now
                size = image.size
            shown = rgb_of(image, _factor(image.size, enough_raw))
        if not keep_raw:
            shown = turned(shown, orientation_of(image))
        rgb = np.array(shown)
    return Decoded(rgb, (size[1], size[0]) if is_turned and not keep_raw else size, damaged)


def _factor(size: tuple[int, int], enough: tuple[int, int]) -> int:
    """By how much a large picture is reduced."""
    if size[0] * size[1] <= MANY_PIXELS:
        return 1
    return max(1, min(size[0] // enough[0], size[1] // enough[1]))
