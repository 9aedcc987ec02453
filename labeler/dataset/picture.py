"""Picture bytes: what they really are, found by decoding all of them, as nobody trusts a header."""

from __future__ import annotations

import io
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from labeler.errors import UserError
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

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
"""What is taken, as Pillow names it. Of animations and stacks the first picture counts."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
MAX_BYTES = 512 << 20
"""The largest picture file that is read into memory."""

_CHECKED_SMALL = 24_000_000
"""Pixels. A JPEG with more is checked at an eighth of its size: all of its data are read, and it
takes a sixty-fourth of the memory.
"""
_SIGNATURES = (b"\xff\xd8", b"\x89PNG", b"BM", b"GIF8", b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_SUFFIX_OF = {
    "JPEG": ".jpg",
    "MPO": ".jpg",  # a JPEG with a second picture behind it, as phones write
    "PNG": ".png",
    "WEBP": ".webp",
    "BMP": ".bmp",
    "GIF": ".gif",
    "TIFF": ".tif",
}
_JPEG = ("JPEG", "MPO")
_EXIF_FOLDER = 0x8769
_TAKEN_AT = 0x9003


@dataclass(frozen=True, slots=True)
class Picture:
    """What the bytes hold. width and height are upright; orientation is EXIF's, 1 to 8.

    taken_at is when the camera says it was, in seconds since 1970 by this computer's clock.
    """

    suffix: str
    width: int
    height: int
    orientation: int
    taken_at: float | None


def inspect(data: bytes, name: str) -> Picture:
    """Decodes the whole picture. Raises UserError naming the fault, also where decoding it would
    take too long or too much memory."""
    if not data:
        raise UserError(f"{name} is empty.")
    with _opened(io.BytesIO(data), name, is_checked=True) as picture:
        found = _described(picture)
    if picture.format in _JPEG:  # perhaps decoded smaller
        told = header(data, name)
        return replace(found, width=told.width, height=told.height)
    return found


def begins_as_picture(head: bytes) -> bool:
    """Whether these first bytes, 12 or more, are those of a picture that may be taken."""
    return head.startswith(_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"WEBP")


def header(data: bytes, name: str) -> Picture:
    """As its first bytes tell, without decoding it. Raises UserError."""
    with _opened(io.BytesIO(data), name, decode=False) as picture:
        return _described(picture)


def upright(data: bytes, name: str, longest: int | None = None) -> Pillow.Image:
    """The first picture as RGB, turned as EXIF says; sides up to longest. Raises UserError."""
    with _opened(io.BytesIO(data), name, longest=longest) as picture:
        shown = rgb_of(picture, _factor(picture.size, longest))
        if longest:
            shown.thumbnail((longest, longest))
        return turned(shown, orientation_of(picture))


def _factor(size: tuple[int, int], longest: int | None) -> int:
    """By how much a large picture is reduced before the rest is done well."""
    if longest is None or size[0] * size[1] <= MANY_PIXELS:
        return 1
    return max(1, min(*size, max(size) // (2 * longest)))


def glance(path: Path) -> tuple[int, int]:
    """The upright width and height as the header tells them. Raises UserError."""
    with path.open("rb") as stream, _opened(stream, path.name, decode=False) as picture:
        found = _described(picture)
    return found.width, found.height


def read(path: Path) -> bytes:
    """A picture file's bytes. Raises UserError for what cannot be read or cannot be a picture."""
    try:
        if not path.is_file():  # also keeps off pipes and devices, which never end
            raise UserError(f"{path} is not a file." if path.exists() else f"{path} is missing.")
        if path.stat().st_size > MAX_BYTES:
            raise UserError(f"{path} is larger than {MAX_BYTES >> 20} MB, too large for a picture.")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read: {error}.") from error


def _opened(
    stream: IO[bytes],
    name: str,
    *,
    longest: int | None = None,
    decode: bool = True,
    is_checked: bool = False,
) -> Pillow.Image:
    """The picture. Decoders meet hostile bytes here and raise whatever they like."""
    try:
        picture = opened(stream, FORMATS, decode=decode)
        if longest:
            picture.draft("RGB", (longest, longest))  # a JPEG decodes faster at half the size
        if is_checked and picture.width * picture.height > _CHECKED_SMALL:
            picture.draft(picture.mode, (picture.width // 8, picture.height // 8))
        if decode or picture.format == "TIFF":  # Pillow turns a TIFF while it decodes it
            with turn_to_decode(picture):
                picture.load()
    except PictureError as error:
        raise UserError(f"{name} {error}.") from error
    except UnidentifiedImageError as error:
        raise UserError(
            f"{name} is not a picture that can be read (JPEG, PNG, WebP, BMP, GIF, TIFF)."
        ) from error
    except Exception as error:
        raise UserError(f"{name} is damaged: {error}.") from error
    return picture


def _described(picture: Pillow.Image) -> Picture:
    orientation, taken_at = _exif(picture)
    width, height = picture.size
    if orientation in TRANSPOSED:
        width, height = height, width
    return Picture(_SUFFIX_OF[picture.format or ""], width, height, orientation, taken_at)


def _exif(picture: Pillow.Image) -> tuple[int, float | None]:
    """Orientation and time. Damaged EXIF counts as none: the pixels are still good."""
    try:
        taken = picture.getexif().get_ifd(_EXIF_FOLDER).get(_TAKEN_AT)
    except Exception:
        return orientation_of(picture), None
    return orientation_of(picture), _timestamp(taken)


def _timestamp(taken: object) -> float | None:
    try:
        return datetime.strptime(str(taken).strip("\0 "), "%Y:%m:%d %H:%M:%S").timestamp()
    except (ValueError, OverflowError, OSError):
        return None
