"""analysis.json and final.json, checked: what a model can do on one part of a run."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from trainer.analysis import load
from trainer.faults import TrainerError
from trainer.mistakes import Kind

T = TypeVar("T")
Four = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Score:
    """0 to 1, with its 95 % interval. None: nothing to tell by."""

    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A class or a size of box: how many true boxes it has, and its scores."""

    name: str
    boxes: int
    ap: float | None
    ap50: float | None
    ar: float | None
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One mistake. Boxes are x, y, width, height in pixels of the picture as COCO describes it."""

    image_id: int
    file_name: str
    found: Four | None
    found_category: int | None
    score: float | None
    truth: Four | None
    truth_category: int | None


@dataclass(frozen=True, slots=True)
class Errors:
    """All mistakes of one kind are counted; the worst of them are cases."""

    kind: Kind
    count: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Measured:
    """curve: (recall, precision). constant_ap and constant_ap50: what knowing nothing scores."""

    made: str
    images: int
    boxes: int
    threshold: float
    precision: float
    recall: float
    f1: float
    constant_ap: float | None
    constant_ap50: float | None
    ap: Score
    ap50: Score
    ar: Score
    curve: tuple[tuple[float, float], ...]
    classes: tuple[Row, ...]
    sizes: tuple[Row, ...]
    errors: tuple[Errors, ...]
    warnings: tuple[str, ...]


def read_measured(path: Path) -> Measured:
    """Raises TrainerError where the file is no analysis, or one with impossible values."""
    content = load(path)
    try:
        return _measured(content)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise TrainerError(f"{path} is damaged. Move it away and measure again.") from error


def _measured(content: Mapping[str, Any]) -> Measured:
    numbers = {key: _number(content[key]) for key in ("threshold", "precision", "recall", "f1")}
    return Measured(
        made=str(content["made"]),
        images=int(content["images"]),
        boxes=int(content["boxes"]),
        **numbers,
        constant_ap=_or_none(_number, content["constant_box"]["ap"]),
        constant_ap50=_or_none(_number, content["constant_box"]["ap50"]),
        ap=_score(content["ap"]),
        ap50=_score(content["ap50"]),
        ar=_score(content["ar"]),
        curve=tuple((_number(recall), _number(share)) for recall, share in content["curve"]),
        classes=tuple(map(_row, content["classes"])),
        sizes=tuple(map(_row, content["sizes"])),
        errors=tuple(map(_errors, content["errors"])),
        warnings=tuple(map(str, content["warnings"])),
    )


def _score(values: Mapping[str, Any]) -> Score:
    return Score(*(_or_none(_number, values.get(key)) for key in ("value", "low", "high")))


def _row(values: Mapping[str, Any]) -> Row:
    keys = ("ap", "ap50", "ar", "precision", "recall")
    scores = (_or_none(_number, values.get(key)) for key in keys)
    return Row(str(values["name"]), int(values["boxes"]), *scores)


def _errors(values: Mapping[str, Any]) -> Errors:
    cases = tuple(map(_case, values["cases"]))
    return Errors(Kind(values["kind"]), int(values["count"]), cases)


def _case(values: Mapping[str, Any]) -> Case:
    return Case(
        int(values["image_id"]),
        str(values["file_name"]),
        _or_none(_four, values["bbox"]),
        _or_none(int, values["category_id"]),
        _or_none(_number, values["score"]),
        _or_none(_four, values["truth_bbox"]),
        _or_none(int, values["truth_category_id"]),
    )


def _or_none(read: Callable[[Any], T], value: Any) -> T | None:
    return None if value is None else read(value)


def _number(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("not finite")
    return number


def _four(values: Sequence[Any]) -> Four:
    x, y, width, height = map(_number, values)
    return x, y, width, height
