"""A foreign COCO file as the lists that a run needs."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from labeler.dataset.files import write_durably
from labeler.dataset.json_stream import entries
from labeler.dataset.words import counted
from labeler.errors import UserError
from labeler.runs.advice import Box, Side, share_of
from trainer.names import BadName, file_under

Entry = Mapping[str, Any]

_LISTS = ("images", "annotations", "categories")


@dataclass(frozen=True, slots=True)
class CocoLists:
    """The entries of a COCO file as they stand in it. The trainer checks each number once more."""

    images: tuple[Entry, ...]
    annotations: tuple[Entry, ...]
    categories: tuple[Entry, ...]

    @property
    def names(self) -> dict[int, str]:
        """Category id -> name."""
        return {entry["id"]: _name(entry) for entry in self.categories}

    @property
    def labelled_ids(self) -> set[int]:
        """The ids of images that have a box."""
        return {entry["image_id"] for entry in self.annotations}

    def side(self) -> Side:
        pictures = {entry["id"]: entry for entry in self.images}
        boxes = (
            Box(entry["category_id"], _share(entry, pictures[entry["image_id"]]))
            for entry in self.annotations
        )
        return Side.of(len(self.images), boxes)

    def only(self, image_ids: set[int]) -> CocoLists:
        return replace(
            self,
            images=tuple(entry for entry in self.images if entry["id"] in image_ids),
            annotations=tuple(e for e in self.annotations if e["image_id"] in image_ids),
        )


def read_lists(path: Path) -> CocoLists:
    """Entries that cannot be meant are left out. Raises UserError where it is no COCO file."""
    lists: dict[str, list[Entry]] = {name: [] for name in _LISTS}
    for name, entry in entries(path, _LISTS):
        if isinstance(entry, dict):
            lists[name].append(entry)
    categories = tuple(e for e in lists["categories"] if is_id(e.get("id")))
    images = {e["id"]: e for e in lists["images"] if is_id(e.get("id"))}
    if not images or not categories:
        missing = "categories" if images else "images"
        raise UserError(f"{path} is not a COCO detection file: it has no {missing} with ids.")
    known = {entry["id"] for entry in categories}
    boxes = tuple(
        entry
        for entry in lists["annotations"]
        if _is_known(entry.get("image_id"), images) and _is_known(entry.get("category_id"), known)
    )
    return CocoLists(tuple(images.values()), boxes, categories)


def with_files(lists: CocoLists, folder: Path, source: Path) -> tuple[CocoLists, list[str]]:
    """Without the images whose file is not in the folder, and a sentence that says so.

    Raises UserError where none is there: then it is the wrong folder.
    """
    there = {e["id"] for e in lists.images if _is_there(e.get("file_name"), folder)}
    missing = [str(e.get("file_name")) for e in lists.images if e["id"] not in there]
    if not there:
        raise UserError(
            f"None of the {len(lists.images)} images of {source} is in {folder} "
            f"(the first is {missing[0]}). Say where they are with --images FOLDER."
        )
    if not missing:
        return lists, []
    told = f"Not in {folder}, so left out of {source.name}: {counted(len(missing), 'image')}"
    return lists.only(there), [f"{told}. The first is {missing[0]}."]


def matched(val: CocoLists, train: CocoLists) -> tuple[CocoLists, list[str]]:
    """val in train's category ids, by name; boxes of categories that train lacks are left out."""
    ids = {name: number for number, name in train.names.items()}
    renumbered = {number: ids.get(name) for number, name in val.names.items()}
    strange = sorted(name for number, name in val.names.items() if renumbered[number] is None)
    kept = tuple(
        {**entry, "category_id": renumbered[entry["category_id"]]}
        for entry in val.annotations
        if renumbered[entry["category_id"]] is not None
    )
    told = [f"Classes of the validation file that training does not know: {', '.join(strange)}."]
    return replace(val, annotations=kept, categories=train.categories), told if strange else []


def write_lists(lists: CocoLists, path: Path) -> None:
    """Raises UserError where it cannot be written."""
    content = {name: list(getattr(lists, name)) for name in _LISTS}
    write_durably(path, json.dumps(content).encode())


def relative_to_run(folder: Path, run: Path) -> str:
    """How config.json names the folder: from the run where they lie on one disk."""
    try:
        return Path(os.path.relpath(folder.resolve(), run.resolve())).as_posix()
    except ValueError:  # Windows: another drive
        return str(folder.resolve())


def _is_there(name: object, folder: Path) -> bool:
    try:
        return file_under(folder, name).is_file()
    except (BadName, OSError):
        return False


def _share(annotation: Entry, picture: Entry) -> float:
    """As advice.share_of has it; 1, which is not tiny, where numbers are none."""
    bbox = annotation.get("bbox")
    sides = bbox[2:] if isinstance(bbox, list) else []
    numbers = [*sides, picture.get("width"), picture.get("height")]
    if len(numbers) != 4 or not all(_is_size(number) for number in numbers):
        return 1.0
    width, height, *size = map(float, numbers)
    return share_of(width * height, *size)


def _is_size(value: object) -> bool:
    """Pixels that a picture can have; false for NaN, infinity and what float() cannot hold."""
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 1e6


def _name(category: Entry) -> str:
    """As the trainer reads it: its number stands for a name that is none."""
    name = category.get("name")
    return name if isinstance(name, str) and name else str(category["id"])


def is_id(value: object) -> bool:
    """Whether it is a whole number, as the ids of this program are."""
    return isinstance(value, int) and not isinstance(value, bool)


def _is_known(value: object, known: Mapping[int, Any] | set[int]) -> bool:
    return isinstance(value, int) and value in known
