"""What a picture may cost: hostile and huge files at the gate that datasets and trainer share."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from labeler.dataset.picture import FORMATS, inspect, upright
from labeler.errors import UserError
from trainer.picture_gate import MAX_PIXELS, PictureError, opened
from trainer.pictures import read_picture

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 500

Reader = Callable[[Path], object]
READERS: tuple[Reader, ...] = (
    lambda path: inspect(path.read_bytes(), path.name),
    lambda path: upright(path.read_bytes(), path.name, 320),
    lambda path: read_picture(path, enough=(320, 240)),
)


def encoded(mode: str, size: tuple[int, int], format: str, **how: object) -> bytes:
    stream = io.BytesIO()
    Image.new(mode, size, 90 if mode == "L" else (90, 60, 30)).save(stream, format, **how)
    return stream.getvalue()


def endless() -> bytes:
    data = encoded("L", (4000, 4000), "JPEG", progressive=True)
    at = data.rindex(b"\xff\xda")
    return data[:at] + data[at:-2] * 1500 + data[-2:]


def jpeg_that_says(width: int, height: int, *, sampling: str = "4:4:4", mark: bytes) -> bytes:
    data = bytearray(
        encoded("RGB", (64, 64), "JPEG", progressive=mark == b"\xff\xc2", subsampling=sampling)
    )
    at = data.index(mark)
    data[at + 5 : at + 9] = struct.pack(">HH", height, width)
    return bytes(data)


def one_channel_at_a_time() -> bytes:
    """A JPEG that is not progressive, and still does not come in one go."""
    data = jpeg_that_says(10_000, 9_000, mark=b"\xff\xc0")
    at = data.index(b"\xff\xda")
    return data[:at] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" + data[at + 14 :]


def webp_that_says(width: int, height: int) -> bytes:
    data = bytearray(encoded("RGB", (16, 16), "WEBP", lossless=True))
    at = data.index(b"VP8L") + 9
    rest = int.from_bytes(data[at : at + 4], "little") >> 28 << 28
    data[at : at + 4] = struct.pack("<I", (width - 1) | (height - 1) << 14 | rest)
    return bytes(data)


def bmp_that_says(width: int, height: int) -> bytes:
    data = bytearray(encoded("RGB", (16, 16), "BMP"))
    data[18:26] = struct.pack("<ii", width, height)
    return bytes(data)


HOSTILE = {
    "a JPEG of 1500 parts": (endless(), r"is a JPEG of 15\d\d parts"),
    "a large WebP": (webp_that_says(6_000, 6_000), "has 36 million pixels, and as a WEBP file"),
    "a progressive JPEG": (
        jpeg_that_says(10_000, 9_000, mark=b"\xff\xc2"),
        "has 90 million pixels, and as a progressive JPEG it takes",
    ),
    "a JPEG by channels": (one_channel_at_a_time(), "has 90 million pixels"),
    "a BMP of 120 million": (bmp_that_says(12_000, 10_000), "has 120 million pixels"),
    "too many pixels": (
        jpeg_that_says(16_000, 10_000, mark=b"\xff\xc0"),
        f"more than {MAX_PIXELS // 1_000_000} million pixels",
    ),
}


@pytest.mark.parametrize("reader", READERS, ids=("import", "thumbnail", "trainer"))
@pytest.mark.parametrize("kind", HOSTILE)
def test_a_picture_that_would_burst_is_refused_before_it_is_decoded(
    tmp_path: Path, kind: str, reader: Reader
) -> None:
    data, fault = HOSTILE[kind]
    path = tmp_path / "a.jpg"
    path.write_bytes(data)
    began = time.monotonic()
    with pytest.raises((UserError, PictureError), match=fault):
        reader(path)
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(
    ("data", "size"),
    [
        (jpeg_that_says(14_204, 10_560, mark=b"\xff\xc0"), (14_204, 10_560)),
        (jpeg_that_says(9_000, 6_000, mark=b"\xff\xc2"), (9_000, 6_000)),
        (jpeg_that_says(12_000, 9_000, mark=b"\xff\xc2", sampling="4:2:0"), (12_000, 9_000)),
        (webp_that_says(5_600, 4_200), (5_600, 4_200)),
        (bmp_that_says(11_648, 8_736), (11_648, 8_736)),
    ],
    ids=("150 megapixels", "progressive", "progressive in usual colours", "WebP", "BMP"),
)
def test_photographs_of_real_cameras_pass_the_gate(data: bytes, size: tuple[int, int]) -> None:
    with opened(io.BytesIO(data), FORMATS) as picture:
        assert picture.size == size


def test_an_upright_tiff_has_the_size_that_it_is_seen_in(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.new("RGB", (60, 40)).save(tmp_path / "a.tif", exif=exif)
    decoded = read_picture(tmp_path / "a.tif", (40, 60), enough=(64, 64))
    assert decoded.size == (40, 60)
    assert decoded.rgb.shape == (60, 40, 3)


_MEASURED = """
import io, json, re, sys
from pathlib import Path
from labeler.dataset.picture import inspect, upright
from trainer.pictures import read_picture
told = []
for path in map(Path, sys.argv[1:]):
    found = inspect(path.read_bytes(), path.name)
    small = upright(path.read_bytes(), path.name, 320)
    decoded = read_picture(path, enough=(640, 360))
    sizes = [found.width, found.height, *small.size, *decoded.size]
    told.append([*sizes, *decoded.rgb[9, 9].tolist()])
peak = int(re.findall(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[0]) / 1024
print(json.dumps([peak, told]))
"""


@pytest.mark.skipif(not Path("/proc/self/status").is_file(), reason="the peak is asked of Linux")
def test_the_largest_pictures_come_in_within_bounded_memory(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encoded("RGB", (8_660, 5_773), "JPEG", exif=exif)
    (tmp_path / "a.jpg").write_bytes(turned)
    (tmp_path / "b.tif").write_bytes(encoded("RGB", (10_000, 6_000), "TIFF"))
    script = [sys.executable, "-c", _MEASURED, *sorted(map(str, tmp_path.iterdir()))]
    done = subprocess.run(script, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    peak, told = json.loads(done.stdout)
    assert told[0][:6] == [5_773, 8_660, 213, 320, 5_773, 8_660]
    assert told[1][:6] == [10_000, 6_000, 320, 192, 10_000, 6_000]
    assert told[0][6:] == pytest.approx([90, 60, 30], abs=2)
    assert told[1][6:] == [90, 60, 30]
    assert peak < MOST_MEGABYTES
