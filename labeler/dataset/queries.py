"""Reading the rows: each query is one SQL statement and returns frozen values."""

from __future__ import annotations

import json
import sqlite3
from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

from labeler.dataset.changes import Edit, EntryKind, JournalEntry
from labeler.dataset.filters import ImageFilter, Order, condition
from labeler.dataset.model import (
    Annotation,
    BBox,
    Category,
    Image,
    ImageState,
    Pose,
    Session,
    Suggestion,
)

_IMAGE = (
    "SELECT id, file_name, original_name, width, height, sha256, session_id, captured_at, "
    "head_angle_rad, pose_x_mm, pose_y_mm, pose_heading_rad, verified, annotation_count, note, "
    "suggestion_count, last_edit FROM image"
)
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
_BEYOND = 1 << 62
"""Higher than every id."""
_ALL = ImageFilter()


@dataclass(frozen=True, slots=True)
class Counts:
    """How many images are in each state; suggested: those in which suggestions wait."""

    unlabelled: int
    labelled: int
    empty: int
    suggested: int = 0

    @property
    def total(self) -> int:
        return self.unlabelled + self.labelled + self.empty


class Queries(ABC):
    """The questions one can ask a dataset or a snapshot of it, from any thread."""

    @abstractmethod
    def _reading(self) -> AbstractContextManager[sqlite3.Connection]:
        """Lends a connection that no other thread uses meanwhile."""

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

    def sessions(self) -> list[Session]:
        """All sessions by id."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, name, camera, started_at FROM session ORDER BY id"
            )
            return [Session(*row) for row in rows]

    def image(self, image_id: int) -> Image:
        """Raises KeyError where there is none."""
        with self._reading() as connection:
            row = connection.execute(f"{_IMAGE} WHERE id = ?", (image_id,)).fetchone()
        if row is None:
            raise KeyError(image_id)
        return _image(row)

    def image_by_hash(self, sha256: str) -> Image | None:
        with self._reading() as connection:
            row = connection.execute(f"{_IMAGE} WHERE sha256 = ?", (sha256,)).fetchone()
        return None if row is None else _image(row)

    def images(self, state: ImageState | None = None, session_id: int | None = None) -> list[Image]:
        """The images by id, where asked only those of one state or session."""
        where = "(:session IS NULL OR session_id = :session)"
        if state is not None:
            where += f" AND {condition(ImageFilter(state))[0]}"
        with self._reading() as connection:
            rows = connection.execute(
                f"{_IMAGE} WHERE {where} ORDER BY id", {"session": session_id}
            )
            return [_image(row) for row in rows]

    def image_ids(
        self,
        wanted: ImageFilter = _ALL,
        order: Order = Order.ADDED,
        *,
        descending: bool = False,
        keep: int | None = None,
    ) -> array[int]:
        """The ids of the wanted images in order. keep: this one comes as well, at its place."""
        where, values = condition(wanted)
        down = " DESC" if descending else ""
        with self._reading() as connection:
            rows = connection.execute(
                f"SELECT id FROM image WHERE {where} OR id = :keep "
                f"ORDER BY {order.column}{down}, id{down}",
                {**values, "keep": keep},
            )
            return array("q", [number for (number,) in rows])

    def image_after(
        self,
        image_id: int | None,
        wanted: ImageFilter = _ALL,
        order: Order = Order.ADDED,
        *,
        descending: bool = False,
    ) -> int | None:
        """The first wanted image after this one in the order, or of all; None where none is."""
        where, values = condition(wanted)
        down, beyond = (" DESC", "<") if descending else ("", ">")
        if image_id is not None:
            start = f"(SELECT {order.column}, id FROM image WHERE id = :start)"
            where = f"{where} AND ({order.column}, id) {beyond} {start}"
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT id FROM image WHERE {where} "
                f"ORDER BY {order.column}{down}, id{down} LIMIT 1",
                {**values, "start": image_id},
            ).fetchone()
        return None if row is None else int(row[0])

    def matches(self, image_id: int, wanted: ImageFilter) -> bool:
        """Whether there is such an image and it is a wanted one."""
        where, values = condition(wanted, of_one=True)
        with self._reading() as connection:
            row = connection.execute(
                f"SELECT 1 FROM image WHERE id = :image AND {where}", {**values, "image": image_id}
            ).fetchone()
        return row is not None

    def images_of(self, image_ids: Sequence[int]) -> list[Image]:
        """These images in the order of their ids; those that are not there are left out."""
        with self._reading() as connection:
            rows = connection.execute(
                f"{_IMAGE} WHERE id IN (SELECT value FROM json_each(?)) ORDER BY id",
                (json.dumps(list(image_ids)),),
            )
            return [_image(row) for row in rows]

    def moments(self, session_id: int) -> list[tuple[int, float]]:
        """Every image of a session with its captured_at, in the order they were taken."""
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT id, captured_at FROM image WHERE session_id = ? ORDER BY captured_at, id",
                (session_id,),
            )
            return [(number, at) for number, at in rows]

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

    def counts(self) -> Counts:
        with self._reading() as connection:
            rows = connection.execute(
                "SELECT annotation_count > 0, verified, count(*) FROM image "
                "GROUP BY annotation_count > 0, verified"
            ).fetchall()
            suggested = connection.execute(
                "SELECT count(*) FROM image WHERE suggestion_count > 0"
            ).fetchone()[0]
        found = {(bool(labelled), bool(verified)): count for labelled, verified, count in rows}
        return Counts(
            unlabelled=found.get((False, False), 0),
            labelled=found.get((True, False), 0) + found.get((True, True), 0),
            empty=found.get((False, True), 0),
            suggested=suggested,
        )

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

    def journal_since(self, entry_id: int) -> list[JournalEntry]:
        """The entries newer than this one, newest first."""
        with self._reading() as connection:
            rows = connection.execute(f"{_ENTRY} WHERE id > ? ORDER BY id DESC", (entry_id,))
            return [_entry(row) for row in rows]

    def edit_of(self, entry_id: int) -> Edit:
        """What an entry of the journal changed. Raises KeyError where there is none."""
        with self._reading() as connection:
            row = connection.execute(
                "SELECT changes FROM edit WHERE id = ?", (entry_id,)
            ).fetchone()
        if row is None:
            raise KeyError(entry_id)
        return Edit.from_json(row[0])

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

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        yield self._connection


def _image(row: tuple[Any, ...]) -> Image:
    pose = None if row[9] is None else Pose(row[9], row[10], row[11])
    known: list[Any] = [*row[:9], pose, row[12] == 1, *row[13:]]
    return Image(*known)


def _annotation(row: tuple[Any, ...]) -> Annotation:
    box = BBox(row[3], row[4], row[5], row[6])
    return Annotation(row[0], row[1], row[2], box, row[7] == 1, row[8] == 1, row[9] == 1, row[10])


def _suggestion(row: tuple[Any, ...]) -> Suggestion:
    box = BBox(row[3], row[4], row[5], row[6])
    return Suggestion(row[0], row[1], row[2], box, row[7], row[8], row[9], row[10] == 1)


def _entry(row: tuple[Any, ...]) -> JournalEntry:
    return JournalEntry(row[0], row[1], row[2], EntryKind(row[3]), *row[4:])
