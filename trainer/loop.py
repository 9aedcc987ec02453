"""The training loop: one batch after the other until the time is over or somebody says stop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from trainer.events import Evaluated, Event, Progressed
from trainer.feeder import Feeder
from trainer.learner import Learner
from trainer.recipe import Phase, Recipe
from trainer.results import Results
from trainer.validation import Validator

_LOOKS = (0.1, 0.3, 0.5, 0.7, 0.85)
"""When to validate, as shares of the time; the end comes on top."""
_DEAREST_LOOKS = 0.12
"""The share of the time that validating and exporting may take before the end."""
_FIRST_RESERVE = 0.04
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
    """Its state: which phase, when the next look is due, what a look costs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._reserve = _FIRST_RESERVE * parts.seconds
        self._looks = list(_LOOKS)
        self._spent_looking = 0.0
        self._phase: Phase | None = None
        self._loss: float | None = None
        self._said_at = float("-inf")
        self._seen_then = 0

    def run(self) -> None:
        parts = self._parts
        while not parts.should_stop() and (progress := self._progress()) < 1.0:
            self._enter_phase(progress)
            batch = parts.feeder.next(parts.learner.detector)
            self._note(parts.learner.step(batch, progress))
            self._say()
            if self._looks and progress >= self._looks[0]:
                self._look_in_between(progress)
        self._look(at_end=True)

    def _elapsed(self) -> float:
        return self._parts.clock() - self._parts.began

    def _progress(self) -> float:
        """The share of the time for learning that has passed; the last look needs some, too."""
        return self._elapsed() / max(1e-3, self._parts.seconds - self._reserve)

    def _enter_phase(self, progress: float) -> None:
        phases = self._parts.recipe.phases
        phase = next((p for p in phases if progress < p.until), phases[-1])
        if phase is not self._phase:
            self._phase = phase
            self._parts.learner.begin(phase, progress)
            self._parts.feeder.begin(phase)

    def _note(self, loss: float) -> None:
        if loss == loss and abs(loss) != float("inf"):
            before = loss if self._loss is None else self._loss
            self._loss = _SMOOTH * before + (1 - _SMOOTH) * loss

    def _say(self) -> None:
        now, parts = self._elapsed(), self._parts
        if now - self._said_at < 1.0:
            return
        seen = parts.feeder.seen
        passed = max(1e-3, now - max(self._said_at, 0.0))
        rate = (seen - self._seen_then) / passed
        self._said_at, self._seen_then = now, seen
        phase = "Learning" if self._phase is None else self._phase.name
        parts.emit(Progressed(phase, now, parts.seconds, parts.feeder.epochs, rate, self._loss))

    def _look_in_between(self, progress: float) -> None:
        """Skipped where looking has cost too much already."""
        self._looks = [look for look in self._looks if look > progress]
        allowed = _DEAREST_LOOKS * self._parts.seconds * max(progress, 0.3)
        if self._spent_looking + self._reserve * bool(self._spent_looking) <= allowed:
            self._look(at_end=False)

    def _look(self, *, at_end: bool) -> None:
        """Validates, saves, exports, and learns what that costs."""
        parts, before = self._parts, self._elapsed()
        verdict = None
        if len(parts.validator):
            verdict = parts.validator.judge(parts.learner.mean)
        is_best = verdict is not None and parts.results.is_better(verdict)
        parts.results.keep(parts.learner.mean, verdict, export=True)
        if verdict is not None:
            parts.emit(
                Evaluated(
                    seconds=self._elapsed(),
                    epoch=parts.feeder.epochs,
                    loss=0.0 if self._loss is None else self._loss,
                    ap=verdict.scores.ap,
                    ap50=verdict.scores.ap50,
                    learning_rate=parts.learner.rate,
                    is_best=is_best,
                )
            )
        cost = self._elapsed() - before
        self._spent_looking += cost
        self._reserve = min(cost, 0.3 * parts.seconds)
