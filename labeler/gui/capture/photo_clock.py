"""Photos by the clock: when the next one is due, how many are still to come."""

from __future__ import annotations

import math

from PySide6.QtCore import QObject, Qt, QTimer, Signal

_LOOK_MS = 100


class PhotoClock(QObject):
    """due comes at once and then every so many seconds, until stop() or as many were counted.

    waits carries the whole seconds to the next photo and how many are still to come, 0 for no
    limit. ended carries how many there were, once all are; counted how many there are so far.
    """

    due = Signal()
    waits = Signal(int, int)
    stopped = Signal()
    ended = Signal(int)
    counted = Signal(int)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted = 0
        self._counted = 0
        self._told = (0, 0)
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._ring)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._tell)

    @property
    def is_running(self) -> bool:
        return self._timer.isActive()

    def begin(self, seconds: int, photos: int) -> None:
        """photos: 0 for no limit. Beginning again counts anew."""
        self._wanted, self._counted, self._told = photos, 0, (0, 0)
        self.counted.emit(0)
        self._timer.start(1000 * seconds)
        self._look.start()
        self._ring()

    def stop(self) -> None:
        if self.is_running:
            self._timer.stop()
            self._look.stop()
            self.stopped.emit()

    def count(self) -> None:
        """A photo was kept."""
        if not self.is_running:
            return
        self._counted += 1
        self.counted.emit(self._counted)
        if self._counted == self._wanted:
            self.stop()
            self.ended.emit(self._counted)
        else:
            self._tell()

    def _ring(self) -> None:
        self.due.emit()
        self._tell()

    def _tell(self) -> None:
        if not self.is_running:  # stopped by whoever heard that it was due
            return
        left = max(1, math.ceil(self._timer.remainingTime() / 1000))
        told = (left, max(0, self._wanted - self._counted))
        if told != self._told:
            self._told = told
            self.waits.emit(*told)
