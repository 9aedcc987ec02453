"""A picture, letterboxed in its widget, with boxes and a line of numbers painted over it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF, Qt, QVariantAnimation, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QPainter,
    QPaintEvent,
    QPalette,
    QRegion,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

_MARGIN = 14
_FLASH_MS = 180
EDGE = QColor(28, 28, 28)
"""The dark edge of a box: every class colour stands out from it, whatever the picture is like."""
_SCRIM = QColor(20, 20, 20, 190)
ALARM = QColor(196, 36, 28, 235)
"""Red enough on any picture, with white words that read well on it."""
_DIM = 0.45
"""How much of a picture that is no longer live shows through."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A box over the picture: COCO x, y, width, height in its pixels; color is "#rrggbb"."""

    bbox: tuple[float, float, float, float]
    text: str
    color: str


class PictureView(QWidget):
    """Paints the newest picture it was given. Colours around it are the palette's.

    signs_moved: the lines at the upper edge may reach further down now, or less far.
    """

    signs_moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image = QImage()
        self._marks: tuple[Mark, ...] = ()
        self._numbers = ""
        self._alarm = ""
        self._caption = ""
        self._dimmed = False
        self._flash = QVariantAnimation(self, startValue=0.7, endValue=0.0, duration=_FLASH_MS)
        self._flash.valueChanged.connect(self.update)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAccessibleName(self.tr("Picture"))

    @property
    def image(self) -> QImage:
        return self._image

    @property
    def marks(self) -> tuple[Mark, ...]:
        return self._marks

    @property
    def numbers(self) -> str:
        return self._numbers

    @property
    def is_dimmed(self) -> bool:
        return self._dimmed

    def show_picture(self, image: QImage, marks: Sequence[Mark] = ()) -> None:
        """The picture together with the boxes that were found on this very picture."""
        self._image, self._marks = image, tuple(marks)
        self.update()

    def show_numbers(self, text: str) -> None:
        """A line in the corner; an empty one hides it."""
        if text != self._numbers:
            before, self._numbers = self.signs_height(), text
            self._tell_signs(before)

    @property
    def alarm(self) -> str:
        return self._alarm

    def show_alarm(self, text: str) -> None:
        """A red line in the other corner, for what must not be forgotten; an empty one hides it."""
        if text != self._alarm:
            before, self._alarm = self.signs_height(), text
            self._tell_signs(before)

    @property
    def caption(self) -> str:
        return self._caption

    def show_caption(self, text: str) -> None:
        """A line below, in the middle; an empty one hides it."""
        if text != self._caption:
            self._caption = text
            self.update()

    def set_dimmed(self, dimmed: bool) -> None:
        """A picture that is no longer live looks so."""
        if dimmed != self._dimmed:
            self._dimmed = dimmed
            self.update()

    def flash(self) -> None:
        """The shutter's blink."""
        self._flash.stop()
        self._flash.start()

    def picture_rect(self) -> QRectF:
        """Where the picture is painted: as large as fits, its shape kept, in the middle."""
        if self._image.isNull():
            return QRectF()
        room = QRectF(self.rect()).adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        size = QSizeF(self._image.size())
        size.scale(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
        corner = room.center() - QPointF(size.width() / 2, size.height() / 2)
        return QRectF(corner.toPoint(), size)

    def sizeHint(self) -> QSize:
        return QSize(640, 400)

    def minimumSizeHint(self) -> QSize:
        return QSize(240, 160)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setClipRegion(self._ground())
        painter.fillRect(self.rect(), self.palette().color(QPalette.ColorRole.Dark))
        painter.setClipping(False)
        if not self._image.isNull():
            self._paint_picture(painter)
        if self._numbers:
            self._paint_line(painter, self._numbers, _SCRIM, self._numbers_rect())
        if self._alarm:
            self._paint_line(painter, self._alarm, ALARM, self.alarm_rect())
        if self._caption:
            self._paint_line(painter, self._caption, _SCRIM, self._caption_rect())

    def _ground(self) -> QRegion:
        """What the picture does not cover for sure."""
        ground = QRegion(self.rect())
        if self._dimmed or self._image.isNull() or self._image.hasAlphaChannel():
            return ground
        where = self.picture_rect()
        inside = QRect(where.topLeft().toPoint(), QSize(int(where.width()), int(where.height())))
        return ground.subtracted(QRegion(inside.adjusted(1, 1, -1, -1)))

    def _paint_picture(self, painter: QPainter) -> None:
        where = self.picture_rect()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setOpacity(_DIM if self._dimmed else 1.0)
        painter.drawImage(where, self._image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(_bold(self.font()))
        for mark in self._marks:
            _paint_mark(painter, mark, where, where.width() / self._image.width())
        painter.setOpacity(1.0)
        painter.setFont(self.font())
        if self._flash.state() is QVariantAnimation.State.Running:
            painter.fillRect(where, QColor.fromRgbF(1.0, 1.0, 1.0, self._flash.currentValue()))

    def alarm_rect(self) -> QRectF:
        """Where the red line stands: below the numbers where there is no room beside them."""
        size = self._line_size(self._alarm)
        beside = QRectF(QPointF(self.width() - _MARGIN - size.width(), _MARGIN), size)
        numbers = self._numbers_rect()
        if self._numbers and beside.left() < numbers.right() + _MARGIN:
            beside.moveTop(numbers.bottom() + _MARGIN / 2)
        return beside

    def signs_height(self) -> int:
        """How far down the numbers and the red line reach, in device-independent pixels."""
        shown = [self._numbers_rect()] if self._numbers else []
        shown += [self.alarm_rect()] if self._alarm else []
        return round(max((each.bottom() for each in shown), default=0.0))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.signs_moved.emit()

    def _tell_signs(self, before: int) -> None:
        self.update()
        if self.signs_height() != before:
            self.signs_moved.emit()

    def _numbers_rect(self) -> QRectF:
        return QRectF(QPointF(_MARGIN, _MARGIN), self._line_size(self._numbers))

    def _caption_rect(self) -> QRectF:
        size = self._line_size(self._caption)
        bottom = self.picture_rect().bottom() or self.height()
        return QRectF(
            QPointF((self.width() - size.width()) / 2, bottom - _MARGIN - size.height()), size
        )

    def _line_size(self, text: str) -> QSizeF:
        metrics = self.fontMetrics()
        room = max(0, self.width() - 2 * _MARGIN)
        return QSizeF(min(room, metrics.horizontalAdvance(text) + 21), metrics.height() + 10)

    def _paint_line(self, painter: QPainter, text: str, ground: QColor, where: QRectF) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(ground)
        painter.drawRoundedRect(where, 4, 4)
        painter.setPen(QColor("white"))
        room = round(where.width()) - 20
        text = self.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, room)
        painter.drawText(where, Qt.AlignmentFlag.AlignCenter, text)


def with_marks(image: QImage, marks: Sequence[Mark], font: QFont) -> QImage:
    """The picture with its boxes painted in, for a file. Also on another thread than the window's.

    font: its size is made to suit the picture.
    """
    drawn = image.convertToFormat(QImage.Format.Format_RGB32)
    if drawn.cacheKey() == image.cacheKey():
        drawn = image.copy()
    painter = QPainter(drawn)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    sized = QFont(font)
    sized.setBold(True)
    sized.setPixelSize(max(12, min(drawn.width(), drawn.height()) // 28))
    painter.setFont(sized)
    for mark in marks:
        _paint_mark(painter, mark, QRectF(drawn.rect()), 1.0)
    painter.end()
    return drawn


def _paint_mark(painter: QPainter, mark: Mark, picture: QRectF, scale: float) -> None:
    x, y, width, height = (side * scale for side in mark.bbox)
    box = QRectF(picture.x() + x, picture.y() + y, width, height).intersected(picture)
    color = QColor(mark.color)
    _paint_frame(painter, box.toRect(), 4, EDGE)  # it shows on a ground of its own colour
    _paint_frame(painter, box.toRect(), 2, color)
    metrics, text = painter.fontMetrics(), mark.text
    room = int(picture.width()) - 10
    if metrics.horizontalAdvance(text) > room:
        text = metrics.elidedText(text, Qt.TextElideMode.ElideMiddle, room)
    size = QSizeF(metrics.horizontalAdvance(text) + 10, metrics.height() + 3)
    left = min(box.left() - 1, picture.right() - size.width())
    above = box.top() - size.height()
    top = above if above >= picture.top() else box.top()
    label = QRectF(QPointF(max(picture.left(), left), top), size)
    painter.fillRect(label, color)
    painter.setPen(text_color(color))
    painter.drawText(label, Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextSingleLine, text)


def _paint_frame(painter: QPainter, box: QRect, width: int, color: QColor) -> None:
    """As a pen of that width would, half inside and half outside: a detector may find a hundred."""
    half = width // 2
    x, y, right, bottom = box.x() - half, box.y() - half, box.right() + 1, box.bottom() + 1
    across, down = right + half - x, bottom + half - y
    painter.fillRect(x, y, across, width, color)
    painter.fillRect(x, bottom - half, across, width, color)
    painter.fillRect(x, y, width, down, color)
    painter.fillRect(right - half, y, width, down, color)


def text_color(ground: QColor) -> QColor:
    """Black or white, whichever reads better on the ground (WCAG's relative luminance)."""
    linear = [_linear(part) for part in (ground.redF(), ground.greenF(), ground.blueF())]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return QColor("black" if luminance > 0.179 else "white")


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _bold(font: QFont) -> QFont:
    bold = QFont(font)
    bold.setBold(True)
    if font.pixelSize() > 0:
        bold.setPixelSize(max(1, round(font.pixelSize() * 0.9)))
    else:
        bold.setPointSizeF(font.pointSizeF() * 0.9 if font.pointSizeF() > 0 else 9.0)
    return bold
