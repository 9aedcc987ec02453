"""A folder whose dataset.sqlite is gone or empty, though the rest of the dataset is there."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from labeler.dataset.own_folder import FILE_NAME, leads_elsewhere
from labeler.dataset.schema import Damaged
from labeler.dataset.words import counted
from labeler.errors import UserError

_MANY = 1_000_000


def require_database(folder: Path) -> None:
    """Raises Damaged where the database was lost, UserError where there is no dataset, OSError.

    Asked before SQLite opens the file: it would take an empty one for a new database, and throw the
    log beside it away.
    """
    database = folder / FILE_NAME
    if database.is_file() and database.stat().st_size:
        return
    require_none_lost(folder)
    if not folder.exists():
        raise UserError(
            f"{folder} is not there. Was it moved or renamed, or is its drive not connected?"
        )
    if not database.is_file():
        raise UserError(f"{folder} is not a dataset (it holds no {FILE_NAME}).")


def require_none_lost(folder: Path) -> None:
    """Raises Damaged where pictures, backups or a log stand in the folder without a database."""
    from labeler.dataset.backups import advice, backups_of

    database = folder / FILE_NAME
    if database.is_file() and database.stat().st_size:
        return
    pictures = _count(folder / "images")
    backups = len(backups_of(folder))
    log = folder / f"{FILE_NAME}-wal"
    has_log = log.is_file() and bool(log.stat().st_size)
    if not (pictures or backups or has_log):
        return
    beside = [counted(pictures, "picture")] if pictures else []
    beside += [counted(backups, "backup")] if backups else []
    beside += ["its write-ahead log"] if has_log else []
    fate = "is empty" if database.is_file() else "is missing"
    raise Damaged(
        f"{database} {fate}, though {' and '.join(beside)} of the dataset are there. Nothing was "
        f'changed. {advice(folder)} To go back to it: vector-labeler restore "{folder}". Without '
        "one, make a new dataset elsewhere and add the folder images to it."
    )


def _count(images: Path) -> int:
    if leads_elsewhere(images) or not images.is_dir():
        return 0
    return sum(1 for _ in islice(images.iterdir(), _MANY))
