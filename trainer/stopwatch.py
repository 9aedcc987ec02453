"""How long a run has learned: a clock that stands still while the run does."""

from __future__ import annotations

from collections.abc import Callable

Clock = Callable[[], float]


class Stopwatch:
    """Counts seconds between start() and stop(). clock: seconds from anywhere."""

    def __init__(self, clock: Clock, already: float = 0.0) -> None:
        self._clock = clock
        self._counted = already
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """Counted so far, also while it runs."""
        if self._since is None:
            return self._counted
        return self._counted + self._clock() - self._since

    def set(self, seconds: float) -> None:
        """Goes on from there."""
        self._counted = seconds
        self._since = None if self._since is None else self._clock()

    def start(self) -> None:
        if self._since is None:
            self._since = self._clock()

    def stop(self) -> None:
        self._counted, self._since = self.seconds, None
