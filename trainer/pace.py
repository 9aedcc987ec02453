"""How far a run is and when it looks: by the clock, or by the pictures it has seen."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any

from trainer.stopwatch import Stopwatch

_LOOKS = (0.1, 0.3, 0.5, 0.7, 0.85)
"""When to validate, as shares of the time; the end comes on top."""
_FIRST_LOOK = 30
"""Steps to learn before the first look."""
_DEAREST_LOOKS = 0.15
"""The share of the time passed that validating and exporting may take."""
_FIRST_LOOK_COST = 0.04
"""As a share of the time: a guess, until the first look has been timed."""
_CAUTION = 1.15
FIRST_EVALUATION = 5.0
"""Seconds of learning after which a first model is scored and exported, whatever else is due."""
_FIRST_SHARE, _FIRST_LONGEST = 0.05, 2.0
"""How long that may look at pictures: as a share of the whole time, and in seconds."""
_EXPORT = 0.8
"""Seconds that the first export takes on two cores: a guess, until it has been timed."""
_FIRST_LATEST = 0.8
"""Share of the whole time from which on the last evaluation is as near."""
_MOST_LOOKS = 20
"""Of a run by epochs; with fewer epochs there is one after each."""


def usual_fall(progress: float, warmup: float) -> float:
    """As soon as the rate has warmed up, until the end."""
    return (progress - warmup) / (1 - warmup)


def first_evaluation(now: float, whole: float) -> float | None:
    """As in Pace, for a run of that many seconds in which there is no model yet."""
    is_due = FIRST_EVALUATION <= now <= _FIRST_LATEST * whole
    return _first_within(whole) if is_due else None


def _first_within(whole: float) -> float:
    return min(_FIRST_SHARE * whole, _FIRST_LONGEST)


class Pace(ABC):
    """Says how far the run is, from 0 to 1 and beyond, when to look, and how long it may take."""

    by_clock: bool
    """Whether the time decides anything. If not, the same seed gives the same weights."""

    @abstractmethod
    def progress(self) -> float:
        """The share of the learning that has passed; from 1 on it is over."""

    def fall(self, progress: float, warmup: float) -> float:
        """How far the learning rate has come down, 0 to 1, along a cosine. warmup: a share."""
        return usual_fall(progress, warmup)

    def first_evaluation(self) -> float | None:
        """Where a first model is due now: how many seconds looking at pictures may take.

        Asked after each step, before is_look_due(). Once there is any model: None.
        """
        return None

    @abstractmethod
    def is_look_due(self, progress: float, steps: int) -> bool:
        """Whether to validate now. Asked once after each step; a look that is due is taken."""

    @abstractmethod
    def seconds_total(self, progress: float) -> float:
        """What the whole run takes, as far as one can tell now; 0: nobody can."""

    @abstractmethod
    def looked(self, seconds: float) -> None:
        """Takes note of what a look has cost."""

    def evaluated_first(self, seconds: float, full: float) -> None:  # noqa: B027 - see first_evaluation
        """Takes note of what the first evaluation has cost, and what one of all pictures would."""

    def expect_look(self, seconds: float) -> None:  # noqa: B027 - most lengths do not depend on it
        """Takes note of what a look may cost, as long as none has been timed."""

    def judged(self, ap: float) -> None:  # noqa: B027 - most lengths do not depend on it
        """Takes note of the AP of a look."""

    @abstractmethod
    def memory(self) -> dict[str, Any]:
        """What it has to know to go on in another process; JSON can say it."""

    @abstractmethod
    def recall(self, memory: Mapping[str, Any]) -> None:
        """Takes up what memory() gave. Raises KeyError."""


class ClockPace(Pace):
    """So many seconds in all. The last look comes on top of the learning and needs some of them."""

    by_clock = True

    def __init__(self, watch: Stopwatch, seconds: float) -> None:
        self._watch = watch
        self._seconds = seconds
        self._looks = list(_LOOKS)
        self._look_cost = _FIRST_LOOK_COST * seconds
        self._spent_looking = 0.0
        self._has_model = False
        has_first = _FIRST_LATEST * seconds >= FIRST_EVALUATION
        self._first_cost = _first_within(seconds) + _EXPORT if has_first else 0.0
        self._first_spent = 0.0

    def first_evaluation(self) -> float | None:
        return None if self._has_model else first_evaluation(self._watch.seconds, self._seconds)

    def evaluated_first(self, seconds: float, full: float) -> None:
        self.looked(full)
        self._spent_looking = self._first_cost = self._first_spent = seconds

    def expect_look(self, seconds: float) -> None:
        if not self._has_model:
            self._look_cost = min(_CAUTION * seconds, 0.3 * self._seconds)

    def progress(self) -> float:
        """Of the learning: what the first evaluation takes of a short run is none of it, or the
        rate would jump there."""
        learning = self._seconds - self._look_cost - self._first_cost
        return (self._watch.seconds - self._first_spent) / max(1e-3, learning)

    def is_look_due(self, progress: float, steps: int) -> bool:
        """At its time, unless looking has cost too much already."""
        if not self._looks or progress < self._looks[0] or steps < _FIRST_LOOK:
            return False
        self._looks = [look for look in self._looks if look > progress]
        is_first = self._spent_looking == 0
        allowed = _DEAREST_LOOKS * self._seconds * progress
        return is_first or self._spent_looking + self._look_cost <= allowed

    def seconds_total(self, progress: float) -> float:
        return self._seconds

    def looked(self, seconds: float) -> None:
        if not self._has_model:
            self._first_cost = 0.0
        self._has_model = True
        self._spent_looking += seconds
        self._look_cost = min(_CAUTION * seconds, 0.3 * self._seconds)

    def memory(self) -> dict[str, Any]:
        return {
            "looks": self._looks,
            "look_cost": self._look_cost,
            "spent_looking": self._spent_looking,
            "has_model": self._has_model,
            "first": [self._first_cost, self._first_spent],
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        self._looks = list(memory["looks"])
        self._look_cost = float(memory["look_cost"])
        self._spent_looking = float(memory["spent_looking"])
        self._has_model = bool(memory.get("has_model", True))
        self._first_cost, self._first_spent = map(float, memory.get("first", (0.0, 0.0)))


class EpochPace(Pace):
    """So many epochs, and looks at fixed ones. epochs_done: how many have passed."""

    by_clock = False

    def __init__(self, watch: Stopwatch, epochs: float, epochs_done: Callable[[], float]) -> None:
        self._watch = watch
        self._epochs = epochs
        self._epochs_done = epochs_done
        self._count = min(_MOST_LOOKS, max(1, math.ceil(epochs)))
        self._next_look = 1

    def progress(self) -> float:
        return self._epochs_done() / self._epochs

    def is_look_due(self, progress: float, steps: int) -> bool:
        passed = math.floor(self.progress() * self._count + 1e-9)
        if passed < self._next_look or passed >= self._count:  # the end is looked at in any case
            return False
        self._next_look = passed + 1
        return True

    def seconds_total(self, progress: float) -> float:
        return self._watch.seconds / progress if progress > 0 else 0.0

    def looked(self, seconds: float) -> None:
        """Looks come when they come."""

    def memory(self) -> dict[str, Any]:
        return {"next_look": self._next_look}

    def recall(self, memory: Mapping[str, Any]) -> None:
        self._next_look = int(memory["next_look"])
