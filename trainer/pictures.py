"""Picture files in: upright RGB, tolerant of broken ones. Imports no torch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from PIL import Image, ImageFile, ImageOps

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF", "PPM", "JPEG2000")
"""For Pillow opens others with programs of the system, such as PostScript."""
_ORIENTATION = 0x0112
_TRANSPOSED = (5, 6, 7, 8)
_MOST_PIXELS = 150_000_000
"""As many as a dataset takes."""
_MANY_PIXELS = 40_000_000
"""Larger ones are reduced before they are copied: two at a time would fill the memory."""
_SAME_SHAPE = 0.03
_tolerance = Lock()

Image.MAX_IMAGE_PIXELS = _MOST_PIXELS  # or Pillow warns of what is fine


class PictureError(ValueError):
    """Why a picture cannot be used: ends a sentence that begins with its name."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """rgb: (height, width, 3), perhaps smaller than the file's picture, which was size big.

    damaged: the file is truncated or broken, and rgb holds what could be read of it.
    """

    rgb: NDArray[np.uint8]
    size: tuple[int, int]
    damaged: bool


def read_picture(
    path: Path, claimed: tuple[int, int] | None = None, *, enough: tuple[int, int] | None = None
) -> Decoded:
    """Reads a picture, upright by its EXIF orientation.

    claimed: the (width, height) that its boxes are drawn on. Where that is the picture's size
    before turning it upright, whoever drew them ignored EXIF, and so do we. enough: a (width,
    height) that will do; JPEG files are then decoded at an eighth to half of their size, if that is
    no smaller.

    Raises PictureError.
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
    path: Path, claimed: tuple[int, int] | None, enough: tuple[int, int] | None
) -> Decoded:
    with _tolerance:
        ImageFile.LOAD_TRUNCATED_IMAGES = True
        try:
            return _read(path, claimed, enough, damaged=True)
        except Exception as error:
            raise PictureError("cannot be read as a picture") from error
        finally:
            ImageFile.LOAD_TRUNCATED_IMAGES = False


def _read(
    path: Path,
    claimed: tuple[int, int] | None,
    enough: tuple[int, int] | None,
    *,
    damaged: bool,
) -> Decoded:
    import numpy as np

    with Image.open(path, formats=_FORMATS) as image:
        size = image.size
        if size[0] * size[1] > _MOST_PIXELS:
            raise PictureError("is too large to be a photo")
        turned = image.getexif().get(_ORIENTATION, 1) in _TRANSPOSED
        keep_raw = turned and claimed == size and size[0] != size[1]
        if enough is not None:
            image.draft("RGB", (enough[1], enough[0]) if turned else enough)
        image.load()
        if not keep_raw:
            ImageOps.exif_transpose(image, in_place=True)
        rgb = np.array(_reduced(_as_rgb(image), enough))
    return Decoded(rgb, (size[1], size[0]) if turned and not keep_raw else size, damaged)


def _as_rgb(image: Image.Image) -> Image.Image:
    return image if image.mode == "RGB" else _eight_bit(image).convert("RGB")


def _reduced(image: Image.Image, enough: tuple[int, int] | None) -> Image.Image:
    if enough is None or image.width * image.height <= _MANY_PIXELS:
        return image
    return image.reduce(max(1, min(image.width // enough[0], image.height // enough[1])))


def _eight_bit(image: Image.Image) -> Image.Image:
    """Greys of 16 bit, and those from 0.0 to 1.0, as 0 to 255. Pillow would cut them off at 255."""
    if image.mode.startswith("I"):
        return image.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if image.mode == "F":
        return image.point(lambda grey: grey * 255.0).convert("L")
    return image
