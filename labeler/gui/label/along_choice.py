"""Whether the program learns along while one labels, as chosen for each dataset."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from labeler.dataset.files import PART
from trainer.stored import StoredError, read

_APPLICATION = "vector-labeler"
_MOST_DATASETS = 200


def chosen(dataset_folder: Path) -> bool | None:
    """None where the person was not asked yet, or the file cannot be read."""
    choice = _choices().get(_key(dataset_folder))
    return choice if isinstance(choice, bool) else None


def choose(dataset_folder: Path, choice: bool) -> None:
    """Replaces the file as a whole. A choice that cannot be kept is lost in silence."""
    choices = _choices()
    choices.pop(_key(dataset_folder), None)
    choices[_key(dataset_folder)] = choice
    newest = dict(list(choices.items())[-_MOST_DATASETS:])
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(newest), encoding="utf-8")
        part.replace(file)


def _choices() -> dict[str, object]:
    try:
        return read(_file(), dict)
    except (OSError, StoredError):
        return {}


def _key(dataset_folder: Path) -> str:
    return str(dataset_folder.absolute())


def _file() -> Path:
    return platformdirs.user_state_path(_APPLICATION, appauthor=False) / "learns-along.json"
