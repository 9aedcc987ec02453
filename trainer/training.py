"""One run under way: it can be left after some epochs and gone on with, beside another."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import torch

from trainer.analysis import analyse_at_the_end
from trainer.best_pace import BestPace
from trainer.choices import classes_choice, rate_choice, speed_choice
from trainer.config import OFFLINE, START_WEIGHTS, RunConfig
from trainer.data import Examples
from trainer.detector import build_detector
from trainer.device import choose_device, default_threads
from trainer.events import Event, Finished, Resumed, Started, Warned
from trainer.faults import TrainerError, sentence_of
from trainer.feeder import Feeder
from trainer.learner import Learner, peak_rate
from trainer.loop import Loop, Parts
from trainer.material import Complaints, Material, read_material
from trainer.pace import ClockPace, EpochPace, Pace
from trainer.protocol import BuildRequest, Detector
from trainer.recipe import Recipe, choose_recipe, facts_of
from trainer.report.page import report_at_the_end
from trainer.results import MODEL, UNKNOWN, Results
from trainer.run_folder import STATE
from trainer.start_weights import StartWeights, load_start
from trainer.state import State, damaged, identity, load_state, save_state
from trainer.stopwatch import Clock, Stopwatch
from trainer.validation import Validator
from trainer.weights import WeightsUnavailableError

_READ_AHEAD_SECONDS = 2.0
_READ_AHEAD_PICTURES = 160
"""Where the clock may decide nothing."""
_MOST_VALIDATION_PICTURES = 500

_IMPOSSIBLE = (ArithmeticError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
"""What a state raises that is damaged, or a stranger's."""
_NOTHING_LEARNED = (
    "Nothing was learned: the run was over before its first step. Let it learn for longer, or from "
    "fewer and smaller pictures a step."
)

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
ShouldPause = Callable[[], bool]
PaceFor = Callable[[RunConfig, Stopwatch, Callable[[], float]], Pace]
"""Makes the pace from the wish, the run's watch, and what tells the epochs done."""


def pace_of(config: RunConfig, watch: Stopwatch, epochs_done: Callable[[], float]) -> Pace:
    """What the run's budget asks for."""
    if config.budget == "epochs":
        return EpochPace(watch, config.epochs, epochs_done)
    if config.budget == "best":
        return BestPace(watch, config.seconds, epochs_done)
    return ClockPace(watch, config.seconds)


def never() -> bool:
    """Nobody wishes for a pause."""
    return False


class Training:
    """Does what RUN/config.json asks for: advance() until is_done, then finish().

    Making it reads the pictures, builds the detector and emits Started; where an earlier process
    has left RUN/state.safetensors it goes on from there and emits Resumed, too. Its seconds count
    only inside advance() and finish(), and it has its own chance, so that several can take turns in
    one process and each comes out as if it were alone. clock: seconds from anywhere. pace_for: who
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
        should_pause: ShouldPause = never,
    ) -> None:
        self._run = run
        self._emit = emit
        self._should_stop = should_stop
        self._should_pause = should_pause
        self._watch = Stopwatch(clock)
        self._pace_for = pace_for
        self._material = read_material(run, emit)
        self._complaints = Complaints(emit)
        _prepare_torch(self._material.config)
        state = load_state(run)
        self._parts = self._make_parts(run, goes_on=state is not None)
        self._chance = torch.get_rng_state()
        self._loop = Loop(self._parts)
        self._complaints.say()
        self._identity = identity(run, self._material.config)
        if state is not None:
            self._go_on(state)

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
        """The last look; emits Finished. A run that is complete needs its state no more.

        Where it was stopped before the first step there is nothing to look at: no model is left.
        Raises TrainerError where the whole budget has not sufficed for a step.
        """
        stopped_early = not self._loop.has_used_budget
        if self._parts.learner.steps:
            with self._at_work():
                self._loop.look_at_the_end()
        self._complaints.say()
        if not self._parts.learner.steps and not stopped_early:
            raise TrainerError(_NOTHING_LEARNED)
        best = self._parts.results.best
        if best is not None:
            if not self._should_stop():
                self._loop.say_measuring()
            analyse_at_the_end(self._run, self._should_stop)
        end = Finished(
            ap=UNKNOWN if best is None else best.ap,
            ap50=UNKNOWN if best is None else best.ap50,
            seconds=self.seconds,
            epochs=self.epochs,
            stopped_early=stopped_early,
        )
        report_at_the_end(self._run, end)
        self._emit(end)
        self._parts.results.end()
        if not stopped_early:
            for name in (STATE, START_WEIGHTS):
                (self._run / name).unlink(missing_ok=True)

    def _keep_state(self) -> None:
        """Raises OSError; the state before is good then. Raises TrainerError where there is none,
        but a model."""
        own = {"identity": self._identity, "seconds": self.seconds, "loss": self._loop.loss}
        parts = {
            "run": State({"chance": torch.get_rng_state()}, own),
            "learner": self._parts.learner.remember(),
            "feeder": self._parts.feeder.state(),
            "pace": State({}, self._parts.pace.memory()),
        }
        try:
            save_state(self._run, State.joined(parts))
        except OSError as error:
            if (self._run / STATE).is_file() or not (self._run / MODEL).is_file():
                raise
            raise TrainerError(
                f"{sentence_of(error)} The best so far is kept in {MODEL}, but not what this run "
                "needs to go on: make a new run to learn more."
            ) from error

    def _go_on(self, state: State) -> None:
        path = self._run / STATE
        try:
            own = state.part("run")
            if own.numbers["identity"] != self._identity:
                raise TrainerError(
                    f"{self._run}: train.json or config.json was changed since this run began, so "
                    "it cannot go on. Make a new run."
                )
            self._parts.learner.restore(state.part("learner"))
            self._parts.feeder.restore(state.part("feeder"))
            self._parts.pace.recall(state.part("pace").numbers)
            self._watch.set(float(own.numbers["seconds"]))
            self._chance = own.tensors["chance"]
            self._loop.go_on(own.numbers["loss"])
        except TrainerError:
            raise
        except _IMPOSSIBLE as error:
            raise damaged(path) from error
        self._parts.results.take_up()
        self._emit(Resumed(self.seconds, self.epochs))

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

    def _make_parts(self, run: Path, *, goes_on: bool) -> Parts:
        config, learnt, checked = (
            self._material.config,
            self._material.learnt,
            self._material.checked,
        )
        device = choose_device(config.device)
        if not device.is_gpu and config.detector not in OFFLINE:
            device = replace(device, half=False)  # not all of their layers have it on processors
        if device.warning:
            self._emit(Warned(device.warning))
        start = load_start(run, config)
        before = None if start is None else start.details
        recipe = choose_recipe(config, facts_of(learnt), device.name, device.title, before)
        detector = self._build(recipe, start, goes_on=goes_on)
        examples = Examples(learnt, detector.input_size, self._complaints.note)
        pace = self._pace_for(config, self._watch, lambda: self.epochs)
        self._read_ahead(examples, pace)
        more = (
            rate_choice(config, peak_rate(detector, recipe)),
            speed_choice(config, device, torch.get_num_threads()),
        )
        if start is not None:
            known: tuple[str, ...] = (start.told(learnt.categories),)
        else:
            known = classes_choice(config, tuple(name for _, name in learnt.categories))
        self._emit(_started(self._material, (*recipe.choices, *known, *more), pace))
        clock = (lambda: self._watch.seconds) if pace.by_clock else None
        val_examples = Examples(checked, detector.input_size, self._complaints.note)
        return Parts(
            recipe,
            Learner(detector, recipe, device.name, pace.fall, half=device.half),
            Feeder(examples, recipe, device.name, config.seed, clock),
            Validator(checked, val_examples, device.name, _MOST_VALIDATION_PICTURES),
            Results(
                run,
                config.detector,
                recipe.finest_stride,
                learnt.categories,
                is_watched=config.recipe == "one-click",
            ),
            self._emit,
            self._should_stop,
            self._should_pause,
            self._keep_state,
            self._complaints.say,
            self._watch,
            pace,
        )

    def _read_ahead(self, examples: Examples, pace: Pace) -> None:
        if pace.by_clock:
            examples.read_ahead(len(examples), self._should_stop, _READ_AHEAD_SECONDS)
        else:
            examples.read_ahead(_READ_AHEAD_PICTURES, self._should_stop)

    def _build(self, recipe: Recipe, start: StartWeights | None, *, goes_on: bool) -> Detector:
        config, categories = self._material.config, self._material.learnt.categories
        request = BuildRequest(
            config.detector,
            len(categories),
            config.start,
            recipe.input_size,
            on_download=self._emit,
            should_stop=self._should_stop,
            finest_stride=recipe.finest_stride,
            backbone_rate=recipe.backbone_rate,
            start_decides=recipe.start_decides,
            names=tuple(name for _, name in categories),
            goes_on=goes_on,
        )
        try:
            detector = build_detector(request)
        except WeightsUnavailableError as error:
            raise TrainerError(str(error)) from error
        if start is not None:
            start.fill(detector, categories)
        return detector


def _prepare_torch(config: RunConfig) -> None:
    torch.manual_seed(config.seed)
    torch.set_num_threads(config.threads or default_threads())
    torch.set_flush_denormal(True)


def _started(material: Material, choices: tuple[str, ...], pace: Pace) -> Started:
    return Started(
        images_train=len(material.learnt.pictures),
        images_val=len(material.checked.pictures),
        categories=tuple(name for _, name in material.learnt.categories),
        seconds_total=pace.seconds_total(0.0),
        choices=choices,
    )
