"""Dated copies of the database in backups/: when one is due, how it is made, which ones stay."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from labeler.dataset import schema, sound_rows
from labeler.dataset.files import PART, reason, replace_durably, sync_file
from labeler.dataset.own_folder import leads_elsewhere, require_own
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.errors import UserError
from trainer.names import open_plain

FOLDER = "backups"
KEPT_DAYS = 7
"""The newest backup of each of so many days stays: a busy day never pushes out those before it."""
KEPT = 3
"""And so many of the newest, whatever their day."""
DUE_AFTER = timedelta(days=1)
_AHEAD = timedelta(minutes=1)
"""Of several within a second each is dated a second later than the one before."""
_NAME = re.compile(r"dataset-(\d{4}-\d{2}-\d{2}-\d{6})\.sqlite")
_FORM = "%Y-%m-%d-%H%M%S"
_PAGES = 2000
"""So many pages are copied between two looks at should_stop."""
_TOLD = 3
"""So many backups that are not good are named."""
_ID_AT = slice(68, 72)
"""Where the application's id stands in the file, https://sqlite.org/fileformat.html."""


@dataclass(frozen=True, slots=True)
class Backup:
    """One dated copy. made_at is the local time that its name tells."""

    path: Path
    made_at: datetime

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class Chosen:
    """The newest good backup, if there is one. passed_over: a clause for each newer one that is
    not good, with its name and the fault.
    """

    backup: Backup | None
    passed_over: tuple[str, ...] = ()

    @property
    def told(self) -> str:
        """A sentence about those passed over, or nothing."""
        if not self.passed_over:
            return ""
        few, more = "; ".join(self.passed_over[:_TOLD]), len(self.passed_over) - _TOLD
        return f"Passed over: {few}" + (f"; and {more} more." if more > 0 else ".")


@dataclass(frozen=True, slots=True)
class Contents:
    """What stands in a database: how many images and boxes."""

    images: int
    boxes: int


def backups_of(folder: Path, now: datetime | None = None) -> list[Backup]:
    """The backups of the dataset in this folder, the newest first.

    One whose date is still to come was made while the clock was wrong: it counts as the oldest.
    """
    return [each for each in _dated(folder, now or datetime.now()) if _is_ours(each.path)]


def _dated(folder: Path, now: datetime) -> list[Backup]:
    """Files with a backup's name, the newest first, also those that hold something else."""
    place = folder / FOLDER
    found = []
    for path in [] if leads_elsewhere(place) else place.glob("dataset-*.sqlite"):
        made_at = _date_in(path.name)
        if made_at:
            found.append(Backup(path, made_at))
    return sorted(
        found, key=lambda each: (each.made_at <= now + _AHEAD, each.made_at), reverse=True
    )


def choose_good(folder: Path) -> Chosen:
    """The newest backup with which neither SQLite nor the check of the rows finds a fault."""
    passed_over = []
    for backup in _dated(folder, datetime.now()):
        if not _is_ours(backup.path):
            passed_over.append(f"{backup.name} is no database of a dataset")
            continue
        try:
            require_good(backup.path)
        except (UserError, OSError) as error:
            passed_over.append(str(error).rstrip("."))
        else:
            return Chosen(backup, tuple(passed_over))
    return Chosen(None, tuple(passed_over))


def newest_good(folder: Path) -> Backup | None:
    """As choose_good, for who need not say what was passed over."""
    return choose_good(folder).backup


def advice(folder: Path) -> str:
    """What somebody with a damaged dataset can go back to, in a sentence or two."""
    chosen = choose_good(folder)
    backup = chosen.backup
    if backup is None:
        told = "It has no good backup."
    else:
        told = f"The newest good backup is of {backup.made_at:%Y-%m-%d %H:%M} ({backup.name})."
    return f"{told} {chosen.told}".rstrip()


def is_due(folder: Path, now: datetime | None = None) -> bool:
    """Whether the newest backup is over a day old, or dated in the future, or there is none."""
    now = now or datetime.now()
    newest = next(iter(backups_of(folder, now)), None)
    return newest is None or not timedelta() <= now - newest.made_at <= DUE_AFTER


def make_if_due(
    folder: Path,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Backup | None:
    """A backup where one is due and something changed since the last. Reads only, so any thread.

    Raises UserError where it cannot be made or the dataset proves damaged, and Stopped.
    """
    now = datetime.now()
    if not is_due(folder, now):
        return None
    last = next(iter(backups_of(folder, now)), None)
    if _state_of(folder / schema.FILE_NAME) in (_nothing(), _state_of_backup(last)):
        return None
    return make(folder, now, on_progress, should_stop)


def make_after_change(
    folder: Path,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Backup | None:
    """A backup now, whatever the day: after an import, a merge, or going back to another one.

    None where nothing changed since the last. As make_if_due.
    """
    now = datetime.now()
    last = next(iter(backups_of(folder, now)), None)
    if _state_of(folder / schema.FILE_NAME) in (_nothing(), _state_of_backup(last)):
        return None
    return make(folder, now, on_progress, should_stop)


def make(
    folder: Path,
    now: datetime | None = None,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> Backup:
    """A backup, checked before it counts; then the oldest beyond those that stay go: the newest of
    each of seven days, and the newest three. As make_if_due.
    """
    now = (now or datetime.now()).replace(microsecond=0)
    require_own(folder)
    place = folder / FOLDER
    with _told(f"The backup of {folder.name} failed"):
        place.mkdir(exist_ok=True)
        for left_behind in place.glob(f"dataset-*.sqlite{PART}"):
            left_behind.unlink(missing_ok=True)
        while (target := place / f"dataset-{now:{_FORM}}.sqlite").exists():
            now += timedelta(seconds=1)
        part = target.with_name(target.name + PART)
        try:
            copy_database(folder / schema.FILE_NAME, part, on_progress, should_stop)
            _require_good_copy(folder, part)
            replace_durably(part, target)
        finally:
            part.unlink(missing_ok=True)
        made = Backup(target, now)
        _remove_old(folder, made)
    return made


def copy_database(
    source: Path,
    target: Path,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> None:
    """The database as it is at this moment, durable on return, while others go on writing.

    Raises UserError, OSError and Stopped.
    """

    def look(_status: int, remaining: int, total: int) -> None:
        if should_stop():
            raise Stopped("The backup was stopped.")
        on_progress(total - remaining, total)

    with (
        closing(schema.connect(source, read_only=True)) as connection,
        closing(sqlite3.connect(target)) as copy,
        schema.faults_of(source),
    ):
        copy.execute("PRAGMA synchronous = OFF")  # synced as a whole, once, below
        connection.execute("BEGIN")
        connection.execute("SELECT count(*) FROM sqlite_master")  # fixes the moment
        connection.backup(copy, pages=_PAGES, progress=look, sleep=0)
    sync_file(target)


def require_good(path: Path) -> None:
    """Raises UserError where the file is no dataset, SQLite finds it damaged, or it holds what this
    program did not write: of an older format, once it is brought up to date. Writes nothing.
    """
    try:
        with closing(schema.connect_still(path)) as connection, schema.faults_of(path):
            version = schema.require_ours(connection, path, len(schema.MIGRATIONS))
            schema.require_sound_schema(connection, path, version, schema.MIGRATIONS)
            found = str(connection.execute("PRAGMA integrity_check(1)").fetchone()[0])
            if found == "ok":
                found = _first_bad_row(connection, version) or "ok"
    except (schema.Damaged, schema.Unsound) as error:
        found = str(error.__cause__ or error)
    if found != "ok":
        raise schema.Damaged(f"{path.name} is damaged ({found.rstrip('.')}).")


def _first_bad_row(connection: sqlite3.Connection, version: int) -> str:
    """A sentence that names it, or nothing."""
    if version == len(schema.MIGRATIONS):
        rows = sound_rows.bad_rows(connection)
    else:
        with closing(schema.newest_copy(connection, version, schema.MIGRATIONS)) as copy:
            rows = sound_rows.bad_rows(copy)
    return next((row.why for row in rows if row.why), "")


def _require_good_copy(folder: Path, part: Path) -> None:
    try:
        require_good(part)
    except schema.Damaged as error:
        told = str(error).removeprefix(f"{part.name} is damaged ").strip("().")
        raise schema.Damaged(
            f"No backup was made, for {folder / schema.FILE_NAME} is damaged: {told}. "
            f"{advice(folder)}"
        ) from error


def contents_of(path: Path) -> Contents:
    """Of a file that nobody writes. Raises UserError."""
    with closing(schema.connect_still(path)) as connection, schema.faults_of(path):
        images = connection.execute("SELECT count(*) FROM image").fetchone()[0]
        boxes = connection.execute("SELECT count(*) FROM annotation").fetchone()[0]
    return Contents(images, boxes)


def _remove_old(folder: Path, made: Backup) -> None:
    others = [each for each in backups_of(folder, made.made_at) if each.path != made.path]
    newest = [made, *others]
    stay = {each.path for each in newest[:KEPT]}
    of_days: dict[date, Path] = {}
    for each in newest:
        of_days.setdefault(each.made_at.date(), each.path)
    stay |= set(list(of_days.values())[:KEPT_DAYS])
    for old in others:
        if old.path not in stay:
            old.path.unlink(missing_ok=True)


def _date_in(name: str) -> datetime | None:
    told = _NAME.fullmatch(name)
    try:
        return datetime.strptime(told[1], _FORM) if told else None
    except ValueError:  # a 31st of June: somebody else's file
        return None


def _is_ours(path: Path) -> bool:
    try:
        with open_plain(path, "rb") as stream:
            head = stream.read(_ID_AT.stop)
    except OSError:
        return False
    return int.from_bytes(head[_ID_AT], "big") == schema.APPLICATION_ID


_State = tuple[tuple[int | None, ...], ...]
_STATE_SQL = (
    "SELECT max(id), 0 FROM edit",
    "SELECT max(id), count(*) FROM image",
    "SELECT max(id), count(*) FROM suggestion",
    "SELECT max(id), count(*) FROM annotation",
    "SELECT max(id), count(*) FROM session",
)


def _nothing() -> _State:
    return tuple((None, 0) for _ in _STATE_SQL)


def _state_of(path: Path) -> _State:
    """Numbers that differ after every change. Rows are never changed without the journal."""
    with closing(schema.connect(path, read_only=True)) as connection, schema.faults_of(path):
        return tuple(connection.execute(sql).fetchone() for sql in _STATE_SQL)


def _state_of_backup(backup: Backup | None) -> _State | None:
    """None where there is none, or it does not tell: of an older format, or damaged."""
    if backup is None:
        return None
    with (
        suppress(UserError),
        closing(schema.connect_still(backup.path)) as connection,
        schema.faults_of(backup.path),
    ):
        return tuple(connection.execute(sql).fetchone() for sql in _STATE_SQL)
    return None


@contextmanager
def _told(what: str) -> Iterator[None]:
    """Says what failed, whatever the fault was."""
    try:
        yield
    except OSError as error:
        raise UserError(f"{what}: {reason(error)}.") from error
    except (schema.Damaged, Stopped):
        raise
    except UserError as error:
        raise UserError(f"{what}. {error}") from error
