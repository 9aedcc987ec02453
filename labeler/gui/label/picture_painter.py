"""The part of the picture that is on the screen, in the tone that the person chose."""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from labeler.gui.label.picture import Picture
from labeler.gui.label.tone import Tone

_PIXELS_SHOW_FROM = 4.0
"""From this zoom on pixels are shown as squares, so that an edge can be placed exactly."""


def paint_picture(
    painter: QPainter, picture: Picture, whole: QRectF, window: QRectF, tone: Tone
) -> None:
    """Paints the picture at whole, as far as it lies in window; both in the painter's pixels."""
    seen = whole.intersected(window)
    if seen.isEmpty():
        return
    if tone.is_neutral:
        _paint_plain(painter, picture, whole, seen)
        return
    place = seen.toAlignedRect()
    painter.save()
    painter.setClipRect(seen)
    painter.drawImage(place.topLeft(), _toned(painter, picture, whole, place, tone))
    painter.restore()


def _paint_plain(painter: QPainter, picture: Picture, whole: QRectF, seen: QRectF) -> None:
    scale = whole.width() / picture.width * painter.device().devicePixelRatioF()
    level = picture.level_for(scale)
    smooth = scale < _PIXELS_SHOW_FROM or not picture.is_whole
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(seen, level, _source(seen, whole, level))


def _source(seen: QRectF, whole: QRectF, level: QImage) -> QRectF:
    """The part of the level that is on the screen: only that is scaled."""
    across, down = level.width() / whole.width(), level.height() / whole.height()
    return QRectF(
        (seen.x() - whole.x()) * across,
        (seen.y() - whole.y()) * down,
        seen.width() * across,
        seen.height() * down,
    )


def _toned(painter: QPainter, picture: Picture, whole: QRectF, place: QRect, tone: Tone) -> QImage:
    """What is at place on the screen, its values looked up in the tone's table.

    After scaling, for then the work is bounded by the screen whatever the picture's size.
    """
    ratio = painter.device().devicePixelRatioF()
    plain = QImage((QRectF(place).size() * ratio).toSize(), QImage.Format.Format_RGB32)
    plain.setDevicePixelRatio(ratio)
    inner = QPainter(plain)
    inner.translate(-place.topLeft())
    _paint_plain(inner, picture, whole, whole.intersected(QRectF(place)))
    inner.end()
    # Three bytes a pixel: with a fourth the table would change the opacity as well.
    plain = plain.convertToFormat(QImage.Format.Format_RGB888)
    values = bytes(plain.constBits()).translate(tone.table())
    toned = QImage(
        values, plain.width(), plain.height(), plain.bytesPerLine(), plain.format()
    ).copy()  # the copy owns its bytes; the first one only borrows Python's
    toned.setDevicePixelRatio(ratio)
    return toned
