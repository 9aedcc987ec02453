"""How many frames a second come, also where it is less than one."""

from __future__ import annotations

import time
from collections import deque

_WINDOW_S = 2.0
_SLOWEST_S = 60.0
"""Frames that are further apart are single ones."""


class FrameRate:
    """Frames per second over the last two seconds; of slower ones by the last two that came.

    Safe to use from any thread. Times are those of time.monotonic(), in seconds.
    """

    def __init__(self) -> None:
        self._times: deque[float] = deque(maxlen=240)

    def note(self, at: float) -> None:
        self._times.append(at)

    def clear(self) -> None:
        self._times.clear()

    def now(self, at: float | None = None) -> float:
        """0 where none came, or the next one is long overdue. at: the moment, else this one."""
        now = time.monotonic() if at is None else at
        all_times = tuple(self._times)
        times = [each for each in all_times if each >= now - _WINDOW_S]
        if len(times) < 2:
            times = list(all_times[-2:])
            gap = times[-1] - times[0] if times else 0.0
            if gap > _SLOWEST_S or now - (times[-1] if times else 0.0) > 2 * gap:
                return 0.0
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        return (len(times) - 1) / (times[-1] - times[0])
