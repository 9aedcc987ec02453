"""Where the person was in a dataset, kept for the next start in a small file of their own."""

from __future__ import annotations

import hashlib
import json
import os
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import platformdirs

from labeler.dataset.files import PART
from labeler.dataset.filters import ImageFilter, Order
from trainer.stored import StoredError, read

APPLICATION = "vector-labeler"
_MOST_FILES = 200
_ALL = ImageFilter()


@dataclass(frozen=True, slots=True)
class View:
    """Which images are listed, and in what order."""

    wanted: ImageFilter = _ALL
    order: Order = Order.ADDED
    descending: bool = False


_EVERYTHING = View()


@dataclass(frozen=True, slots=True)
class Place:
    """The image on show, and the list it was in."""

    image_id: int | None = None
    view: View = _EVERYTHING


def keep(dataset_folder: Path, place: Place) -> None:
    """Replaces the file as a whole. A place that cannot be kept is lost in silence."""
    file = _file_of(dataset_folder)
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    text = json.dumps({"folder": str(dataset_folder), **asdict(place)})
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        part.replace(file)
        _forget_oldest(file.parent)


def last(dataset_folder: Path) -> Place:
    """The place that was kept last; the beginning where there is none or it cannot be read."""
    try:
        return read(_file_of(dataset_folder), Place)
    except (OSError, StoredError):
        return Place()


def _file_of(dataset_folder: Path) -> Path:
    name = hashlib.sha256(os.fsencode(dataset_folder.absolute())).hexdigest()[:24]
    folder = platformdirs.user_state_path(APPLICATION, appauthor=False) / "places"
    return folder / f"{name}.json"


def _forget_oldest(folder: Path) -> None:
    files = list(folder.iterdir())
    if len(files) > _MOST_FILES:
        files.sort(key=lambda file: file.stat().st_mtime)
        for file in files[: len(files) - _MOST_FILES]:
            file.unlink(missing_ok=True)
