"""Adding pictures: bytes untouched, durable before their row, each content once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from labeler.dataset import picture
from labeler.dataset.files import sync_folder, write_durably
from labeler.dataset.foreign_labels import SeenLabels, kind_of, seen_in
from labeler.dataset.intake import Intake, Looked, NewSession, look, new_image
from labeler.dataset.model import NO_READINGS, Image, Pose, Readings
from labeler.dataset.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.errors import UserError


@dataclass(frozen=True, slots=True)
class Added:
    """The image that now holds the bytes; is_new is False where an earlier one held them."""

    image: Image
    is_new: bool


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of a list of files. rejected holds (path, reason in words); fault: why it ended
    before the last one, as where the disk is full; labels: what lay beside them and is not read.
    """

    added: tuple[Image, ...]
    duplicates: tuple[Path, ...]
    rejected: tuple[tuple[Path, str], ...]
    fault: UserError | None = None
    labels: tuple[SeenLabels, ...] = ()


def add_picture(
    dataset: Dataset,
    data: bytes,
    *,
    original_name: str,
    session_id: int,
    captured_at: float | None = None,
    head_angle_rad: float | None = None,
    pose: Pose | None = None,
    readings: Readings = NO_READINGS,
    note: str = "",
) -> Added:
    """Keeps a picture's bytes and its row; durable on return. Raises BadFile for bytes that are no
    whole picture, and UserError where they cannot be kept.

    captured_at is in seconds since 1970 (UTC); EXIF's time, else now, where it is not given. The
    bytes go to incoming/, then the row is committed, then the file moves to images/. A program
    killed in between leaves what Dataset.open() finishes or clears.
    """
    known = dataset.image_by_hash(hashlib.sha256(data).hexdigest())
    if known:
        return Added(known, is_new=False)
    image = new_image(
        dataset,
        look(data, original_name),
        original_name=original_name,
        captured_at=captured_at,
        head_angle_rad=head_angle_rad,
        pose=pose,
        readings=readings,
        note=note,
    )
    image = replace(image, session_id=session_id)
    write_incoming(dataset, image, data)
    return _committed(dataset, image)


def write_incoming(dataset: Dataset, image: Image, data: bytes) -> None:
    """Makes the bytes durable in incoming/. The caller commits the row, then settles the file."""
    try:
        write_durably(dataset.incoming_path(image.file_name), data)
        sync_folder(dataset.incoming_folder)
    except BaseException:
        dataset.discard(image.file_name)
        raise


def _committed(dataset: Dataset, image: Image) -> Added:
    try:
        with dataset.transaction():
            known = dataset.image_by_hash(image.sha256)  # another thread may have been faster
            if known is None:
                dataset.add_image(image)
    except BaseException:
        dataset.discard(image.file_name)
        raise
    if known:
        dataset.discard(image.file_name)
        return Added(known, is_new=False)
    dataset.settle(image.file_name)
    return Added(image, is_new=True)


def add_files(
    dataset: Dataset,
    paths: Sequence[Path],
    session: int | NewSession,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> AddReport:
    """Adds picture files; a folder stands for the pictures in it. Bad files are told, not fatal.

    The time is EXIF's, else the file's. All of them are one edit, which undo takes back. Stopping
    keeps what was added so far, and so does a full disk; where that lets nothing in at all, its
    UserError is raised. A new session comes with its first picture.
    """
    labels = seen_in(paths, should_stop)
    files = [path for path in _expanded(paths) if kind_of(path) is None]
    duplicates: list[Path] = []
    rejected: list[tuple[Path, str]] = []
    with Intake(dataset, expected=len(files)) as intake:
        for done, (path, looked) in enumerate(intake.look(files, _read)):
            if should_stop() or intake.fault:
                break
            on_progress(done, len(files))
            if isinstance(looked, UserError):
                rejected.append((path, str(looked)))
            elif intake.is_known(looked):
                duplicates.append(path)
            else:
                intake.stage(looked, original_name=path.name, captured_at=_taken_at(path, looked))
        added = intake.keep(session, _import_words(paths))
        if intake.fault and not added:
            raise intake.fault
        on_progress(len(files), len(files))
        return AddReport(
            tuple(added),
            tuple(duplicates),
            tuple(rejected),
            intake.fault,
            labels,
        )


def _read(path: Path) -> Looked:
    return look(picture.read(path), path.name)


def _taken_at(path: Path, looked: Looked) -> float | None:
    if looked.found.taken_at is not None:
        return looked.found.taken_at
    try:
        return path.stat().st_mtime
    except OSError:
        return None


def _import_words(paths: Sequence[Path]) -> str:
    return f"Import {paths[0].name}" if len(paths) == 1 else "Import pictures"


def _expanded(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        if _is_folder(path):
            yield from sorted(
                found
                for found in path.rglob("*")
                if found.suffix.lower() in picture.SUFFIXES and not found.name.startswith(".")
            )
        else:
            yield path


def _is_folder(path: Path) -> bool:
    """False where nobody can tell: reading it as a file then says why."""
    try:
        return path.is_dir()
    except OSError:
        return False
