"""The whole screen for the picture, with labels and counts that the last row can read."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QKeyCombination, QObject, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QColor,
    QFont,
    QImage,
    QKeyEvent,
    QKeySequence,
    QPainter,
    QPaintEvent,
    QPalette,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from labeler.gui.live import LiveCamera
from labeler.gui.live_health import LiveHealth
from labeler.gui.picture_view import Mark
from labeler.gui.preview.class_list import Seen
from labeler.gui.preview.stage_view import StageView
from labeler.gui.theme import set_role

_PART_OF_HEIGHT = 32
"""A letter is this part of the screen's height: read from eight metres on a usual projection."""
_LEAST_PIXELS = 18
_ELIDE = Qt.TextElideMode.ElideRight
_LEAVE = (Qt.Key.Key_Escape, Qt.Key.Key_F11)


class BigScreen(QWidget):
    """A window of its own; Esc closes it. closed comes then, escaped before it where it was Esc.

    pressed carries the QKeySequence of any other key, and whether it is held.
    """

    closed = Signal()
    escaped = Signal()
    pressed = Signal(object, bool)

    def __init__(self, live: LiveCamera, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        set_role(self, "ground")
        self.setWindowTitle(self.tr("Big screen"))
        self.stage = StageView(self)
        self.health = LiveHealth(live, self.stage.view)
        self.health_beside = LiveHealth(live, self.stage.second, tells_camera=False)
        self.counts = _Counts(self)
        self.hint = QLabel(self.tr("Esc leaves"), self)
        set_role(self.hint, "faint")
        strip = QHBoxLayout()
        strip.setContentsMargins(24, 0, 24, 12)
        strip.setSpacing(24)
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
        told = (self.health.sentence, self.health.hint)
        for widget in (self.stage.view, self.stage.second, *self.stage.heads, *told):
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
            keys = event.keyCombination()
            if _is_sign(event.text()):  # some need Shift on some keyboards
                keys = QKeyCombination(keys.key())
            self.pressed.emit(QKeySequence(keys), event.isAutoRepeat())

    def closeEvent(self, event: QCloseEvent) -> None:
        self.closed.emit()
        super().closeEvent(event)


class BigScreenSwitch(QObject):
    """Opens and closes it, and passes on what it shows while it is open, and its keys.

    Those of the window that it belongs to mean there what they mean here.
    """

    opened = Signal()
    escaped = Signal()

    def __init__(self, live: LiveCamera, parent: QWidget) -> None:
        super().__init__(parent)
        self._live = live
        self.screen: BigScreen | None = None
        self._window = parent
        self._names: tuple[str, str] | None = None
        self._alarm = ""

    def toggle(self) -> None:
        if self.screen is not None:
            self.screen.close()
            return
        self.screen = BigScreen(self._live, self._window)
        self.screen.closed.connect(self._forget)
        self.screen.escaped.connect(self.escaped)
        self.screen.pressed.connect(self._press)
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

    def show_caption(self, text: str) -> None:
        """As PictureView takes it."""
        if self.screen is not None:
            self.screen.stage.view.show_caption(text)

    def show_picture(
        self,
        image: QImage,
        marks: Sequence[Mark],
        beside: Sequence[Mark],
        seen: Sequence[Seen],
    ) -> None:
        if self.screen is not None:
            self.screen.show_picture(image, marks, beside, seen)

    def clear(self) -> None:
        """There is no picture as yet."""
        self.show_picture(QImage(), (), (), ())

    def flash(self) -> None:
        """As PictureView does."""
        if self.screen is not None:
            self.screen.stage.view.flash()

    def _press(self, keys: QKeySequence, is_held: bool) -> None:
        for shortcut in self._window.window().findChildren(QShortcut):
            is_meant = shortcut.isEnabled() and shortcut.key() == keys
            if is_meant and (shortcut.autoRepeat() or not is_held):
                shortcut.activated.emit()
                return

    def _forget(self) -> None:
        self.screen = None
        self._window.window().activateWindow()  # its keys go on meaning what they meant


def _is_sign(text: str) -> bool:
    """As + and ?; neither a letter nor what Ctrl makes of one."""
    return bool(text) and text.isprintable() and not text.isalnum() and not text.isspace()


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
        middle = Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        if not self.seen:
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            painter.drawText(self.rect(), middle, self.tr("Nothing in view"))
        side, left = 0.6 * self.fontMetrics().height(), 0.0
        for each in self.seen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(each.color))
            dot = QRectF(left, (self.height() - side) / 2, side, side)
            painter.drawRoundedRect(dot, side / 5, side / 5)
            painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
            where = QRectF(self.rect())
            where.setLeft(dot.right() + side / 2)
            text = f"{each.count} {each.name}"
            text = self.fontMetrics().elidedText(text, _ELIDE, max(0, round(where.width())))
            painter.drawText(where, middle, text)
            left = where.left() + self.fontMetrics().horizontalAdvance(text) + 1.5 * side
