"""A picture as a recording has it: with its boxes, or twice where two detectors look at it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QImage, QPainter

from labeler.gui.decode import LONGEST
from labeler.gui.picture_view import EDGE, Mark, with_marks

_STRIP = 14
"""The names above the two are this part of the picture's height."""
_LEAST_STRIP, _GAP = 22, 4
"""In pixels."""


def video_picture(
    image: QImage, panes: Sequence[tuple[str, Sequence[Mark]]], font: QFont
) -> QImage:
    """panes: the detector's name and its marks, of one or of two side by side with their names.

    Also on another thread than the window's. At most LONGEST pixels wide, as a single one is.
    """
    if len(panes) == 1:
        return with_marks(image, panes[0][1], font)
    width, height = image.width(), image.height()
    strip = max(_LEAST_STRIP, height // _STRIP)
    size = QSize(len(panes) * (width + _GAP) - _GAP, height + strip)
    whole = QImage(size, QImage.Format.Format_RGB32)
    whole.fill(EDGE)
    painter = QPainter(whole)
    sized = QFont(font)
    sized.setPixelSize(round(0.6 * strip))
    painter.setFont(sized)
    painter.setPen(QColor("white"))
    for place, (name, marks) in enumerate(panes):
        left = place * (width + _GAP)
        painter.drawImage(QPoint(left, strip), with_marks(image, marks, font))
        where = QRect(left, 0, width, strip).adjusted(strip // 3, 0, -strip // 3, 0)
        words = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideLeft, where.width())
        painter.drawText(where, Qt.AlignmentFlag.AlignVCenter, words)
    painter.end()
    if whole.width() <= LONGEST:
        return whole
    return whole.scaledToWidth(LONGEST, Qt.TransformationMode.SmoothTransformation)
