"""Pictures told by their bytes: the beginning of the hash, wherever they lie and whatever called.

The names of a dataset's own files hold it, so that these need not be read. A run keeps the marks of
its pictures from when it was made: by the time another run starts from it they may lie elsewhere.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from labeler.dataset.files import sha256_of, write_durably
from labeler.dataset.model import Image
from labeler.dataset.progress import OnProgress, ignore_progress
from labeler.runs.coco_side import CocoLists
from trainer import run_files
from trainer.names import BadName, file_under

_DIGITS = 12
"""Hex digits of the sha256, as many as stand in file names."""

Marks = Mapping[int, str]
"""Image id -> what tells its picture."""
MarksByName = Mapping[str, str]
"""File name, as in a COCO file -> what tells its picture."""


def mark_of_image(image: Image) -> str:
    """Of an image in a dataset."""
    return image.sha256[:_DIGITS]


def mark_of_file(path: Path) -> str:
    """Empty where it cannot be read."""
    own = run_files.OUR_NAME.fullmatch(path.name)
    if own:
        return own[1]
    try:
        return sha256_of(path)[:_DIGITS]
    except OSError:
        return ""


def marks_of_lists(
    lists: CocoLists, images: Path, on_progress: OnProgress = ignore_progress
) -> dict[int, str]:
    """Of a COCO file's images, which are in that folder."""
    marks = {}
    for done, entry in enumerate(lists.images):
        on_progress(done, len(lists.images))
        marks[entry["id"]] = _mark_under(images, entry.get("file_name"))
    return marks


def _mark_under(images: Path, name: object) -> str:
    try:
        return mark_of_file(file_under(images, name))
    except BadName:
        return ""


def by_name(lists: CocoLists, marks: Marks) -> MarksByName:
    return {str(entry["file_name"]): marks[entry["id"]] for entry in lists.images}


def keep_marks(run: Path, parts: Mapping[str, MarksByName]) -> None:
    """parts: by the names of the run's lists, "train" and so on. Raises UserError."""
    write_durably(run / run_files.MARKS, json.dumps(parts).encode())


def kept_marks(run: Path, part: str) -> MarksByName | None:
    """None where the run has kept none, as those of before did."""
    try:
        return run_files.kept_marks(run / run_files.MARKS, part)
    except (OSError, ValueError):
        return None
