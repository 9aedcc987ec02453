"""An image's pixels for the canvas: upright, with halved copies so that zooming out stays quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QImageReader

from labeler.errors import UserError

_SMALLEST_LEVEL = 1024


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """levels[0] is the full picture; each level after it has half the width and height."""

    levels: tuple[QImage, ...]

    @property
    def width(self) -> int:
        return self.levels[0].width()

    @property
    def height(self) -> int:
        return self.levels[0].height()

    @property
    def bytes(self) -> int:
        return sum(level.sizeInBytes() for level in self.levels)

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
    reader = QImageReader(str(path))
    reader.setAutoTransform(True)
    image = reader.read() if reader.canRead() else QImage()
    if image.isNull():
        image = _through_pillow(path)
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    levels = [image]
    while max(levels[-1].width(), levels[-1].height()) >= 2 * _SMALLEST_LEVEL:
        levels.append(
            levels[-1].scaled(
                levels[-1].width() // 2,
                levels[-1].height() // 2,
                Qt.AspectRatioMode.IgnoreAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        )
    return Picture(tuple(levels))


def _through_pillow(path: Path) -> QImage:
    """For formats that Qt does not read here, and for the reason why a file is broken."""
    from labeler.dataset.picture import read, upright  # Pillow: not before it is needed

    picture = upright(read(path), path.name)
    data = picture.tobytes()
    if len(data) != picture.width * picture.height * 3:
        raise UserError(f"{path.name} cannot be shown.")
    image = QImage(
        data, picture.width, picture.height, picture.width * 3, QImage.Format.Format_RGB888
    )
    return image.copy()  # the copy owns its bytes; the first one only borrows Python's
