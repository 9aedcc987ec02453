"""What Improve asks for: a quick run that goes on from the model in use, else one that starts anew.

Knows no Qt: the window only tells which model is on show.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labeler.dataset.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.history import config_of
from labeler.runs.prepare import PreparedRun, Wish, prepare_run_from_dataset
from labeler.runs.start_weights import NoStartError

SECONDS = 60.0


def prepare_improvement(
    dataset: Dataset,
    run: Path,
    model: Path | None,
    asked: Wish,
    *,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> PreparedRun:
    """As prepare_run_from_dataset. model: what is on show. asked: the settings of Train, which
    decide on the machine, and on everything where the run has to start anew; why it has to is one
    of its warnings.
    """
    notes: tuple[str, ...] = ()
    try:
        wish = wish_to_improve(model, asked)
        return prepare_run_from_dataset(
            dataset, run, wish, on_progress=on_progress, should_stop=should_stop
        )
    except NoStartError as error:
        notes = (f"It starts from pretrained weights, not from those in use. {error}",)
    anew = replace(asked, start="pretrained", parent="")
    return prepare_run_from_dataset(
        dataset, run, anew, notes=notes, on_progress=on_progress, should_stop=should_stop
    )


def wish_to_improve(model: Path | None, asked: Wish) -> Wish:
    """Raises NoStartError where the model is no run's."""
    if model is None:
        raise NoStartError("There is no model in use.")
    try:
        config = config_of(model.parent)
    except UserError as error:
        raise NoStartError(f"{model} lies in no run, so there is nothing to go on from.") from error
    return Wish(
        start="run",
        detector=config.detector,
        seconds=SECONDS,
        seed=asked.seed,
        device=asked.device,
        threads=asked.threads,
        augmentation=asked.augmentation,
        parent=str(model.parent),
    )
