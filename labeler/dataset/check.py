"""Rows against files: everything that does not fit, said one by one. Changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from labeler.dataset import picture
from labeler.dataset.files import PART, reason, sha256_of, shown
from labeler.dataset.model import MIN_SIDE, BBox, Image
from labeler.dataset.progress import (
    OnProgress,
    ShouldStop,
    Stopped,
    ignore_progress,
    never_stop,
)
from labeler.dataset.sound_rows import BadRow
from labeler.dataset.store import Dataset, Queries
from labeler.errors import UserError

_IMAGES, _INCOMING = "images/", "incoming/"
_TOLERANCE = 1e-3
"""So far, in pixels, a box may reach out of its image through rounding."""


class FindingKind(StrEnum):
    """What is wrong."""

    DATABASE = "database"
    BAD_ROW = "bad row"
    MISSING_FILE = "missing file"
    UNREADABLE_FILE = "unreadable file"
    WRONG_HASH = "wrong hash"
    WRONG_SIZE = "wrong size"
    ORPHAN_FILE = "orphan file"
    LEFTOVER_FILE = "leftover file"
    BOX_OUTSIDE = "box outside"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that does not fit. what is the file or row, message a sentence."""

    kind: FindingKind
    what: str
    message: str


def check(
    dataset: Dataset,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> list[Finding]:
    """Reads every row and every picture file. Raises Stopped."""
    with dataset.snapshot() as snapshot:
        unsound = snapshot.unsound()
        told = {f"{row.table} {row.id} refers" for row in unsound if isinstance(row, BadRow)}
        findings = [
            Finding(FindingKind.DATABASE, "dataset.sqlite", fault)
            for fault in snapshot.faults()
            if not any(map(fault.startswith, told))
        ]
        findings += map(_of_unsound, unsound)
        images = snapshot.images()
        for done, image in enumerate(images):
            if should_stop():
                raise Stopped("The check was stopped.")
            on_progress(done, len(images))
            findings += _of_picture(dataset, image)
        findings += _of_boxes(snapshot, images)
        findings += _of_folders(dataset, snapshot.file_names())
        if findings and dataset.has_writer():
            findings = [each for each in findings if not _is_under_way(dataset, each)]
    on_progress(len(images), len(images))
    return findings


def _is_under_way(dataset: Dataset, finding: Finding) -> bool:
    """Whether it is only what a writer does at this moment: a picture or thumbnail on its way."""
    if finding.kind is FindingKind.LEFTOVER_FILE:  # opening for writing has removed all old ones
        return finding.what.startswith(_INCOMING)
    if finding.kind is FindingKind.MISSING_FILE:
        folders = (dataset.incoming_folder, dataset.images_folder, dataset.files.removed)
        return any((folder / finding.what).is_file() for folder in folders)
    if finding.kind is FindingKind.ORPHAN_FILE:
        return dataset.knows(finding.what.removeprefix(_IMAGES))
    return False


def _of_unsound(what: BadRow | str) -> Finding:
    if isinstance(what, BadRow):
        return Finding(FindingKind.BAD_ROW, f"{what.table} {what.id}", what.why)
    told = f"{what[0].upper()}{what[1:]}."
    return Finding(FindingKind.DATABASE, "dataset.sqlite", told)


def _of_picture(dataset: Dataset, image: Image) -> Iterator[Finding]:
    try:
        path = dataset.path_of(image)
    except UserError as error:
        yield Finding(FindingKind.BAD_ROW, shown(image.file_name), str(error))
        return
    try:
        if not path.is_file():
            yield Finding(FindingKind.MISSING_FILE, image.file_name, _missing(dataset, image))
        elif sha256_of(path) != image.sha256:
            yield Finding(
                FindingKind.WRONG_HASH, image.file_name, "The file is not the one that was added."
            )
        else:
            yield from _of_size(path, image)
    except OSError as error:
        why = f"It cannot be read: {reason(error)}."
        yield Finding(FindingKind.UNREADABLE_FILE, image.file_name, why)


def _missing(dataset: Dataset, image: Image) -> str:
    for folder in (dataset.incoming_folder, dataset.files.removed):
        if (folder / image.file_name).is_file():
            told = "opening the dataset for labelling puts it in place."
            return f"It waits in {folder.name}/; {told}"
    return f"The picture ({image.original_name}) is not in images/."


def _of_size(path: Path, image: Image) -> Iterator[Finding]:
    try:
        found = picture.glance(path)
    except UserError as error:
        yield Finding(FindingKind.WRONG_SIZE, image.file_name, str(error))
        return
    if found != (image.width, image.height):
        yield Finding(
            FindingKind.WRONG_SIZE,
            image.file_name,
            f"The row says {image.width} x {image.height}, "
            f"the picture has {found[0]} x {found[1]} pixels.",
        )


def _of_boxes(snapshot: Queries, images: list[Image]) -> Iterator[Finding]:
    by_id = {image.id: image for image in images}
    named = (("Box", snapshot.all_annotations()), ("Suggestion", snapshot.all_suggestions()))
    for name, boxes in named:
        for box in boxes:
            image = by_id.get(box.image_id)
            if image and not _fits(box.bbox, image):
                told = f"{name} {box.id} {box.bbox.as_list()}"
                yield Finding(
                    FindingKind.BOX_OUTSIDE,
                    image.file_name,
                    f"{told} is not inside {image.width} x {image.height}.",
                )


def _fits(bbox: BBox, image: Image) -> bool:
    return (
        min(bbox.x, bbox.y) >= -_TOLERANCE
        and bbox.right <= image.width + _TOLERANCE
        and bbox.bottom <= image.height + _TOLERANCE
        and min(bbox.width, bbox.height) >= MIN_SIDE - _TOLERANCE
    )


def _of_folders(dataset: Dataset, known: set[str]) -> Iterator[Finding]:
    for path in sorted(dataset.images_folder.glob("*")):
        if path.name.endswith(PART):
            yield Finding(
                FindingKind.LEFTOVER_FILE,
                f"{_IMAGES}{path.name}",
                "A killed program left this file.",
            )
        elif path.name not in known:
            yield Finding(
                FindingKind.ORPHAN_FILE,
                f"{_IMAGES}{path.name}",
                "No row belongs to this file. Add it again or move it elsewhere.",
            )
    for path in sorted(dataset.incoming_folder.glob("*")):
        if path.name not in known:
            yield Finding(
                FindingKind.LEFTOVER_FILE,
                f"{_INCOMING}{path.name}",
                "A killed program left this file; opening the dataset for labelling removes it.",
            )
