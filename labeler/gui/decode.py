"""From a frame's bytes to pixels on the screen, and to those a detector reads. Pure functions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

from labeler.cameras.base import Frame

LONGEST = 2048
"""Larger pictures are shown reduced to this longest side, in pixels."""
_LARGE_BYTES = 250_000


@dataclass(frozen=True, slots=True, eq=False)
class LivePicture:
    """A frame and its pixels, upright, the longest side at most LONGEST.

    factor: pixels of the frame's own picture to one of image.
    """

    frame: Frame
    image: QImage
    factor: float = 1.0


def is_large(frame: Frame) -> bool:
    """Whether decoding it would be felt on the GUI thread (a robot's frame takes 2 to 3 ms)."""
    return len(frame.data) > _LARGE_BYTES


def decode(frame: Frame) -> LivePicture | None:
    """None where the bytes are no picture, as after a transmission that was cut off."""
    buffer = QBuffer()
    buffer.setData(QByteArray(frame.data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    factor = 1.0
    if size.isValid() and max(size.width(), size.height()) > LONGEST:
        factor = max(size.width(), size.height()) / LONGEST
        reader.setScaledSize(
            size.scaled(QSize(LONGEST, LONGEST), Qt.AspectRatioMode.KeepAspectRatio)
        )
    image = reader.read()
    return None if image.isNull() else LivePicture(frame, image, factor)


def as_rgb(image: QImage) -> Any:
    """The pixels as (height, width, 3) uint8, a copy of their own."""
    import numpy as np

    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    pixels = np.array(rows[:, : 3 * rgb.width()])  # a copy: the bytes end with the QImage
    return pixels.reshape(rgb.height(), rgb.width(), 3)
