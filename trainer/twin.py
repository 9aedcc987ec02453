"""Transfer against scratch: two runs that differ in their start weights only, trained in turn."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from trainer.config import RunConfig, load_config
from trainer.events import Event
from trainer.faults import TrainerError, sentence_of
from trainer.run_folder import is_complete
from trainer.stopwatch import Clock
from trainer.training import ShouldPause, ShouldStop, Training, never
from trainer.twin_best import schedule_of
from trainer.twin_sides import SIDES, SideFailedError

EmitOf = Callable[[str, Event], None]
"""Takes the side and what it tells."""


def twin(
    pair: Path,
    emit: EmitOf,
    should_stop: ShouldStop,
    clock: Clock = time.monotonic,
    should_pause: ShouldPause = never,
) -> None:
    """Trains PAIR/pretrained and PAIR/scratch in turn; each ends with its own event Finished.

    Both see the same pictures in the same order with the same changes made to them, at the same
    rates, and are scored at the same epochs. Asked to stop, both keep their best so far. Raises
    TrainerError where the pair cannot be trained, SideFailedError where one run breaks down.
    """
    schedule = schedule_of(_shared_config(pair))
    runs = {
        side: Training(
            pair / side, partial(emit, side), should_stop, clock, schedule.pace, should_pause
        )
        for side in SIDES
        if not is_complete(pair / side)
    }
    schedule.plan()
    while not all(run.is_done for run in runs.values()):
        until = schedule.next_turn()
        for side, run in runs.items():
            _attempt(side, partial(run.advance, until), runs)
        schedule.plan()
    for side in list(runs):
        _attempt(side, runs.pop(side).finish, runs)


def _attempt(side: str, step: Callable[[], None], runs: dict[str, Training]) -> None:
    """Does the step; where it fails, the other run, if it is still under way, is ended first."""
    try:
        step()
    except Exception as error:
        for other, run in runs.items():
            if other != side:
                run.finish()
        raise SideFailedError(side, error) from error


def _shared_config(pair: Path) -> RunConfig:
    """What both are asked. Raises TrainerError where they differ in more than their start."""
    try:
        configs = [load_config(pair / side) for side in SIDES]
    except ValueError as error:
        raise TrainerError(f"{pair} is no pair of runs: {error}") from error
    for side, config in zip(SIDES, configs, strict=True):
        if config.start != side:
            raise TrainerError(f"{pair / side} starts from {config.start}, not from {side}.")
    if replace(configs[0], start=SIDES[1]) != configs[1]:
        raise TrainerError(
            f"The runs of {pair} were asked different things, so they cannot be compared. "
            "Make a new pair."
        )
    for name in ("train.json", "val.json"):
        if _content(pair / SIDES[0] / name) != _content(pair / SIDES[1] / name):
            raise TrainerError(
                f"The runs of {pair} have different lists ({name}). Make a new pair."
            )
    return configs[0]


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise TrainerError(sentence_of(error, path)) from error
