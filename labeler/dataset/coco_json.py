"""COCO's JSON, written as a stream: https://cocodataset.org/#format-data."""

from __future__ import annotations

import json
import os
from collections.abc import Collection, Iterable
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

from labeler import __version__
from labeler.dataset.files import PART, reason, replace_durably
from labeler.dataset.model import Annotation, Category, Image, Session
from labeler.dataset.store import Queries
from labeler.errors import UserError

MARK = '"vector_labeler"'
"""Stands in "info", near the start of every file written here."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)


def write_coco(dataset: Queries, image_ids: Collection[int], path: Path) -> None:
    """Writes the JSON alone, complete or not at all; file_name is relative to images_folder.

    dataset: a snapshot of one where edits may come in between. Raises UserError.
    """
    wanted = set(image_ids)
    images = [image for image in dataset.images() if image.id in wanted]
    part = path.with_name(path.name + PART)
    try:
        with part.open("w", encoding="utf-8", newline="\n") as stream:
            write_json(dataset, images, stream)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        part.unlink(missing_ok=True)
        raise UserError(f"Cannot write {path}: {reason(error)}.") from error
    replace_durably(part, path)


def write_json(
    dataset: Queries, images: Iterable[Image], stream: IO[str], *, with_capture: bool = True
) -> int:
    """Writes these images with their boxes, and all categories. Returns how many boxes.

    Ids are the dataset's own, so two exports name the same things by the same ids. Beyond COCO,
    images tell verified and a note, annotations what is said about them, and categories stand in
    the order they are shown in. with_capture: images also tell session_id, captured_at, their
    original name and how they were taken ("capture": head, pose, Readings), and there are sessions.
    """
    known: set[int] = set()
    count = 0
    stream.write(f'{{"info": {{"description": "Made with Vector Labeler", {MARK}: ')
    stream.write(f'{_ENCODER.encode(__version__)}}},\n"licenses": []')
    _write_list(stream, "categories", map(_category, dataset.categories()))
    if with_capture:
        _write_list(stream, "sessions", map(_session, dataset.sessions()))
    entries = (_image(image, known, with_capture=with_capture) for image in images)
    _write_list(stream, "images", entries)
    boxes = (box for box in dataset.all_annotations() if box.image_id in known)
    count = _write_list(stream, "annotations", map(_annotation, boxes))
    stream.write("}\n")
    return count


def _write_list(stream: IO[str], name: str, entries: Iterable[dict[str, Any]]) -> int:
    count = 0
    stream.write(f',\n"{name}": [')
    for entry in entries:
        stream.write(",\n" if count else "\n")
        stream.write(_ENCODER.encode(entry))
        count += 1
    stream.write("\n]" if count else "]")
    return count


def _category(category: Category) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": category.id,
        "name": category.name,
        "supercategory": "",
        "color": category.color,
    }
    if category.key:
        entry["key"] = category.key
    return entry


def _session(session: Session) -> dict[str, Any]:
    return asdict(session)


def _image(image: Image, known: set[int], *, with_capture: bool) -> dict[str, Any]:
    known.add(image.id)
    entry = {
        "id": image.id,
        "file_name": image.file_name,
        "width": image.width,
        "height": image.height,
        "verified": image.verified,
        **(_taken(image) if with_capture else {}),
    }
    if image.note:
        entry["note"] = image.note
    return entry


def _taken(image: Image) -> dict[str, Any]:
    """How the picture was taken: what can be left out."""
    taken: dict[str, Any] = {
        "date_captured": _date(image.captured_at),
        "captured_at": image.captured_at,
        "session_id": image.session_id,
        "original_name": image.original_name,
    }
    told = {"head_angle_rad": image.head_angle_rad, **asdict(image.readings)}
    capture: dict[str, Any] = {name: value for name, value in told.items() if value is not None}
    if image.pose is not None:
        capture["pose"] = asdict(image.pose)
    return {**taken, "capture": capture} if capture else taken


def _date(seconds: float) -> str:
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S")
    except (ValueError, OverflowError, OSError):
        return ""  # a clock gone wild; captured_at has the number


def _annotation(annotation: Annotation) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "id": annotation.id,
        "image_id": annotation.image_id,
        "category_id": annotation.category_id,
        "bbox": annotation.bbox.as_list(),
        "area": annotation.bbox.area,
        "iscrowd": 0,
        "segmentation": [],
        "occluded": annotation.occluded,
        "truncated": annotation.truncated,
        "difficult": annotation.difficult,
    }
    if annotation.note:
        entry["note"] = annotation.note
    return entry
