"""The dataset that a verb adds to: opened, or made where there is none."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from labeler.dataset.store import FILE_NAME, Dataset


@contextmanager
def open_or_create(folder: Path) -> Iterator[Dataset]:
    """A dataset that is made here goes again when the import fails: then nothing changed."""
    if (folder / FILE_NAME).is_file():
        with Dataset.open(folder) as dataset:
            yield dataset
        return
    was_there = folder.exists()
    dataset = Dataset.create(folder)
    try:
        with dataset:
            yield dataset
    except BaseException:
        shutil.rmtree(folder)
        if was_there:
            folder.mkdir()
        raise
