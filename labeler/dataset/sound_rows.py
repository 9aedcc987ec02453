"""What a database may hold: the tables and triggers of this program alone, rows as it writes them.

A database from a stranger may hold anything SQLite can: a trigger that runs with the next edit, a
view in a table's place, a text in a number, a name that leads out of the folder. And a damaged one
may hold it by accident. This is asked before anything is written, and by `check`.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import cache

from labeler.dataset.changes import EntryKind
from labeler.dataset.filters import mentions, natural_key
from labeler.dataset.model import EARLIEST, LARGEST_READING, LATEST, Flaw
from trainer.names import BadName, plain_name

FORMAT = 3
"""The format of which these rows are; those of an older one are looked at once they are new."""
_LARGEST_ID = 2**53
"""JSON's readers agree on whole numbers up to here."""
_SHOWN = 60
_OF_A_HASH = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ._-"
"""The characters, the usual ones first: SQLite tries them in turn, far faster than a pattern."""
_KINDS = ("image", "category", "annotation", "suggestion")
"""What next_id hands out ids for."""
_BY_SQLITE = re.compile(r"sqlite_(sequence|stat[134]|autoindex_.*)")
"""What SQLite makes by itself, or at ANALYZE."""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that this program does not write. why: a sentence that names it; empty where only the
    row that it belongs to is not sound.
    """

    table: str
    id: int | str
    why: str


@dataclass(frozen=True, slots=True)
class _Column:
    """holds: SQL that is true for a value that this program writes. says: what it should be.
    of: the table whose row is named, which must be sound itself.
    """

    name: str
    holds: str
    says: str
    of: str = ""


def _text(name: str, *, empty: bool = True) -> _Column:
    """A text in UTF-8. The shortest way first: most are short and plain."""
    sound = (
        f"typeof({name}) = 'text' AND ({name} NOT GLOB '*[^ -~]*' OR is_text(CAST({name} AS BLOB)))"
    )
    return _Column(name, sound if empty else f"{sound} AND {name} <> ''", "a text")


def _whole(name: str, low: int = 0, high: int = _LARGEST_ID) -> _Column:
    holds = f"typeof({name}) = 'integer' AND {name} BETWEEN {low} AND {high}"
    return _Column(name, holds, f"a whole number from {low} to {high}")


def _number(name: str, reach: float = LARGEST_READING, *, positive: bool = False) -> _Column:
    low = "0" if positive else f"-{reach}"
    more = f" AND {name} > 0" if positive else ""
    holds = f"typeof({name}) IN ('real', 'integer') AND {name} BETWEEN {low} AND {reach}{more}"
    return _Column(name, holds, "a usual number" + (" above 0" if positive else ""))


def _or_nothing(column: _Column) -> _Column:
    return _Column(
        column.name, f"{column.name} IS NULL OR {column.holds}", f"{column.says} or nothing"
    )


def _one_of(name: str, *values: str) -> _Column:
    told = ", ".join(f"'{value}'" for value in values)
    return _Column(name, f"{name} IN ({told})", f"one of {told}")


def _known(name: str, table: str) -> _Column:
    holds = (
        f"typeof({name}) = 'integer' AND EXISTS (SELECT 1 FROM main.{table} WHERE id = {name}) "
        f"AND {name} NOT IN (SELECT id FROM temp.bad_{table})"
    )
    return _Column(name, holds, f"the id of a {table} that is there", table)


def _moment(name: str) -> _Column:
    """Seconds since 1970 of the years 1 to 9999, in any time zone."""
    holds = f"typeof({name}) IN ('real', 'integer') AND {name} BETWEEN {EARLIEST} AND {LATEST}"
    return _Column(name, holds, "a time")


_FILE_NAME = _Column(
    "file_name",
    "typeof(file_name) = 'text' AND length(file_name) BETWEEN 1 AND 255 AND "
    "(file_name GLOB '[0-9][0-9][0-9][0-9][0-9][0-9]*-*.*' AND file_name NOT GLOB '*[^0-9a-z.-]*' "
    "OR is_plain_name(CAST(file_name AS BLOB)))",
    "the plain name of a file in images/",
)
_SHA256 = _Column(
    "sha256",
    "typeof(sha256) = 'text' AND length(sha256) BETWEEN 1 AND 128 "
    f"AND ltrim(sha256, '{_OF_A_HASH}') = ''",
    "a hash",
)
_BOX = (
    *(_number(side, 1e8) for side in ("x", "y")),
    *(_number(side, 1e8, positive=True) for side in ("width", "height")),
)

_TABLES: Mapping[str, tuple[_Column, ...]] = {
    "session": (
        _whole("id", 1),
        _text("name"),
        _text("camera"),
        _moment("started_at"),
        _text("note"),
    ),
    "category": (
        _whole("id"),
        _text("name", empty=False),
        _text("color"),
        _whole("position", -_LARGEST_ID),
        _text("key"),
    ),
    "image": (
        _whole("id", 1),
        _FILE_NAME,
        _text("original_name"),
        _whole("width", 1, 10**9),
        _whole("height", 1, 10**9),
        _SHA256,
        _known("session_id", "session"),
        _moment("captured_at"),
        *(
            _or_nothing(_number(name))
            for name in (
                "head_angle_rad",
                "pose_x_mm",
                "pose_y_mm",
                "pose_heading_rad",
                "lift_mm",
                "battery",
                "exposure_ms",
                "gain",
                "sharpness",
                "brightness",
            )
        ),
        _Column(
            "pose_y_mm",
            "pose_x_mm IS NULL OR pose_y_mm IS NOT NULL AND pose_heading_rad IS NOT NULL",
            "known as far as the rest of the pose",
        ),
        _or_nothing(_whole("auto_exposure", 0, 1)),
        _whole("verified", 0, 1),
        _whole("annotation_count"),
        _whole("suggestion_count"),
        _whole("last_edit"),
        _text("note"),
        _text("name_key"),
        _one_of("flaw", "", *Flaw),
    ),
    "annotation": (
        _whole("id", 1),
        _known("image_id", "image"),
        _known("category_id", "category"),
        *_BOX,
        *(_whole(name, 0, 1) for name in ("occluded", "truncated", "difficult")),
        _text("note"),
    ),
    "suggestion": (
        _whole("id", 1),
        _known("image_id", "image"),
        _known("category_id", "category"),
        *_BOX,
        _Column(
            "score", "typeof(score) IN ('real', 'integer') AND score BETWEEN 0 AND 1", "0 to 1"
        ),
        _text("source"),
        _text("model"),
        _whole("rejected", 0, 1),
    ),
    "edit": (
        _whole("id", 1),
        _moment("at"),
        _text("description"),
        _Column("changes", "typeof(changes) = 'text'", "a text"),
        _one_of("kind", *EntryKind),
        _or_nothing(_whole("of")),
        _text("author"),
        _or_nothing(_whole("image_id")),
    ),
}
"""Each table after those that it refers to."""


def prepare(connection: sqlite3.Connection) -> None:
    """What the conditions call. The file itself may call none of it (trusted_schema)."""
    make = connection.create_function
    make("natural_key", 1, natural_key, deterministic=True)
    make("mentions", 3, mentions, deterministic=True)
    make("is_text", 1, _is_text, deterministic=True)
    make("is_plain_name", 1, _is_plain_name, deterministic=True)


def _is_text(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _is_plain_name(data: bytes) -> bool:
    try:
        plain_name(data.decode())
    except (UnicodeDecodeError, BadName):
        return False
    return True


def strange_tables(connection: sqlite3.Connection, scripts: tuple[str, ...]) -> list[str]:
    """The tables that are not as the scripts make them, so that nothing can be read."""
    ours, found = _made_by(scripts), _objects(connection)
    return [
        f"the table {name} is missing" if key not in found else f"the table {name} is changed"
        for key, sql in ours.items()
        if key[0] == "table" and found.get(key) != sql
        for name in key[1:]
    ]


def strange_objects(connection: sqlite3.Connection, scripts: tuple[str, ...]) -> list[str]:
    """Everything else: what was added to the schema, changed in it or taken out of it."""
    ours, found = _made_by(scripts), _objects(connection)
    told = []
    for key in sorted({*ours, *found}):
        kind, name = key
        if found.get(key) != ours.get(key) and (kind != "table" or key not in ours):
            fate = (
                "missing"
                if key not in found
                else "changed"
                if key in ours
                else "not of this program"
            )
            told.append(f"the {kind} {_shown(name)} is {fate}")
    return told


def _objects(connection: sqlite3.Connection) -> dict[tuple[str, str], str]:
    """(kind, name) -> its SQL, as far as spaces and capitals do not matter."""
    rows = connection.execute(
        "SELECT CAST(type AS BLOB), CAST(name AS BLOB), CAST(sql AS BLOB) FROM main.sqlite_master"
    )
    told = [[(each or b"").decode("utf-8", "replace") for each in row] for row in rows]
    return {
        (kind, name): " ".join(sql.split())
        for kind, name, sql in told
        if kind not in ("table", "index") or not _BY_SQLITE.fullmatch(name)
    }


@cache
def _made_by(scripts: tuple[str, ...]) -> dict[tuple[str, str], str]:
    with closing(sqlite3.connect(":memory:")) as connection:
        prepare(connection)
        for script in scripts:
            connection.executescript(script)
        return _objects(connection)


def bad_rows(connection: sqlite3.Connection) -> list[BadRow]:
    """Every row that is not as this program writes it, in a database of the newest format.

    Also leaves their ids in the connection's temp tables, for left_out().
    """
    found: list[BadRow] = []
    for table, columns in _TABLES.items():
        _empty_list(connection, table)
        sound = " AND ".join(f"({column.holds})" for column in columns)
        ids = connection.execute(
            f"SELECT id FROM main.{table} WHERE ({sound}) IS NOT TRUE"
        ).fetchall()
        for (number,) in ids:
            connection.execute(f"INSERT OR IGNORE INTO temp.bad_{table} VALUES (?)", (number,))
            found += _reasons(connection, table, columns, number) or [BadRow(table, number, "")]
    return found + list(_bad_next_ids(connection))


def _reasons(
    connection: sqlite3.Connection, table: str, columns: tuple[_Column, ...], number: int
) -> list[BadRow]:
    told = []
    for column in columns:
        row = connection.execute(
            f"SELECT ({column.holds}) IS TRUE, typeof({column.name}), "
            f"CAST(substr(CAST({column.name} AS BLOB), 1, 200) AS BLOB) "
            f"FROM main.{table} WHERE id = ?",
            (number,),
        ).fetchone()
        if row and not row[0] and not _is_there(connection, table, column, number):
            value = _told_value(row[1], row[2])
            why = f"{table} {number}: its {column.name} is {value}, not {column.says}."
            told.append(BadRow(table, number, why[0].upper() + why[1:]))
    return told


def _is_there(connection: sqlite3.Connection, table: str, column: _Column, number: int) -> bool:
    """Whether the row that is named is there, and told itself for it is not sound."""
    if not column.of:
        return False
    row = connection.execute(
        f"SELECT 1 FROM temp.bad_{column.of} WHERE id = "
        f"(SELECT {column.name} FROM main.{table} WHERE id = ?)",
        (number,),
    ).fetchone()
    return row is not None


def _empty_list(connection: sqlite3.Connection, table: str) -> None:
    connection.execute(f"CREATE TEMP TABLE IF NOT EXISTS bad_{table} (id INTEGER PRIMARY KEY)")
    connection.execute(f"DELETE FROM temp.bad_{table}")


def _told_value(kind: str, data: bytes | None) -> str:
    if data is None:
        return "nothing"
    told = data.decode("utf-8", "backslashreplace")
    return f"the {kind} {_shown(told)}"


def _bad_next_ids(connection: sqlite3.Connection) -> Iterator[BadRow]:
    """An id that is handed out twice would put one row in another's place."""
    for kind in _KINDS:
        row = connection.execute(
            "SELECT typeof(value), value FROM main.next_id WHERE kind = ?", (kind,)
        ).fetchone()
        newest = connection.execute(
            f"SELECT max(id) FROM main.{kind} WHERE id NOT IN (SELECT id FROM temp.bad_{kind})"
        ).fetchone()[0]
        if row is None or row[0] != "integer" or not (newest or 0) < row[1] <= _LARGEST_ID:
            yield BadRow("next_id", kind, f"The next id of a new {kind} is not one that is free.")


def leave_out(connection: sqlite3.Connection, rows: list[BadRow]) -> None:
    """Makes every query of this connection pass over these rows; nothing in the file changes.

    A temporary view stands before the table of its name.
    """
    for table in _TABLES:
        _empty_list(connection, table)
        connection.executemany(
            f"INSERT OR IGNORE INTO temp.bad_{table} VALUES (?)",
            ((row.id,) for row in rows if row.table == table),
        )
        connection.execute(
            f"CREATE TEMP VIEW IF NOT EXISTS {table} AS SELECT * FROM main.{table} "
            f"WHERE id NOT IN (SELECT id FROM temp.bad_{table})"
        )


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else text[:_SHOWN] + "…")
