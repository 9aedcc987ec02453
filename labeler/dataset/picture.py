"""Picture bytes: what they really are, found by decoding all of them, as nobody trusts a header."""

from __future__ import annotations

import io
import threading
import warnings
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from labeler.dataset.picture_limit import MAX_PIXELS
from labeler.errors import UserError

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "TIFF")
"""What is taken, as Pillow names it. Of animations and stacks the first picture counts."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".tif", ".tiff")
MAX_BYTES = 512 << 20
"""The largest picture file that is read into memory."""

_LARGE = 25_000_000
"""Of pictures with more pixels one is decoded at a time, so that several threads do not each need
hundreds of megabytes.
"""
_USUAL_SCANS = 20
"""So many parts a progressive JPEG may have whatever its size; the usual one has ten."""
_MOST_WORK = 4_000_000_000
"""Pixels times parts of a JPEG with more of them. Each part is gone over as a whole: a file of 100
KB with 1500 parts takes 40 s to decode.
"""
_turn_of_the_large = threading.Lock()
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
_ORIENTATION = 0x0112
_EXIF_FOLDER = 0x8769
_TAKEN_AT = 0x9003
_TURNS = {
    2: Pillow.Transpose.FLIP_LEFT_RIGHT,
    3: Pillow.Transpose.ROTATE_180,
    4: Pillow.Transpose.FLIP_TOP_BOTTOM,
    5: Pillow.Transpose.TRANSPOSE,
    6: Pillow.Transpose.ROTATE_270,
    7: Pillow.Transpose.TRANSVERSE,
    8: Pillow.Transpose.ROTATE_90,
}
"""How each EXIF orientation is made upright."""
_TRANSPOSED = (5, 6, 7, 8)
"""The EXIF orientations that swap width and height."""

# A small file can promise a huge picture. Pillow only warns of more than MAX_IMAGE_PIXELS pixels
# (89 million unless told otherwise) and refuses twice as many: here already the first is a fault.
Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS
warnings.filterwarnings("error", category=Pillow.DecompressionBombWarning)


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
    """Decodes the whole picture, 4 bytes of memory a pixel. Raises UserError naming the fault."""
    if not data:
        raise UserError(f"{name} is empty.")
    with _opened(io.BytesIO(data), name) as picture:
        return _described(picture)


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
        turn = _TURNS.get(_exif(picture)[0])
        shown = _eight_bit(picture)
        if longest:
            shown.thumbnail((longest, longest))
        shown = shown.convert("RGB")
        return shown if turn is None else shown.transpose(turn)


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
    stream: IO[bytes], name: str, *, longest: int | None = None, decode: bool = True
) -> Pillow.Image:
    """The picture. Decoders meet hostile bytes here and raise whatever they like."""
    try:
        picture = Pillow.open(stream, formats=FORMATS)
        _refuse_huge(picture, name)
        _refuse_endless(picture, stream, name)
        if longest:
            picture.draft("RGB", (longest, longest))  # a JPEG decodes faster at half the size
        if decode or picture.format == "TIFF":  # Pillow turns a TIFF while it decodes it
            is_large = picture.width * picture.height > _LARGE
            with _turn_of_the_large if is_large else nullcontext():
                picture.load()
    except UserError:
        raise
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
        raise UserError(_huge(name)) from error
    except UnidentifiedImageError as error:
        raise UserError(
            f"{name} is not a picture that can be read (JPEG, PNG, WebP, BMP, GIF, TIFF)."
        ) from error
    except Exception as error:
        raise UserError(f"{name} is damaged: {error}.") from error
    return picture


def _eight_bit(picture: Pillow.Image) -> Pillow.Image:
    """Greys of 16 bit, and those from 0.0 to 1.0, as 0 to 255. Pillow would cut them off at 255."""
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if picture.mode == "F":
        return picture.point(lambda grey: grey * 255.0).convert("L")
    return picture


def _refuse_huge(picture: Pillow.Image, name: str) -> None:
    if picture.width * picture.height > MAX_PIXELS:
        raise UserError(_huge(name))


def _refuse_endless(picture: Pillow.Image, stream: IO[bytes], name: str) -> None:
    """Only for bytes in memory; where just the header of a file is wanted, nothing is decoded."""
    if picture.format not in ("JPEG", "MPO") or not isinstance(stream, io.BytesIO):
        return
    scans = stream.getvalue().count(b"\xff\xda")  # a marker: data have FF 00 instead
    if scans > _USUAL_SCANS and scans * picture.width * picture.height > _MOST_WORK:
        raise UserError(f"{name} is a JPEG of {scans} parts, which no camera makes.")


def _huge(name: str) -> str:
    limit = MAX_PIXELS // 1_000_000
    return f"{name} has more than {limit} million pixels. Make it smaller first."


def _described(picture: Pillow.Image) -> Picture:
    orientation, taken_at = _exif(picture)
    width, height = picture.size
    if orientation in _TRANSPOSED:
        width, height = height, width
    return Picture(_SUFFIX_OF[picture.format or ""], width, height, orientation, taken_at)


def _exif(picture: Pillow.Image) -> tuple[int, float | None]:
    """Orientation and time. Damaged EXIF counts as none: the pixels are still good."""
    try:
        exif = picture.getexif()
        orientation = int(exif.get(_ORIENTATION, 1))
        taken = exif.get_ifd(_EXIF_FOLDER).get(_TAKEN_AT)
    except Exception:
        return 1, None
    return orientation if orientation in range(1, 9) else 1, _timestamp(taken)


def _timestamp(taken: object) -> float | None:
    try:
        return datetime.strptime(str(taken).strip("\0 "), "%Y:%m:%d %H:%M:%S").timestamp()
    except (ValueError, OverflowError, OSError):
        return None
