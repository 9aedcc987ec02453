"""A dataset in a few words, read without opening it for labelling."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeler.dataset.store import FILE_NAME, Dataset
from labeler.errors import UserError


@dataclass(frozen=True, slots=True)
class DatasetSummary:
    """What can be told of a dataset's folder.

    changed_at: seconds since 1970 (UTC) of its last change, None where the folder holds no dataset
    (any more) or cannot be reached. image_count: None where its database cannot be read; fault says
    why.
    """

    folder: Path
    changed_at: float | None = None
    image_count: int | None = None
    fault: str = ""

    @property
    def is_missing(self) -> bool:
        return self.changed_at is None


def summary_of(folder: Path) -> DatasetSummary:
    """Reads the database, which may take a while on a slow drive. Raises nothing."""
    try:
        times = [path.stat().st_mtime for path in folder.glob(f"{FILE_NAME}*")]
        if not (folder / FILE_NAME).is_file() or not times:
            return DatasetSummary(folder, fault=f"{folder} is not there any more.")
    except OSError as error:
        return DatasetSummary(folder, fault=f"{folder} cannot be reached: {error.strerror}.")
    try:
        with Dataset.open(folder, read_only=True) as dataset:
            return DatasetSummary(folder, max(times), dataset.counts().total)
    except UserError as error:
        return DatasetSummary(folder, max(times), fault=str(error))
