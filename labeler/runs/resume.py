"""A run that ended early, made ready to go on from the state that it has left."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from labeler.dataset.files import reason
from labeler.dataset.json_stream import entries
from labeler.dataset.splits import SplitSizes
from labeler.errors import UserError
from labeler.runs.coco_side import read_lists, relative_to_run, with_files
from labeler.runs.history import RunState, config_of, summarise
from labeler.runs.prepare import PreparedRun, load_preparation
from labeler.runs.record import RunRecord, read_events
from trainer.config import save_config


def prepared_again(
    run: Path, images: Path | None = None, val_images: Path | None = None
) -> PreparedRun:
    """As it was prepared. Raises UserError where it cannot go on.

    images, val_images: where its pictures are now, if they were moved. The run remembers that.
    """
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
    _look_in(run, images, val_images)
    started = RunRecord.of(read_events(run)).started
    sizes = SplitSizes(started.images_train, started.images_val) if started else SplitSizes(0, 0)
    explanation, warnings = load_preparation(run)
    return PreparedRun(run, sizes, explanation, warnings)


def _look_in(run: Path, images: Path | None, val_images: Path | None) -> None:
    """Pictures to check with that lay among those to learn from have moved with them."""
    config = config_of(run)
    if config.val_images == config.train_images:
        val_images = val_images or images
    moved = {"train": images, "val": val_images, "test": images if config.test_images else None}
    folders: dict[str, Any] = {}
    for part, folder in moved.items():
        if folder is not None:
            lists = run / f"{part}.json"
            if part == "train" or _names_images(lists):
                with_files(read_lists(lists), folder, lists)
            folders[f"{part}_images"] = relative_to_run(folder, run)
    if folders:
        try:
            save_config(run, replace(config, **folders, made_in=str(run.resolve())))
        except OSError as error:
            raise UserError(f"Cannot write {run / 'config.json'}: {reason(error)}.") from error


def _names_images(lists: Path) -> bool:
    """False where a run has nothing to check with. Raises UserError where it is no list."""
    return any(True for _ in entries(lists, ("images",)))
