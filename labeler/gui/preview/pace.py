"""How fast the detector keeps up: pictures a second, milliseconds for one, pictures passed over."""

from __future__ import annotations

import time
from collections import deque

_WINDOW_S = 2.0


class Pace:
    """Takes each picture that was looked at; counts from the last restart()."""

    def __init__(self) -> None:
        self.dropped = 0
        self._last: int | None = None
        self._recent: deque[tuple[float, float]] = deque(maxlen=240)

    def restart(self) -> None:
        """Another camera or another model."""
        self.dropped, self._last = 0, None
        self._recent.clear()

    def note(self, frame_number: int, milliseconds: float, now: float | None = None) -> None:
        if self._last is not None and frame_number > self._last:
            self.dropped += frame_number - self._last - 1
        self._last = frame_number
        self._recent.append((time.monotonic() if now is None else now, milliseconds))

    def per_second(self, now: float | None = None) -> float:
        """Over the last two seconds; 0 where none came."""
        since = (time.monotonic() if now is None else now) - _WINDOW_S
        times = [at for at, _ in self._recent if at >= since]
        if len(times) < 2 or times[-1] <= times[0]:
            return 0.0
        return (len(times) - 1) / (times[-1] - times[0])

    def milliseconds(self) -> float:
        """The middle of the last few."""
        few = sorted(taken for _, taken in list(self._recent)[-15:])
        return few[len(few) // 2] if few else 0.0
