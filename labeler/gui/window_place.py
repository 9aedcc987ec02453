"""Where the window stands: as large as it should be, and never larger than the screen allows."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QByteArray, QMargins, QPoint, QRect, QSize, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QStyle, QWidget

SIZE = QSize(1280, 800)
"""Of a new window, in device-independent pixels, where the screen is large enough."""
_FRAME_COMES_MS = 250
"""By then the window manager has drawn its frame; until then its size is a guess."""


def fitted(wanted: QRect, screens: Sequence[QRect], frame: QMargins) -> QRect:
    """wanted, moved and made smaller as far as needed to have the whole frame on one screen.

    wanted and the result are the inside of a window; frame is what its title bar and borders add.
    screens: the available part of each, the primary one first; one at least. Of those, the window
    goes to the one it covers most; where that is none (the monitor is gone), to the middle of the
    primary one. All in device-independent pixels.
    """
    most = max(screens, key=lambda screen: _area(screen.intersected(wanted)))  # the first of equals
    inside = most.marginsRemoved(frame)
    size = wanted.size().boundedTo(inside.size())
    spare = inside.size() - size
    if most.intersects(wanted):
        right = _between(0, wanted.left() - inside.left(), spare.width())
        down = _between(0, wanted.top() - inside.top(), spare.height())
    else:
        right, down = spare.width() // 2, spare.height() // 2
    return QRect(inside.topLeft() + QPoint(right, down), size)


def place_window(window: QWidget, remembered: QByteArray) -> None:
    """To where it stood, or in the middle of the primary screen, but always wholly visible.

    Before the window is shown its frame can only be guessed; some moments later it is known, and
    the window is corrected once where the guess was too small and nobody moved it meanwhile.
    """
    if not window.restoreGeometry(remembered):
        middle = QRect(QPoint(0, 0), SIZE)
        middle.moveCenter(_screens()[0].center())
        window.setGeometry(middle)
    if not _fills_screen(window):
        window.setGeometry(fitted(window.geometry(), _screens(), _guessed_frame(window)))
    placed = window.geometry().size()
    QTimer.singleShot(_FRAME_COMES_MS, window, lambda: bring_inside(window, placed))


def bring_inside(window: QWidget, placed: QSize) -> None:
    """Corrects a shown window by its true frame, unless it is no longer as large as placed."""
    if not window.isVisible() or _fills_screen(window) or window.size() != placed:
        return
    inner, outer = window.geometry(), window.frameGeometry()
    frame = QMargins(
        inner.left() - outer.left(),
        inner.top() - outer.top(),
        outer.right() - inner.right(),
        outer.bottom() - inner.bottom(),
    )
    better = fitted(inner, _screens(), frame)
    if better != inner:
        window.setGeometry(better)


def _guessed_frame(window: QWidget) -> QMargins:
    title = window.style().pixelMetric(QStyle.PixelMetric.PM_TitleBarHeight, None, window)
    return QMargins(2, title, 2, 2)


def _fills_screen(window: QWidget) -> bool:
    return window.isMaximized() or window.isFullScreen()


def _screens() -> list[QRect]:
    primary = QGuiApplication.primaryScreen()
    others = [screen for screen in QGuiApplication.screens() if screen is not primary]
    return [screen.availableGeometry() for screen in (primary, *others)]


def _area(rect: QRect) -> int:
    return max(0, rect.width()) * max(0, rect.height())


def _between(low: int, value: int, high: int) -> int:
    return max(low, min(value, high))
