"""What a run's folder tells beside its settings: how it was prepared, a person's note, its age.

Stdlib only, so that the window may read it. A run that was made by hand has none of the files.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

from trainer.names import BadName, file_under, is_plain_file, open_plain
from trainer.stored import AtMost, PathText, Sentence, StoredError, WrongValueError, read, value_of

PREPARATION, NOTE = "preparation.json", "note.txt"
MOST_NOTE = 10_000
"""Characters."""
NAMED_BY_TIME = "%Y-%m-%d_%H-%M"
"""How new runs are called: 2026-11-24_17-04."""
MARKS = "marks.json"
"""In a run's folder: part -> file name -> the beginning of that picture's sha256."""
OUR_NAME = re.compile(r"\d{6,}-([0-9a-f]{12})\.[a-z]{3,4}")
"""As a dataset names its pictures: a part of their sha256 stands in it."""
_LEAST_MARK = 12
_DEEPEST = 6
"""DATASET/runs/PAIR/data-curve/PART/SIDE."""
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


class RunPictures:
    """The pictures of one part of a run: where they are, and which of them may be shown.

    A run from a stranger can name any folder of this computer. Its own are the pictures in the
    folder of the dataset that it lies in, else in its own folder; of all others only those whose
    mark it has kept from when it was made.
    """

    def __init__(self, run: Path, part: str, folder: str) -> None:
        """part: "train", "val" or "test". folder: as the run's settings name it."""
        self.folder = run / folder
        self.marks = None if _is_inside(self.folder, home_of(run)) else _marks(run, part)
        """File name -> mark of those that are its own; None: all in the folder are."""

    def path_of(self, name: str) -> Path:
        """Where that picture is. Raises BadName where it is not the run's own."""
        path = file_under(self.folder, name)
        if self.marks is not None and not bears_mark(path, self.marks.get(name, "")):
            raise BadName(
                "it lies outside the folder of this run and its dataset, and nothing tells that it "
                "is a picture of its own"
            )
        return path


def home_of(run: Path) -> Path:
    """The folder of the dataset that a run lies in; its own where it lies in none."""
    folder = run.resolve()
    above = (each for each in folder.parents[:_DEEPEST] if is_plain_file(each / "dataset.sqlite"))
    return next(above, folder)


def bears_mark(path: Path, mark: str) -> bool:
    """Whether these are the bytes of which a run has kept this mark."""
    named = OUR_NAME.fullmatch(path.name)
    if named:
        return mark in ("", named[1])  # nobody knows such a name who has not seen the picture
    if len(mark) < _LEAST_MARK:
        return False
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest().startswith(mark)
    except OSError:
        return False


def _is_inside(folder: Path, home: Path) -> bool:
    try:
        return folder.resolve().is_relative_to(home)
    except (OSError, RuntimeError):  # a circle of links
        return False


def _marks(run: Path, part: str) -> Mapping[str, str]:
    try:
        return kept_marks(run / MARKS, part)
    except (OSError, StoredError):
        return {}


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
