"""One run under way: it can be left after some epochs and gone on with, beside another."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import torch

from trainer.analysis import analyse_at_the_end
from trainer.config import RunConfig
from trainer.data import Examples
from trainer.detector import build_detector
from trainer.events import Event, Finished, Started
from trainer.faults import TrainerError
from trainer.feeder import Feeder
from trainer.learner import Learner
from trainer.loop import Loop, Parts
from trainer.machine import choose_device, processor_count
from trainer.material import Complaints, Material, read_material
from trainer.pace import Pace, pace_of
from trainer.protocol import BuildRequest, Detector
from trainer.recipe import Recipe, choose_recipe, facts_of
from trainer.report.page import report_at_the_end
from trainer.results import UNKNOWN, Results
from trainer.stopwatch import Clock, Stopwatch
from trainer.validation import Validator
from trainer.weights import WeightsUnavailableError

_READ_AHEAD_SECONDS = 2.0
_READ_AHEAD_PICTURES = 160
"""Where the clock may decide nothing."""
_MOST_VALIDATION_PICTURES = 500

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
PaceFor = Callable[[RunConfig, Stopwatch, Callable[[], float]], Pace]
"""Makes the pace from the wish, the run's watch, and what tells the epochs done."""


class Training:
    """Does what RUN/config.json asks for: advance() until is_done, then finish().

    Making it reads the pictures, builds the detector and emits Started. Its seconds count only
    inside advance() and finish(), and it has its own chance, so that several can take turns in one
    process and each comes out as if it were alone. clock: seconds from anywhere. pace_for: who
    decides how long it learns and when it looks; without it the run's own budget does.

    Everything raises TrainerError, in words for the person.
    """

    def __init__(
        self,
        run: Path,
        emit: Emit,
        should_stop: ShouldStop,
        clock: Clock = time.monotonic,
        pace_for: PaceFor = pace_of,
    ) -> None:
        self._run = run
        self._emit = emit
        self._should_stop = should_stop
        self._watch = Stopwatch(clock)
        self._pace_for = pace_for
        self._material = read_material(run, emit)
        self._complaints = Complaints(emit)
        _prepare_torch(self._material.config.seed)
        self._parts = self._make_parts(run)
        self._chance = torch.get_rng_state()
        self._loop = Loop(self._parts)
        self._complaints.say()

    @property
    def is_done(self) -> bool:
        """The budget is used up, or somebody said stop: finish() is to come."""
        return self._should_stop() or self._loop.has_used_budget

    @property
    def epochs(self) -> float:
        """How often every picture has been learnt from, on average."""
        return self._parts.feeder.epochs

    @property
    def seconds(self) -> float:
        """How long it has learned."""
        return self._watch.seconds

    def advance(self, until_epoch: float = math.inf) -> None:
        """Learns until so many epochs are done, or to the end."""
        with self._at_work():
            self._loop.advance(until_epoch)

    def finish(self) -> None:
        """The last look; emits Finished."""
        stopped_early = not self._loop.has_used_budget
        with self._at_work():
            self._loop.look()
        self._complaints.say()
        verdict = self._parts.results.verdict
        if verdict is not None:
            analyse_at_the_end(self._run, self._should_stop)
        end = Finished(
            ap=UNKNOWN if verdict is None else verdict.scores.ap,
            ap50=UNKNOWN if verdict is None else verdict.scores.ap50,
            seconds=self.seconds,
            epochs=self.epochs,
            stopped_early=stopped_early,
        )
        report_at_the_end(self._run, end)
        self._emit(end)

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """The watch runs, and torch's chance is this run's own."""
        torch.set_rng_state(self._chance)
        self._watch.start()
        try:
            yield
        finally:
            self._watch.stop()
            self._chance = torch.get_rng_state()

    def _make_parts(self, run: Path) -> Parts:
        config, learnt, checked = (
            self._material.config,
            self._material.learnt,
            self._material.checked,
        )
        device, device_name = choose_device()
        recipe = choose_recipe(config, facts_of(learnt), device, device_name)
        detector = self._build(recipe)
        examples = Examples(learnt, detector.input_size, self._complaints.note)
        pace = self._pace_for(config, self._watch, lambda: self.epochs)
        self._read_ahead(examples, pace)
        self._emit(_started(self._material, recipe, pace))
        clock = (lambda: self._watch.seconds) if pace.by_clock else None
        val_examples = Examples(checked, detector.input_size, self._complaints.note)
        return Parts(
            recipe,
            Learner(detector, recipe, device),
            Feeder(examples, recipe, device, config.seed, clock),
            Validator(checked, val_examples, device, _MOST_VALIDATION_PICTURES),
            Results(run, config.detector, recipe.finest_stride, learnt.categories),
            self._emit,
            self._should_stop,
            self._watch,
            pace,
        )

    def _read_ahead(self, examples: Examples, pace: Pace) -> None:
        if pace.by_clock:
            examples.read_ahead(len(examples), self._should_stop, _READ_AHEAD_SECONDS)
        else:
            examples.read_ahead(_READ_AHEAD_PICTURES, self._should_stop)

    def _build(self, recipe: Recipe) -> Detector:
        config = self._material.config
        request = BuildRequest(
            config.detector,
            len(self._material.learnt.categories),
            config.start,
            recipe.input_size,
            on_download=self._emit,
            should_stop=self._should_stop,
            finest_stride=recipe.finest_stride,
            backbone_rate=recipe.backbone_rate,
            start_decides=recipe.start_decides,
        )
        try:
            return build_detector(request)
        except WeightsUnavailableError as error:
            raise TrainerError(str(error)) from error


def _prepare_torch(seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(processor_count())
    torch.set_flush_denormal(True)


def _started(material: Material, recipe: Recipe, pace: Pace) -> Started:
    return Started(
        images_train=len(material.learnt.pictures),
        images_val=len(material.checked.pictures),
        categories=tuple(name for _, name in material.learnt.categories),
        seconds_total=pace.seconds_total(0.0),
        choices=recipe.choices,
    )
