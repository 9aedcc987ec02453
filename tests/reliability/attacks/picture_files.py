"""Pictures of a stranger, through the import of files: damaged ones, and ones built to burst."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from random import Random

import numpy as np
from PIL import Image as Pillow

from labeler.dataset.store import Dataset
from labeler.dataset.thumbnails import thumbnail
from tests.dataset.conftest import make_picture
from tests.reliability.attacks.verdict import (
    Ground,
    contents,
    labelled,
    refusal_of,
    require,
    require_same,
    require_whole,
    shell,
)
from trainer.pictures import read_picture

_SIDE = 48


def picture_files(chance: Random, ground: Ground) -> bool:
    """One hostile picture beside a good one, imported as a folder; then looked at by every reader.

    True where the hostile one is taken."""
    pictures = ground.place / "pictures"
    pictures.mkdir()
    hostile = pictures / f"{_name(chance)}.{chance.choice(('jpg', 'png', 'tif', 'webp', 'gif'))}"
    hostile.write_bytes(_made(chance))
    good = pictures / "good.jpg"
    good.write_bytes(make_picture(7))
    ground.copy(ground.once("dataset", labelled), "dataset")
    target = ground.place / "dataset"
    alone = chance.random() < 0.3
    if alone:
        good.unlink()
    before = contents(target)
    said = shell("import", target, pictures, *(["--json"] if chance.random() < 0.5 else []))
    if not said.is_taken:
        require(alone, "a good picture was refused with a bad one", said.err)
        require_same(before, contents(target), "refused, and the dataset is changed")
        return False
    require_whole(target)
    with Dataset.open(target) as dataset:
        taken = [image for image in dataset.images() if image.id > 4]
        require(alone or len(taken) >= 1, "a good picture was passed over")
        for image in taken:
            refusal_of(lambda image=image: thumbnail(dataset, image))  # type: ignore[misc]
            path = dataset.path_of(image)
            refusal_of(lambda path=path: read_picture(path, enough=(640, 360)))  # type: ignore[misc]
    said = shell("export", target, ground.place / "out.zip", "--include-unlabelled")
    require(said.is_taken, "what was taken cannot be exported", said.err)
    return len(taken) > (not alone)


def _name(chance: Random) -> str:
    return chance.choice(("a", "a", "\x1b[2J", "\u202egnp", "a\nb", "x" * 240, "-rf", "..a", "ü"))


def _made(chance: Random) -> bytes:
    if chance.random() < 0.15:
        return chance.choice(BUILT)(chance)
    data = bytearray(_encoded(chance))
    for _ in range(chance.choice((0, 1, 1, 2, 5))):
        chance.choice(_CHANGES)(data, chance)
    return bytes(data)


def _encoded(chance: Random) -> bytes:
    """A sound picture of any format and depth that a person may have."""
    format, modes = chance.choice(_FORMATS)
    noise = np.random.default_rng(chance.randrange(2**32)).integers(0, 255, (_SIDE, 64, 4))
    picture = Pillow.fromarray(noise.astype(np.uint8))
    mode = chance.choice(modes)
    if mode == "I;16":
        picture = Pillow.fromarray((noise[..., 0] * 257).astype(np.uint16))
    elif mode == "F":
        picture = Pillow.fromarray(noise[..., 0].astype(np.float32))
    else:
        picture = picture.convert("RGB").convert(mode) if mode != "RGBA" else picture
    stream = io.BytesIO()
    more: dict[str, object] = {}
    if format == "JPEG":
        more = {"progressive": chance.random() < 0.5, "quality": chance.choice((5, 90))}
    if format == "TIFF":
        more = {"compression": chance.choice((None, "tiff_lzw", "tiff_deflate", "packbits"))}
    if format in ("GIF", "WEBP", "TIFF", "PNG") and chance.random() < 0.2 and mode != "F":
        more |= {"save_all": True, "append_images": [picture] * chance.choice((1, 30))}
    if format in ("JPEG", "PNG", "WEBP", "TIFF") and chance.random() < 0.4:
        exif = Pillow.Exif()
        exif[0x0112] = chance.choice((1, 6, 8, 0, 9, 65535))
        exif[0x0132] = chance.choice(("2026:01:01 10:00:00", "0000:00:00 00:00:00", "x" * 9000))
        exif.get_ifd(0x8769)[0x9003] = chance.choice(
            ("2026:01:01 10:00:00", "9999:99:99 99:99:99", "0001:01:01 00:00:00", "\0" * 20)
        )
        more["exif"] = exif
    try:
        picture.save(stream, format, **more)
    except (RuntimeError, OSError, ValueError):  # not every depth with every way of packing
        picture.convert("RGB").save(stream, "PNG")
    return stream.getvalue()


_FORMATS: list[tuple[str, tuple[str, ...]]] = [
    ("JPEG", ("RGB", "L", "CMYK")),
    ("JPEG", ("RGB",)),
    ("PNG", ("RGB", "RGBA", "L", "LA", "P", "1", "I;16")),
    ("WEBP", ("RGB", "RGBA")),
    ("BMP", ("RGB", "L", "P", "1")),
    ("GIF", ("P", "L")),
    ("TIFF", ("RGB", "L", "CMYK", "I;16", "F", "1", "LAB")),
]


def _flip(data: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 5, 60))):
        if data:
            data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_head(data: bytearray, chance: Random) -> None:
    for _ in range(chance.choice((1, 3))):
        if data:
            data[chance.randrange(min(len(data), 64))] = chance.choice((0, 1, 127, 128, 255))


def _cut(data: bytearray, chance: Random) -> None:
    del data[chance.randrange(len(data) + 1) :]


def _lose(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    del data[at : at + chance.randrange(1, 200)]


def _double(data: bytearray, chance: Random) -> None:
    at = chance.randrange(len(data) + 1)
    data[at:at] = data[at : at + chance.randrange(1, 2000)]


def _large(data: bytearray, chance: Random) -> None:
    """A number somewhere says four thousand million."""
    if len(data) > 8:
        at = chance.randrange(min(len(data) - 4, 400))
        data[at : at + 4] = chance.choice((b"\xff\xff\xff\xff", b"\x7f\xff\xff\xff", b"\0\0\0\0"))


def _behind(data: bytearray, chance: Random) -> None:
    data += chance.randbytes(chance.choice((1, 4000)))


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    *(_flip, _flip, _flip_head, _cut, _lose, _double, _large, _behind),
)


# Built to burst.


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def _png(width: int, height: int, *inner: bytes, rows: int = 0, depth: int = 8) -> bytes:
    head = struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0)
    data = zlib.compress(bytes((width * depth // 8 + 1) * rows), 9)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (_chunk(b"IHDR", head), *inner, _chunk(b"IDAT", data), _chunk(b"IEND", b""))
    )


def _wide_png(chance: Random) -> bytes:
    side = chance.choice((20_000, 65_500, 2**31 - 1, 0))
    return _png(side, chance.choice((side, 1)), rows=0)


def _large_png(chance: Random) -> bytes:
    """Sound, and of 60 million pixels, which a camera may have."""
    return _png(10_000, 6_000, rows=6_000)


def _text_png(chance: Random) -> bytes:
    text = b"Comment\0\0" + zlib.compress(bytes(chance.choice((5 << 20, 80 << 20))), 9)
    return _png(32, 32, *[_chunk(b"zTXt", text)] * chance.choice((1, 20)), rows=32)


def _profile_png(chance: Random) -> bytes:
    return _png(32, 32, _chunk(b"iCCP", b"x\0\0" + zlib.compress(bytes(80 << 20), 9)), rows=32)


def _too_much_png(chance: Random) -> bytes:
    """More rows than it says."""
    return _png(32, 32, rows=chance.choice((2_000_000, 33)))


def _many_chunks_png(chance: Random) -> bytes:
    return _png(32, 32, *[_chunk(b"tEXt", b"a\0b")] * 100_000, rows=32)


def _animated_png(chance: Random) -> bytes:
    frames = chance.choice((0, 1000, 2**31 - 1))
    return _png(32, 32, _chunk(b"acTL", struct.pack(">II", frames, 0)), rows=32)


def _gif(chance: Random) -> bytes:
    side = chance.choice((65_535, 12_000))
    return (
        b"GIF89a"
        + struct.pack("<HHBBB", side, side, 0, 0, 0)
        + (b"," + struct.pack("<HHHHB", 0, 0, side, side, 0) + b"\x02\x02\x4c\x01\x00")
        * chance.choice((1, 2000))
        + b";"
    )


def _bmp(chance: Random) -> bytes:
    width, height = chance.choice(((2**31 - 1, 1), (40_000, 40_000), (-5, 5), (5, -(2**31))))
    bits, packing = chance.choice(((24, 0), (8, 1), (4, 2), (32, 3), (0, 0), (1, 0)))
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, packing, 0, 0, 0, 2**31, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + head + b"\0\xff" * 100


def _tiff(chance: Random) -> bytes:
    """Its folder of tags leads back to itself, or says counts that no file has."""
    count = chance.choice((1, 2**16, 2**31, 2**32 - 1))
    tags = [
        (256, 4, 1, chance.choice((64, 60_000))),
        (257, 4, 1, chance.choice((64, 60_000))),
        (258, 3, count, 8),
        (259, 3, 1, chance.choice((1, 5, 6, 7, 8, 32773, 34925, 50000))),
        (262, 3, 1, chance.choice((0, 1, 2, 3, 6, 8))),
        (273, 4, count, chance.choice((8, 0, 2**32 - 1))),
        (277, 3, 1, chance.choice((1, 3, 255, 65535))),
        (278, 4, 1, chance.choice((64, 0, 2**32 - 1))),
        (279, 4, 1, 4096),
        (34665, 4, 1, 8),
    ]
    folder = struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\0" + struct.pack("<I", 8) + folder + struct.pack("<I", 8) + bytes(4096)


def _scans_jpeg(chance: Random) -> bytes:
    """Each scan of a progressive picture is gone over as a whole: thousands take minutes."""
    stream = io.BytesIO()
    side = chance.choice((64, 4_000))
    Pillow.new("L", (side, side), 90).save(stream, "JPEG", progressive=True)
    data = stream.getvalue()
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * chance.choice((50, 1500)) + data[-2:]


def _wide_jpeg(chance: Random) -> bytes:
    data = bytearray(make_picture(1))
    at = data.index(b"\xff\xc0")
    data[at + 5 : at + 9] = struct.pack(">HH", *chance.choice(((65_000, 65_000), (9_000, 6_000))))
    return bytes(data)


def _webp(chance: Random) -> bytes:
    stream = io.BytesIO()
    size = chance.choice(((16_000, 16_000), (6_000, 4_000)))
    Pillow.new("L", (16, 16)).save(stream, "WEBP", lossless=True)
    data = bytearray(stream.getvalue())
    at = data.index(b"VP8L") + 9
    bits = (size[0] - 1) | (size[1] - 1) << 14
    data[at : at + 4] = struct.pack(
        "<I", bits | int.from_bytes(data[at : at + 4], "little") >> 28 << 28
    )
    return bytes(data)


def _other_kind(chance: Random) -> bytes:
    """What Pillow could open, and runs programs for, among others."""
    return chance.choice(
        (
            b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9000 9000\n%%EndComments\nshowpage\n",
            b"<svg xmlns='http://www.w3.org/2000/svg'><image href='file:///etc/passwd'/></svg>",
            b"\0\0\1\0\xff\xff" + bytes(2000),
            b"P6 99999 99999 255 " + bytes(100),
            b"8BPS\0\1" + bytes(6) + b"\0\x38\0\0\xff\xff\0\0\xff\xff\0\x08\0\x03" + bytes(50),
            b"",
            b"\0",
            bytes(100_000),
            b"\xff\xd8",
            b"\xff\xd8\xff\xd9",
            b"\x89PNG\r\n\x1a\n",
            b"RIFF\xff\xff\xff\xffWEBPVP8X",
            b"II*\0\x08\0\0\0\0\0",
            b"qoif" + b"\xff" * 40,
        )
    )


BUILT: tuple[Callable[[Random], bytes], ...] = (
    *(_wide_png, _large_png, _text_png, _profile_png, _too_much_png, _many_chunks_png),
    *(_animated_png, _gif, _bmp, _tiff, _scans_jpeg, _wide_jpeg, _webp, _other_kind),
)
