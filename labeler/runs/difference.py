"""What two runs differ in: what was asked, what they learned from, and how well they do."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labeler.runs.coco_side import CocoLists, read_lists
from labeler.runs.history import config_of
from trainer.config import FOLDERS

_PLACES = (*FOLDERS, "made_in")
"""Where the images and the run are says nothing about it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A field of RunConfig that differs, with both values."""

    field: str
    first: Any
    second: Any


@dataclass(frozen=True, slots=True)
class PartDifference:
    """Of "train" or "val": the counts of both runs, and what only one of them has.

    same: the same images with the same boxes.
    """

    part: str
    images: tuple[int, int]
    boxes: tuple[int, int]
    only_first: int
    only_second: int
    same: bool


@dataclass(frozen=True, slots=True)
class Difference:
    """asked: what differs in the settings. categories_same: they learned the same classes."""

    asked: tuple[Asked, ...]
    parts: tuple[PartDifference, ...]
    categories_same: bool

    @property
    def is_comparable(self) -> bool:
        """Whether both scores were measured on the same images, boxes and classes."""
        return self.categories_same and all(part.same for part in self.parts if part.part == "val")


def difference(first: Path, second: Path) -> Difference:
    """Raises UserError where one of them cannot be read. Takes a while for large runs."""
    settings = asdict(config_of(first)), asdict(config_of(second))
    asked = tuple(
        Asked(field, settings[0][field], settings[1][field])
        for field in settings[0]
        if field not in _PLACES and settings[0][field] != settings[1][field]
    )
    lists = {
        part: (read_lists(first / f"{part}.json"), read_lists(second / f"{part}.json"))
        for part in ("train", "val")
    }
    names = [sorted(one.names.values()) for one in lists["train"]]
    parts = tuple(_part(part, *both) for part, both in lists.items())
    return Difference(asked, parts, names[0] == names[1])


def _part(name: str, first: CocoLists, second: CocoLists) -> PartDifference:
    one, other = _content(first), _content(second)
    return PartDifference(
        name,
        (len(first.images), len(second.images)),
        (len(first.annotations), len(second.annotations)),
        len(one.keys() - other.keys()),
        len(other.keys() - one.keys()),
        one == other,
    )


def _content(lists: CocoLists) -> dict[str, Counter[tuple[str, str]]]:
    """file name -> its boxes, with the names of their classes."""
    files = {entry["id"]: str(entry.get("file_name")) for entry in lists.images}
    content: dict[str, Counter[tuple[str, str]]] = {name: Counter() for name in files.values()}
    names = lists.names
    for box in lists.annotations:
        content[files[box["image_id"]]][names[box["category_id"]], _place(box.get("bbox"))] += 1
    return content


def _place(bbox: Any) -> str:
    """A box as a word; what is no box, as it stands there."""
    if not isinstance(bbox, list) or not all(isinstance(side, int | float) for side in bbox):
        return repr(bbox)
    return " ".join(f"{side:.2f}" for side in bbox)
