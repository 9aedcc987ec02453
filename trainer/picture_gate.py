"""The gate for picture files: what may be decoded, how much memory that takes, and depth to RGB.

A small file can promise a huge picture, or one that takes minutes or gigabytes to decode. Datasets
and trainer ask here before they decode anything. Loads Pillow when a picture is opened, no sooner.
"""

from __future__ import annotations

import threading
import warnings
from contextlib import AbstractContextManager, nullcontext
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL.Image import Image

MAX_PIXELS = 150_000_000
"""The largest picture that is decoded: the largest camera sensors have 102 to 151 million pixels.
"""
MOST_MEMORY = 420_000_000
"""Bytes that decoding may take: a TIFF of 102 million pixels, a WebP of 26 million, and a JPEG of
MAX_PIXELS, which is decoded at an eighth of its size unless all of it is wanted. A progressive JPEG
holds all of its parts, so that of the finest colours the limit is 70 million pixels.
"""
_LARGE = 100_000_000
"""Bytes. Of pictures that take more one is decoded at a time, so that several threads do not each
need hundreds of megabytes.
"""
MANY_PIXELS = 24_000_000
"""Larger ones are reduced piece by piece before their depth is changed or they are copied."""
_USUAL_SCANS = 20
"""So many parts a progressive JPEG may have whatever its size; the usual one has ten."""
_MOST_WORK = 4_000_000_000
"""Pixels times parts of a JPEG with more of them. Each part is gone over as a whole: a file of 100
KB with 1500 parts takes 40 s to decode.
"""
_PIECE = 256
"""Rows that are reduced at once, at least."""
_BYTES_OF_MODE = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16B": 2, "I;16L": 2}
"""Of a pixel, as Pillow keeps it; four in all other modes."""
_BESIDE = {"WEBP": 12, "JPEG2000": 16, "GIF": 1}
"""Bytes a pixel that the decoder needs beside the picture: libwebp has two canvases, and Pillow
copies one; OpenJPEG has 32 bits for each channel.
"""
TRANSPOSED = (5, 6, 7, 8)
"""The EXIF orientations that swap width and height."""
_ORIENTATION = 0x0112
_turn_of_the_large = threading.Lock()


class PictureError(ValueError):
    """Why a picture cannot be used: ends a sentence that begins with its name."""


def opened(stream: IO[bytes], formats: tuple[str, ...], *, decode: bool = True) -> Image:
    """The picture, of which nothing but the header is decoded.

    decode: it will be, and is refused where that would take too long or too much memory; else only
    where it has more than MAX_PIXELS. Raises PictureError; Pillow's readers raise nearly anything.
    """
    from PIL import Image as Pillow

    # Pillow only warns of more pixels than this, and refuses twice as many: here both are faults.
    Pillow.MAX_IMAGE_PIXELS = MAX_PIXELS
    warnings.filterwarnings("error", category=Pillow.DecompressionBombWarning)
    try:
        picture = Pillow.open(stream, formats=formats)
    except (Pillow.DecompressionBombWarning, Pillow.DecompressionBombError) as error:
        raise PictureError(_HUGE) from error
    if picture.width * picture.height > MAX_PIXELS:
        raise PictureError(_HUGE)
    if decode or picture.format == "TIFF":  # whose header Pillow turns only by decoding it
        _refuse_endless(picture, stream)
        _refuse_costly(picture, stream)
    return picture


_HUGE = f"has more than {MAX_PIXELS // 1_000_000} million pixels. Make it smaller first"


def turn_to_decode(picture: Image) -> AbstractContextManager[Any]:
    """While a large picture is decoded and copied no other large one is."""
    is_large = _kept(picture) > _LARGE or _beside(picture) > _LARGE
    return _turn_of_the_large if is_large else nullcontext()


def rgb_of(picture: Image, factor: int = 1) -> Image:
    """As RGB of 8 bits, with factor x factor pixels averaged to one.

    Greys of 16 bit, and those from 0.0 to 1.0, become 0 to 255; Pillow would cut them off at 255.
    """
    from PIL import Image as Pillow

    if factor == 1:
        return _eight_bit(picture).convert("RGB") if picture.mode != "RGB" else picture
    width, height = picture.size
    small = Pillow.new("RGB", (-(-width // factor), -(-height // factor)))
    rows = factor * -(-_PIECE // factor)
    for top in range(0, height, rows):
        piece = picture.crop((0, top, width, min(height, top + rows)))
        small.paste(rgb_of(piece).reduce(factor), (0, top // factor))
    return small


def orientation_of(picture: Image) -> int:
    """EXIF's, 1 to 8. Damaged EXIF counts as none: the pixels are still good. Of a TIFF it is 1,
    as Pillow turns it while it decodes it."""
    if picture.format == "TIFF":
        return 1
    try:
        orientation = int(picture.getexif().get(_ORIENTATION, 1))
    except Exception:
        return 1
    return orientation if orientation in range(1, 9) else 1


def turned(picture: Image, orientation: int) -> Image:
    """Upright, of a picture whose file has this EXIF orientation."""
    from PIL.Image import Transpose

    turns = {
        2: Transpose.FLIP_LEFT_RIGHT,
        3: Transpose.ROTATE_180,
        4: Transpose.FLIP_TOP_BOTTOM,
        5: Transpose.TRANSPOSE,
        6: Transpose.ROTATE_270,
        7: Transpose.TRANSVERSE,
        8: Transpose.ROTATE_90,
    }
    return picture.transpose(turns[orientation]) if orientation in turns else picture


def _eight_bit(picture: Image) -> Image:
    if picture.mode.startswith("I"):
        return picture.convert("I").point(lambda grey: grey * (1 / 257)).convert("L")
    if picture.mode == "F":
        return picture.point(lambda grey: grey * 255.0).convert("L")
    return picture


def _is_jpeg(picture: Image) -> bool:
    return picture.format in ("JPEG", "MPO")


def _refuse_endless(picture: Image, stream: IO[bytes]) -> None:
    if not _is_jpeg(picture):
        return
    scans = _scans_in(stream)
    if scans > _USUAL_SCANS and scans * picture.width * picture.height > _MOST_WORK:
        raise PictureError(f"is a JPEG of {scans} parts, which no camera makes")


def _scans_in(stream: IO[bytes]) -> int:
    """Their markers, which no data hold: these have FF 00 instead. Small pictures inside count."""
    place, last, count = stream.tell(), b"", 0
    stream.seek(0)
    while chunk := stream.read(1 << 20):
        count += (last + chunk).count(b"\xff\xda")
        last = chunk[-1:]
    stream.seek(place)
    return count


def _refuse_costly(picture: Image, stream: IO[bytes]) -> None:
    if _is_jpeg(picture):
        cost = _kept(picture) // 64 + _parts_of_jpeg(picture, stream)
    else:
        cost = _kept(picture) + _beside(picture)
    if cost > MOST_MEMORY:
        millions = picture.width * picture.height // 1_000_000
        raise PictureError(
            f"has {millions} million pixels, and as {_kind(picture)} it takes {cost // 1_000_000} "
            f"MB of memory to read, of {MOST_MEMORY // 1_000_000} MB at most. Make it smaller, or "
            "save it as an ordinary JPEG"
        )


def _kind(picture: Image) -> str:
    return "a progressive JPEG" if _is_jpeg(picture) else f"a {picture.format} file"


def _kept(picture: Image) -> int:
    """Bytes of the decoded picture."""
    return picture.width * picture.height * _BYTES_OF_MODE.get(picture.mode, 4)


def _beside(picture: Image) -> int:
    """Bytes that its decoder needs beside it."""
    if picture.format == "TIFF":
        return _strip_of_tiff(picture)
    return picture.width * picture.height * _BESIDE.get(picture.format or "", 0)


def _strip_of_tiff(picture: Any) -> int:
    """One strip or tile of a packed TIFF, which is unpacked as a whole."""
    from PIL import TiffImagePlugin as Tiff

    tags = picture.tag_v2
    if tags.get(Tiff.COMPRESSION, 1) == 1:
        return 0
    rows, columns = tags.get(Tiff.TILELENGTH), tags.get(Tiff.TILEWIDTH)
    if rows is None or columns is None:
        rows, columns = tags.get(Tiff.ROWSPERSTRIP, picture.height), picture.width
    depth = max(tags.get(Tiff.BITSPERSAMPLE, (8,)), default=8)
    return int(min(rows, picture.height) * min(columns, picture.width) * 4 * -(-depth // 8))


def _parts_of_jpeg(picture: Any, stream: IO[bytes]) -> int:
    """Bytes of the coefficients, which libjpeg keeps where a picture does not come in one go."""
    layers = picture.layer
    if not picture.info.get("progressive") and _channels_in_first_scan(stream) >= len(layers):
        return 0
    finest = max(x for _, x, _, _ in layers) * max(y for _, _, y, _ in layers)
    return int(2 * picture.width * picture.height * sum(x * y for _, x, y, _ in layers) / finest)


def _channels_in_first_scan(stream: IO[bytes]) -> int:
    """0 where there is none: https://www.w3.org/Graphics/JPEG/itu-t81.pdf, B.1 and B.2."""
    place = stream.tell()
    stream.seek(2)
    try:
        while mark := stream.read(1):
            if mark != b"\xff":
                continue
            while (kind := stream.read(1)) == b"\xff":
                pass
            if kind in _ALONE or not kind:
                continue
            length = int.from_bytes(stream.read(2), "big")
            if kind == b"\xda":
                return int.from_bytes(stream.read(1), "big")
            stream.seek(max(0, length - 2), 1)
        return 0
    finally:
        stream.seek(place)


_ALONE = frozenset(bytes([kind]) for kind in (0, 1, *range(0xD0, 0xDA)))
"""Markers without content, and what is none."""
