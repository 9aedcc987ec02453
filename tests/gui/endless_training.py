"""A training that gets ready for ever: what the window does while one runs, without the wait."""

from __future__ import annotations

import sys
from pathlib import Path

from labeler.dataset.store import Dataset
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.prepare import Wish, new_run_folder, prepare_run_from_dataset

ENDLESS = [sys.executable, "-c", "import time\nwhile True: time.sleep(60)"]


def begin_endless_training(workspace: TrainWorkspace, dataset: Dataset) -> Path:
    """A new run of this dataset, in a process of its own, on show in the workspace."""
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    workspace.trainer.start(run, ENDLESS)
    workspace.stage.show(run)
    return run
