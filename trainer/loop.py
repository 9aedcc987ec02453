"""The training loop: one batch after the other until the time is over or somebody says stop."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from trainer.events import Evaluated, Event, Progressed
from trainer.feeder import Feeder
from trainer.learner import Learner
from trainer.recipe import Phase, Recipe
from trainer.results import Results
from trainer.validation import Validator, Verdict

_LOOKS = (0.1, 0.3, 0.5, 0.7, 0.85)
"""When to validate, as shares of the time; the end comes on top."""
_FIRST_LOOK = 30
"""Steps to learn before the first look."""
_DEAREST_LOOKS = 0.15
"""The share of the time passed that validating and exporting may take."""
_FIRST_LOOK_COST = 0.04
"""As a share of the time: a guess, until the first look has been timed."""
_CAUTION = 1.15
_SMOOTH = 0.9


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loop turns on. clock began at `began`; seconds is the budget."""

    recipe: Recipe
    learner: Learner
    feeder: Feeder
    validator: Validator
    results: Results
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    clock: Callable[[], float]
    began: float
    seconds: float


class Loop:
    """Its state: which phase it is in, when the next look is due, what a look costs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._looks = list(_LOOKS)
        self._look_cost = _FIRST_LOOK_COST * parts.seconds
        self._spent_looking = 0.0
        self._phase: Phase | None = None
        self._loss: float | None = None
        self._said_at = 0.0
        self._seen_then = 0

    def run(self) -> None:
        """Learns until the time is over or somebody says stop; the last look comes on top."""
        parts = self._parts
        while not parts.should_stop() and (progress := self._progress()) < 1.0:
            self._enter_phase(progress)
            batch = parts.feeder.next(parts.learner.detector)
            self._note(parts.learner.step(batch, progress))
            self._say()
            if self._is_look_due(progress):
                self._look()
        self._look()

    def _elapsed(self) -> float:
        return self._parts.clock() - self._parts.began

    def _progress(self) -> float:
        """The share of the time for learning that has passed; the last look needs some, too."""
        return self._elapsed() / max(1e-3, self._parts.seconds - self._look_cost)

    def _enter_phase(self, progress: float) -> None:
        phases = self._parts.recipe.phases
        phase = next((p for p in phases if progress < p.until), phases[-1])
        if phase is not self._phase:
            self._phase = phase
            self._parts.learner.begin(phase, progress)
            self._parts.feeder.begin(phase)

    def _note(self, loss: float) -> None:
        if math.isfinite(loss):
            before = loss if self._loss is None else self._loss
            self._loss = _SMOOTH * before + (1 - _SMOOTH) * loss

    def _say(self) -> None:
        """Progress, about once a second."""
        now, parts = self._elapsed(), self._parts
        if self._phase is None or now - self._said_at < 1.0:
            return
        rate = (parts.feeder.seen - self._seen_then) / (now - self._said_at)
        self._said_at, self._seen_then = now, parts.feeder.seen
        epoch = parts.feeder.epochs
        parts.emit(Progressed(self._phase.name, now, parts.seconds, epoch, rate, self._loss))

    def _is_look_due(self, progress: float) -> bool:
        """At its time, unless looking has cost too much already."""
        if not self._looks or progress < self._looks[0] or self._parts.learner.steps < _FIRST_LOOK:
            return False
        self._looks = [look for look in self._looks if look > progress]
        is_first = self._spent_looking == 0
        allowed = _DEAREST_LOOKS * self._parts.seconds * progress
        return is_first or self._spent_looking + self._look_cost <= allowed

    def _look(self) -> None:
        """Validates, saves, exports, and learns what that costs."""
        parts = self._parts
        # to read the pictures the first time is no part of what a look costs from then on
        can_judge = len(parts.validator) and parts.validator.read(parts.should_stop)
        before = self._elapsed()
        if can_judge:
            verdict = parts.validator.judge(parts.learner.mean)
            is_best = parts.results.is_better(verdict)
            parts.results.keep(parts.learner.mean, verdict)
            parts.emit(self._evaluated(verdict, is_best=is_best))
        elif parts.results.verdict is None:
            parts.results.keep(parts.learner.mean, None)
        cost = self._elapsed() - before
        self._spent_looking += cost
        self._look_cost = min(_CAUTION * cost, 0.3 * parts.seconds)

    def _evaluated(self, verdict: Verdict, *, is_best: bool) -> Evaluated:
        return Evaluated(
            seconds=self._elapsed(),
            epoch=self._parts.feeder.epochs,
            loss=0.0 if self._loss is None else self._loss,
            ap=verdict.scores.ap,
            ap50=verdict.scores.ap50,
            learning_rate=self._parts.learner.rate,
            is_best=is_best,
            ap_low=verdict.interval[0],
            ap_high=verdict.interval[1],
        )
