"""The count-down to the next photo by the clock, in the corner of the picture, large."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from labeler.gui.picture_view import PictureView

_SCRIM = QColor(20, 20, 20, 190)
_MARGIN = 26
_WIDTH, _HEIGHT = 116, 92


class CountDown(QWidget):
    """Light on dark whatever the picture is like; to be read from across the room."""

    def __init__(self, view: PictureView) -> None:
        super().__init__(view)
        self._view = view
        self._seconds = 0
        self._to_come = 0
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFixedSize(_WIDTH, _HEIGHT)
        self.hide()
        view.installEventFilter(self)

    def show_wait(self, seconds: int, to_come: int) -> None:
        """to_come: 0 where photos come until they are stopped."""
        self._seconds, self._to_come = seconds, to_come
        words = self.tr("Next photo in {0} s").format(seconds)
        self.setAccessibleName(f"{words}. {self._rest()}".rstrip(". "))
        self._place()
        self.show()
        self.raise_()
        self.update()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._view and event.type() is QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_SCRIM)
        painter.drawRoundedRect(QRectF(self.rect()), 10, 10)
        painter.setPen(QColor("white"))
        rest = self._rest()
        lines = QRectF(self.rect()).adjusted(0, 4, 0, -26 if rest else -4)
        font = QFont(self.font())
        small = QFont(font)
        font.setPixelSize(48)
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(lines, Qt.AlignmentFlag.AlignCenter, str(self._seconds))
        painter.setFont(small)
        below = QRectF(0, self.height() - 30, self.width(), 24)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, rest)

    def _rest(self) -> str:
        if not self._to_come:
            return ""
        return self.tr("{0} to come").format(self._to_come)

    def _place(self) -> None:
        self.move(self._view.width() - self.width() - _MARGIN, _MARGIN)
