"""How much is asked of the machine: less where it cannot keep up, more again where it can."""

from __future__ import annotations

import math
import time
from collections import deque

from labeler.gui.decode import LONGEST

REDUCED = 640
"""Pixels of the longest side that a slow machine's detector gets to see: the robot's own size."""
_TOO_MUCH, _ENOUGH, _LIGHT = 0.95, 0.85, 0.6
"""Shares of the time between two looked-at pictures that the detector takes, or would take."""
_DOWN_S, _UP_S, _LONGEST_UP_S = 2.0, 6.0, 300.0
"""Seconds that it must be so: down soon, up only when it lasts. Where a step up did not hold, the
next one that is not sure to be light waits twice as long, up to the longest."""
_HELD_S = 10.0
"""Seconds after which a step up has held."""
_MOST = 6
_FEW = 10


class Effort:
    """every: of so many pictures one is looked at, at even distances. longest: see REDUCED.

    is_slow: the machine cannot keep up; from the first step down until the last step up has held.

    Call wants() for each picture of the camera and note() after each look.
    """

    def __init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """Another camera or another model: all that it gives, at first."""
        self.every = 1
        self.longest = LONGEST
        self.is_slow = False
        self._took: deque[float] = deque(maxlen=_FEW)
        self._arrived: deque[tuple[int, float]] = deque(maxlen=2 * _FEW)
        self._since = 0.0
        self._trend = 0
        self._wanted = 0
        self._patience = _UP_S
        self._went_up = -math.inf

    def wants(self, number: int, side: int, now: float | None = None) -> bool:
        """Whether the picture of this number is to be looked at; side: its longest, in pixels."""
        self._side = side
        self._arrived.append((number, time.monotonic() if now is None else now))
        if 0 < number - self._wanted < self.every:  # not by its own number: some never come here
            return False
        self._wanted = number
        return True

    def note(self, milliseconds: float, now: float | None = None) -> None:
        """What a look took."""
        self._took.append(milliseconds)
        now = time.monotonic() if now is None else now
        self._weigh(now)
        if self.every > 1 or self.longest < LONGEST:
            self.is_slow = True
        elif now - self._went_up > _HELD_S:
            self.is_slow = False

    def _weigh(self, now: float) -> None:
        load = self.load()
        if load is None:
            return
        patience = _DOWN_S if load > _TOO_MUCH else self._patience_at(load)
        trend = 0 if patience is None else 1 if load > _TOO_MUCH else -1
        if trend != self._trend:
            self._trend, self._since = trend, now
        if patience is not None and now - self._since >= patience:
            self._since = now
            (self._step_down if trend > 0 else self._step_up)(now)

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

    def _patience_at(self, load: float) -> float | None:
        """Seconds after which a step up is worth a try; None: it would be too much, or is none."""
        if self.every > 1:
            least = most = load * self.every / (self.every - 1)
        elif self.longest < LONGEST:
            least, most = load, 2 * load  # what the larger picture costs is known once it is tried
        else:
            return None
        if least >= _ENOUGH:
            return None
        return _UP_S if most < _LIGHT else self._patience

    def _step_down(self, now: float) -> None:
        if self.longest > REDUCED and self._side > REDUCED:
            self.longest = REDUCED
        elif self.every < _MOST:
            self.every += 1
        else:
            return
        has_held = now - self._went_up > _HELD_S
        self._patience = _UP_S if has_held else min(2 * self._patience, _LONGEST_UP_S)
        self._took.clear()

    def _step_up(self, now: float) -> None:
        if self.every > 1:
            self.every -= 1
        else:
            self.longest = LONGEST
        self._went_up = now
        self._took.clear()
