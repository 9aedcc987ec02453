"""The magnifier beside the pointer, for edges that want to be met exactly."""

from __future__ import annotations

from PySide6.QtCore import QLineF, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from labeler.gui.label.picture import Picture
from labeler.gui.label.picture_painter import paint_picture
from labeler.gui.label.tone import Tone
from labeler.gui.theme import colors

MAGNIFICATION = 4.0
SIDE = 168.0
"""Width and height on the screen, in device-independent pixels."""
_GAP = 26.0
"""Between the pointer and the nearest corner: the hand sees what it does."""


def loupe_place(at: QPointF, screen: QSizeF, keep_clear: QRectF) -> QRectF:
    """Where the loupe for the pointer at `at` covers least of what is drawn, and is seen whole.

    Below to the right comes last: the size in numbers stands there.
    """
    far, near = _GAP + SIDE, -_GAP
    corners = ((-near, -far), (-far, -far), (-far, -near), (-near, -near))
    places = [QRectF(at.x() + x, at.y() + y, SIDE, SIDE) for x, y in corners]
    window = QRectF(QPointF(0, 0), screen)
    return min(
        places,
        key=lambda place: (
            _area(place.intersected(keep_clear)) + SIDE * SIDE - _area(place.intersected(window))
        ),
    )


def paint_loupe(
    painter: QPainter,
    place: QRectF,
    at: QPointF,
    picture: Picture,
    whole: QRectF,
    tone: Tone,
    frame: tuple[QRectF, QColor] | None,
) -> None:
    """The picture around `at`, where whole is the picture's rectangle on the screen.

    frame is the box in the hand, on the screen, with its colour.
    """
    painter.save()
    painter.setClipRect(place)
    painter.fillRect(place, QColor(colors().ground))
    paint_picture(painter, picture, _enlarged(whole, at, place), place, tone)
    _paint_cross(painter, place)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    if frame is not None:
        painter.setPen(QPen(frame[1], 1.5))
        painter.drawRect(_enlarged(frame[0], at, place))
    painter.restore()
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for color, width in ((QColor(20, 20, 20), 3.0), (QColor("white"), 1.0)):
        painter.setPen(QPen(color, width))
        painter.drawRect(place)


def _enlarged(rect: QRectF, at: QPointF, place: QRectF) -> QRectF:
    corner = place.center() + (rect.topLeft() - at) * MAGNIFICATION
    return QRectF(corner, rect.size() * MAGNIFICATION)


def _paint_cross(painter: QPainter, place: QRectF) -> None:
    middle = place.center()
    lines = [
        QLineF(place.left(), middle.y(), place.right(), middle.y()),
        QLineF(middle.x(), place.top(), middle.x(), place.bottom()),
    ]
    for color, style in (
        (QColor(0, 0, 0, 110), Qt.PenStyle.SolidLine),
        (QColor(255, 255, 255, 190), Qt.PenStyle.DashLine),
    ):
        painter.setPen(QPen(color, 1.0, style))
        painter.drawLines(lines)


def _area(rect: QRectF) -> float:
    return max(rect.width(), 0.0) * max(rect.height(), 0.0)
