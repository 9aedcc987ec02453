"""The training run, read top to bottom: data, recipe, detector, loop, result."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import torch

from trainer.analysis import analyse_at_the_end
from trainer.coco import CocoSet, read_coco, with_categories_of
from trainer.config import RunConfig, load_config
from trainer.data import Examples
from trainer.detector import build_detector
from trainer.events import Event, Finished, Started, Warned
from trainer.faults import TrainerError, some_of
from trainer.feeder import Feeder
from trainer.learner import Learner
from trainer.loop import Loop, Parts
from trainer.machine import choose_device, processor_count
from trainer.protocol import BuildRequest, Detector
from trainer.recipe import Recipe, choose_recipe, facts_of
from trainer.results import UNKNOWN, Results
from trainer.validation import Validator
from trainer.weights import WeightsUnavailableError

_READ_AHEAD_SECONDS = 2.0
_MOST_VALIDATION_PICTURES = 500

Emit = Callable[[Event], None]
ShouldStop = Callable[[], bool]
Clock = Callable[[], float]


def train(run: Path, emit: Emit, should_stop: ShouldStop, clock: Clock = time.monotonic) -> None:
    """Does what RUN/config.json asks for and ends with the event Finished.

    Raises TrainerError, in words for the person. clock: seconds from anywhere; it measures the
    budget.
    """
    config = _config(run)
    learnt, checked = _read(run, config, emit)
    device, device_name = choose_device()
    _prepare_torch(config.seed)
    recipe = choose_recipe(config, facts_of(learnt), device, device_name)
    detector = _build(config, recipe, learnt, emit, should_stop)
    faults = _Faults(emit)
    examples = Examples(learnt, detector.input_size, faults.note)
    examples.read_ahead(_READ_AHEAD_SECONDS, should_stop)
    began = clock()
    emit(_started(config, recipe, learnt, checked))

    feeder = Feeder(examples, recipe, device, config.seed, clock)
    val_examples = Examples(checked, detector.input_size, faults.note)
    parts = Parts(
        recipe,
        Learner(detector, recipe, device),
        feeder,
        Validator(checked, val_examples, device, _MOST_VALIDATION_PICTURES),
        Results(run, config.detector, recipe.finest_stride, learnt.categories),
        emit,
        should_stop,
        clock,
        began,
        config.seconds,
    )
    faults.say()
    Loop(parts).run()
    faults.say()
    verdict, seconds = parts.results.verdict, clock() - began
    if verdict is not None:
        analyse_at_the_end(run, should_stop)
    emit(
        Finished(
            ap=UNKNOWN if verdict is None else verdict.scores.ap,
            ap50=UNKNOWN if verdict is None else verdict.scores.ap50,
            seconds=seconds,
            epochs=feeder.epochs,
            stopped_early=should_stop(),
        )
    )


def _config(run: Path) -> RunConfig:
    try:
        return load_config(run)
    except ValueError as error:
        raise TrainerError(str(error)) from error


def _read(run: Path, config: RunConfig, emit: Emit) -> tuple[CocoSet, CocoSet]:
    """The pictures to learn from and those to check with, which may be none."""
    learnt = read_coco(run / "train.json", run / config.train_images)
    checked = with_categories_of(read_coco(run / "val.json", run / config.val_images), learnt)
    for complaint in (*learnt.complaints, *checked.complaints):
        emit(Warned(complaint))
    if not learnt.box_count:
        raise TrainerError("No picture to learn from has a box. Draw some boxes, then train.")
    if checked.box_count:
        return learnt, checked
    emit(
        Warned(
            "No validation picture has a box, so nobody can say how good the detector gets: "
            "AP stays unknown and the last weights are kept."
        )
    )
    return learnt, CocoSet((), learnt.categories, ())


def _prepare_torch(seed: int) -> None:
    torch.manual_seed(seed)
    torch.set_num_threads(processor_count())
    torch.set_flush_denormal(True)


def _build(
    config: RunConfig, recipe: Recipe, learnt: CocoSet, emit: Emit, should_stop: ShouldStop
) -> Detector:
    request = BuildRequest(
        config.detector,
        len(learnt.categories),
        config.start,
        recipe.input_size,
        on_download=emit,
        should_stop=should_stop,
        finest_stride=recipe.finest_stride,
        backbone_rate=recipe.backbone_rate,
    )
    try:
        return build_detector(request)
    except WeightsUnavailableError as error:
        raise TrainerError(str(error)) from error


def _started(config: RunConfig, recipe: Recipe, learnt: CocoSet, checked: CocoSet) -> Started:
    return Started(
        images_train=len(learnt.pictures),
        images_val=len(checked.pictures),
        categories=tuple(name for _, name in learnt.categories),
        seconds_total=config.seconds,
        choices=recipe.choices,
    )


class _Faults:
    """Gathers what is wrong with pictures, so that a hundred broken ones make one sentence."""

    def __init__(self, emit: Emit) -> None:
        self._emit = emit
        self._names: dict[str, list[str]] = {}
        self._noted: set[tuple[str, str]] = set()

    def note(self, name: str, fault: str) -> None:
        if (name, fault) not in self._noted:
            self._noted.add((name, fault))
            self._names.setdefault(fault, []).append(name)

    def say(self) -> None:
        for fault, names in self._names.items():
            self._emit(Warned(f"{some_of(names)}: {fault}."))
        self._names.clear()
