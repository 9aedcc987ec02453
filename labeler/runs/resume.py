"""A run that ended early, made ready to go on from the state that it has left."""

from __future__ import annotations

from pathlib import Path

from labeler.errors import UserError
from labeler.runs.history import RunState, config_of, summarise
from labeler.runs.prepare import PreparedRun, load_preparation
from labeler.runs.record import RunRecord, read_events


def prepared_again(run: Path) -> PreparedRun:
    """As it was prepared. Raises UserError where it cannot go on."""
    config_of(run)
    summary = summarise(run)
    if summary.state is RunState.RUNNING:
        raise UserError(f"{run} is still learning. Stop it first.")
    if summary.state is RunState.FINISHED:
        raise UserError(f"{run} is complete. Train again for more: that makes a new run.")
    if not summary.can_resume:
        raise UserError(
            f"{run} ended before it had anything to go on from. Train again: that makes a new run."
        )
    started = RunRecord.of(read_events(run)).started
    train, val = (started.images_train, started.images_val) if started else (0, 0)
    explanation, warnings = load_preparation(run)
    return PreparedRun(run, train, val, explanation, warnings)
