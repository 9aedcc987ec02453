"""What was measured of a run: RUN/analysis.json (validation) and RUN/final.json (test), read."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from labeler.errors import UserError

FORMAT = 1
FILES = {"val": "analysis.json", "test": "final.json"}

Box = tuple[float, float, float, float]


class Kind(StrEnum):
    """Of a mistake, in the trainer's words."""

    WRONG_PLACE = "wrong place"
    WRONG_CLASS = "wrong class"
    TWICE = "twice"
    BACKGROUND = "background"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Measure:
    """A score with its 95 % interval, 0 to 1; None where there is nothing or too little to tell."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def interval(self) -> tuple[float, float] | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one class, or of the boxes of one size: how many true boxes, and how well they are found.

    precision and recall at the threshold; None where they are not told, as for sizes.
    """

    name: str
    boxes: int
    ap: float | None
    ap50: float | None
    ar: float | None
    precision: float | None = None
    recall: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One mistake: what was found, what is true, or both. Boxes are x, y, width, height in pixels
    of the upright picture file_name.
    """

    image_id: int
    file_name: str
    found: Box | None
    found_class: int | None
    score: float | None
    truth: Box | None
    truth_class: int | None


@dataclass(frozen=True, slots=True)
class Mistakes:
    """All of one kind. cases: the worst of them; count: of all."""

    kind: Kind
    count: int
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Analysis:
    """made: ISO 8601. precision, recall, f1 at the threshold that balances best. constant_ap and
    constant_ap50: what one box of the same place and size on every picture would score. curve:
    (recall, precision) at overlap .5. names: category id -> name.
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


def load_analysis(run: Path, part: str = "val") -> Analysis | None:
    """part: "val" or "test". None where it was not measured. Raises UserError."""
    path = run / FILES[part]
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise UserError(f"{path} was written by another version. Measure the run again.")
        return _analysis(content)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise UserError(
            f"{path} cannot be read. Move it away and measure the run again."
        ) from error


def _analysis(content: Mapping[str, Any]) -> Analysis:
    constant = content["constant_box"]
    return Analysis(
        part=str(content["part"]),
        made=str(content["made"]),
        images=int(content["images"]),
        boxes=int(content["boxes"]),
        threshold=float(content["threshold"]),
        precision=float(content["precision"]),
        recall=float(content["recall"]),
        f1=float(content["f1"]),
        constant_ap=_number(constant["ap"]),
        constant_ap50=_number(constant["ap50"]),
        ap=_measure(content["ap"]),
        ap50=_measure(content["ap50"]),
        ar=_measure(content["ar"]),
        curve=tuple((float(recall), float(precision)) for recall, precision in content["curve"]),
        classes=tuple(_scores(each) for each in content["classes"]),
        sizes=tuple(_scores(each) for each in content["sizes"]),
        mistakes=tuple(_mistakes(each) for each in content["errors"]),
        warnings=tuple(map(str, content["warnings"])),
        names={int(each["category_id"]): str(each["name"]) for each in content["classes"]},
    )


def _measure(values: Mapping[str, Any]) -> Measure:
    return Measure(_number(values["value"]), _number(values["low"]), _number(values["high"]))


def _scores(values: Mapping[str, Any]) -> Scores:
    return Scores(
        str(values["name"]),
        int(values["boxes"]),
        _number(values["ap"]),
        _number(values["ap50"]),
        _number(values["ar"]),
        _number(values.get("precision")),
        _number(values.get("recall")),
    )


def _mistakes(values: Mapping[str, Any]) -> Mistakes:
    cases = tuple(_case(each) for each in values["cases"])
    return Mistakes(Kind(values["kind"]), int(values["count"]), cases)


def _case(values: Mapping[str, Any]) -> Case:
    found_class, truth_class = values["category_id"], values["truth_category_id"]
    return Case(
        int(values["image_id"]),
        str(values["file_name"]),
        _box(values["bbox"]),
        None if found_class is None else int(found_class),
        _number(values["score"]),
        _box(values["truth_bbox"]),
        None if truth_class is None else int(truth_class),
    )


def _box(values: Any) -> Box | None:
    if values is None:
        return None
    x, y, width, height = (float(side) for side in values)
    return x, y, width, height


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
