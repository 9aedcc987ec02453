"""What stands in a dataset's place while none is open."""

from __future__ import annotations

import itertools
import os
import sqlite3
from pathlib import Path

from labeler.dataset import schema
from labeler.dataset.store import Dataset

_NOWHERE = Path(os.devnull)
"""Nothing can ever be in a folder below it."""
_numbers = itertools.count()


class NoDataset(Dataset):
    """Empty, without a name, in memory alone, and read-only: whatever is put into it is refused.

    So every part of the window can ask for images and find none, and nothing gets lost in it.
    """

    def __init__(self) -> None:
        super().__init__(_NOWHERE / f"no dataset {next(_numbers)}", None)
        self.name = ""
        schema.migrate(self._writer, self._path, schema.MIGRATIONS)

    def _connected(self) -> sqlite3.Connection:
        """All of them share one database, which is gone with the last."""
        return schema.connect_in_memory(self._path)
