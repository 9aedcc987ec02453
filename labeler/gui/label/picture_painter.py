"""The part of the picture that is on the screen, in the tone that the person chose."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF
from PySide6.QtGui import QImage, QPainter

from labeler.gui.label.picture import Picture
from labeler.gui.label.tone import Tone

_PIXELS_SHOW_FROM = 4.0
"""From this zoom on pixels are shown as squares, so that an edge can be placed exactly."""
_STRIP = 128
"""Rows that are toned together: memory this small is used again and again, while buffers as large
as the screen would be fetched from the system for each frame, which takes longer than the work."""


def paint_picture(
    painter: QPainter, picture: Picture, whole: QRectF, window: QRectF, tone: Tone
) -> None:
    """Paints the picture at whole, as far as it lies in window; both in the painter's pixels."""
    seen = whole.intersected(window)
    if seen.isEmpty():
        return
    ratio = painter.device().devicePixelRatioF()
    scale = whole.width() / picture.width * ratio
    if tone.is_neutral:
        _paint_plain(painter, picture, whole, seen, scale)
        return
    painter.save()
    painter.scale(1 / ratio, 1 / ratio)  # one unit is one pixel of the screen from here on
    whole, seen = _scaled(whole, ratio), _scaled(seen, ratio)
    place = QRect(seen.topLeft().toPoint(), seen.bottomRight().toPoint() - QPoint(1, 1))
    for top in range(place.top(), place.bottom() + 1, _STRIP):
        rows = min(_STRIP, place.bottom() + 1 - top)
        strip = QRect(place.left(), top, place.width(), rows)
        painter.drawImage(strip.topLeft(), _toned(picture, whole, strip, scale, tone))
    painter.restore()


def _paint_plain(
    painter: QPainter, picture: Picture, whole: QRectF, seen: QRectF, scale: float
) -> None:
    """scale: pixels of the screen for one of the picture."""
    level = picture.level_for(scale)
    smooth = scale < _PIXELS_SHOW_FROM or not picture.is_whole
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
    painter.drawImage(seen, level, _source(seen, whole, level))


def _source(seen: QRectF, whole: QRectF, level: QImage) -> QRectF:
    """The part of the level that is on the screen: only that is scaled."""
    across, down = level.width() / whole.width(), level.height() / whole.height()
    part = QRectF(
        (seen.x() - whole.x()) * across,
        (seen.y() - whole.y()) * down,
        seen.width() * across,
        seen.height() * down,
    )
    return part.intersected(QRectF(level.rect()))


def _toned(picture: Picture, whole: QRectF, place: QRect, scale: float, tone: Tone) -> QImage:
    """What is at place on the screen, its values looked up in the tone's table.

    After scaling, for then the work is bounded by the screen whatever the picture's size.
    """
    plain = QImage(place.size(), QImage.Format.Format_RGB32)
    inner = QPainter(plain)
    inner.translate(-place.topLeft())
    _paint_plain(inner, picture, whole, QRectF(place), scale)
    inner.end()
    # Three bytes a pixel: with a fourth the table would change the opacity as well.
    plain = plain.convertToFormat(QImage.Format.Format_RGB888)
    values = bytes(plain.constBits()).translate(tone.table())
    toned = QImage(values, plain.width(), plain.height(), plain.bytesPerLine(), plain.format())
    return toned.convertToFormat(QImage.Format.Format_RGB32)  # owns its bytes, unlike the other


def _scaled(rect: QRectF, by: float) -> QRectF:
    return QRectF(rect.topLeft() * by, rect.size() * by)
