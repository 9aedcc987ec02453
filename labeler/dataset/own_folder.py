"""What a dataset's folder may be made of, where it may come from a stranger: nothing in it leads
out of it."""

from __future__ import annotations

import os
from pathlib import Path

from labeler.errors import UserError

FOLDERS = ("images", "incoming", "runs", "thumbnails", "backups", "trash", "removed")
FILE_NAME = "dataset.sqlite"
HELPERS = ("-wal", "-shm", "-journal")
LOCK_NAME = "dataset.lock"
_FILES = (FILE_NAME, *(FILE_NAME + helper for helper in HELPERS), LOCK_NAME)


class LeadsElsewhere(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """A part of the folder is a link, so that writing to it would change something else."""


def require_own(folder: Path) -> None:
    """Raises LeadsElsewhere where one of the dataset's own files or folders is a link.

    The dataset's folder itself may be one: a person chose it. A part of it that leads elsewhere is
    not followed, neither to write nor to read: what came as an archive or through a shared drive
    could have this program empty, fill or give away any folder of the computer.
    """
    for name in (*FOLDERS, *_FILES):
        path = folder / name
        if leads_elsewhere(path):
            raise LeadsElsewhere(
                f"The dataset {folder.name} is not opened: {name} in it is a link to "
                f"{_target(path)}, and no part of a dataset may lead out of its folder. Put the "
                "real one in its place. To keep a dataset on another drive, move its whole folder."
            )


def leads_elsewhere(path: Path) -> bool:
    """Whether it is a link, or a junction of Windows."""
    try:
        is_junction = getattr(os.path, "isjunction", None)  # from Python 3.12 on
        return path.is_symlink() or bool(is_junction and is_junction(path))
    except OSError:
        return False


def _target(path: Path) -> str:
    try:
        return os.fspath(path.readlink())
    except (OSError, ValueError):
        return "another place"
