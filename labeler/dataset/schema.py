"""The tables of dataset.sqlite: opening the file, its versions, the way from one to the next."""

from __future__ import annotations

import os
import re
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

from labeler.dataset import sound_rows
from labeler.dataset.files import PART, replace_durably
from labeler.errors import UserError

FILE_NAME = "dataset.sqlite"
APPLICATION_ID = 0x564C6162  # "VLab", see https://sqlite.org/pragma.html#pragma_application_id

_VERSION_1 = """
CREATE TABLE session (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    camera TEXT NOT NULL,
    started_at REAL NOT NULL
);
CREATE TABLE image (
    id INTEGER PRIMARY KEY,
    file_name TEXT NOT NULL UNIQUE,
    original_name TEXT NOT NULL,
    width INTEGER NOT NULL CHECK (width > 0),
    height INTEGER NOT NULL CHECK (height > 0),
    sha256 TEXT NOT NULL UNIQUE,
    session_id INTEGER NOT NULL REFERENCES session (id),
    captured_at REAL NOT NULL,
    head_angle_rad REAL,
    pose_x_mm REAL,
    pose_y_mm REAL,
    pose_heading_rad REAL,
    verified INTEGER NOT NULL DEFAULT 0 CHECK (verified IN (0, 1)),
    annotation_count INTEGER NOT NULL DEFAULT 0 CHECK (annotation_count >= 0)
);
CREATE INDEX image_by_session ON image (session_id);
CREATE INDEX image_by_state ON image (annotation_count > 0, verified);
CREATE TABLE category (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    color TEXT NOT NULL
);
CREATE TABLE annotation (
    id INTEGER PRIMARY KEY,
    image_id INTEGER NOT NULL REFERENCES image (id),
    category_id INTEGER NOT NULL REFERENCES category (id),
    x REAL NOT NULL,
    y REAL NOT NULL,
    width REAL NOT NULL CHECK (width > 0),
    height REAL NOT NULL CHECK (height > 0)
);
CREATE INDEX annotation_by_image ON annotation (image_id);
CREATE INDEX annotation_by_category ON annotation (category_id);
CREATE TRIGGER annotation_added AFTER INSERT ON annotation BEGIN
    UPDATE image SET annotation_count = annotation_count + 1 WHERE id = NEW.image_id;
END;
CREATE TRIGGER annotation_deleted AFTER DELETE ON annotation BEGIN
    UPDATE image SET annotation_count = annotation_count - 1 WHERE id = OLD.image_id;
END;
CREATE TRIGGER annotation_stays BEFORE UPDATE OF image_id ON annotation BEGIN
    SELECT RAISE(ABORT, 'a box never changes its image');
END;
CREATE TABLE next_id (kind TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
INSERT INTO next_id VALUES ('image', 1), ('category', 1), ('annotation', 1);
CREATE TABLE edit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at REAL NOT NULL,
    description TEXT NOT NULL,
    changes TEXT NOT NULL
);
CREATE TRIGGER edit_is_kept BEFORE DELETE ON edit BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;
CREATE TRIGGER edit_is_final BEFORE UPDATE ON edit BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;
"""

_VERSION_2 = """
ALTER TABLE category ADD COLUMN position INTEGER NOT NULL DEFAULT 0;
ALTER TABLE category ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE annotation ADD COLUMN occluded INTEGER NOT NULL DEFAULT 0 CHECK (occluded IN (0, 1));
ALTER TABLE annotation ADD COLUMN truncated INTEGER NOT NULL DEFAULT 0 CHECK (truncated IN (0, 1));
ALTER TABLE annotation ADD COLUMN difficult INTEGER NOT NULL DEFAULT 0 CHECK (difficult IN (0, 1));
ALTER TABLE annotation ADD COLUMN note TEXT NOT NULL DEFAULT '';
CREATE INDEX annotation_with_note ON annotation (image_id) WHERE note <> '';
ALTER TABLE image ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN suggestion_count INTEGER NOT NULL DEFAULT 0
    CHECK (suggestion_count >= 0);
ALTER TABLE image ADD COLUMN last_edit INTEGER NOT NULL DEFAULT 0;
CREATE TABLE suggestion (
    id INTEGER PRIMARY KEY,
    image_id INTEGER NOT NULL REFERENCES image (id),
    category_id INTEGER NOT NULL REFERENCES category (id),
    x REAL NOT NULL,
    y REAL NOT NULL,
    width REAL NOT NULL CHECK (width > 0),
    height REAL NOT NULL CHECK (height > 0),
    score REAL NOT NULL CHECK (score BETWEEN 0 AND 1),
    source TEXT NOT NULL,
    model TEXT NOT NULL,
    rejected INTEGER NOT NULL DEFAULT 0 CHECK (rejected IN (0, 1))
);
CREATE INDEX suggestion_by_image ON suggestion (image_id);
CREATE INDEX suggestion_by_category ON suggestion (category_id);
CREATE TRIGGER suggestion_added AFTER INSERT ON suggestion WHEN NEW.rejected = 0 BEGIN
    UPDATE image SET suggestion_count = suggestion_count + 1 WHERE id = NEW.image_id;
END;
CREATE TRIGGER suggestion_deleted AFTER DELETE ON suggestion WHEN OLD.rejected = 0 BEGIN
    UPDATE image SET suggestion_count = suggestion_count - 1 WHERE id = OLD.image_id;
END;
CREATE TRIGGER suggestion_judged AFTER UPDATE OF rejected ON suggestion BEGIN
    UPDATE image SET suggestion_count = suggestion_count + OLD.rejected - NEW.rejected
    WHERE id = NEW.image_id;
END;
CREATE TRIGGER suggestion_stays BEFORE UPDATE OF image_id ON suggestion BEGIN
    SELECT RAISE(ABORT, 'a suggestion never changes its image');
END;
INSERT INTO next_id VALUES ('suggestion', 1);
ALTER TABLE edit ADD COLUMN kind TEXT NOT NULL DEFAULT 'do';
ALTER TABLE edit ADD COLUMN of INTEGER;
ALTER TABLE edit ADD COLUMN author TEXT NOT NULL DEFAULT '';
ALTER TABLE edit ADD COLUMN image_id INTEGER;
DROP TRIGGER edit_is_final;
UPDATE edit SET kind = 'note' WHERE changes LIKE '%"changes": []}';
CREATE TRIGGER edit_is_final BEFORE UPDATE ON edit BEGIN
    SELECT RAISE(ABORT, 'the journal only grows');
END;
ALTER TABLE image ADD COLUMN name_key TEXT NOT NULL DEFAULT '';
UPDATE image SET name_key = natural_key(original_name);
CREATE INDEX image_by_name ON image (name_key);
CREATE INDEX image_by_time ON image (captured_at);
CREATE INDEX image_by_boxes ON image (annotation_count);
CREATE INDEX image_by_edit ON image (last_edit);
CREATE INDEX image_with_note ON image (note) WHERE note <> '';
CREATE INDEX image_with_suggestions ON image (suggestion_count) WHERE suggestion_count > 0;
"""

_VERSION_3 = """
ALTER TABLE session ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE image ADD COLUMN lift_mm REAL;
ALTER TABLE image ADD COLUMN battery REAL;
ALTER TABLE image ADD COLUMN exposure_ms REAL;
ALTER TABLE image ADD COLUMN gain REAL;
ALTER TABLE image ADD COLUMN auto_exposure INTEGER CHECK (auto_exposure IN (0, 1));
ALTER TABLE image ADD COLUMN sharpness REAL;
ALTER TABLE image ADD COLUMN brightness REAL;
ALTER TABLE image ADD COLUMN flaw TEXT NOT NULL DEFAULT '';
CREATE INDEX image_with_flaw ON image (flaw) WHERE flaw <> '';
"""

MIGRATIONS: tuple[str, ...] = (_VERSION_1, _VERSION_2, _VERSION_3)
"""MIGRATIONS[n] leads from version n to n + 1. Only ever append: datasets of all versions exist."""


class Damaged(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """The file's bytes make no database any more. Only a backup helps."""


class Unsound(UserError):  # noqa: N818 - as above
    """It can be read in part and is not written: it holds what this program did not put there."""


class OlderFormat(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """It has to be brought up to date, for which it has to be written."""


def connect(path: Path, *, read_only: bool) -> sqlite3.Connection:
    """A connection in autocommit mode; transactions are begun by hand. Raises UserError.

    Any thread may use it, one at a time.
    """
    with faults_of(path):
        if not read_only:
            return _prepared(path, "mode=rw")
        try:
            return _prepared(path, "mode=ro")
        except sqlite3.OperationalError:
            # A folder that cannot be written: WAL needs its helper files there, unless promised
            # that nobody writes. A WAL left behind holds edits which that promise would hide.
            wal = path.with_name(path.name + "-wal")
            if wal.exists() and wal.stat().st_size:
                raise
            return _prepared(path, "mode=ro&immutable=1")


def connect_still(path: Path) -> sqlite3.Connection:
    """A connection to a file that nobody writes: leaves no helper files. Raises UserError."""
    with faults_of(path):
        return _prepared(path, "mode=ro&immutable=1")


def connect_in_memory(path: Path) -> sqlite3.Connection:
    """A connection to a database without a file, shared by all that name the same path."""
    return _prepared(path, "mode=memory&cache=shared")


def _prepared(path: Path, options: str) -> sqlite3.Connection:
    absolute = path.absolute().as_posix()  # "/folder", "C:/folder" or "//server/folder"
    start = "file://" if absolute.startswith("/") else "file:///"
    uri = f"{start}{quote(os.fsencode(absolute), safe='/:')}?{options}"
    connection = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)
    try:
        sound_rows.prepare(connection)
        # What the file itself holds may come from a stranger: its views, triggers and indexes call
        # nothing that reaches further than the file, and nothing can write to its schema.
        connection.execute("PRAGMA trusted_schema = OFF")
        connection.execute("PRAGMA cell_size_check = ON")
        if sys.version_info >= (3, 12):
            connection.setconfig(sqlite3.SQLITE_DBCONFIG_DEFENSIVE, True)
        connection.execute("PRAGMA temp_store = MEMORY")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("SELECT count(*) FROM sqlite_master")  # reads the file: is it readable?
    except (sqlite3.Error, ValueError):
        connection.close()
        raise
    return connection


def require_ours(connection: sqlite3.Connection, path: Path, latest: int) -> int:
    """The file's version. Raises UserError where it is no dataset or comes from the future.

    A file without any table counts as version 0: its creator was killed before the first commit.
    """
    with faults_of(path):
        found = _number(connection, "PRAGMA application_id")
        version = _number(connection, "PRAGMA user_version")
        tables = _number(connection, "SELECT count(*) FROM sqlite_master")
    if found != APPLICATION_ID and (tables or found):
        raise UserError(f"{path} is a database of another program, not a dataset.")
    if version > latest:
        raise UserError(
            f"The dataset {path.parent.name} was written by a newer Vector Labeler (format "
            f"{version}, this one knows {latest}). Update Vector Labeler to open it."
        )
    return version


def migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    """Brings the file to the newest version, a transaction a step, a backup before the first."""
    version = require_ours(connection, path, len(migrations))
    require_sound_schema(connection, path, version, migrations)
    with faults_of(path):
        connection.execute("PRAGMA journal_mode = WAL")
        if 0 < version < len(migrations):
            _back_up(connection, path.with_name(f"{path.stem}-before-format-{version + 1}.sqlite"))
        for number, script in enumerate(migrations[version:], start=version + 1):
            _step(connection, script, number)


def newest_copy(
    connection: sqlite3.Connection, version: int, migrations: Sequence[str]
) -> sqlite3.Connection:
    """A copy in memory of a file of this version, of the newest format. Raises as faults_of().

    The file's schema must be sound: its own triggers act while it is brought up to date.
    """
    copy = sqlite3.connect(":memory:", isolation_level=None)
    try:
        sound_rows.prepare(copy)
        connection.backup(copy)
        for number, script in enumerate(migrations[version:], start=version + 1):
            _step(copy, script, number)
    except sqlite3.IntegrityError as error:
        copy.close()
        raise sqlite3.DatabaseError(f"its rows cannot be brought up to date: {error}") from error
    except BaseException:
        copy.close()
        raise
    return copy


def require_sound_schema(
    connection: sqlite3.Connection, path: Path, version: int, migrations: Sequence[str]
) -> None:
    """Raises Damaged where a table is not this program's, and Unsound where anything else is not:
    a trigger or a view that somebody added would act at the next edit.
    """
    scripts = tuple(migrations[:version])
    with faults_of(path):
        missing = sound_rows.strange_tables(connection, scripts)
        strange = sound_rows.strange_objects(connection, scripts)
    if missing:
        raise Damaged(_damaged(path, missing[0]))
    if strange:
        raise Unsound(unsound_words(path, strange))


def unsound_words(path: Path, faults: Sequence[str]) -> str:
    """A sentence with the first of them."""
    more = f" (and {len(faults) - 1} more)" if len(faults) > 1 else ""
    return (
        f"The dataset {path.parent.name} is not changed, for it holds what this program did not "
        f"write: {faults[0].rstrip('.')}{more}."
    )


def _step(connection: sqlite3.Connection, script: str, number: int) -> None:
    try:
        connection.executescript(
            f"BEGIN IMMEDIATE; {script}; PRAGMA application_id = {APPLICATION_ID}; "
            f"PRAGMA user_version = {number}; COMMIT;"
        )
    except sqlite3.Error:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def _back_up(connection: sqlite3.Connection, target: Path) -> None:
    part = target.with_name(target.name + PART)
    part.unlink(missing_ok=True)
    with closing(sqlite3.connect(part)) as copy:
        connection.backup(copy)
    replace_durably(part, target)


def _number(connection: sqlite3.Connection, sql: str) -> int:
    return int(connection.execute(sql).fetchone()[0])


@contextmanager
def faults_of(path: Path) -> Iterator[None]:
    """Turns the environment's faults (full disk, damaged file) into UserErrors; bugs pass."""
    try:
        yield
    except (sqlite3.ProgrammingError, sqlite3.IntegrityError, sqlite3.InterfaceError):
        raise
    except sqlite3.OperationalError as error:
        if _OF_DAMAGE.search(str(error)):
            raise Damaged(_damaged(path, error)) from error
        raise UserError(_in_words(error, path)) from error
    except (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError) as error:
        # Bytes that are no text, in a row or in SQLite's own words for a fault, are damage as well.
        raise Damaged(_damaged(path, error)) from error


_OF_DAMAGE = re.compile(
    r"no such (table|column|function|module|collation|index)|malformed|user-defined function|"
    r"unsupported file format|error in (view|trigger|index|table)|unsafe use of|"
    r"views? may not be|too many (columns|levels)|syntax error|unrecognized token"
)
"""What SQLite says where the file's own schema or rows are broken: our SQL asks nothing else."""


def _damaged(path: Path, why: object) -> str:
    told = str(why).encode("utf-8", "backslashreplace").decode()
    return (
        f"{path} is damaged or not a dataset ({told}). The pictures in its images folder are "
        "not touched, and a backup brings the rest back: "
        f'vector-labeler restore "{path.parent}"'
    )


def is_full(error: UserError) -> bool:
    """Whether a fault of faults_of() is that the disk has no room."""
    cause = error.__cause__
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF
    return code == sqlite3.SQLITE_FULL


def _in_words(error: sqlite3.OperationalError, path: Path) -> str:
    """What SQLite says, and what to do where that is known. The low byte tells the kind."""
    kind = error.sqlite_errorcode & 0xFF if hasattr(error, "sqlite_errorcode") else 0
    advice = {
        sqlite3.SQLITE_FULL: "Make room on that disk and do it again; nothing else is lost.",
        sqlite3.SQLITE_IOERR: "Is its drive still there, and not full? What was kept stays kept.",
        sqlite3.SQLITE_READONLY: "It can be opened read-only.",
        sqlite3.SQLITE_BUSY: "Another program uses it. Close that and do it again.",
        sqlite3.SQLITE_CANTOPEN: "Is its drive still there?",
    }.get(kind, "")
    return f"Cannot use {path}: {error}. {advice}".rstrip()
