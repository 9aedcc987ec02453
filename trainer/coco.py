"""COCO detection JSON in, checked: no bad number or escaping path gets past here."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from trainer.faults import TrainerError, sentence_of
from trainer.names import BadName, file_under
from trainer.words import counted

_SMALLEST_SIDE = 1.0
_LARGEST = 1e6
"""Pixels. Also false for NaN: comparisons with it are."""


@dataclass(frozen=True, slots=True)
class Box:
    """x1 y1 x2 y2 in pixels of the picture as COCO describes it; category_id is COCO's.

    drawn: x y width height as in the file, not clipped to the picture; COCO scores by them.
    """

    x1: float
    y1: float
    x2: float
    y2: float
    category_id: int
    drawn: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """One picture that can train or be scored. width and height are those COCO claims.

    crowds: boxes around many objects at once. They are nothing to learn from or to be found, but
    what is found in them is not wrong either. mark: which bytes it must have to be shown, as
    RunPictures has it; None: any.
    """

    id: int
    path: Path
    name: str
    width: int
    height: int
    boxes: tuple[Box, ...]
    crowds: tuple[Box, ...] = ()
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class CocoSet:
    """categories: (id, name) by id. complaints: one sentence for each thing left out."""

    pictures: tuple[Picture, ...]
    categories: tuple[tuple[int, str], ...]
    complaints: tuple[str, ...]

    @property
    def box_count(self) -> int:
        return sum(len(picture.boxes) for picture in self.pictures)


def read_coco(path: Path, images_folder: Path, marks: Mapping[str, str] | None = None) -> CocoSet:
    """Reads a COCO file. Raises TrainerError where it is no COCO detection file at all.

    Single bad entries (numbers that are not finite, boxes without area or outside the picture,
    unknown ids, file names that leave images_folder) are left out and complained of. marks: by
    file name, for pictures that may not be this run's; None: all are.
    """
    content = _load(path)
    complaints: list[str] = []
    categories = _categories(path, content["categories"])
    boxes = _boxes_by_image(content["annotations"], {number for number, _ in categories})
    pictures: dict[int, Picture] = {}
    unusable: list[Any] = []
    for entry in content["images"]:
        picture = _picture(entry, images_folder)
        if picture is None or picture.id in pictures:
            unusable.append(entry)
            continue
        pictures[picture.id] = picture
    if unusable:
        complaints.append(
            f"{path.name}: {len(unusable)} image entries were left out: they need an id of their "
            "own, width, height, and a file_name inside the folder. The first: "
            f"{str(unusable[0])[:120]}"
        )
    complete = []
    left_out = 0
    for picture in pictures.values():
        given = boxes.pop(picture.id, [])
        usable = [(entry, box) for entry in given if (box := _usable(entry, picture)) is not None]
        left_out += len(given) - len(usable)
        objects = tuple(box for entry, box in usable if not _is_crowd(entry))
        crowds = tuple(box for entry, box in usable if _is_crowd(entry))
        mark = None if marks is None else marks.get(picture.name, "")
        complete.append(replace(picture, boxes=objects, crowds=crowds, mark=mark))
    left_out += sum(len(entries) for entries in boxes.values())
    if left_out:
        complaints.append(
            f"{path.name}: {counted(left_out, 'box')} left out: outside their picture, without "
            "area, of an unknown category or image, or with impossible numbers."
        )
    return CocoSet(tuple(complete), categories, tuple(complaints))


def _load(path: Path) -> dict[str, list[Any]]:
    if path.exists() and not path.is_file() and not path.is_dir():
        raise TrainerError(f"{path} is a device or a pipe; a file is needed there.")  # no end
    try:
        content = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise TrainerError(sentence_of(error, path)) from error
    except (ValueError, RecursionError) as error:
        raise TrainerError(f"{path} is not a JSON file.") from error
    keys = ("images", "annotations", "categories")
    if not isinstance(content, dict) or not all(isinstance(content.get(k), list) for k in keys):
        raise TrainerError(
            f"{path} is not a COCO detection file: it needs lists {', '.join(keys)}."
        )
    return content


def _categories(path: Path, entries: list[Any]) -> tuple[tuple[int, str], ...]:
    found: dict[int, str] = {}
    for entry in entries:
        number = _integer(entry.get("id")) if isinstance(entry, dict) else None
        if number is None or number in found:
            raise TrainerError(
                f"{path}: the categories need ids that are whole numbers, each once."
            )
        name = entry.get("name")
        found[number] = _printable(name) if isinstance(name, str) and name else str(number)
    return tuple(sorted(found.items()))


def _printable(name: str) -> str:
    """JSON can hold halves of characters, which nobody can print or store."""
    return name.encode("utf-8", "replace").decode("utf-8")


def _boxes_by_image(entries: list[Any], categories: set[int]) -> dict[int, list[dict[str, Any]]]:
    """Annotations by image id; unusable ones under -1."""
    grouped: dict[int, list[dict[str, Any]]] = {}
    for entry in entries:
        known = isinstance(entry, dict) and _integer(entry.get("category_id")) in categories
        number = _integer(entry.get("image_id")) if known else None
        grouped.setdefault(-1 if number is None else number, []).append(entry)
    return grouped


def _picture(entry: Any, folder: Path) -> Picture | None:
    if not isinstance(entry, dict):
        return None
    number, name = _integer(entry.get("id")), entry.get("file_name")
    width, height = _integer(entry.get("width")), _integer(entry.get("height"))
    if number is None or number < 0:
        return None
    try:
        path = file_under(folder, name)
    except BadName:
        return None
    if (
        width is None
        or height is None
        or not 1 <= min(width, height) <= max(width, height) < _LARGEST
    ):
        return None
    return Picture(number, path, str(name), width, height, ())


def _usable(entry: dict[str, Any], picture: Picture) -> Box | None:
    """The annotation's box, clipped to the picture; None where nothing sensible remains."""
    bbox = entry.get("bbox")
    if not isinstance(bbox, list) or len(bbox) != 4:
        return None
    if not all(_is_pixels(value) for value in bbox):
        return None
    x, y, width, height = (float(value) for value in bbox)
    x1, y1 = max(0.0, x), max(0.0, y)
    x2, y2 = min(float(picture.width), x + width), min(float(picture.height), y + height)
    if x2 - x1 < _SMALLEST_SIDE or y2 - y1 < _SMALLEST_SIDE:
        return None
    return Box(x1, y1, x2, y2, int(entry["category_id"]), (x, y, width, height))


def _is_pixels(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) < _LARGEST


def _is_crowd(entry: dict[str, Any]) -> bool:
    return entry.get("iscrowd") in (1, "1")


def _integer(value: object) -> int | None:
    """Ids and sizes, up to the 2**53 that JSON's readers agree on."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= 2**53:
        return None
    return int(value) if value == int(value) else None


def matching_ids(
    ours: Iterable[tuple[int, str]], theirs: Iterable[tuple[int, str]]
) -> dict[int, int]:
    """Our category ids -> theirs, by name alone: ids are given anew in every file.

    Of several of one name the one of the same id counts, else the first. Ids without a namesake
    are not there.
    """
    namesakes: dict[str, list[int]] = {}
    for number, name in theirs:
        namesakes.setdefault(name, []).append(number)
    return {
        number: number if number in namesakes[name] else namesakes[name][0]
        for number, name in ours
        if name in namesakes
    }


def with_categories_of(coco: CocoSet, model: CocoSet) -> CocoSet:
    """The same pictures with the category ids of model, matched by name.

    Boxes of categories that model does not have are left out and complained of.
    """
    numbers = matching_ids(coco.categories, model.categories)
    unknown = sorted(name for number, name in coco.categories if number not in numbers)
    complaints = coco.complaints
    if unknown:
        complaints += (f"Validation boxes of {', '.join(unknown)} do not count: not trained.",)
    pictures = tuple(
        replace(
            picture,
            boxes=_renumbered(picture.boxes, numbers),
            crowds=_renumbered(picture.crowds, numbers),
        )
        for picture in coco.pictures
    )
    return CocoSet(pictures, model.categories, complaints)


def _renumbered(boxes: tuple[Box, ...], numbers: dict[int, int]) -> tuple[Box, ...]:
    return tuple(
        replace(box, category_id=numbers[box.category_id])
        for box in boxes
        if box.category_id in numbers
    )
