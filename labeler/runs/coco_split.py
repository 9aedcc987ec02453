"""A COCO file that nobody split: by its own sessions, else in stretches of file names."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from labeler.dataset.model import Image, Session
from labeler.dataset.splits import (
    NO_TEST_PART,
    Split,
    SplitSizes,
    TestPart,
    dropped_told,
    split_by_session,
)
from labeler.dataset.words import counted
from labeler.runs.coco_side import CocoLists, is_id
from labeler.runs.looks import likeness_of_files
from labeler.runs.parent import require_judged

if TYPE_CHECKING:
    from labeler.dataset.inherited import Inherited
    from labeler.dataset.near_duplicates import Likeness

Entry = Mapping[str, Any]

_STRETCH = 8
"""A new stretch begins at about every eighth name."""
_MOST_PIXELS = 600e6
"""To decode so many takes one or two seconds."""
_LONGEST, _USUAL = 1e6, 1e3
_LATEST = 1e12
"""Seconds since 1970. Also false for NaN: comparisons with it are."""
_APART = 60.0
"""Seconds that neighbours by name are taken to lie apart."""


@dataclass(frozen=True, slots=True)
class CocoSplit:
    """test has no images where there are too few. explanation: how it was done, for people; it
    begins with sizes.told.
    """

    train: CocoLists
    val: CocoLists
    test: CocoLists
    sizes: SplitSizes
    explanation: str
    warnings: tuple[str, ...]


def split_lists(
    lists: CocoLists,
    seed: int,
    likeness: Likeness,
    inherited: Inherited | None = None,
    test_before: TestPart | None = None,
) -> CocoSplit:
    """Three parts, as split_by_session makes them. likeness: by image id. Raises NoStartError where
    a run that starts from another one could not be judged in the end.

    Files of our own tell session and time. In others neighbours by file name are often neighbours
    in time, so whole stretches stand on one side. Where a stretch begins is decided by the name
    itself: images that come later leave the other stretches as they are.
    """
    categories: dict[int, set[int]] = {}
    for entry in lists.annotations:
        categories.setdefault(entry["image_id"], set()).add(entry["category_id"])
    has_sessions = all(_tells_session(entry) for entry in lists.images)
    images = _of_sessions(lists.images) if has_sessions else _of_names(lists.images)
    sessions = [Session(number, f"session {number}", "", 0.0) for number in _sessions(images)]
    if inherited:
        inherited = replace(inherited, tells_time=has_sessions)
    split = split_by_session(
        images,
        sessions,
        seed=seed,
        categories_of=categories,
        likeness=likeness,
        test_before=test_before,
        inherited=inherited,
    )
    if inherited:
        require_judged(inherited, split)
    return CocoSplit(
        lists.only(set(split.train_ids)),
        lists.only(set(split.val_ids)),
        lists.only(set(split.test_ids)),
        split.sizes,
        split.explanation if has_sessions or inherited else _explanation(split),
        split.warnings + ((split.one_sitting,) if has_sessions and split.one_sitting else ()),
    )


def alike_told(train: CocoLists, images: Path, val: CocoLists, val_images: Path) -> list[str]:
    """A sentence where pictures to learn from look like some of a validation file of one's own.

    Nothing where there is so much to decode that the person would have to wait.
    """
    everything = (*train.images, *val.images)
    if sum(map(_pixels, everything)) > _MOST_PIXELS:
        return []
    paths = [images / str(entry["file_name"]) for entry in train.images]
    ours = range(len(paths))
    paths += [val_images / str(entry["file_name"]) for entry in val.images]
    theirs = range(len(ours), len(paths))
    count = len(likeness_of_files(dict(enumerate(paths))).like(ours, theirs))
    if not count:
        return []
    verb = "looks" if count == 1 else "look"
    return [
        f"{counted(count, 'image')} to learn from {verb} nearly the same as images of the "
        "validation file, so the score will be too high. Take them out of one of the two files."
    ]


def _pixels(entry: Entry) -> float:
    """As the file claims; a side that cannot be is taken for a usual one."""
    return _side(entry.get("width")) * _side(entry.get("height"))


def _side(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < _LONGEST:
        return float(value)
    return _USUAL


def _explanation(split: Split) -> str:
    has_test = bool(split.test_ids)
    sentences = (
        f"{split.sizes.told}.",
        "Those to check with have neighbouring file names, as no validation file was given.",
        *dropped_told(len(split.dropped_ids), has_test=has_test),
        *(() if has_test else (NO_TEST_PART,)),
    )
    return " ".join(sentences)


def _tells_session(entry: Entry) -> bool:
    at = entry.get("captured_at")
    is_time = isinstance(at, int | float) and not isinstance(at, bool) and abs(at) < _LATEST
    return is_time and is_id(entry.get("session_id"))


def _of_sessions(entries: Sequence[Entry]) -> list[Image]:
    return [_image(entry, entry["session_id"], float(entry["captured_at"])) for entry in entries]


def _of_names(entries: Sequence[Entry]) -> list[Image]:
    ordered = sorted(entries, key=lambda entry: _natural(_name(entry)))
    images = []
    session = 0
    for place, entry in enumerate(ordered):
        number = _number(_name(entry))
        if not place or number % _STRETCH == 0:
            session = number
        images.append(_image(entry, session, _APART * place))
    return images


def _image(entry: Entry, session: int, at: float) -> Image:
    return Image(entry["id"], _name(entry), "", 1, 1, "", session, at)


def _sessions(images: Sequence[Image]) -> list[int]:
    return sorted({image.session_id for image in images})


def _name(entry: Entry) -> str:
    return str(entry.get("file_name", ""))


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode("utf-8", "replace")).digest()[:6])


def _natural(name: str) -> list[tuple[int, str]]:
    """img2 before img10."""
    return [
        (int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)
    ]
