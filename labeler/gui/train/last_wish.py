"""What was asked of the last run, kept for the next start in a small file of the person's own."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path

import platformdirs

from labeler.dataset.files import PART
from labeler.runs.prepare import Wish
from trainer.config import DEFAULT_DETECTOR, OFFERED, RunConfig
from trainer.stored import read

APPLICATION = "vector-labeler"


def keep(wish: Wish) -> None:
    """Replaces the file as a whole. A wish that cannot be kept is lost in silence.

    What is as one click has it is left out: a later version may have something better there.
    """
    file = _file()
    part = file.with_name(f"{file.name}-{os.getpid()}{PART}")
    usual = asdict(Wish())
    chosen = {name: value for name, value in asdict(wish).items() if value != usual[name]}
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(json.dumps(chosen), encoding="utf-8")
        part.replace(file)


def last() -> Wish:
    """The wish that was kept last; one click's where there is none or it makes no sense.

    In place of a detector that there is no more, or none for new runs, there is the usual one.
    """
    try:
        wish = read(_file(), Wish)
        if wish.detector not in OFFERED:
            wish = replace(wish, detector=DEFAULT_DETECTOR)
        RunConfig("", "", **asdict(wish))  # raises ValueError where a value is impossible
    except (OSError, ValueError):
        return Wish()
    return wish


def _file() -> Path:
    return platformdirs.user_state_path(APPLICATION, appauthor=False) / "training.json"
