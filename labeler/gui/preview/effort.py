"""How much is asked of the machine: less where it cannot keep up, more again where it can."""

from __future__ import annotations

import time
from collections import deque

from labeler.gui.decode import LONGEST

REDUCED = 640
"""Pixels of the longest side that a slow machine's detector gets to see: the robot's own size."""
_TOO_MUCH, _ENOUGH = 0.95, 0.6
"""Shares of the time between two looked-at pictures that the detector takes."""
_DOWN_S, _UP_S = 2.0, 6.0
"""Seconds that it must be so: down soon, up only when it lasts."""
_MOST = 6
_FEW = 10


class Effort:
    """every: of so many pictures one is looked at, at even distances. longest: see REDUCED.

    Call wants() for each picture of the camera and note() after each look.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Another camera or another model: all that it gives, at first."""
        self.every = 1
        self.longest = LONGEST
        self._took: deque[float] = deque(maxlen=_FEW)
        self._arrived: deque[tuple[int, float]] = deque(maxlen=2 * _FEW)
        self._since = 0.0
        self._trend = 0
        self._wanted = 0

    def wants(self, number: int, side: int, now: float | None = None) -> bool:
        """Whether the picture of this number is to be looked at; side: its longest, in pixels."""
        self._side = side
        self._arrived.append((number, time.monotonic() if now is None else now))
        if 0 < number - self._wanted < self.every:  # not by its own number: some never come here
            return False
        self._wanted = number
        return True

    def note(self, milliseconds: float, now: float | None = None) -> bool:
        """What a look took. True where from now on more or less is asked."""
        self._took.append(milliseconds)
        now = time.monotonic() if now is None else now
        load = self.load()
        if load is None:
            return False
        trend = 1 if load > _TOO_MUCH else -1 if self._would_be_light(load) else 0
        if trend != self._trend:
            self._trend, self._since = trend, now
        if trend and now - self._since >= (_DOWN_S if trend > 0 else _UP_S):
            self._since = now
            return self._step_down() if trend > 0 else self._step_up()
        return False

    def load(self) -> float | None:
        """The share of its time that the detector needs; None before it is known."""
        if len(self._took) < _FEW or len(self._arrived) < _FEW:
            return None
        (first, began), (last, ended) = self._arrived[0], self._arrived[-1]
        if last <= first or ended <= began:
            return None
        between_ms = 1000 * (ended - began) / (last - first)
        took = sorted(self._took)[len(self._took) // 2]
        return took / (between_ms * self.every)

    def _would_be_light(self, load: float) -> bool:
        """Whether one step more could be carried easily."""
        if self.every > 1:
            return load * self.every / (self.every - 1) < _ENOUGH
        return self.longest < LONGEST and load < _ENOUGH / 2

    def _step_down(self) -> bool:
        if self.longest > REDUCED and self._side > REDUCED:
            self.longest = REDUCED
        elif self.every < _MOST:
            self.every += 1
        else:
            return False
        self._took.clear()
        return True

    def _step_up(self) -> bool:
        if self.every > 1:
            self.every -= 1
        else:
            self.longest = LONGEST
        self._took.clear()
        return True
