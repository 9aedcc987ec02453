"""Finding a COCO file's pictures by the first names that stand in it."""

from __future__ import annotations

import json
from contextlib import suppress
from pathlib import Path

from labeler.dataset.files import is_file
from labeler.dataset.foreign_labels import why_not_coco
from labeler.dataset.json_stream import JsonSource, source_of
from labeler.errors import UserError

JSON_NAME = "annotations.json"
"""What an export calls its COCO file."""
_HEAD = 1 << 16
_FEW = 3


def is_zip(path: Path) -> bool:
    """Whether it is a zip by its name."""
    return path.suffix.lower() == ".zip"


def coco_at(path: Path) -> Path | None:
    """What a person means by it: the COCO file or zip itself, or the COCO file of an export's
    folder. None for anything else.
    """
    inside = path / JSON_NAME
    return next((each for each in (path, inside) if looks_like_coco(each)), None)


def looks_like_coco(path: Path) -> bool:
    """Whether a file is a COCO file by its name and first letters, or a zip that may hold one."""
    if not is_file(path):
        return False
    import zipfile  # not when the window opens

    with suppress(OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        if is_zip(path):
            with zipfile.ZipFile(path) as archive:
                return any(name.lower().endswith(".json") for name in archive.namelist())
        with path.open("rb") as stream:
            start = stream.read(64).lstrip(b"\xef\xbb\xbf \r\n\t")
            is_json = path.suffix.lower() == ".json" and start.startswith(b"{")
            return is_json and not why_not_coco(path)  # labelme's begins alike
    return False


def images_folder_of(coco: Path) -> Path | None:
    """Where the pictures of a COCO file are: the folder beside it that holds its first ones.

    Reads only the head of the file, which may be large. None where it is not found.
    """
    names = first_names(coco)
    for folder in (coco.parent / "images", coco.parent, coco.parent.parent / "images"):
        if names and all(is_file(folder / name) for name in names):
            return folder
    return None


def first_names(coco: Path | JsonSource) -> list[str]:
    """The first few file_name values; none where the file cannot be read."""
    head = ""
    with suppress(OSError, UserError), source_of(coco).open() as stream:
        head = stream.read(_HEAD).decode("utf-8", "replace")
    names: list[str] = []
    at = head.find('"file_name"')
    while at >= 0 and len(names) < _FEW:
        start = head.find('"', head.find(":", at))
        if start < 0:
            break
        try:
            name, _ = json.JSONDecoder().raw_decode(head, start)
        except ValueError:
            break
        names.append(str(name))
        at = head.find('"file_name"', start)
    return names
