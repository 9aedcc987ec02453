"""COCO exports, JSON and pictures, that appear at once or not at all."""

from __future__ import annotations

import io
import os
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from labeler.dataset.coco_json import MARK, write_coco, write_json
from labeler.dataset.coco_places import JSON_NAME
from labeler.dataset.files import PART, reason, replace_durably, sync_folder
from labeler.dataset.model import Image, ImageState
from labeler.dataset.progress import OnProgress, ShouldStop, Stopped, ignore_progress, never_stop
from labeler.dataset.soundness import require_pictures
from labeler.dataset.store import Dataset, Queries
from labeler.errors import UserError
from trainer.names import open_plain, plain_name

__all__ = ["ExportReport", "export_coco", "write_coco"]

IMAGES_NAME = "images"
_HEAD = 4096
_PIECE = 1 << 20
_OUR_NAME = re.compile(r"\d{6,}-[0-9a-f]{12}\.[a-z]{3,4}")
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
"""Equal exports are equal files."""


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written, and where."""

    path: Path
    images: int
    annotations: int
    categories: int
    left_out: int


def export_coco(
    dataset: Dataset,
    out: Path,
    *,
    include_unlabelled: bool = False,
    with_capture: bool = True,
    overwrite: bool = False,
    on_progress: OnProgress = ignore_progress,
    should_stop: ShouldStop = never_stop,
) -> ExportReport:
    """Writes annotations.json and images/ into a folder, or into a file where out ends in .zip.

    Unlabelled images are left out unless asked for; empty ones are always in. An earlier export
    of this program is replaced; anything else in the way is refused unless overwrite.
    with_capture: also when, where and how each picture was taken (see write_json).
    Raises UserError (full disk, missing picture) and Stopped, with out as it was.
    """
    out = out.absolute()
    if dataset.folder.resolve().is_relative_to(out.resolve()):
        raise UserError(f"{out} holds the dataset itself. Choose another place for the export.")
    _bring_back(out)
    if not overwrite:
        _refuse_to_overwrite(out)
    part = _fresh_part(out)
    try:
        with dataset.snapshot() as snapshot:
            images = [
                image
                for image in snapshot.images()
                if include_unlabelled or image.state is not ImageState.UNLABELLED
            ]
            require_pictures(dataset, images, "Nothing was exported.")
            write = _write_zip if out.suffix.lower() == ".zip" else _write_folder
            pictures = _Pictures(dataset, images, with_capture, on_progress, should_stop)
            boxes = write(snapshot, pictures, part)
            report = ExportReport(
                path=out,
                images=len(images),
                annotations=boxes,
                categories=len(snapshot.categories()),
                left_out=snapshot.counts().total - len(images),
            )
        _swap(part, out)
    except OSError as error:
        _remove(part)
        raise UserError(f"Cannot export to {out}: {reason(error)}.") from error
    except BaseException:
        _remove(part)
        raise
    on_progress(len(images), len(images))
    return report


@dataclass(frozen=True, slots=True)
class _Pictures:
    """The picture files to be copied, one after the other."""

    dataset: Dataset
    images: list[Image]
    with_capture: bool
    on_progress: OnProgress
    should_stop: ShouldStop

    def each(self, copy: Callable[[Path, str], None]) -> None:
        """Calls copy(path, name). Raises Stopped."""
        for done, image in enumerate(self.images):
            if self.should_stop():
                raise Stopped("The export was stopped. Nothing was written.")
            self.on_progress(done, len(self.images))
            copy(self.dataset.path_of(image), image.file_name)


def _write_folder(snapshot: Queries, pictures: _Pictures, part: Path) -> int:
    folder = part / IMAGES_NAME
    folder.mkdir(parents=True)
    with (part / JSON_NAME).open("w", encoding="utf-8", newline="\n") as stream:
        boxes = _write_json(snapshot, pictures, stream)
        _sync(stream)

    def copy(path: Path, name: str) -> None:
        with open_plain(folder / plain_name(name), "xb") as target:
            target.writelines(_pieces_of(path))
            _sync(target)

    pictures.each(copy)
    sync_folder(folder)
    sync_folder(part)
    return boxes


def _write_zip(snapshot: Queries, pictures: _Pictures, part: Path) -> int:
    with part.open("wb") as file:
        with zipfile.ZipFile(file, "w") as archive:
            entry = zipfile.ZipInfo(JSON_NAME, _ZIP_DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w", force_zip64=True) as raw:
                text = io.TextIOWrapper(raw, encoding="utf-8", newline="\n")
                boxes = _write_json(snapshot, pictures, text)
                text.flush()
                text.detach()

            def copy(path: Path, name: str) -> None:
                # Pictures are compressed already, so they are stored as they are.
                member = zipfile.ZipInfo(f"{IMAGES_NAME}/{plain_name(name)}", _ZIP_DATE)
                with archive.open(member, "w") as target:
                    target.writelines(_pieces_of(path))

            pictures.each(copy)
        _sync(file)
    return boxes


def _write_json(snapshot: Queries, pictures: _Pictures, stream: IO[str]) -> int:
    return write_json(snapshot, pictures.images, stream, with_capture=pictures.with_capture)


def _pieces_of(path: Path) -> Iterator[bytes]:
    """The bytes of a picture. Raises UserError where it cannot be read."""
    try:
        with open_plain(path, "rb") as stream:
            while piece := stream.read(_PIECE):
                yield piece
    except OSError as error:
        is_gone = isinstance(error, FileNotFoundError)
        why = "is missing" if is_gone else f"cannot be read ({reason(error)})"
        raise UserError(
            f"The picture {path} {why}, so nothing was exported. "
            "Put it back; check tells what else is wrong."
        ) from error


def _fresh_part(out: Path) -> Path:
    """The name to write under, free of what a killed export left there. Raises UserError."""
    part = out.with_name(f".{out.name}{PART}")
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        _remove(part)
    except OSError as error:
        raise UserError(f"Cannot export to {out}: {reason(error)}.") from error
    return part


def _sync(stream: IO[str] | IO[bytes]) -> None:
    stream.flush()
    os.fsync(stream.fileno())


def _aside(out: Path) -> Path:
    """Where an old export is while the new one takes its place."""
    return out.with_name(f".{out.name}.old")


def _bring_back(out: Path) -> None:
    """What a kill between the two renames of _swap left is all there is of the old export."""
    with suppress(OSError):  # it goes on as if there had been none
        if not os.path.lexists(out) and _is_our_folder(_aside(out)):
            _aside(out).replace(out)


def _swap(part: Path, out: Path) -> None:
    """Puts the finished export in place of an old one, which goes only afterwards."""
    old = _aside(out)
    _remove(old)
    if out.is_dir() or (out.exists() and part.is_dir()):
        out.replace(old)
    try:
        replace_durably(part, out)
    except BaseException:
        if old.exists():
            if os.path.lexists(out):
                out.replace(part)  # it stands there, but is not known to be on the disk
            old.replace(out)
        raise
    _remove(old)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _refuse_to_overwrite(out: Path) -> None:
    """Only what an export wrote may be replaced by one, and only if nothing was added to it."""
    try:
        free = not out.exists() or (_is_our_folder(out) if out.is_dir() else _is_our_zip(out))
    except (OSError, zipfile.BadZipFile):
        free = False
    if not free:
        raise UserError(
            f"{out} holds something that is not an export of this program, so it is not "
            "overwritten. Choose another place, or say that it may go."
        )


def _is_our_folder(out: Path) -> bool:
    names = {path.name for path in out.iterdir()}
    if not names:
        return True
    if names != {JSON_NAME, IMAGES_NAME}:
        return False
    if not all(_OUR_NAME.fullmatch(path.name) for path in (out / IMAGES_NAME).iterdir()):
        return False
    with (out / JSON_NAME).open(encoding="utf-8", errors="replace") as stream:
        return MARK in stream.read(_HEAD)


def _is_our_zip(out: Path) -> bool:
    with zipfile.ZipFile(out) as archive:
        if JSON_NAME not in archive.namelist():
            return False
        with archive.open(JSON_NAME) as stream:
            return MARK in stream.read(_HEAD).decode("utf-8", "replace")
