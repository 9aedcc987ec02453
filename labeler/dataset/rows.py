"""Writes the rows of one change, after a look that they are what the change says they were."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

from labeler.dataset.changes import (
    AnnotationChange,
    CategoryChange,
    Change,
    ImageNoteChange,
    ImportChange,
    SessionNoteChange,
    StaleEdit,
    SuggestionChange,
    VerifiedChange,
)
from labeler.dataset.filters import natural_key
from labeler.dataset.imported import Imported, as_imported
from labeler.dataset.model import Annotation, Category, Image, Suggestion
from labeler.dataset.queries import Queries

_IMAGE_COLUMNS = (
    *("id", "file_name", "original_name", "width", "height", "sha256", "session_id"),
    *("captured_at", "head_angle_rad", "pose_x_mm", "pose_y_mm", "pose_heading_rad", "lift_mm"),
    *("battery", "exposure_ms", "gain", "auto_exposure", "verified", "note", "name_key"),
)
_INSERT_IMAGE = (
    f"INSERT INTO image ({', '.join(_IMAGE_COLUMNS)}) "
    f"VALUES ({', '.join(f':{name}' for name in _IMAGE_COLUMNS)})"
)
_INSERT_ANNOTATION = (
    "INSERT INTO annotation (category_id, x, y, width, height, occluded, truncated, difficult, "
    "note, id, image_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

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
    elif isinstance(change, ImportChange):
        if change.after:
            bring(connection, change.after, saw)
        else:
            take_away(connection, found, change.held)
    elif isinstance(change, CategoryChange):
        _require(change.before, found.category(_id_of(change)))
        write_category(connection, change.before, change.after, saw)
    elif isinstance(change, SuggestionChange):
        _require(change.before, found.suggestion(_id_of(change)))
        write_suggestion(connection, change.before, change.after, saw)
    else:
        _require(change.before, found.annotation(_id_of(change)))
        write_annotation(connection, change.before, change.after, saw)


def bring(connection: sqlite3.Connection, rows: Imported, saw: Saw) -> None:
    """All rows of an import. A session stays as it is where it is there already."""
    connection.executemany(
        "INSERT INTO session (id, name, camera, started_at, note) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (id) DO NOTHING",
        ((each.id, each.name, each.camera, each.started_at, each.note) for each in rows.sessions),
    )
    for category in rows.categories:
        write_category(connection, None, category, saw)
    for kind, listed in (
        ("image", rows.images),
        ("annotation", rows.annotations),
        ("suggestion", rows.suggestions),
    ):
        if listed:
            saw(kind, max(each.id for each in listed))
    connection.executemany(_INSERT_IMAGE, map(_image_values, rows.images))
    connection.executemany(
        _INSERT_ANNOTATION,
        ((*_annotation_values(each), each.image_id) for each in rows.annotations),
    )
    for suggestion in rows.suggestions:
        write_suggestion(connection, None, suggestion, saw)


def take_away(connection: sqlite3.Connection, found: Queries, rows: Imported) -> None:
    """All rows of an import again, where they are as it brought them. Raises StaleEdit.

    What machines offered on its images and of its classes goes with them.
    """
    images = tuple(map(as_imported, found.images_of([each.id for each in rows.images])))
    _require(tuple(sorted(rows.images, key=_id)), images)
    boxes = found.annotations_by_id([each.id for each in rows.annotations])
    _require(tuple(sorted(rows.annotations, key=_id)), tuple(boxes))
    for category in rows.categories:
        _require(category, found.category(category.id))
    for table, column, gone in (
        ("suggestion", "id", rows.suggestions),
        ("suggestion", "image_id", rows.images),
        ("annotation", "id", rows.annotations),
        ("image", "id", rows.images),
    ):
        connection.executemany(
            f"DELETE FROM {table} WHERE {column} = ?", ((each.id,) for each in gone)
        )
    for category in rows.categories:
        write_category(connection, category, None, _never_seen)
    connection.executemany(
        "DELETE FROM session WHERE id = ? "
        "AND NOT EXISTS (SELECT 1 FROM image WHERE session_id = session.id)",
        ((each.id,) for each in rows.sessions),
    )


def _never_seen(_kind: str, _number: int) -> None:
    """Nothing is stored."""


def _id(row: Annotation | Image) -> int:
    return row.id


def write_image(connection: sqlite3.Connection, image: Image, saw: Saw) -> None:
    """A new row."""
    saw("image", image.id)
    connection.execute(_INSERT_IMAGE, _image_values(image))


def _image_values(image: Image) -> dict[str, float | str | None]:
    pose, told = image.pose, image.readings
    return {
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
    values = _annotation_values(after)
    if before is None:
        saw("annotation", after.id)
        connection.execute(_INSERT_ANNOTATION, (*values, after.image_id))
        return
    connection.execute(
        "UPDATE annotation SET category_id = ?, x = ?, y = ?, width = ?, height = ?, "
        "occluded = ?, truncated = ?, difficult = ?, note = ? WHERE id = ?",
        values,
    )


def _annotation_values(box: Annotation) -> tuple[float | str, ...]:
    said = (int(box.occluded), int(box.truncated), int(box.difficult), box.note)
    return (box.category_id, *box.bbox.as_list(), *said, box.id)


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
