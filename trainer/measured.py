"""analysis.json and final.json, checked: what a model can do on one part of a run. Stdlib only.

The trainer writes them; its reports and the window read them here.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, TypeVar

from trainer.faults import TrainerError

FORMAT = 1
FILES = {"val": "analysis.json", "test": "final.json"}
"""By the part of the run that was measured."""

T = TypeVar("T")
Box = tuple[float, float, float, float]
Interval = tuple[float, float]


class Kind(StrEnum):
    """WRONG_PLACE: right class, overlap .1 to .5; WRONG_CLASS: on a box of another class; TWICE:
    on a box that a surer detection has taken; BACKGROUND: on nothing, overlap under .1; MISSED: a
    true box for which no detection stands, not even one in the wrong place or of the wrong class.
    """

    WRONG_PLACE = "wrong place"
    WRONG_CLASS = "wrong class"
    TWICE = "twice"
    BACKGROUND = "background"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Measure:
    """0 to 1, with its 95 % interval. None: nothing to tell by."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> Interval | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one class, or of the boxes of one size: how many true boxes, and how well they are found.

    precision and recall at the threshold; None where they are not told, as for sizes. Intervals
    are of 95 %; None where there are too few images, or an earlier version measured.
    """

    name: str
    boxes: int
    ap: float | None
    ap50: float | None
    ar: float | None
    precision: float | None = None
    recall: float | None = None
    ap_interval: Interval | None = None
    ap50_interval: Interval | None = None
    ar_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One mistake: what was found, what is true, or both. Boxes are x, y, width, height in pixels
    of the upright picture file_name, as COCO describes it.
    """

    image_id: int
    file_name: str
    found: Box | None
    found_category: int | None
    score: float | None
    truth: Box | None
    truth_category: int | None


@dataclass(frozen=True, slots=True)
class Mistakes:
    """All of one kind. cases: the worst of them; count: of all."""

    kind: Kind
    count: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """part: "val" or "test". made: ISO 8601. precision, recall, f1 at the threshold that balances
    best. constant_ap and constant_ap50: what one box of the same place and size on every picture
    would score. curve: (recall, precision) at overlap .5. names: category id -> name.
    """

    part: str
    made: str
    images: int
    boxes: int
    threshold: float
    precision: float
    recall: float
    f1: float
    constant_ap: float | None
    constant_ap50: float | None
    ap: Measure
    ap50: Measure
    ar: Measure
    curve: tuple[tuple[float, float], ...]
    classes: tuple[Scores, ...]
    sizes: tuple[Scores, ...]
    mistakes: tuple[Mistakes, ...]
    warnings: tuple[str, ...]
    names: Mapping[int, str]


def load(path: Path) -> dict[str, Any]:
    """Raises TrainerError where it is no analysis of this format."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        version = content.get("format")
    except (OSError, ValueError, RecursionError, AttributeError) as error:
        raise TrainerError(f"{path} cannot be read. Move it away and measure again.") from error
    if version != FORMAT:
        raise TrainerError(f"{path} is no analysis of format {FORMAT}. Move it away.")
    assert isinstance(content, dict)
    return content


def read_analysis(path: Path) -> Analysis:
    """Raises TrainerError where the file is no analysis, or one with impossible values."""
    content = load(path)
    try:
        return _analysis(content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TrainerError(f"{path} is damaged. Move it away and measure again.") from error


def _analysis(content: Mapping[str, Any]) -> Analysis:
    numbers = {key: _number(content[key]) for key in ("threshold", "precision", "recall", "f1")}
    return Analysis(
        part=str(content["part"]),
        made=str(content["made"]),
        images=int(content["images"]),
        boxes=int(content["boxes"]),
        **numbers,
        constant_ap=_or_none(_number, content["constant_box"]["ap"]),
        constant_ap50=_or_none(_number, content["constant_box"]["ap50"]),
        ap=_measure(content["ap"]),
        ap50=_measure(content["ap50"]),
        ar=_measure(content["ar"]),
        curve=tuple((_number(recall), _number(share)) for recall, share in content["curve"]),
        classes=tuple(map(_scores, content["classes"])),
        sizes=tuple(map(_scores, content["sizes"])),
        mistakes=tuple(map(_mistakes, content["errors"])),
        warnings=tuple(map(str, content["warnings"])),
        names={int(each["category_id"]): str(each["name"]) for each in content["classes"]},
    )


def _measure(values: Mapping[str, Any]) -> Measure:
    return Measure(*(_or_none(_number, values.get(key)) for key in ("value", "low", "high")))


def _scores(values: Mapping[str, Any]) -> Scores:
    keys = ("ap", "ap50", "ar", "precision", "recall")
    ap, ap50, ar, precision, recall = (_or_none(_number, values.get(key)) for key in keys)
    intervals = (_or_none(_interval, values.get(f"{key}_interval")) for key in keys[:3])
    name, boxes = str(values["name"]), int(values["boxes"])
    return Scores(name, boxes, ap, ap50, ar, precision, recall, *intervals)


def _mistakes(values: Mapping[str, Any]) -> Mistakes:
    cases = tuple(map(_case, values["cases"]))
    return Mistakes(Kind(values["kind"]), int(values["count"]), cases)


def _case(values: Mapping[str, Any]) -> Case:
    return Case(
        int(values["image_id"]),
        str(values["file_name"]),
        _or_none(_box, values["bbox"]),
        _or_none(int, values["category_id"]),
        _or_none(_number, values["score"]),
        _or_none(_box, values["truth_bbox"]),
        _or_none(int, values["truth_category_id"]),
    )


def _or_none(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _interval(values: Sequence[Any]) -> Interval:
    low, high = map(_number, values)
    return low, high


def _box(values: Sequence[Any]) -> Box:
    x, y, width, height = map(_number, values)
    return x, y, width, height
