"""A pair without a known end: both learn until neither improves, then come to rest together."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from trainer.best_pace import (
    CRUISE,
    DEAREST_LOOK,
    FEWEST_EPOCHS,
    FEWEST_LOOKS,
    FIRST,
    HORIZON,
    LATEST_REST,
    LOOK_EVERY,
    LOOK_SHARE,
    LOOKS_IN_REST,
    PATIENCE,
    REST,
    SHORTEST_REST,
)
from trainer.config import RunConfig
from trainer.stopwatch import Stopwatch
from trainer.twin_schedule import ANY_STEP, Schedule, TwinPace

_TURN = 8.0
"""Seconds of the slower run: an epoch of many pictures is longer, and nothing is decided in it."""


class BestSchedule(Schedule):
    """What BestPace does for one run, for both from the same epoch on. seconds: at most so many.

    All is decided by the seconds of the slower run, and by the later improvement of the two: the
    one that still gains something keeps the other at work.
    """

    def __init__(self, config: RunConfig) -> None:
        super().__init__(config)
        self.cap = config.seconds
        self.rest: tuple[float, float] | None = None
        """From which epoch on both come to rest, and where both end."""
        self._an_epoch = 0.0
        """Seconds. It changes between turns alone: in one, both have to learn at the same rates."""

    def pace(
        self, _config: RunConfig, watch: Stopwatch, epochs_done: Callable[[], float]
    ) -> TwinPace:
        made = BestTwinPace(self, watch, epochs_done)
        self._paces.append(made)
        return made

    def next_turn(self) -> float:
        if not self._an_epoch:
            return super().next_turn()
        return max(pace.epochs for pace in self._paces) + min(1.0, _TURN / self._an_epoch)

    def seconds_at(self, epoch: float) -> float:
        """About when the slower run comes there; 0 before there is anything to tell by."""
        return epoch * self._an_epoch

    def _plan_epochs(self, seconds: float, slower: TwinPace) -> None:
        self.epochs = slower.epochs * max(1.0, seconds / max(slower.seconds, 1e-6))

    def _plan_look(self, slower: TwinPace) -> None:
        now, epoch = slower.seconds, slower.epochs
        self._an_epoch = now / epoch if epoch > 0 else 0.0
        if self.rest is None and self._an_epoch:
            self.rest = self._rest_from(now, epoch)
        each = max(LOOK_EVERY, LOOK_SHARE * now, slower.look_cost / DEAREST_LOOK)
        if self.rest is not None:
            begin, end = map(self.seconds_at, self.rest)
            each = max(slower.look_cost, (end - begin) / LOOKS_IN_REST)
            if end - now < each / 2:  # the last look is near, and comes in any case
                return
        if now - self.seconds_at(slower.looked_at) >= each:
            self.look_at = epoch + ANY_STEP

    def _rest_from(self, now: float, epoch: float) -> tuple[float, float] | None:
        paces = [pace for pace in self._paces if isinstance(pace, BestTwinPace)]
        risen = max(pace.risen_epoch for pace in paces)
        waited = epoch - risen >= FEWEST_EPOCHS
        waited = waited and min(pace.looks_since for pace in paces) >= FEWEST_LOOKS
        since = max(self.seconds_at(risen), FIRST * min(HORIZON, self.cap))
        is_over = waited and now - since >= PATIENCE * now
        if not is_over and now < LATEST_REST * self.cap:
            return None
        longest = self.cap - now
        if is_over:
            slower = self._slower()
            longest = min(longest, max(SHORTEST_REST, REST * now, 3 * slower.look_cost))
        return epoch, epoch + max(0.0, longest) / self._an_epoch


class BestTwinPace(TwinPace):
    """One run's side of it. risen_epoch: at which its AP was the best so far; looks_since: then."""

    def __init__(
        self, schedule: BestSchedule, watch: Stopwatch, epochs_done: Callable[[], float]
    ) -> None:
        super().__init__(schedule, watch, epochs_done)
        self.risen_epoch = 0.0
        self.looks_since = 0
        self._ap = -1.0
        self._best = schedule

    def progress(self) -> float:
        rest = self._best.rest
        if rest is not None and self.epochs >= rest[1]:
            return 1.0
        return min(super().progress(), 1 - 1e-9)

    def fall(self, progress: float, warmup: float) -> float:
        begin, end = self._best.rest or (self.epochs, self.epochs)
        cruise = min(CRUISE, self._best.seconds_at(begin) / min(HORIZON, self._best.cap))
        rested = (self.epochs - begin) / max(1e-9, end - begin)
        return cruise + (1 - cruise) * rested

    def seconds_total(self, progress: float) -> float:
        rest = self._best.rest
        return self._best.cap if rest is None else self._best.seconds_at(rest[1])

    def judged(self, ap: float) -> None:
        if ap > self._ap:
            self._ap, self.risen_epoch, self.looks_since = ap, self.epochs, 0
        else:
            self.looks_since += 1

    def memory(self) -> dict[str, Any]:
        risen = {"risen_epoch": self.risen_epoch, "looks_since": self.looks_since}
        return {**super().memory(), "ap": self._ap, **risen, "rest": self._best.rest}

    def recall(self, memory: Mapping[str, Any]) -> None:
        super().recall(memory)
        self._ap, self.risen_epoch = float(memory["ap"]), float(memory["risen_epoch"])
        self.looks_since = int(memory.get("looks_since", 0))
        if memory["rest"] is not None:  # one of both may have been saved before it was decided
            begin, end = memory["rest"]
            self._best.rest = float(begin), float(end)


def schedule_of(config: RunConfig) -> Schedule:
    """What the pair's budget asks for."""
    return BestSchedule(config) if config.budget == "best" else Schedule(config)
