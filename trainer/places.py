"""Where the pictures of a run are: where they should be as seen from it, or where it was made."""

from __future__ import annotations

import filecmp
import hashlib
import json
import os
import re
from pathlib import Path

from trainer.names import relative_name
from trainer.run_files import OUR_NAME, kept_marks
from trainer.stored import StoredError

_BEGINNING = 1 << 20
"""Bytes of a list, in which its first picture is named."""
_FILE_NAME = re.compile(r'"file_name"\s*:\s*("(?:[^"\\]|\\.)*")')


def lie_there(lists: Path, here: Path, there: Path, marks: Path) -> bool:
    """Whether the pictures of a COCO file are those of the folder there, not those of here.

    Its first picture decides. Where each folder has another one of that name, it is the one whose
    mark was kept (marks: a JSON file, part -> file name -> beginning of the sha256); where no mark
    tells, the one here. Where the name itself tells the bytes nobody asks there, which may be a
    network that is gone.
    """
    name = _first_name(lists)
    ours, theirs = here / name, there / name
    if OUR_NAME.fullmatch(name) and _is_file(ours):
        return False
    if not (name and _is_file(ours) and _is_file(theirs)):
        if name and (_is_file(ours) or _is_file(theirs)):
            return _is_file(theirs)
        return not _is_folder(here) and _is_folder(there)
    try:
        if filecmp.cmp(ours, theirs, shallow=False):
            return False
        mark = _kept(marks, lists.stem, name)
        return bool(mark) and not hashlib.sha256(ours.read_bytes()).hexdigest().startswith(mark)
    except OSError:  # the trainer will name it
        return False


def _first_name(lists: Path) -> str:
    """Without reading all of the file; empty where it names none."""
    try:
        with lists.open("rb") as stream:
            found = _FILE_NAME.search(stream.read(_BEGINNING).decode("utf-8", "replace"))
        return relative_name(json.loads(found[1])) if found else ""
    except (OSError, ValueError):
        return ""


def _kept(marks: Path, part: str, name: str) -> str:
    try:
        return kept_marks(marks, part).get(name, "")
    except (OSError, StoredError):
        return ""


def _is_file(path: Path) -> bool:
    return os.path.isfile(path)  # noqa: PTH113 - false for every name that cannot be one


def _is_folder(path: Path) -> bool:
    return os.path.isdir(path)  # noqa: PTH112 - as above
