"""When a photo is due: one at a press, a burst while held, or one every few seconds."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QKeyEvent

from labeler.cameras.base import Frame
from labeler.gui.live import LiveCamera

HOLD_MS = 350
"""A press this long is a hold; a tap is shorter."""
BURST_GAP = 0.19
"""Seconds between two frames of a burst: every third frame of a robot, five a second."""

_ENDS_HOLD = (QEvent.Type.ApplicationDeactivate, QEvent.Type.WindowDeactivate)


class Shutter(QObject):
    """photo_requested comes once at a press, then for each due frame while the press is held.

    It carries the frame; None where there is none yet.
    """

    photo_requested = Signal(object)

    def __init__(self, live: LiveCamera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._last: float | None = None
        self._is_key = False
        self._key: int | None = None
        self.newest_key: Callable[[], int | None] = lambda: None
        """Which key went down last, where that is known; without it any release ends a burst."""
        self._is_down = False
        self._hold_timer = QTimer(self)
        self._hold_timer.setSingleShot(True)
        self._hold_timer.setInterval(HOLD_MS)
        self._live = live
        live.frame_arrived.connect(self._take_if_due)
        live.camera_changed.connect(self.release)

    @property
    def is_bursting(self) -> bool:
        return self._is_down and not self._hold_timer.isActive()

    def press(self) -> None:
        """The button went down."""
        if self._is_down:
            return
        self._is_down = True
        self._hold_timer.start()
        newest = self._live.newest()
        self._last = newest.received if newest is not None else None
        self.photo_requested.emit(newest)

    def press_key(self) -> None:
        """A key went down, whichever. A release is looked for wherever it is delivered."""
        application = QCoreApplication.instance()
        if application is not None and not self._is_down:
            self._is_key = True
            self._key = self.newest_key()
            application.installEventFilter(self)
        self.press()

    def tap(self) -> None:
        """One photo."""
        self.press()
        self.release()

    def release(self) -> None:
        """The button or key went up, or it can no longer be known whether it did."""
        if not self._is_down:
            return
        self._is_down = False
        self._hold_timer.stop()
        application = QCoreApplication.instance()
        if application is not None and self._is_key:
            application.removeEventFilter(self)
        self._is_key = False

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _ENDS_HOLD or self._is_release(event):
            self.release()
        return False

    def _take_if_due(self, frame: Frame) -> None:
        if not self.is_bursting:
            return
        if self._last is None or frame.received - self._last >= BURST_GAP:
            self._last = frame.received
            self.photo_requested.emit(frame)

    def _is_release(self, event: QEvent) -> bool:
        """A key that is held sends releases as well, marked as repeated."""
        if event.type() is not QEvent.Type.KeyRelease or not isinstance(event, QKeyEvent):
            return False
        return not event.isAutoRepeat() and self._key in (None, key_number(event))


def key_number(event: QKeyEvent) -> int:
    """Which key of the keyboard it is, whatever it means with others held."""
    return event.nativeScanCode() or event.key()
