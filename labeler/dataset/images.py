"""Adding pictures: bytes untouched, durable before their row, each content once."""

from __future__ import annotations

import hashlib
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, replace
from pathlib import Path

from labeler.dataset import picture
from labeler.dataset.files import sync_folder, write_durably
from labeler.dataset.model import NO_READINGS, Image, Pose, Readings
from labeler.dataset.progress import OnProgress, ShouldStop, ignore_progress, never_stop
from labeler.dataset.store import Dataset
from labeler.errors import UserError


class BadFile(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """One of many files cannot be taken; the others can."""


@dataclass(frozen=True, slots=True)
class Added:
    """The image that now holds the bytes; is_new is False where an earlier one held them."""

    image: Image
    is_new: bool


@dataclass(frozen=True, slots=True)
class AddReport:
    """What became of a list of files. rejected holds (path, reason in words); fault: why it ended
    before the last one, as where the disk is full.
    """

    added: tuple[Image, ...]
    duplicates: tuple[Path, ...]
    rejected: tuple[tuple[Path, str], ...]
    fault: UserError | None = None


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
    image = stage(
        dataset,
        data,
        whole_picture(data, original_name),
        original_name=original_name,
        session_id=session_id,
        captured_at=captured_at,
        head_angle_rad=head_angle_rad,
        pose=pose,
        readings=readings,
        note=note,
    )
    return _committed(dataset, image)


def whole_picture(data: bytes, name: str) -> picture.Picture:
    """What these bytes are, wholly decoded. Raises BadFile, with the name."""
    try:
        return picture.inspect(data, name)
    except UserError as error:
        raise BadFile(str(error), details=error.details) from error


def stage(
    dataset: Dataset,
    data: bytes,
    found: picture.Picture,
    *,
    original_name: str,
    session_id: int,
    captured_at: float | None = None,
    head_angle_rad: float | None = None,
    pose: Pose | None = None,
    readings: Readings = NO_READINGS,
    verified: bool = False,
    note: str = "",
) -> Image:
    """Makes the bytes durable in incoming/. The caller commits the row, then settles the file."""
    if dataset.read_only:
        raise UserError(f"The dataset {dataset.name} is open read-only, so it cannot be changed.")
    sha256 = hashlib.sha256(data).hexdigest()
    image_id = dataset.new_image_id()
    given = captured_at if _are_finite(captured_at) else None
    times = (given, found.taken_at, time.time())
    image = Image(
        id=image_id,
        file_name=f"{image_id:06}-{sha256[:12]}{found.suffix}",
        original_name=original_name.encode("utf-8", "replace").decode("utf-8"),
        width=found.width,
        height=found.height,
        sha256=sha256,
        session_id=session_id,
        captured_at=next(at for at in times if at is not None),
        head_angle_rad=head_angle_rad if _are_finite(head_angle_rad) else None,
        pose=pose if pose and _are_finite(*astuple(pose)) else None,
        verified=verified,
        note=note,
        readings=_sound(readings),
    )
    write_durably(dataset.incoming_path(image.file_name), data)
    sync_folder(dataset.incoming_folder)
    return image


def _sound(readings: Readings) -> Readings:
    """Without what is not finite."""
    told = {name: value if _are_finite(value) else None for name, value in asdict(readings).items()}
    return replace(readings, **told)


def _are_finite(*numbers: float | None) -> bool:
    """A robot that lost its place reports numbers that no format can hold."""
    return all(number is not None and math.isfinite(number) for number in numbers)


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
    session_id: int,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> AddReport:
    """Adds picture files; a folder stands for the pictures in it. Bad files are told, not fatal.

    The time is EXIF's, else the file's. Stopping keeps what was added so far, and so does a full
    disk; where that lets nothing in at all, its UserError is raised.
    """
    files = list(_expanded(paths))
    fault: UserError | None = None
    added: list[Image] = []
    duplicates: list[Path] = []
    rejected: list[tuple[Path, str]] = []
    for done, path in enumerate(files):
        if should_stop():
            break
        on_progress(done, len(files))
        try:
            image = _added_file(dataset, path, session_id)
        except BadFile as error:
            rejected.append((path, str(error)))
            continue
        except UserError as error:
            if not added:
                raise
            fault = error
            break
        if image:
            added.append(image)
        else:
            duplicates.append(path)
    else:
        on_progress(len(files), len(files))
    return AddReport(tuple(added), tuple(duplicates), tuple(rejected), fault)


def _added_file(dataset: Dataset, path: Path, session_id: int) -> Image | None:
    """None where its content is in the dataset. Raises BadFile, or UserError for a full disk."""
    try:
        data = picture.read(path)
        if dataset.image_by_hash(hashlib.sha256(data).hexdigest()):
            return None
        found = picture.inspect(data, path.name)
        taken_at = found.taken_at or path.stat().st_mtime
    except (UserError, OSError) as error:
        raise BadFile(str(error)) from error
    image = stage(
        dataset,
        data,
        found,
        original_name=path.name,
        session_id=session_id,
        captured_at=taken_at,
    )
    added = _committed(dataset, image)
    return added.image if added.is_new else None


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
