"""How fast the detector keeps up: pictures a second, milliseconds for one, how old when shown."""

from __future__ import annotations

import time
from collections import deque

from labeler.cameras.frame_rate import FrameRate


class Pace:
    """Takes each frame that came while somebody watched, and each that was looked at.

    dropped: how many of the former are none of the latter, since the last restart().
    """

    def __init__(self) -> None:
        self.dropped = 0
        self._first: int | None = None
        self._last: int | None = None
        self._rate = FrameRate()
        self._recent: deque[float] = deque(maxlen=15)
        self._late: deque[float] = deque(maxlen=15)

    def restart(self) -> None:
        """Another camera or another model, or somebody watches again."""
        self.dropped, self._first, self._last = 0, None, None
        self._rate.clear()
        self._recent.clear()
        self._late.clear()

    def offer(self, frame_number: int) -> None:
        """A frame has come, a detector is there, and somebody watches."""
        if self._first is None or frame_number < self._first:  # a camera may count anew
            self._first, self._last = frame_number, None

    def note(
        self,
        frame_number: int,
        milliseconds: float,
        now: float | None = None,
        *,
        late_ms: float = 0.0,
    ) -> None:
        """milliseconds: of the detector. late_ms: since the picture arrived.

        What had come before anybody watched may be looked at as well: nothing between that and the
        next one was dropped.
        """
        if self._first is not None and frame_number >= self._first:
            if self._last is not None and frame_number > self._last:
                self.dropped += frame_number - self._last - 1
            self._last = frame_number
        self._late.append(late_ms)
        self._rate.note(time.monotonic() if now is None else now)
        self._recent.append(milliseconds)

    def per_second(self, now: float | None = None) -> float:
        """As FrameRate.now()."""
        return self._rate.now(now)

    def milliseconds(self) -> float:
        """The middle of the last few looks."""
        return _middle(list(self._recent))

    def late_ms(self) -> float:
        """How old a picture is when it is shown: the middle of the last few."""
        return _middle(list(self._late))


def _middle(numbers: list[float]) -> float:
    return sorted(numbers)[len(numbers) // 2] if numbers else 0.0
