"""A foreign COCO file as the lists that a run needs, split where nobody split it."""

from __future__ import annotations

import itertools
import json
import os
import random
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PureWindowsPath
from typing import Any

from labeler.dataset.files import reason
from labeler.dataset.json_stream import entries
from labeler.errors import UserError
from labeler.runs.advice import Side

Entry = Mapping[str, Any]

_LISTS = ("images", "annotations", "categories")
_BLOCKS = 20
"""A set without validation images is cut into so many stretches of neighbouring file names."""
_VAL_SHARE = 0.2
_TRIES = 64


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
        return Side(len(self.images), Counter(e["category_id"] for e in self.annotations))

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
    categories = tuple(e for e in lists["categories"] if _is_id(e.get("id")))
    images = {e["id"]: e for e in lists["images"] if _is_id(e.get("id"))}
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
    told = f"{len(missing)} of the {len(lists.images)} images of {source.name} are not in {folder}"
    return lists.only(there), [f"{told}, so they are left out: {missing[0]} and others."]


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


def split_by_name(lists: CocoLists, seed: int) -> tuple[CocoLists, CocoLists, str]:
    """Training, validation, and how it was done, for people.

    Neighbours by file name are often neighbours in time, so whole stretches are held back; of
    several ways the first is taken that leaves every class to both sides, or most of them.
    """
    ordered = sorted(lists.images, key=lambda entry: _natural(str(entry.get("file_name", ""))))
    blocks = _cut([entry["id"] for entry in ordered], min(_BLOCKS, len(ordered)))
    held = max(1, round(_VAL_SHARE * len(blocks)))
    chance = random.Random(seed)
    choices = [set().union(*chance.sample(blocks, held)) for _ in range(_TRIES)]
    seen_in = _categories_by_image(lists)
    everything = {entry["id"] for entry in lists.images}
    val_ids = max(choices, key=lambda ids: _classes_kept(ids, everything, seen_in))
    train, val = lists.only(everything - val_ids), lists.only(val_ids)
    told = (
        f"No validation file was given, so {len(val.images)} of {len(lists.images)} images are "
        "held back for validation, in stretches of neighbouring file names."
    )
    return train, val, told


def write_lists(lists: CocoLists, path: Path) -> None:
    """Raises UserError where it cannot be written."""
    content = {name: list(getattr(lists, name)) for name in _LISTS}
    try:
        path.write_text(json.dumps(content), encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot write {path}: {reason(error)}.") from error


def relative_to_run(folder: Path, run: Path) -> str:
    """How config.json names the folder: from the run where they lie on one disk."""
    try:
        return Path(os.path.relpath(folder.resolve(), run.resolve())).as_posix()
    except ValueError:  # Windows: another drive
        return str(folder.resolve())


def _cut(ids: Sequence[int], count: int) -> list[set[int]]:
    edges = [round(index * len(ids) / count) for index in range(count + 1)]
    return [set(ids[a:b]) for a, b in itertools.pairwise(edges)]


def _classes_kept(
    val_ids: set[int], everything: set[int], seen_in: Mapping[int, set[int]]
) -> tuple[int, int]:
    """Classes that train keeps, then classes that can be checked."""
    return (
        sum(bool(ids & (everything - val_ids)) for ids in seen_in.values()),
        sum(bool(ids & val_ids) for ids in seen_in.values()),
    )


def _categories_by_image(lists: CocoLists) -> dict[int, set[int]]:
    """Category id -> the images that show it."""
    found: dict[int, set[int]] = {}
    for entry in lists.annotations:
        found.setdefault(entry["category_id"], set()).add(entry["image_id"])
    return found


def _natural(name: str) -> list[tuple[int, str]]:
    """img2 before img10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]


def _is_there(name: object, folder: Path) -> bool:
    if not isinstance(name, str) or not name or "\0" in name:
        return False
    path = PureWindowsPath(name)  # reads both kinds of slashes
    return not path.anchor and ".." not in path.parts and (folder / name).is_file()


def _name(category: Entry) -> str:
    """As the trainer reads it: its number stands for a name that is none."""
    name = category.get("name")
    return name if isinstance(name, str) and name else str(category["id"])


def _is_id(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_known(value: object, known: Mapping[int, Any] | set[int]) -> bool:
    return isinstance(value, int) and value in known
