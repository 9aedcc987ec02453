"""What was chosen in Capture, kept for the next start in a small file of its own."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import platformdirs

from labeler.dataset.files import PART
from trainer.stored import StoredError, read

_APPLICATION = "vector-labeler"


def flag(name: str, default: bool) -> bool:
    """A choice between yes and no."""
    value = _choices().get(name)
    return value if isinstance(value, bool) else default


def number(name: str, default: float) -> float:
    """A chosen number."""
    value = _choices().get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return default
    return value if abs(value) < 1e9 else default


def keep(**chosen: bool | float) -> None:
    """Replaces the file as a whole. A choice that cannot be kept is lost in silence."""
    choices = {**_choices(), **chosen}
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(choices), encoding="utf-8")
        part.replace(file)


def _choices() -> dict[str, object]:
    try:
        return read(_file(), dict)
    except (OSError, StoredError):
        return {}


def _file() -> Path:
    return platformdirs.user_state_path(_APPLICATION, appauthor=False) / "capture.json"
