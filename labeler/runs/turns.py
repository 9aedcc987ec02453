"""One training after the other: a second one beside it would take its time from both."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.data_curve import DATA_CURVE
from labeler.runs.history import RunState, list_runs
from labeler.runs.pair import PairSummary, list_pairs


def require_no_run(runs_folder: Path) -> None:
    """Raises UserError while one of these runs learns, whoever trains it."""
    if any(run.state is RunState.RUNNING for run in list_runs(runs_folder)):
        raise UserError("Another training of this dataset is running. Stop it, or wait for it.")


def require_no_pair(runs_folder: Path) -> None:
    """Raises UserError while one of these pairs learns, or a part of it for a data curve."""
    if any(pair.state is RunState.RUNNING for pair in _pairs(runs_folder)):
        raise UserError(
            "Two runs are being compared, and a training beside them would take their time. "
            "Stop them in Compare, or wait for them."
        )


def is_anything_training(runs_folder: Path) -> bool:
    """Whether a run, a pair or a part of one learns there, whoever trains it."""
    running = RunState.RUNNING
    return any(run.state is running for run in list_runs(runs_folder)) or any(
        pair.state is running for pair in _pairs(runs_folder)
    )


def _pairs(runs_folder: Path) -> Iterator[PairSummary]:
    for pair in list_pairs(runs_folder):
        yield pair
        yield from list_pairs(pair.path / DATA_CURVE)
