"""What a run's folder tells beside its settings: how it was prepared, a person's note, its age.

Stdlib only, so that the window may read it. A run that was made by hand has none of the files.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from trainer.names import open_plain
from trainer.stored import AtMost, PathText, Sentence, StoredError, WrongValueError, read, value_of

PREPARATION, NOTE = "preparation.json", "note.txt"
MOST_NOTE = 10_000
"""Characters."""
NAMED_BY_TIME = "%Y-%m-%d_%H-%M"
"""How new runs are called: 2026-11-24_17-04."""
_MOST_MARKS = 256 << 20
"""Bytes of marks.json: of millions of pictures."""
_LATEST = 4_102_444_800.0
"""The beginning of 2100: what a stranger's archive dates later was never written then."""


@dataclass(frozen=True, slots=True)
class Preparation:
    """How the images were divided, in words, and the warnings given then. dataset: its name, ""
    where nobody has noted it.
    """

    explanation: Sentence
    warnings: Annotated[tuple[Sentence, ...], AtMost(1_000)]
    dataset: Annotated[str, AtMost(1_000)] = ""


NOT_PREPARED = Preparation("", ())


def kept_marks(path: Path, part: str) -> Mapping[str, str]:
    """File name -> what tells its picture, of one part of a run. path: of RUN/marks.json.

    Raises StoredError, OSError.
    """
    try:
        found: Mapping[str, str] = value_of(
            Mapping[PathText, str], read(path, dict, _MOST_MARKS).get(part)
        )
    except WrongValueError as error:
        raise StoredError(f"{path} is damaged: {error.inside(part)}.") from error
    return found


def load_preparation(run: Path) -> Preparation:
    """Of a damaged file there is a warning that says so; NOT_PREPARED where there is none."""
    try:
        return read(run / PREPARATION, Preparation)
    except OSError:
        return NOT_PREPARED
    except StoredError as error:
        return Preparation("", (str(error),))


def read_note(run: Path) -> str:
    """Empty where there is none, or it cannot be read."""
    path = run / NOTE
    try:
        with open_plain(path, "r", errors="replace") as stream:
            return stream.read(MOST_NOTE).strip()
    except OSError:
        return ""


def moment_in(name: str) -> float | None:
    """When what has this folder began, in seconds since 1970 (UTC); None where it tells none."""
    try:
        moment = datetime.strptime(name[: len("2026-11-24_17-04")], NAMED_BY_TIME).timestamp()
    except (ValueError, OverflowError, OSError):
        return None
    return moment if 0 <= moment <= _LATEST else None


def began(run: Path) -> float:
    """By the run's name, which survives copying; else by the file that is written first.

    In seconds since 1970 (UTC), from then to 2100. Raises OSError.
    """
    told = moment_in(run.absolute().name)
    if told is not None:
        return told
    return min(max((run / "config.json").stat().st_mtime, 0.0), _LATEST)
