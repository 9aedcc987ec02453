"""The whole screen for the picture, with labels and counts that the last row can read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QPalette,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeler.gui.picture_view import Mark
from labeler.gui.preview.class_list import Seen
from labeler.gui.preview.stage_view import StageView
from labeler.gui.theme import set_role

_PART_OF_HEIGHT = 32
"""A letter is this part of the screen's height: read from eight metres on a usual projection."""
_LEAST_PIXELS = 18
_LEAVE = (Qt.Key.Key_Escape, Qt.Key.Key_B, Qt.Key.Key_F11)


class BigScreen(QWidget):
    """A window of its own; Esc closes it. closed comes then, escaped before it where it was Esc."""

    closed = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        self.setWindowTitle(self.tr("Big screen"))
        self.stage = StageView(self)
        self.counts = _Counts(self)
        self.hint = QLabel(self.tr("Esc leaves"), self)
        set_role(self.hint, "faint")
        strip = QHBoxLayout()
        strip.setContentsMargins(24, 0, 24, 12)
        strip.addWidget(self.counts, 1)
        strip.addWidget(self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.stage, 1)
        column.addLayout(strip)

    def show_picture(
        self,
        image: QImage,
        marks: Sequence[Mark],
        beside: Sequence[Mark],
        seen: Sequence[Seen],
    ) -> None:
        self.stage.show_picture(image, marks, beside)
        self.counts.show_seen(seen)

    def resizeEvent(self, event: QEvent) -> None:
        pixels = max(_LEAST_PIXELS, self.height() // _PART_OF_HEIGHT)
        font = QFont(self.font())
        font.setPixelSize(pixels)
        for widget in (self.stage.view, self.stage.second, *self.stage.heads):
            widget.setFont(font)
        large = QFont(font)
        large.setPixelSize(round(1.6 * pixels))
        large.setBold(True)
        self.counts.setFont(large)
        self.counts.updateGeometry()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        if event.key() in _LEAVE:
            self.close()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class BigScreenSwitch(QObject):
    """Opens and closes it, and passes on what it shows while it is open, and its Esc."""

    opened = Signal()
    escaped = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.screen: BigScreen | None = None
        self._window = parent
        self._names: tuple[str, str] | None = None
        self._alarm = ""

    def toggle(self) -> None:
        if self.screen is not None:
            self.screen.close()
            return
        self.screen = BigScreen(self._window)
        self.screen.closed.connect(self._forget)
        self.screen.escaped.connect(self.escaped)
        self.screen.stage.show_names(self._names)
        self.screen.stage.view.show_alarm(self._alarm)
        self.screen.showFullScreen()
        self.screen.activateWindow()
        self.opened.emit()

    def close(self) -> None:
        if self.screen is not None:
            self.screen.close()

    def show_names(self, names: tuple[str, str] | None) -> None:
        """As StageView takes them."""
        self._names = names
        if self.screen is not None:
            self.screen.stage.show_names(names)

    def show_alarm(self, text: str) -> None:
        """As PictureView takes it."""
        self._alarm = text
        if self.screen is not None:
            self.screen.stage.view.show_alarm(text)

    def show_picture(
        self,
        image: QImage,
        marks: Sequence[Mark],
        beside: Sequence[Mark],
        seen: Sequence[Seen],
    ) -> None:
        if self.screen is not None:
            self.screen.show_picture(image, marks, beside, seen)

    def _forget(self) -> None:
        self.screen = None


class _Counts(QWidget):
    """A row of colours, numbers and names, as large as its font."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.seen: tuple[Seen, ...] = ()
        self.setAccessibleName(self.tr("In view"))

    def show_seen(self, seen: Sequence[Seen]) -> None:
        if tuple(seen) != self.seen:
            self.seen = tuple(seen)
            words = ", ".join(f"{each.count} {each.name}" for each in self.seen)
            self.setAccessibleDescription(words)
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, round(1.5 * self.fontMetrics().height()))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        middle = Qt.AlignmentFlag.AlignVCenter
        if not self.seen:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), middle, self.tr("Nothing in view"))
        side, left = 0.6 * self.fontMetrics().height(), 0.0
        for each in self.seen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(each.color))
            dot = QRectF(left, (self.height() - side) / 2, side, side)
            painter.drawRoundedRect(dot, side / 5, side / 5)
            text = f"{each.count} {each.name}"
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            where = QRectF(dot.right() + side / 2, 0, self.width(), self.height())
            painter.drawText(where, middle, text)
            left = where.left() + self.fontMetrics().horizontalAdvance(text) + 1.5 * side
