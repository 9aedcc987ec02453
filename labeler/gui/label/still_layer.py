"""What does not change from frame to frame, painted once and shown again."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QFont, QPainter, QPixmap, QRegion
from PySide6.QtWidgets import QWidget

Draw = Callable[[QPainter, QRectF], None]
"""Paints what lies in a rectangle of the widget, and may paint beyond it."""


class StillLayer:
    """A pixmap as large as the widget: 4 MB at 1280x800, 16 MB at a scale of 200 %.

    The first frame of a look is painted straight away, and only its second one into the pixmap:
    while a person zooms, every frame is a look of its own, and none is painted twice. While a
    person pans, the pixmap is shifted, and only what comes in at its edges is painted.
    """

    def __init__(self, upper_edge: int) -> None:
        """upper_edge: rows at the top, in the widget's pixels, that do not just shift in a pan."""
        self._upper_edge = upper_edge
        self._look: tuple[object, ...] = ()
        self._place = QPointF()
        self._pixmap = QPixmap()
        self._is_painted = False

    def paint(
        self,
        painter: QPainter,
        widget: QWidget,
        look: tuple[object, ...],
        place: QPointF,
        draw: Draw,
    ) -> None:
        """Shows what draw paints, all over the widget.

        place is where the drawing's origin is in the widget; look holds everything else that draw
        depends on, apart from the widget's size and scale.
        """
        ratio = widget.devicePixelRatioF()
        look = (*look, widget.size(), ratio)
        if look != self._look:
            self._look, self._is_painted = look, False
            draw(painter, QRectF(widget.rect()))
            return
        exposed = self._shifted(place, widget.size(), ratio)
        self._place, self._is_painted = QPointF(place), True
        if not exposed.isEmpty():
            self._paint(exposed, draw, painter.font())
        painter.drawPixmap(0, 0, self._pixmap)

    def _shifted(self, place: QPointF, widget: QSize, ratio: float) -> QRegion:
        """Shifts the pixmap to the place; returns what is to be painted, in the widget's pixels."""
        size = (QSizeF(widget) * ratio).toSize()
        everything = QRegion(QRect(QPoint(0, 0), widget))
        if self._pixmap.size() != size:
            self._pixmap = QPixmap(size)
            self._is_painted = False
        self._pixmap.setDevicePixelRatio(ratio)
        by = place - self._place
        step = by.toPoint()
        if not self._is_painted or (by - QPointF(step)).manhattanLength() > 1e-6 or ratio % 1:
            return everything
        if step.isNull():
            return QRegion()
        shift = step * int(ratio)
        self._pixmap.scroll(shift.x(), shift.y(), self._pixmap.rect())
        exposed = everything.subtracted(everything.translated(step))
        if step.y():
            height = self._upper_edge + abs(step.y())
            exposed = exposed.united(QRect(0, 0, widget.width(), height))
        return exposed

    def _paint(self, exposed: QRegion, draw: Draw, font: QFont) -> None:
        painter = QPainter(self._pixmap)
        for rect in cast("Iterable[QRect]", exposed):  # which its stubs do not know
            painter.save()
            painter.setFont(font)
            painter.setClipRect(rect)
            draw(painter, QRectF(rect))
            painter.restore()
        painter.end()
