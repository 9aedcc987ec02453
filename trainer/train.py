"""A training run from its folder to its end."""

from __future__ import annotations

import time
from pathlib import Path

from trainer.stopwatch import Clock
from trainer.training import Emit, ShouldPause, ShouldStop, Training, never


def train(
    run: Path,
    emit: Emit,
    should_stop: ShouldStop,
    clock: Clock = time.monotonic,
    should_pause: ShouldPause = never,
) -> None:
    """Does what RUN/config.json asks for and ends with the event Finished.

    Goes on where an earlier process has left RUN/state.safetensors. Raises TrainerError, in words
    for the person. clock: seconds from anywhere; it measures the budget.
    """
    training = Training(run, emit, should_stop, clock, should_pause=should_pause)
    training.advance()
    training.finish()
