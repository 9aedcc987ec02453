"""analysis.json, final.json and quantised.json, checked: what a run's models can do. Stdlib only.

The trainer writes them; its reports and the window read them here.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from trainer.faults import TrainerError
from trainer.stored import (
    KEY,
    Amount,
    AtMost,
    Count,
    Score,
    Sentence,
    StoredError,
    Within,
    WrongValueError,
    read,
    value_of,
)

FORMAT = 1
FILES = {"val": "analysis.json", "test": "final.json"}
"""By the part of the run that was measured."""
MODEL, QUANTISED, FACTS = "model.onnx", "quantised.onnx", "quantised.json"

Box = tuple[Amount, Amount, Amount, Amount]
Interval = tuple[Score, Score]
Milliseconds = Annotated[float, Within(0, 1e9)]


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

    value: Score | None
    low: Score | None = None
    high: Score | None = None

    @property
    def interval(self) -> Interval | None:
        return None if self.low is None or self.high is None else (self.low, self.high)


@dataclass(frozen=True, slots=True)
class Scores:
    """Of one class, or of the boxes of one size: how many true boxes, and how well they are found.

    precision and recall at the threshold; None where they are not told, as for sizes. Intervals
    are of 95 %; None where there are too few images, or an earlier version measured.
    """

    name: Sentence
    boxes: Count
    ap: Score | None
    ap50: Score | None
    ar: Score | None
    precision: Score | None = None
    recall: Score | None = None
    ap_interval: Interval | None = None
    ap50_interval: Interval | None = None
    ar_interval: Interval | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """One mistake: what was found, what is true, or both. Boxes are x, y, width, height in pixels
    of the upright picture file_name, as COCO describes it.
    """

    image_id: int
    file_name: Sentence
    found: Box | None = field(metadata={KEY: "bbox"})
    found_category: int | None = field(metadata={KEY: "category_id"})
    score: Score | None
    truth: Box | None = field(metadata={KEY: "truth_bbox"})
    truth_category: int | None = field(metadata={KEY: "truth_category_id"})


@dataclass(frozen=True, slots=True)
class Mistakes:
    """All of one kind. cases: the worst of them; count: of all."""

    kind: Kind
    count: Count
    cases: Annotated[tuple[Case, ...], AtMost(100_000)]


@dataclass(frozen=True, slots=True)
class Analysis:
    """part: "val" or "test". made: ISO 8601. precision, recall, f1 at the threshold that balances
    best. constant_ap and constant_ap50: what one box of the same place and size on every picture
    would score. curve: (recall, precision) at overlap .5. names: category id -> name.
    """

    part: Sentence
    made: Sentence
    images: Count
    boxes: Count
    threshold: Score
    precision: Score
    recall: Score
    f1: Score
    constant_ap: Score | None
    constant_ap50: Score | None
    ap: Measure
    ap50: Measure
    ar: Measure
    curve: tuple[tuple[Score, Score], ...]
    classes: tuple[Scores, ...]
    sizes: tuple[Scores, ...]
    mistakes: tuple[Mistakes, ...] = field(metadata={KEY: "errors"})
    warnings: tuple[Sentence, ...]
    names: Mapping[int, Sentence]


@dataclass(frozen=True, slots=True)
class _ConstantBox:
    ap: Score | None
    ap50: Score | None


@dataclass(frozen=True, slots=True)
class _ClassRow:
    category_id: int
    name: Sentence


@dataclass(frozen=True, slots=True)
class _QuantisedFile:
    format: int


@dataclass(frozen=True, slots=True)
class Figures:
    """ap and ap50: 0 to 1, None without true boxes. Milliseconds are those of one picture; size:
    bytes of the file.
    """

    ap: Score | None
    ap50: Score | None
    ms_p50: Milliseconds
    ms_p95: Milliseconds
    size: Count


@dataclass(frozen=True, slots=True)
class Quantised:
    """What is known of RUN/quantised.onnx. source: sha256 of the model.onnx it was made from.

    whole: the INT8 model, which calculates in whole numbers; plain: the float one. difference: the
    INT8 model's AP minus the other's, with the 95 % interval of that, in which both are scored on
    the same drawn images; None where an earlier version measured.
    """

    source: Annotated[str, AtMost(64)]
    made: Sentence
    calibrated: Count
    images: Count
    whole: Figures
    plain: Figures
    difference: Measure | None = None

    @property
    def told(self) -> str:
        """One sentence with both scores and both speeds."""
        return (
            f"INT8: AP {_digits(self.whole.ap)} (AP50 {_digits(self.whole.ap50)}), "
            f"{self.whole.ms_p50:.1f} ms a picture (p95 {self.whole.ms_p95:.1f}), "
            f"{self.whole.size / 1e6:.1f} MB; float: AP {_digits(self.plain.ap)} "
            f"(AP50 {_digits(self.plain.ap50)}), {self.plain.ms_p50:.1f} ms "
            f"(p95 {self.plain.ms_p95:.1f}), {self.plain.size / 1e6:.1f} MB. "
            f"{self.images} validation images, one after the other on the same machine."
            f"{self._apart}"
        )

    @property
    def _apart(self) -> str:
        apart = self.difference
        if apart is None or apart.value is None or apart.interval is None:
            return ""
        low, high = apart.interval
        chance = "may be" if low <= 0 <= high else "is hardly"
        return (
            f" The difference in AP, {apart.value:+.3f} (95 % interval {low:+.3f} to {high:+.3f}), "
            f"{chance} chance."
        )


def load(path: Path) -> dict[str, Any]:
    """What the file says, all that read_analysis() reads of it checked. Raises TrainerError."""
    return _loaded(path)[0]


def read_analysis(path: Path) -> Analysis:
    """Raises TrainerError where the file is no analysis, or one with impossible values."""
    return _loaded(path)[1]


def load_quantised(run: Path) -> Quantised | None:
    """What RUN/quantised.json says; None where there is none, or where it speaks of another
    model.onnx than there is now. Raises StoredError where it is damaged.
    """
    try:
        content = read(run / FACTS, _QuantisedFile)
        facts = read(run / FACTS, Quantised)
        is_ours = content.format == FORMAT and (run / QUANTISED).is_file()
        return facts if is_ours and facts.source == _sha256(run / MODEL) else None
    except OSError:
        return None


def _loaded(path: Path) -> tuple[dict[str, Any], Analysis]:
    try:
        content = read(path, dict)
    except OSError as error:
        raise TrainerError(f"{path} cannot be read. Move it away and measure again.") from error
    except StoredError as error:
        raise TrainerError(f"{error} Move it away and measure again.") from error
    if content.get("format") != FORMAT:
        raise TrainerError(f"{path} is no analysis of format {FORMAT}. Move it away.")
    try:
        return content, _analysis(content)
    except WrongValueError as error:
        raise TrainerError(
            f"{path} is damaged: {error}. Move it away and measure again."
        ) from error


def _analysis(content: Mapping[str, Any]) -> Analysis:
    """Under its own names what the file has under those of earlier versions."""
    constant: _ConstantBox = value_of(_ConstantBox, content.get("constant_box"))
    rows = value_of(tuple[_ClassRow, ...], content.get("classes"))
    found: Analysis = value_of(
        Analysis,
        {
            **content,
            "constant_ap": constant.ap,
            "constant_ap50": constant.ap50,
            "names": {str(row.category_id): row.name for row in rows},
        },
    )
    return found


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digits(score: float | None) -> str:
    return "unknown" if score is None else f"{score:.3f}"
