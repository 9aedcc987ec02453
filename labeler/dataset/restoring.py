"""Going back to a backup: nothing that is there now is lost, and a kill leaves either or both."""

from __future__ import annotations

import os
import shutil
import sqlite3
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from labeler.dataset import picture, schema
from labeler.dataset.backups import (
    FOLDER,
    Backup,
    advice,
    backups_of,
    choose_good,
    make_after_change,
    require_good,
)
from labeler.dataset.files import (
    PART,
    reason,
    replace_durably,
    sha256_of,
    sync_file,
    sync_folder,
)
from labeler.dataset.lock import WriterLock
from labeler.dataset.model import Image
from labeler.dataset.own_folder import require_own
from labeler.dataset.schema import Damaged
from labeler.dataset.store import FILE_NAME, LOCK_NAME, Dataset
from labeler.errors import UserError
from trainer.names import BadName, is_plain_file, plain_name

_HELPERS = ("-wal", "-shm")
_LARGEST_ID = 2**53
_HASH_LETTERS = 12
"""So many letters of its hash stand in a picture's name, behind the first hyphen."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What restoring did. kept_aside: the database that was there before, None where none was.

    found_again: pictures in images/ that the backup did not know; they were taken in again.
    """

    backup: Backup
    kept_aside: Path | None
    found_again: tuple[Image, ...]


def chosen_backup(folder: Path, name: str = "") -> Backup:
    """As choose_backup, for who need not say what was passed over."""
    return choose_backup(folder, name)[0]


def choose_backup(folder: Path, name: str = "") -> tuple[Backup, str]:
    """The backup of that name, else the newest good one, and a sentence about newer ones that are
    not good. Raises UserError.
    """
    require_own(folder)
    if not name:
        chosen = choose_good(folder)
        if chosen.backup is None:
            told = f"{folder} has no good backup to go back to. {chosen.told}"
            raise UserError(told.rstrip())
        return chosen.backup, chosen.told
    for backup in backups_of(folder):
        if backup.name in (Path(name).name, f"{Path(name).name}.sqlite"):
            return backup, ""
    raise UserError(f"{folder / FOLDER} holds no backup {name}. --list shows those that it holds.")


def restore(folder: Path, backup: Backup) -> Restored:
    """Puts the backup in the place of the database, which is kept aside.

    Raises UserError, with nothing changed: the backup is damaged, the dataset is open elsewhere,
    the disk is full.
    """
    folder = folder.absolute()
    require_own(folder)
    try:
        require_good(backup.path)
    except Damaged as error:
        raise Damaged(f"{error} Nothing was changed. {advice(folder)}") from error
    lock = WriterLock(folder / LOCK_NAME, name=folder.name)
    try:
        kept_aside = _swap(folder, backup)
    except OSError as error:
        raise UserError(f"Cannot restore {folder}: {reason(error)}.") from error
    finally:
        lock.release()
    with Dataset.open(folder) as dataset:
        found_again = tuple(_taken_in(dataset))
    with suppress(UserError):  # the one that was gone back to is still there, and is good
        make_after_change(folder)
    return Restored(backup, kept_aside, found_again)


def _swap(folder: Path, backup: Backup) -> Path | None:
    database = folder / FILE_NAME
    part = database.with_name(FILE_NAME + PART)
    try:
        part.unlink(missing_ok=True)  # a copy would be written through a link
        shutil.copyfile(backup.path, part)
        _keep_ids(part, database)
        sync_file(part)
        require_good(part)
        _save_waiting_pictures(folder)
        _settle(database)
        kept_aside = _copied_aside(database, folder / FOLDER)
        # A log that outlives its database would be played into the new one.
        for helper in _HELPERS:
            database.with_name(FILE_NAME + helper).unlink(missing_ok=True)
        sync_folder(folder)
        replace_durably(part, database)
    finally:
        part.unlink(missing_ok=True)
    return kept_aside


def _settle(database: Path) -> None:
    """Brings the write-ahead log into the file. SQLite refuses while somebody reads it."""
    if not database.is_file():
        return
    try:
        with closing(schema.connect(database, read_only=False)) as connection:
            connection.execute("PRAGMA busy_timeout = 500")
            connection.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        if not _is_busy(error):
            return  # a fault of its own: it is kept as it is, with its log
        raise UserError(
            f"The dataset {database.parent.name} is being read by another window or program "
            f"({error}). Close it there and do it again."
        ) from error
    except (UserError, sqlite3.DatabaseError, UnicodeDecodeError):
        pass  # what is damaged is kept as it is, with its log


def _is_busy(error: sqlite3.OperationalError) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def _copied_aside(database: Path, place: Path) -> Path | None:
    if not database.is_file():
        return None
    now = datetime.now()
    while (target := place / f"replaced-{now:%Y-%m-%d-%H%M%S}.sqlite").exists():
        now += timedelta(seconds=1)
    for suffix in ("", "-wal"):
        source = database.with_name(FILE_NAME + suffix)
        if source.is_file():
            copy = target.with_name(target.name + suffix)
            part = copy.with_name(copy.name + PART)
            part.unlink(missing_ok=True)
            shutil.copyfile(source, part)
            sync_file(part)
            replace_durably(part, copy)
    return target


def _keep_ids(part: Path, database: Path) -> None:
    """No id is given twice, also not one that was given after the backup."""
    given: list[tuple[int, str]] = []
    with suppress(UserError), schema.faults_of(database):
        if database.is_file() and database.stat().st_size:
            given = _given(database)
    with closing(sqlite3.connect(part)) as connection, schema.faults_of(part):
        connection.execute("PRAGMA journal_mode = DELETE")
        with connection:
            connection.executemany("UPDATE next_id SET value = max(value, ?) WHERE kind = ?", given)


def _given(database: Path) -> list[tuple[int, str]]:
    """What the damaged database says, as far as it can be meant."""
    with closing(schema.connect_still(database)) as before:
        rows = before.execute(
            "SELECT value, kind FROM next_id WHERE typeof(value) = 'integer' "
            f"AND value BETWEEN 1 AND {_LARGEST_ID // 2} "
            "AND kind IN ('image', 'category', 'annotation', 'suggestion')"
        )
        return rows.fetchall()


def _save_waiting_pictures(folder: Path) -> None:
    """Pictures whose row the backup does not know would be cleared from incoming/ at opening."""
    for path in (folder / "incoming").glob("*"):
        target = folder / "images" / path.name
        if (
            not path.name.endswith(PART)
            and is_plain_file(path)
            and _is_whole(path)
            and not os.path.lexists(target)
        ):
            replace_durably(path, target)


def _is_whole(path: Path) -> bool:
    """A picture's name tells the hash of its bytes."""
    told = path.stem.partition("-")[2]
    return len(told) == _HASH_LETTERS and sha256_of(path).startswith(told)


def _taken_in(dataset: Dataset) -> list[Image]:
    """Rows for the pictures in images/ that have none. What is no picture stays as it is."""
    strays = [
        path
        for path in sorted(dataset.images_folder.glob("*"))
        if not path.name.endswith(PART) and _may_be_taken_in(path) and not dataset.knows(path.name)
    ]
    made: list[Image] = []
    if not strays:
        return made
    session = dataset.add_session(f"Found again {datetime.now():%Y-%m-%d %H:%M}", "restore")
    for path in strays:
        with suppress(UserError, OSError):
            image = _row_for(dataset, path, session.id)
            if dataset.image_by_hash(image.sha256) is None:
                made.append(dataset.add_image(image))
    dataset.drop_empty_session(session.id)
    return made


def _may_be_taken_in(path: Path) -> bool:
    """Whether a row may name it: what a person or a stranger put there may be a link, or called as
    no picture of a dataset may be.
    """
    try:
        plain_name(path.name)
    except BadName:
        return False
    return is_plain_file(path)


def _row_for(dataset: Dataset, path: Path, session_id: int) -> Image:
    found = picture.inspect(picture.read(path), path.name)
    return Image(
        id=dataset.new_image_id(),
        file_name=path.name,
        original_name=path.name,
        width=found.width,
        height=found.height,
        sha256=sha256_of(path),
        session_id=session_id,
        captured_at=found.taken_at or path.stat().st_mtime,
    )
