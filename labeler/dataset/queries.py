"""Reading the rows: each query is one SQL statement and returns frozen values."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from labeler.dataset import schema, sound_rows
from labeler.dataset.changes import Edit, EntryKind, JournalEntry
from labeler.dataset.image_queries import Counts, ImageQueries
from labeler.dataset.model import Annotation, BBox, Category, Placed, Session, Suggestion
from labeler.dataset.sound_rows import BadRow
from labeler.errors import UserError

__all__ = ["Counts", "Queries", "Snapshot"]

_CATEGORY = "SELECT id, name, color, position, key FROM category"
_ANNOTATION = (
    "SELECT id, image_id, category_id, x, y, width, height, occluded, truncated, difficult, note "
    "FROM annotation"
)
_SUGGESTION = (
    "SELECT id, image_id, category_id, x, y, width, height, score, source, model, rejected "
    "FROM suggestion"
)
_ENTRY = "SELECT id, description, at, kind, of, author, image_id FROM edit"
_HEAD = 4_096
_IMPORTED = re.compile(r'"kind": "ImportChange", "images": (\d{1,9}),')
_BEYOND = 1 << 62
"""Higher than every id."""


class Queries(ImageQueries):
    """The questions one can ask a dataset or a snapshot of it, from any thread."""

    def categories(self) -> list[Category]:
        """All categories as they are shown: by position, then by id."""
        with self._reading() as connection:
            rows = connection.execute(f"{_CATEGORY} ORDER BY position, id")
            return [Category(*row) for row in rows]

    def category(self, category_id: int) -> Category | None:
        with self._reading() as connection:
            row = connection.execute(f"{_CATEGORY} WHERE id = ?", (category_id,)).fetchone()
        return None if row is None else Category(*row)

    def boxes_per_category(self) -> dict[int, int]:
        """How many boxes each category has; those without any are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT category_id, count(*) FROM annotation GROUP BY category_id"
            )
            return dict(rows.fetchall())

    def use_of(self, category_id: int) -> tuple[int, int, int]:
        """(boxes, images with such boxes, suggestions that wait) of one category."""
        with self._reading() as connection:
            boxes, images = connection.execute(
                "SELECT count(*), count(DISTINCT image_id) FROM annotation WHERE category_id = ?",
                (category_id,),
            ).fetchone()
            (waiting,) = connection.execute(
                "SELECT count(*) FROM suggestion WHERE category_id = ? AND rejected = 0",
                (category_id,),
            ).fetchone()
        return int(boxes), int(images), int(waiting)

    def sessions(self, *, with_images: bool = False) -> list[Session]:
        """All sessions by id; with_images: only those that have any."""
        where = "WHERE EXISTS (SELECT 1 FROM image WHERE session_id = session.id) "
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, name, camera, started_at, note FROM session "
                f"{where if with_images else ''}ORDER BY id"
            )
            return [Session(*row) for row in rows]

    def annotations(self, image_id: int) -> list[Annotation]:
        """The boxes of one image by id."""
        with self._reading() as connection:
            rows = connection.execute(f"{_ANNOTATION} WHERE image_id = ? ORDER BY id", (image_id,))
            return [_annotation(row) for row in rows]

    def all_annotations(self) -> Iterator[Annotation]:
        """Every box, by image and id, without holding them all in memory."""
        with self._reading() as connection:
            for row in connection.execute(f"{_ANNOTATION} ORDER BY image_id, id"):
                yield _annotation(row)

    def annotation(self, annotation_id: int) -> Annotation | None:
        with self._reading() as connection:
            row = connection.execute(f"{_ANNOTATION} WHERE id = ?", (annotation_id,)).fetchone()
        return None if row is None else _annotation(row)

    def annotations_by_id(self, annotation_ids: Sequence[int]) -> list[Annotation]:
        """These boxes by id; those that are not there are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_ANNOTATION} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(list(annotation_ids)),),
            )
            return [_annotation(row) for row in rows]

    def annotations_of(self, category_id: int) -> list[Annotation]:
        """The boxes of one category, by image and id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_ANNOTATION} WHERE category_id = ? ORDER BY image_id, id", (category_id,)
            )
            return [_annotation(row) for row in rows]

    def suggestions(self, image_id: int) -> list[Suggestion]:
        """Those of one image that wait for a person, by id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_SUGGESTION} WHERE image_id = ? AND rejected = 0 ORDER BY id", (image_id,)
            )
            return [_suggestion(row) for row in rows]

    def rejected_suggestions(self, image_id: int) -> list[Suggestion]:
        """Those of one image that a person said no to, by id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_SUGGESTION} WHERE image_id = ? AND rejected = 1 ORDER BY id", (image_id,)
            )
            return [_suggestion(row) for row in rows]

    def all_suggestions(self) -> Iterator[Suggestion]:
        """Every one, rejected ones too, by image and id, without holding them all in memory."""
        with self._reading() as connection:
            for row in connection.execute(f"{_SUGGESTION} ORDER BY image_id, id"):
                yield _suggestion(row)

    def suggestions_of(self, category_id: int) -> list[Suggestion]:
        """Those of one category, rejected ones too, by id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_SUGGESTION} WHERE category_id = ? ORDER BY id", (category_id,)
            )
            return [_suggestion(row) for row in rows]

    def suggestions_on(self, image_ids: Sequence[int]) -> list[Suggestion]:
        """Those of several images, rejected ones too, by image and id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_SUGGESTION} WHERE image_id IN (SELECT value FROM json_each(?)) "
                "ORDER BY image_id, id",
                (json.dumps(list(image_ids)),),
            )
            return [_suggestion(row) for row in rows]

    def suggestions_in(self, session_id: int) -> list[Suggestion]:
        """Those of one session that wait for a person, by image and id."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_SUGGESTION} WHERE rejected = 0 AND image_id IN "
                "(SELECT id FROM image WHERE session_id = ? AND suggestion_count > 0) "
                "ORDER BY image_id, id",
                (session_id,),
            )
            return [_suggestion(row) for row in rows]

    def placed(self, category_id: int) -> tuple[list[Placed], list[Placed]]:
        """The boxes of one category in their images, and the suggestions of it that wait."""
        found = []
        with self._reading() as connection:
            for table in ("annotation", "suggestion"):
                waits = " AND rejected = 0" if table == "suggestion" else ""
                rows = connection.execute(
                    "SELECT image.id, x, y, box.width, box.height, image.width, image.height, "
                    f"brightness FROM {table} AS box JOIN image ON image.id = image_id "
                    f"WHERE category_id = ?{waits} ORDER BY box.id",
                    (category_id,),
                )
                found.append([Placed(row[0], BBox(*row[1:5]), *row[5:]) for row in rows])
        return found[0], found[1]

    def suggestion(self, suggestion_id: int) -> Suggestion | None:
        with self._reading() as connection:
            row = connection.execute(f"{_SUGGESTION} WHERE id = ?", (suggestion_id,)).fetchone()
        return None if row is None else _suggestion(row)

    def journal(self, limit: int = 100, before: int | None = None) -> list[JournalEntry]:
        """The newest entries, newest first; before: only those older than this one."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_ENTRY} WHERE id < ? ORDER BY id DESC LIMIT ?",
                (_BEYOND if before is None else before, limit),
            )
            return [_entry(row) for row in rows]

    def authors(self) -> list[str]:
        """The names of all who have edited, the last one first; edits without a name left out."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT author FROM edit WHERE author <> '' GROUP BY author ORDER BY max(id) DESC"
            )
            return [str(author) for (author,) in rows]

    def journal_since(self, entry_id: int) -> list[JournalEntry]:
        """The entries newer than this one, newest first."""
        with self._reading() as connection:
            rows = connection.execute(f"{_ENTRY} WHERE id > ? ORDER BY id DESC", (entry_id,))
            return [_entry(row) for row in rows]

    def last_replay_of(self, entry_id: int) -> int | None:
        """The newest entry that takes this one back or does it again; None where there is none."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT max(id) FROM edit WHERE of = ? AND id > ?", (entry_id, entry_id)
            ).fetchone()
        return None if row is None else row[0]

    def edit_of(self, entry_id: int) -> Edit:
        """What an entry of the journal changed. Raises KeyError where there is none, and UserError
        where the line is damaged.
        """
        with self._reading() as connection:
            row = connection.execute(
                "SELECT changes FROM edit WHERE id = ?", (entry_id,)
            ).fetchone()
        if row is None:
            raise KeyError(entry_id)
        try:
            return Edit.from_json(row[0])
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise UserError(
                f"Line {entry_id} of the journal is damaged, so what it did can be neither taken "
                "back nor done again. The boxes are as they are; a backup from before has the "
                "rest."
            ) from error

    def images_imported(self, entry_id: int) -> int:
        """How many images an entry of the journal brought; 0 for one that is no import."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT substr(changes, 1, ?) FROM edit WHERE id = ?", (_HEAD, entry_id)
            ).fetchone()
        told = None if row is None else _IMPORTED.search(str(row[0]))
        return int(told[1]) if told else 0

    def size_of_edit(self, entry_id: int) -> int:
        """How many bytes an entry of the journal takes; 0 where there is none."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT length(CAST(changes AS BLOB)) FROM edit WHERE id = ?", (entry_id,)
            ).fetchone()
        return 0 if row is None else int(row[0])

    def faults(self) -> list[str]:
        """What SQLite itself finds wrong with the file: broken pages, rows without a parent."""
        with self._reading() as connection:
            broken = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            loose = connection.execute("PRAGMA foreign_key_check").fetchall()
            miscounted = connection.execute(
                "SELECT id FROM image WHERE annotation_count <> "
                "(SELECT count(*) FROM annotation WHERE image_id = image.id)"
            ).fetchall()
            misoffered = connection.execute(
                "SELECT id FROM image WHERE suggestion_count <> (SELECT count(*) FROM suggestion "
                "WHERE image_id = image.id AND rejected = 0)"
            ).fetchall()
        return [
            *(text for text in broken if text != "ok"),
            *(f"{row[0]} {row[1]} refers to a missing {row[2]}" for row in loose),
            *(f"image {row[0]} counts its boxes wrongly" for row in miscounted),
            *(f"image {row[0]} counts its suggestions wrongly" for row in misoffered),
        ]


class Snapshot(Queries):
    """The dataset as it was at one moment, whatever is edited meanwhile."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def unsound(self) -> list[BadRow | str]:
        """What this program did not write: objects of the schema, and rows. From now on this
        snapshot passes over these rows.
        """
        strange = sound_rows.strange_objects(self._connection, schema.MIGRATIONS)
        rows = sound_rows.bad_rows(self._connection)
        if rows:
            sound_rows.leave_out(self._connection, rows)
        return [*strange, *(row for row in rows if row.why)]

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        yield self._connection


def _annotation(row: tuple[Any, ...]) -> Annotation:
    box = BBox(row[3], row[4], row[5], row[6])
    return Annotation(row[0], row[1], row[2], box, row[7] == 1, row[8] == 1, row[9] == 1, row[10])


def _suggestion(row: tuple[Any, ...]) -> Suggestion:
    box = BBox(row[3], row[4], row[5], row[6])
    return Suggestion(row[0], row[1], row[2], box, row[7], row[8], row[9], row[10] == 1)


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    return JournalEntry(row[0], row[1], row[2], EntryKind(row[3]), *row[4:])
