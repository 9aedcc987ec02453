"""The training loop: batch after batch until the budget is used up or somebody says stop."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

from trainer.events import MEASURING, Evaluated, Event, Paused, Progressed, Resumed, Warned
from trainer.faults import is_for_want_of_memory
from trainer.feeder import Feeder
from trainer.learner import Learner
from trainer.pace import Pace
from trainer.recipe import Phase, Recipe
from trainer.results import Results
from trainer.stopwatch import Stopwatch
from trainer.validation import Validator, Verdict
from trainer.words import counted

_SMOOTH = 0.9
_KEPT_EVERY = 20.0
"""Seconds of learning that a killed process may lose."""
_DEAREST_KEEPING = 0.02
"""The share of the time that keeping the state may take: large detectors keep it less often."""
_WENT_BACK = (
    "The loss was no number any more: learning goes on from the state kept last, at a quarter of "
    "the learning rate."
)
_NAP = 0.05
"""Seconds between two looks at whether a pause is over."""


@dataclass(frozen=True, slots=True)
class Parts:
    """What the loop turns on. watch runs while the run learns; keep writes the run's state;
    complain tells what is wrong with pictures.
    """

    recipe: Recipe
    learner: Learner
    feeder: Feeder
    validator: Validator
    results: Results
    emit: Callable[[Event], None]
    should_stop: Callable[[], bool]
    should_pause: Callable[[], bool]
    keep: Callable[[], None]
    complain: Callable[[], None]
    watch: Stopwatch
    pace: Pace


class Loop:
    """Its state: which phase it is in, and what it has told."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._phase: Phase | None = None
        self._loss: float | None = None
        self._said_at = 0.0
        self._seen_then = 0
        self._kept_at = 0.0
        self._keeping_cost = 0.0
        self._looked_at: int | None = None
        """The step whose weights were looked at last, as long as they may still be the same."""

    @property
    def has_used_budget(self) -> bool:
        return self._parts.pace.progress() >= 1.0

    @property
    def loss(self) -> float | None:
        """Of the last batches; None before the first."""
        return self._loss

    def go_on(self, loss: float | None) -> None:
        """To be called where the parts have been restored to what an earlier process left."""
        self._loss = loss
        self._said_at = self._kept_at = self._parts.watch.seconds
        self._seen_then = self._parts.feeder.seen

    def advance(self, until_epoch: float) -> None:
        """Learns until so many epochs are done, the budget is used up or somebody says stop."""
        parts = self._parts
        while not parts.should_stop() and parts.feeder.epochs < until_epoch:
            progress = parts.pace.progress()
            if progress >= 1.0:
                return
            if parts.should_pause():
                self._stand_still()
                continue
            self._learn(self._enter_phase(progress), progress)
            self._say()
            if (within := parts.pace.first_evaluation()) is not None:
                self.evaluate_first(within)
            elif parts.pace.is_look_due(progress, parts.learner.steps):
                self.look()
            elif self._is_keeping_due():
                self.keep()

    def keep(self) -> None:
        """Writes where the run stands."""
        before = self._parts.watch.seconds
        self._parts.keep()
        self._kept_at = self._parts.watch.seconds
        self._keeping_cost = self._kept_at - before

    def look_at_the_end(self) -> None:
        """look(), unless these very weights have been looked at."""
        if self._looked_at != self._parts.learner.steps:
            self.look()

    def look(self) -> None:
        """Validates, saves, exports, keeps the state, and learns what that costs."""
        parts = self._parts
        # to read the pictures the first time is no part of what a look costs from then on
        can_judge = len(parts.validator) and parts.validator.read(parts.should_stop)
        before = parts.watch.seconds
        if can_judge:
            self._take(parts.validator.judge(parts.learner.mean))
        elif parts.results.best is None:
            self._take(None)
        self.keep()
        parts.pace.looked(parts.watch.seconds - before)
        self._looked_at = parts.learner.steps

    def evaluate_first(self, within: float) -> None:
        """look(), but at no more pictures than there is time for, so that there soon is a model to
        use. Where those are not all, the state is not kept: little would be lost.

        within: seconds for the pictures.
        """
        parts = self._parts
        begun = parts.watch.seconds
        verdict = None
        if len(parts.validator):
            verdict = parts.validator.judge(parts.learner.mean, within)
        judged = parts.watch.seconds - begun
        self._take(verdict)
        spent = parts.watch.seconds - begun
        if verdict is not None and verdict.images:
            new = len(parts.validator) - verdict.images * parts.validator.saved
            full = judged * new / verdict.images + spent - judged
            parts.pace.evaluated_first(spent, full - parts.results.once)
            return
        self.keep()
        parts.pace.looked(parts.watch.seconds - begun - parts.results.once)
        self._looked_at = parts.learner.steps

    def _take(self, verdict: Verdict | None) -> None:
        """Saves and exports the weights that were judged, and tells how good they are."""
        parts = self._parts
        is_best = verdict is None or parts.results.is_better(verdict)
        parts.results.keep(parts.learner.mean, verdict)
        if verdict is not None:
            parts.emit(self._evaluated(verdict, is_best=is_best))
            if not verdict.images:
                parts.pace.judged(verdict.scores.ap)

    def say_measuring(self) -> None:
        """That nothing more is learned, and the end not there yet."""
        parts = self._parts
        now = parts.watch.seconds
        parts.emit(
            Progressed(
                MEASURING, now, now, parts.feeder.epochs, 0.0, None, step=parts.learner.steps
            )
        )

    def _stand_still(self) -> None:
        parts = self._parts
        self.keep()
        parts.watch.stop()
        parts.emit(Paused(parts.watch.seconds, parts.feeder.epochs))
        while parts.should_pause():
            time.sleep(_NAP)
        parts.watch.start()
        if not parts.should_stop():
            parts.emit(Resumed(parts.watch.seconds, parts.feeder.epochs))

    def _is_keeping_due(self) -> bool:
        each = max(_KEPT_EVERY, self._keeping_cost / _DEAREST_KEEPING)
        return self._parts.watch.seconds - self._kept_at >= each

    def _learn(self, phase: Phase, progress: float) -> None:
        """One step; where it fails in a way that can be helped, the next one will be other."""
        learner = self._parts.learner
        is_done = True
        try:
            self._step(progress)
        except (MemoryError, RuntimeError) as error:
            if not is_for_want_of_memory(error):
                raise
            is_done = False
        if not is_done:  # only here, for the error held on to the tensors
            self._take_less()
        elif learner.is_broken:
            learner.go_back(phase, progress)
            self._looked_at = None  # the step of this number will be another one
            self._parts.emit(Warned(_WENT_BACK))

    def _step(self, progress: float) -> None:
        learner, feeder = self._parts.learner, self._parts.feeder
        batch = feeder.next(learner.detector)
        self._note(learner.step(batch, progress))
        feeder.learned(batch)

    def _take_less(self) -> None:
        parts = self._parts
        parts.learner.let_go()
        size = parts.feeder.halve()
        parts.emit(
            Warned(f"The memory did not suffice: from now on {counted(size, 'picture')} a step.")
        )

    def _enter_phase(self, progress: float) -> Phase:
        phases = self._parts.recipe.phases
        phase = next((p for p in phases if progress < p.until), phases[-1])
        if phase is not self._phase:
            self._phase = phase
            self._parts.learner.begin(phase, progress)
            self._parts.feeder.begin(phase)
        return phase

    def _note(self, loss: float) -> None:
        if math.isfinite(loss):
            before = loss if self._loss is None else self._loss
            self._loss = _SMOOTH * before + (1 - _SMOOTH) * loss

    def _say(self) -> None:
        """Progress, and what is wrong with pictures, about once a second."""
        parts = self._parts
        now = parts.watch.seconds
        if self._phase is None or now - self._said_at < 1.0:
            return
        parts.complain()
        rate = (parts.feeder.seen - self._seen_then) / (now - self._said_at)
        if not self._said_at and rate > 0:  # to look at a picture takes about as long
            parts.pace.expect_look(len(parts.validator) / rate)
        self._said_at, self._seen_then = now, parts.feeder.seen
        total = parts.pace.seconds_total(parts.pace.progress())
        parts.emit(
            Progressed(
                phase=self._phase.name,
                seconds=now,
                seconds_total=total,
                epoch=parts.feeder.epochs,
                images_per_second=rate,
                loss=self._loss,
                learning_rate=parts.learner.rate,
                seconds_left=max(0.0, total - now) if total > 0 else None,
                step=parts.learner.steps,
            )
        )

    def _evaluated(self, verdict: Verdict, *, is_best: bool) -> Evaluated:
        return Evaluated(
            seconds=self._parts.watch.seconds,
            epoch=self._parts.feeder.epochs,
            loss=0.0 if self._loss is None else self._loss,
            ap=verdict.scores.ap,
            ap50=verdict.scores.ap50,
            learning_rate=self._parts.learner.rate,
            is_best=is_best,
            ap_low=verdict.interval[0],
            ap_high=verdict.interval[1],
            ap50_low=verdict.scores.interval50[0],
            ap50_high=verdict.scores.interval50[1],
            images=verdict.images,
        )
