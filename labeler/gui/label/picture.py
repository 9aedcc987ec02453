"""An image's pixels for the canvas: upright, with halved copies so that zooming out stays quick.

In memory a picture takes 5.3 bytes a pixel: 1.2 MB for a robot's, 64 MB for 12 megapixels, 576 MB
for 108 and 800 MB for the largest that a dataset takes. While it is decoded, one that EXIF says to
turn takes 4 bytes a pixel more; a PNG or WebP that may be turned up to 14 in all.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QSize, Qt
from PySide6.QtGui import QImage, QImageIOHandler, QImageReader

from labeler.dataset.files import is_file
from labeler.errors import UserError
from trainer.picture_gate import MAX_PIXELS

_SMALLEST_LEVEL = 512
_GLIMPSE_SIDE = 960
"""The longest side of a glimpse is at least this: about what a window of 1280x800 shows."""
_REDUCED = 2 * _GLIMPSE_SIDE
_SMALLER = (8, 4, 2)
"""JPEG's own reductions: a decoder that leaves out detail leaves out most of the work."""
_QUICK_PIXELS, _QUICK_BYTES = 1_000_000, 2_000_000
"""Up to here decoding takes less than 15 ms: a robot's photo (640x360) some 2 ms."""

_TURNING_MARKS = (b"eXIf", b"EXIF", b"exif", b"XML:com.adobe.xmp", b"rientation")
"""Where one of these is in a PNG or WebP, an orientation may be: Pillow is to look for it."""
_TURNING_XMP = re.compile(rb'tiff:Orientation(="|>)[2-8]')
_JPEG_HEAD = 1 << 18
"""XMP stands before the picture: this much of a JPEG holds it."""


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """levels[0] is the full picture; each level after it has half the width and height.

    full_size, where it is given, is the size of a picture of which only reduced copies are here.
    """

    levels: tuple[QImage, ...]
    full_size: QSize | None = None

    @property
    def width(self) -> int:
        return (self.full_size or self.levels[0].size()).width()

    @property
    def height(self) -> int:
        return (self.full_size or self.levels[0].size()).height()

    @property
    def is_whole(self) -> bool:
        return self.full_size is None

    @property
    def bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)

    def reduced(self) -> Picture:
        """Of a large picture what a glimpse would hold; a small one as it is."""
        small = [level for level in self.levels if max(level.width(), level.height()) < _REDUCED]
        if not small or len(small) == len(self.levels):
            return self
        return Picture(tuple(small), QSize(self.width, self.height))

    def level_for(self, scale: float) -> QImage:
        """The smallest copy that still has a pixel for each one on the screen."""
        chosen = self.levels[0]
        for level in self.levels[1:]:
            if level.width() < self.width * scale:
                break
            chosen = level
        return chosen


def decode(path: Path) -> Picture:
    """Reads and decodes a picture file. Any thread. Raises UserError naming the file."""
    reader = _reader(path)
    image = QImage() if _may_be_turned(path, reader) else reader.read()
    if image.isNull():
        image = _through_pillow(path)
    return Picture(_levels(image))


def decode_carefully(path: Path) -> Picture:
    """As decode, by what looked at the picture when it was added, and slowly."""
    return Picture(_levels(_through_pillow(path)))


def decode_smaller_than(path: Path, most_bytes: int) -> Picture | None:
    """As decode, but None for a picture that would take more memory. Any thread."""
    size = _reader(path).size()
    if size.isValid() and size.width() * size.height() * 16 / 3 > most_bytes:
        return None
    picture = decode(path)
    return picture if picture.bytes <= most_bytes else None


def decode_if_quick(path: Path) -> Picture | None:
    """As decode, but None where that could be felt on the GUI thread, or Qt alone cannot do it."""
    try:
        is_small = path.stat().st_size <= _QUICK_BYTES
    except OSError:
        return decode(path)  # says what is wrong with it
    reader = _reader(path)
    size = reader.size()
    if not (is_small and size.isValid() and size.width() * size.height() <= _QUICK_PIXELS):
        return None
    if _may_be_turned(path, reader):
        return None
    image = reader.read()
    return None if image.isNull() else Picture(_levels(image))


def glimpse(path: Path) -> Picture | None:
    """A large JPEG as large as a window shows it, in a third of the time. Any thread.

    None for formats and sizes where the whole picture comes as quickly, and for broken files.
    """
    reader = _reader(path)
    full = reader.size()
    longest = max(full.width(), full.height())
    by = next((by for by in _SMALLER if longest >= by * _GLIMPSE_SIDE), 1)
    if by == 1 or bytes(reader.format().data()) != b"jpeg" or _may_be_turned(path, reader):
        return None
    is_turned = reader.transformation() & QImageIOHandler.Transformation.TransformationRotate90
    reader.setScaledSize(QSize(-(-full.width() // by), -(-full.height() // by)))
    image = reader.read()
    if image.isNull():
        return None
    return Picture(_levels(image), full.transposed() if is_turned else full)


def from_thumbnail(path: Path, width: int, height: int) -> Picture | None:
    """A stand-in for a picture of this size, or None where there is no thumbnail yet."""
    image = QImage(str(path)) if is_file(path) else QImage()
    return None if image.isNull() else Picture((image,), QSize(width, height))


def _reader(path: Path) -> QImageReader:
    # Qt's own limit of 256 MB would refuse what the dataset takes; this one still ends a bomb.
    QImageReader.setAllocationLimit(4 * MAX_PIXELS // (1 << 20) + 1)
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    return reader


def _may_be_turned(path: Path, reader: QImageReader) -> bool:
    """Whether it may tell how to turn it in a way that Qt does not listen to.

    Of PNG and WebP Qt hears nothing, of JPEG only what EXIF says: where that is silent, XMP counts.
    """
    form = bytes(reader.format().data())
    if form not in (b"png", b"webp", b"jpeg"):
        return False
    try:
        if form == b"jpeg":
            return _turns_by_xmp(path, reader)
        data = path.read_bytes()
    except OSError:
        return True  # whoever reads it next will say why
    return any(mark in data for mark in _TURNING_MARKS)


def _turns_by_xmp(path: Path, reader: QImageReader) -> bool:
    if reader.transformation() != QImageIOHandler.Transformation.TransformationNone:
        return False
    with path.open("rb") as stream:
        return _TURNING_XMP.search(stream.read(_JPEG_HEAD)) is not None


def _levels(image: QImage) -> tuple[QImage, ...]:
    levels = [image.convertToFormat(QImage.Format.Format_RGB32)]
    del image  # or the picture would be in memory twice where its format was another
    while max(levels[-1].width(), levels[-1].height()) >= 2 * _SMALLEST_LEVEL:
        levels.append(
            levels[-1].scaled(
                max(levels[-1].width() // 2, 1),
                max(levels[-1].height() // 2, 1),
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
    return tuple(levels)


def _through_pillow(path: Path) -> QImage:
    """For what Qt does not read or turn, and for the reason why a file is broken.

    Takes up to 14 bytes of memory a pixel.
    """
    from labeler.dataset.picture import read, upright  # Pillow: not before it is needed

    picture = upright(read(path), path.name)
    data = picture.tobytes()
    if len(data) != picture.width * picture.height * 3:
        told = QCoreApplication.translate("Picture", "{0} cannot be shown.")
        raise UserError(told.format(path.name))
    image = QImage(
        data, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888
    )
    return image.copy()  # the copy owns its bytes; the first one only borrows Python's
