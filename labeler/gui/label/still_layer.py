"""What does not change from frame to frame, painted once and shown again."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QWidget


class StillLayer:
    """A pixmap as large as the widget: 4 MB at 1280x800, 16 MB at a scale of 200 %.

    The first frame of a look is painted straight away, and only its second one into the pixmap:
    while a person pans or zooms, every frame is a look of its own, and none is painted twice.
    """

    def __init__(self) -> None:
        self._look: tuple[object, ...] = ()
        self._pixmap = QPixmap()
        self._is_painted = False

    def paint(
        self,
        painter: QPainter,
        widget: QWidget,
        look: tuple[object, ...],
        draw: Callable[[QPainter], None],
    ) -> None:
        """Paints what draw paints, all of the widget, as long as look is the same.

        look holds everything that draw depends on, apart from the widget's size and scale.
        """
        look = (*look, widget.size(), widget.devicePixelRatioF())
        if look != self._look:
            self._look, self._is_painted = look, False
            draw(painter)
            return
        if not self._is_painted:
            self._paint_pixmap(widget, painter, draw)
        painter.drawPixmap(0, 0, self._pixmap)

    def _paint_pixmap(
        self, widget: QWidget, like: QPainter, draw: Callable[[QPainter], None]
    ) -> None:
        ratio = widget.devicePixelRatioF()
        size = (QSizeF(widget.size()) * ratio).toSize()
        if self._pixmap.size() != size:
            self._pixmap = QPixmap(size)
        self._pixmap.setDevicePixelRatio(ratio)
        painter = QPainter(self._pixmap)
        painter.setFont(like.font())
        draw(painter)
        painter.end()
        self._is_painted = True
