"""The connections to dataset.sqlite: readers that never wait, writers in turn, ids never reused."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from labeler.dataset import schema, sound_rows
from labeler.dataset.queries import Queries, Snapshot
from labeler.dataset.sound_rows import BadRow
from labeler.errors import UserError

_ADVICE = "good backup"
"""What every advice holds, see backups.advice()."""
_BLOCK = 64
"""So many ids are reserved by one commit."""


@dataclass(slots=True)
class _Ids:
    """Ids reserved on disk and not yet handed out: next .. end - 1."""

    next: int
    end: int


class Connections(Queries):
    """Transactions and ids of one dataset file.

    Threads: every method may be called from any thread. A query borrows a connection of its own
    and sees what is committed, so that a long query in a worker never makes another thread wait;
    inside transaction() the same thread sees its own uncommitted rows. Writers take turns.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self.read_only = read_only
        self._path = path
        self._turn = threading.RLock()
        self._pool = threading.RLock()  # a forgotten query may end inside it, by collection
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        self._writing_thread: int | None = None
        self._ids: dict[str, _Ids] = {}
        self._bad_rows: list[BadRow] = []
        self._strange: list[str] = []
        self._writer = self._connected()
        self._identity = _identity(path)

    def close(self) -> None:
        """Hands back unused ids and closes the file. Closing twice does no harm.

        A query that another thread is still reading ends in peace and closes its connection.
        """
        with self._turn, self._pool:
            if self._closed:
                return
            self._closed = True
            with suppress(sqlite3.Error):  # a full disk or damaged file: these ids stay unused
                for kind, ids in self._ids.items():
                    self._reserve(kind, ids.next)
            for connection in (self._writer, *self._idle):
                connection.close()
            self._idle.clear()

    @property
    def is_closed(self) -> bool:
        return self._closed

    def _connected(self) -> sqlite3.Connection:
        with self._faults():
            connection = schema.connect(self._path, read_only=self.read_only)
        if self._bad_rows:
            with self._faults():
                sound_rows.leave_out(connection, self._bad_rows)
        return connection

    @property
    def unsound(self) -> list[BadRow | str]:
        """What this program did not write: objects of the schema, and rows, which no query tells.

        Empty unless the dataset is open read-only: for writing it is refused.
        """
        return [*self._strange, *(row for row in self._bad_rows if row.why)]

    def _require_sound_rows(self) -> None:
        with self._faults():
            found = [row.why for row in _bad_rows(self._writer) if row.why]
            if found:
                raise schema.Unsound(schema.unsound_words(self._path, found))

    def _leave_out_what_is_unsound(self) -> None:
        """For reading: what is not sound is passed over, and told by check."""
        with self._faults():
            try:
                schema.require_sound_schema(
                    self._writer, self._path, len(schema.MIGRATIONS), schema.MIGRATIONS
                )
            except schema.Unsound:
                self._strange = sound_rows.strange_objects(self._writer, schema.MIGRATIONS)
            self._bad_rows = _bad_rows(self._writer)
            if self._bad_rows:
                sound_rows.leave_out(self._writer, self._bad_rows)

    @contextmanager
    def _faults(self) -> Iterator[None]:
        """As schema.faults_of; what is damaged or not sound also names the newest good backup."""
        try:
            with schema.faults_of(self._path):
                yield
        except (schema.Damaged, schema.Unsound) as error:
            from labeler.dataset.backups import advice

            told = str(error)
            if _ADVICE in told:
                raise
            if isinstance(error, schema.Unsound):
                told += " check names everything. It can be opened read-only."
            advised = f"{told.rstrip('.')}. {advice(self._path.parent)}"
            raise type(error)(advised) from error

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if self._writing_thread == threading.get_ident():
            yield self._writer
            return
        with self._pool:
            self._need_open()
            connection = self._idle.pop() if self._idle else self._connected()
        try:
            with self._faults():
                yield connection
        finally:
            with self._pool:
                if self._closed:
                    connection.close()
                else:
                    self._idle.append(connection)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """The dataset as it is now, to be read at leisure while others edit."""
        with self._reading() as connection:
            if connection.in_transaction:
                yield Snapshot(connection)
                return
            connection.execute("BEGIN")
            try:
                connection.execute("SELECT count(*) FROM sqlite_master")  # fixes the moment
                yield Snapshot(connection)
            finally:
                connection.execute("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes inside are committed together at the end, or not at all.

        Inside another one it is a part of that, which can fail alone. Other writers wait.
        """
        if self.read_only:
            name = self._path.parent.name
            raise UserError(f"The dataset {name} is open read-only, so it cannot be changed.")
        with self._turn, self._faults():
            self._need_open()
            with self._nested() if self._writing_thread else self._outermost():
                yield

    @contextmanager
    def _outermost(self) -> Iterator[None]:
        self._need_in_place()
        self._writer.execute("BEGIN IMMEDIATE")
        self._writing_thread = threading.get_ident()
        try:
            yield
            self._before_commit()
            self._writer.execute("COMMIT")
        except BaseException:
            if self._writer.in_transaction:  # SQLite rolls back by itself when the disk is full
                self._writer.execute("ROLLBACK")
            self._forget_lost_ids()
            self._after_rollback()
            raise
        finally:
            self._writing_thread = None
        self._after_commit()

    def _before_commit(self) -> None:
        """What has to be on the disk before the rows are. Raises UserError: they are not kept."""

    def _after_commit(self) -> None:
        """What follows from the rows that are kept now, while no other thread writes."""

    def _after_rollback(self) -> None:
        """The rows are not kept."""

    @contextmanager
    def _nested(self) -> Iterator[None]:
        self._writer.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            if self._writer.in_transaction:
                self._writer.execute("ROLLBACK TO part")
                self._writer.execute("RELEASE part")
            self._forget_lost_ids()
            raise
        self._writer.execute("RELEASE part")

    def _need_in_place(self) -> None:
        """An open file takes edits even after it was deleted, and they are lost with it."""
        if _identity(self._path) != self._identity:
            raise UserError(
                f"{self._path} was deleted, moved or replaced, so nothing can be kept in it. "
                "Put it back, or open the dataset again."
            )

    def _need_open(self) -> None:
        if self._closed:
            raise ValueError(f"the dataset {self._path.parent.name} is closed")

    def version_elsewhere(self) -> int:
        """Another number after every commit of another program. 0 where only this one can write,
        and once it is closed. Raises UserError where the file cannot be read.
        """
        with self._turn, schema.faults_of(self._path):
            if not self.read_only or self._closed:
                return 0
            return int(self._writer.execute("PRAGMA data_version").fetchone()[0])

    def new_annotation_id(self) -> int:
        """An id that was never given and never will be again."""
        return self._new_id("annotation")

    def new_category_id(self) -> int:
        """An id that was never given and never will be again."""
        return self._new_id("category")

    def new_image_id(self) -> int:
        """An id that was never given and never will be again."""
        return self._new_id("image")

    def new_suggestion_id(self) -> int:
        """An id that was never given and never will be again."""
        return self._new_id("suggestion")

    def reserve_ids(self, kind: str, count: int) -> None:
        """Reserves so many ids by one commit, for whoever is about to need them."""
        with self._turn, self.transaction():
            ids = self._ids.get(kind)
            end = self._reserved_until(kind)
            start = ids.next if ids and ids.end == end else end
            self._reserve(kind, max(start + count, end))
            self._ids[kind] = _Ids(start, max(start + count, end))

    def _new_id(self, kind: str) -> int:
        with self._turn:
            ids = self._ids.get(kind)
            if ids is None or ids.next >= ids.end:
                with self.transaction():
                    start = self._reserved_until(kind)
                    self._reserve(kind, start + _BLOCK)
                ids = self._ids[kind] = _Ids(start, start + _BLOCK)
            ids.next += 1
            return ids.next - 1

    def _saw(self, kind: str, number: int) -> None:
        """An id that is being stored: it is never handed out any more, wherever it came from."""
        ids = self._ids.get(kind)
        if ids:
            ids.next = max(ids.next, number + 1)
        if number >= (ids.end if ids else self._reserved_until(kind)):
            self._reserve(kind, number + 1)

    def _reserved_until(self, kind: str) -> int:
        row = self._writer.execute("SELECT value FROM next_id WHERE kind = ?", (kind,)).fetchone()
        return int(row[0])

    def _reserve(self, kind: str, end: int) -> None:
        self._writer.execute("UPDATE next_id SET value = ? WHERE kind = ?", (end, kind))

    def _forget_lost_ids(self) -> None:
        """After a rollback: what was reserved inside the transaction is no longer reserved."""
        for kind, ids in list(self._ids.items()):
            if ids.end > self._reserved_until(kind):
                del self._ids[kind]


def _bad_rows(connection: sqlite3.Connection) -> list[BadRow]:
    is_known = len(schema.MIGRATIONS) >= sound_rows.FORMAT
    return sound_rows.bad_rows(connection) if is_known else []


def _identity(path: Path) -> tuple[int, int] | None:
    """Which file stands at the path now; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
