"""Waits until mouse and keys have been left alone for a while, so that nothing comes in between."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

PAUSE_S = 2.0
"""So long no key and no button of the mouse was touched."""
_CHECK_MS = 200
_KEYS = (QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.Wheel)
_BUTTONS = (
    QEvent.Type.MouseButtonPress,
    QEvent.Type.MouseButtonRelease,
    QEvent.Type.MouseButtonDblClick,
)


class InputPause(QObject):
    """reached comes once after each begin(), when the person has paused.

    clock: seconds that only grow. is_busy: whether something is held open that a pause does not
    end, such as a box that is half drawn.
    """

    reached = Signal()

    def __init__(
        self, parent: QObject | None = None, is_busy: Callable[[], bool] = lambda: False
    ) -> None:
        super().__init__(parent)
        self.clock: Callable[[], float] = time.monotonic
        self._is_busy = is_busy
        self._touched_at = 0.0
        self._is_button_down = False
        self._checking = QTimer(self, interval=_CHECK_MS)
        self._checking.timeout.connect(self.check)

    @property
    def is_waiting(self) -> bool:
        return self._checking.isActive()

    def begin(self) -> None:
        """Waits from now on. Every event of the program is seen by it as long, and no longer."""
        if self.is_waiting:
            return
        self._touched_at = self.clock()
        self._is_button_down = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        self._checking.start()
        application = QApplication.instance()
        if application is not None:
            application.installEventFilter(self)

    def stop(self) -> None:
        self._checking.stop()
        application = QApplication.instance()
        if application is not None:
            application.removeEventFilter(self)

    def check(self) -> None:
        """Whether it is time."""
        is_open = QApplication.activePopupWidget() or QApplication.activeModalWidget()
        if not self.is_waiting or self._is_button_down or is_open or self._is_busy():
            return
        if self.clock() - self._touched_at >= PAUSE_S:
            self.stop()
            self.reached.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _BUTTONS and isinstance(event, QMouseEvent):
            self._is_button_down = event.buttons() != Qt.MouseButton.NoButton
            self._touched_at = self.clock()
        elif event.type() in _KEYS:
            self._touched_at = self.clock()
        return False
