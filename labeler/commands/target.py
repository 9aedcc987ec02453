"""The dataset that a verb adds to: opened, or made where there is none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labeler.dataset import making
from labeler.dataset.store import FILE_NAME, Dataset
from labeler.errors import UserError


@contextmanager
def open_or_create(folder: Path) -> Iterator[Dataset]:
    """A dataset that is made here goes again where the verb fails or is stopped before any image
    came into it: then nothing changed. What is in it by then is kept.
    """
    if (folder / FILE_NAME).is_file():
        with Dataset.open(folder) as dataset:
            yield dataset
        return
    made = making.missing(folder.absolute())
    is_empty = False
    try:
        with Dataset.create(folder) as dataset:
            try:
                yield dataset
            except BaseException:
                with suppress(UserError):  # where nobody can tell, it stays
                    is_empty = dataset.counts().total == 0
                raise
    except BaseException:
        if is_empty:
            making.take_away(folder.absolute(), made)
        raise
