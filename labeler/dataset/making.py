"""A dataset's folder that is being made: what is to go again where that, or what was to fill it,
fails.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

FOLDERS = ("images", "incoming", "runs", "thumbnails", "backups", "removed")
_FILES = ("dataset.sqlite", "dataset.sqlite-wal", "dataset.sqlite-shm", "dataset.lock")


def missing(folder: Path) -> list[Path]:
    """The folder and those above it that are not there yet, the innermost first."""
    above = [folder, *folder.parents]
    return [each for each in above if not each.exists() and not each.is_symlink()]


def take_away(folder: Path, made: Sequence[Path]) -> None:
    """Removes a dataset that was made just now, and then the folders that were made for it.

    A folder stays where anything else stands in it. Whatever cannot be removed stays, too.
    """
    for name in FOLDERS:
        inner = folder / name
        if not inner.is_symlink():
            shutil.rmtree(inner, ignore_errors=True)
    for name in _FILES:
        with suppress(OSError):
            (folder / name).unlink(missing_ok=True)
    for each in made:
        with suppress(OSError):
            each.rmdir()
