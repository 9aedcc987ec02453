"""Which frame is due: the pace of a film, slower or faster, from wherever it stands."""

from __future__ import annotations

import time
from collections.abc import Callable

MOST_PASSED_OVER = 3
"""Frames, between two that are shown."""


class Playing:
    """number: the frame on show. Its owner sees to it that one thread at a time uses it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.number = -1
        self.is_on = False
        self._clock = clock
        self._per_second = 1.0
        self._began = 0.0
        self._first = 0

    def start(self, per_second: float) -> None:
        """So many frames a second from the one on show; also while it plays, at another pace."""
        self._per_second, self.is_on = per_second, True
        self._began, self._first = self._clock(), self.number

    def stop(self) -> None:
        self.is_on = False

    def move(self, number: int) -> None:
        """Somebody searched: it goes on from there."""
        self.number = number
        self._began, self._first = self._clock(), number

    def came(self, number: int) -> None:
        """That frame is on show now."""
        self.number = number

    def pause_s(self) -> float | None:
        """Seconds until the next frame is due; None: none will be."""
        if not self.is_on:
            return None
        due = self._began + (self.number + 1 - self._first) / self._per_second
        return max(0.0, due - self._clock())

    def is_due(self) -> bool:
        return self.pause_s() == 0.0

    def due(self) -> int:
        """The frame for this moment; a few before it are passed over, so that the pace holds.

        Where more would have to be, the film gets slower: better than to see every tenth frame.
        """
        now = self._clock()
        due = max(self.number + 1, self._first + int((now - self._began) * self._per_second))
        if due > self.number + 1 + MOST_PASSED_OVER:
            due = self.number + 1 + MOST_PASSED_OVER
            self._began, self._first = now, due
        return due
