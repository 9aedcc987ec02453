"""Writes the rows of one change, after a look that they are what the change says they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from labeler.dataset.changes import (
    AnnotationChange,
    CategoryChange,
    Change,
    ImageNoteChange,
    SessionNoteChange,
    StaleEdit,
    SuggestionChange,
    VerifiedChange,
)
from labeler.dataset.filters import natural_key
from labeler.dataset.model import Annotation, Category, Image, Suggestion
from labeler.dataset.queries import Queries

Saw = Callable[[str, int], None]
"""Told of every id that is stored: (kind, id)."""


def make(connection: sqlite3.Connection, found: Queries, change: Change, saw: Saw) -> None:
    """Inside a transaction. found reads the same rows. Raises StaleEdit, sqlite3.IntegrityError."""
    if isinstance(change, VerifiedChange):
        _require(change.before, _of_image(connection, "verified = 1", change.image_id))
        connection.execute(
            "UPDATE image SET verified = ? WHERE id = ?", (int(change.after), change.image_id)
        )
    elif isinstance(change, ImageNoteChange):
        _require(change.before, _of_image(connection, "note", change.image_id))
        connection.execute(
            "UPDATE image SET note = ? WHERE id = ?", (change.after, change.image_id)
        )
    elif isinstance(change, SessionNoteChange):
        told = {session.id: session.note for session in found.sessions()}
        _require(change.before, told.get(change.session_id))
        connection.execute(
            "UPDATE session SET note = ? WHERE id = ?", (change.after, change.session_id)
        )
    elif isinstance(change, CategoryChange):
        _require(change.before, found.category(_id_of(change)))
        write_category(connection, change.before, change.after, saw)
    elif isinstance(change, SuggestionChange):
        _require(change.before, found.suggestion(_id_of(change)))
        write_suggestion(connection, change.before, change.after, saw)
    else:
        _require(change.before, found.annotation(_id_of(change)))
        write_annotation(connection, change.before, change.after, saw)


def write_image(connection: sqlite3.Connection, image: Image, saw: Saw) -> None:
    """A new row."""
    saw("image", image.id)
    pose, told = image.pose, image.readings
    values = {
        "id": image.id,
        "file_name": image.file_name,
        "original_name": image.original_name,
        "width": image.width,
        "height": image.height,
        "sha256": image.sha256,
        "session_id": image.session_id,
        "captured_at": image.captured_at,
        "head_angle_rad": image.head_angle_rad,
        "pose_x_mm": pose.x_mm if pose else None,
        "pose_y_mm": pose.y_mm if pose else None,
        "pose_heading_rad": pose.heading_rad if pose else None,
        "lift_mm": told.lift_mm,
        "battery": told.battery,
        "exposure_ms": told.exposure_ms,
        "gain": told.gain,
        "auto_exposure": None if told.auto_exposure is None else int(told.auto_exposure),
        "verified": int(image.verified),
        "note": image.note,
        "name_key": natural_key(image.original_name),
    }
    names = ", ".join(values)
    places = ", ".join(f":{name}" for name in values)
    connection.execute(f"INSERT INTO image ({names}) VALUES ({places})", values)


def write_category(
    connection: sqlite3.Connection, before: Category | None, after: Category | None, saw: Saw
) -> None:
    if after is None:
        # What machines offered goes with its class, or "Add class" could not be taken back.
        gone = before.id if before else 0
        connection.execute("DELETE FROM suggestion WHERE category_id = ?", (gone,))
        _delete(connection, "category", before)
        return
    values = (after.name, after.color, after.position, after.key, after.id)
    if before is None:
        saw("category", after.id)
        sql = "INSERT INTO category (name, color, position, key, id) VALUES (?, ?, ?, ?, ?)"
    else:
        sql = "UPDATE category SET name = ?, color = ?, position = ?, key = ? WHERE id = ?"
    connection.execute(sql, values)


def write_annotation(
    connection: sqlite3.Connection, before: Annotation | None, after: Annotation | None, saw: Saw
) -> None:
    if after is None:
        _delete(connection, "annotation", before)
        return
    said = (int(after.occluded), int(after.truncated), int(after.difficult), after.note)
    values: tuple[float | str, ...] = (after.category_id, *after.bbox.as_list(), *said, after.id)
    if before is None:
        saw("annotation", after.id)
        sql = (
            "INSERT INTO annotation (category_id, x, y, width, height, occluded, truncated, "
            "difficult, note, id, image_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        values = (*values, after.image_id)
    else:
        sql = (
            "UPDATE annotation SET category_id = ?, x = ?, y = ?, width = ?, height = ?, "
            "occluded = ?, truncated = ?, difficult = ?, note = ? WHERE id = ?"
        )
    connection.execute(sql, values)


def write_suggestion(
    connection: sqlite3.Connection, before: Suggestion | None, after: Suggestion | None, saw: Saw
) -> None:
    if after is None:
        _delete(connection, "suggestion", before)
        return
    box = after.bbox.as_list()
    values: tuple[float | str, ...] = (after.category_id, *box, int(after.rejected), after.id)
    if before is None:
        saw("suggestion", after.id)
        sql = (
            "INSERT INTO suggestion (category_id, x, y, width, height, rejected, id, image_id, "
            "score, source, model) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        values = (*values, after.image_id, after.score, after.source, after.model)
    else:
        sql = (
            "UPDATE suggestion SET category_id = ?, x = ?, y = ?, width = ?, height = ?, "
            "rejected = ? WHERE id = ?"
        )
    connection.execute(sql, values)


def _delete(
    connection: sqlite3.Connection, table: str, row: Category | Annotation | Suggestion | None
) -> None:
    assert row is not None  # the change itself sees to it
    connection.execute(f"DELETE FROM {table} WHERE id = ?", (row.id,))


def _of_image(connection: sqlite3.Connection, column: str, image_id: int) -> object:
    row = connection.execute(f"SELECT {column} FROM image WHERE id = ?", (image_id,)).fetchone()
    if row is None:
        return None
    return row[0] if isinstance(row[0], str) else row[0] == 1


def _require(expected: object, found: object) -> None:
    if expected != found:
        raise StaleEdit("This was changed meanwhile, so the edit was not made.")


def _id_of(change: AnnotationChange | CategoryChange | SuggestionChange) -> int:
    held = change.before or change.after
    assert held is not None  # the change itself sees to it
    return held.id
