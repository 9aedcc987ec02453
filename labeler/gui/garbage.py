"""Objects that only hold each other are found and destroyed on the GUI thread alone."""

from __future__ import annotations

import gc
import time

from PySide6.QtCore import QObject, QTimer

EVERY_MS = 200
LEAST_PAUSE = 30.0
"""Seconds between two looks through everything."""
SHARE = 0.001
"""At most this much of the time goes into looking through everything."""


class GarbageCollector(QObject):
    """In Python's place, which would look on whichever thread happens to need memory.

    A widget that a worker destroys can stop the program for good: its destructor holds a mutex of
    Qt's while it waits for Python's lock, and the GUI thread, which has that lock, waits for the
    mutex. How much is made before the next look is Python's own rule (gc.get_threshold()), except
    that the whole is looked through the more rarely the longer it takes.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        gc.disable()
        self._next_whole = time.monotonic() + LEAST_PAUSE
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY_MS)
        self._timer.timeout.connect(self.collect_what_is_due)
        self._timer.start()

    def collect_what_is_due(self) -> None:
        made = zip(gc.get_count(), gc.get_threshold(), strict=True)
        due = [generation for generation, (count, most) in enumerate(made) if count > most]
        if 2 in due and time.monotonic() >= self._next_whole:
            self._collect_whole()
        elif due:
            gc.collect(min(due[-1], 1))

    def _collect_whole(self) -> None:
        began = time.monotonic()
        gc.collect()
        ended = time.monotonic()
        self._next_whole = ended + max(LEAST_PAUSE, (ended - began) / SHARE)
