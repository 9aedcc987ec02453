"""One plan for two runs: how long both learn, and at which epochs both are scored."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any

from trainer.config import RunConfig
from trainer.pace import Pace
from trainer.stopwatch import Stopwatch

_LOOKS = (0.06, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
"""When to validate, as shares of the epochs; the end comes on top. Early ones lie close, for that
is where the two starts differ most."""
_DEAREST_LOOKS = 0.15
"""The share of the time passed that validating may take, where the time is the budget."""
_TURNS = 20
"""The fewest turns: in a run of few epochs a turn is shorter than one."""
_TIMED_STEPS = 4
"""Before the epochs are planned, where the time is the budget."""

ANY_STEP = 1e-9
"""Epochs: a single picture is more."""


class Schedule:
    """Both runs get a pace of it. Whatever it decides holds for both from the same epoch on.

    The budget is epochs, or seconds of each run's own learning: the epochs are then planned from
    what the slower run has taken so far, again after each turn, so that both do the same steps at
    the same rates and neither takes much longer than asked.
    """

    def __init__(self, config: RunConfig) -> None:
        self.seconds = None if config.budget == "epochs" else config.seconds
        self.epochs = config.epochs if self.seconds is None else math.inf
        self.look_at = math.inf
        self._turns = 0
        self._paces: list[TwinPace] = []

    def pace(
        self, _config: RunConfig, watch: Stopwatch, epochs_done: Callable[[], float]
    ) -> TwinPace:
        made = TwinPace(self, watch, epochs_done)
        self._paces.append(made)
        return made

    def next_turn(self) -> float:
        """The epoch until which both learn next; while nothing is timed yet: a single step."""
        done = max(pace.epochs for pace in self._paces)
        if math.isinf(self.epochs):
            return done + ANY_STEP
        return done + min(1.0, self.epochs / _TURNS)

    def plan(self) -> None:
        """To be called when both have done the same epochs, before the first turn too; or where an
        earlier process ended, which one of them may have left earlier than the other."""
        slower = self._slower()
        goes_on = not self._turns and slower.epochs > 0
        if self.seconds is not None and (goes_on or self._turns >= _TIMED_STEPS):
            self._plan_epochs(self.seconds, slower)
        self._turns += 1
        self._plan_look(slower)

    def _slower(self) -> TwinPace:
        return max(self._paces, key=lambda pace: pace.seconds)

    def _plan_look(self, slower: TwinPace) -> None:
        progress = min(pace.epochs for pace in self._paces) / self.epochs
        mark = next((look for look in _LOOKS if look > progress), math.inf)
        self.look_at = mark * self.epochs if self._may_look(slower) else math.inf

    def _plan_epochs(self, seconds: float, slower: TwinPace) -> None:
        each = max(1e-6, slower.seconds - slower.looking) / slower.epochs
        done = min(1.0, slower.seconds / seconds)
        looks = min(
            (len(_LOOKS) - slower.looks) * slower.look_cost, (1 - done) * _DEAREST_LOOKS * seconds
        )
        left = seconds - slower.seconds - max(0.0, looks) - slower.look_cost
        self.epochs = slower.epochs + max(0.0, left) / each

    def _may_look(self, slower: TwinPace) -> bool:
        """Whether a look more is worth its time."""
        if self.seconds is None or not slower.looks:
            return not math.isinf(self.epochs)
        return slower.looking + slower.look_cost <= _DEAREST_LOOKS * max(
            slower.seconds, self.seconds / 2
        )


class TwinPace(Pace):
    """One run's side of the plan. looks, looking: how many it took, and the seconds they cost;
    looked_at: the epoch of the last one.
    """

    by_clock = False

    def __init__(
        self, schedule: Schedule, watch: Stopwatch, epochs_done: Callable[[], float]
    ) -> None:
        self.looks, self.looking, self.look_cost = 0, 0.0, 0.0
        self._schedule = schedule
        self._watch = watch
        self._epochs_done = epochs_done
        self.looked_at = 0.0

    @property
    def epochs(self) -> float:
        return self._epochs_done()

    @property
    def seconds(self) -> float:
        return self._watch.seconds

    def progress(self) -> float:
        return self.epochs / self._schedule.epochs if self._schedule.epochs else 1.0

    def is_look_due(self, progress: float, steps: int) -> bool:
        due = self._schedule.look_at
        if not self.looked_at < due <= self.epochs:
            return False
        self.looked_at = due
        return True

    def seconds_total(self, progress: float) -> float:
        if self._schedule.seconds is not None:
            return self._schedule.seconds
        return self.seconds / progress if progress > 0 else 0.0

    def looked(self, seconds: float) -> None:
        self.looks += 1
        self.looking += seconds
        self.look_cost = seconds

    def memory(self) -> dict[str, Any]:
        return {
            "looks": self.looks,
            "looking": self.looking,
            "look_cost": self.look_cost,
            "looked_at": self.looked_at,
        }

    def recall(self, memory: Mapping[str, Any]) -> None:
        self.looks = int(memory["looks"])
        self.looking = float(memory["looking"])
        self.look_cost = float(memory["look_cost"])
        self.looked_at = float(memory["looked_at"])
