"""All that a trained pair tells, gathered: numbers for programs, a chart, a page for people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from labeler.dataset.splits import SplitSizes
from labeler.errors import UserError
from labeler.runs.analysis import Measure, load_analysis
from labeler.runs.chart import Chart, Panel, Series, Spot
from labeler.runs.history import config_of
from labeler.runs.pair import SIDES, PairRecords, read_records
from labeler.runs.pair_story import (
    LEVEL,
    Axis,
    Interval,
    Point,
    Row,
    Story,
    equal_rows,
    points_of,
    tell,
)
from labeler.runs.pair_words import PairWords, words_of
from labeler.runs.prepare import load_preparation
from labeler.runs.record import RunRecord
from trainer.config import RunConfig
from trainer.events import Finished
from trainer.names import is_there
from trainer.stored import Count, Score, StoredError, read

SCORES = "scores.json"
"""What the trainer leaves in a pair: both sides scored together."""


@dataclass(frozen=True, slots=True)
class _Summary:
    ap: Measure
    ap50: Measure
    ar: Measure


@dataclass(frozen=True, slots=True)
class _PairScores:
    """What the trainer wrote into scores.json, as far as it is read."""

    boxes: Count
    pretrained: _Summary
    scratch: _Summary
    difference: _Summary
    pretrained_ahead: Score | None = None


Numbers = Mapping[str, Any]
_TELLS_LITTLE = 0.25
"""An AP50 of the constant box: from here on large things in the middle do half of the work."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """A pair that was trained, to its end or not. scores: PAIR/scores.json, None: not there.

    constant_box: "ap" and "ap50" of the same box on every image, where a run was analysed.
    """

    name: str
    path: Path
    config: RunConfig
    records: PairRecords
    scores: Numbers | None
    story: Story
    constant_box: Numbers | None

    @property
    def was_stopped(self) -> bool:
        ends = [self.records.of(side).end for side in SIDES]
        return not all(isinstance(end, Finished) and not end.stopped_early for end in ends)

    @property
    def remark(self) -> str:
        """What makes AP50 tell little here; empty where nothing does."""
        if not self.story.by_ap:
            return ""
        constant = (self.constant_box or {}).get("ap50")
        return (
            f"One fixed box on every image scores AP50 {constant:.2f} here, so the time to reach "
            f"{self.story.level:.2f} is compared, half-way from there to 1; judge by AP."
        )

    @property
    def words(self) -> PairWords:
        return words_of(self.config.detector)

    @property
    def images(self) -> tuple[int, int]:
        """To learn from, and to check with."""
        started = self.records.pretrained.started
        return (started.images_train, started.images_val) if started else (0, 0)


def read_comparison(pair: Path, name: str) -> Comparison:
    """name: what was learned from, for titles. Raises UserError where the folder is no pair, or
    what was measured of it is damaged.
    """
    records = read_records(pair)
    scores = read_scores(pair)
    boxes = int(scores["boxes"]) if scores else None
    config = config_of(pair / SIDES[0])
    axis = Axis.EPOCHS if config.budget == "epochs" else Axis.SECONDS
    constant = _constant_box(pair)
    level = _level(constant)
    difference = _interval(scores, "difference", "ap50" if level == LEVEL else "ap")
    words = words_of(config.detector)
    story = tell(records, boxes, level=level, difference=difference, axis=axis, words=words)
    return Comparison(name, pair, config, records, scores, story, constant)


def read_scores(pair: Path) -> Numbers | None:
    """None where nobody scored the pair yet. Raises UserError where the file is damaged."""
    path = pair / SCORES
    if not is_there(path):
        return None
    try:
        return asdict(read(path, _PairScores))
    except OSError as error:
        raise UserError(f"{path} cannot be read. Delete it and compare again.") from error
    except StoredError as error:
        raise UserError(f"{error} Delete it and compare again.") from error


def numbers_of(comparison: Comparison) -> dict[str, Any]:
    """comparison.json: everything that was measured, scores from 0 to 1, null for unknown."""
    records, story, config = comparison.records, comparison.story, comparison.config
    explanation, warnings = load_preparation(comparison.path / SIDES[0])
    learnt, checked = comparison.images
    scores = comparison.scores or {}
    return {
        "format": 1,
        "name": comparison.name,
        "asked": {
            key: getattr(config, key) for key in ("budget", "seconds", "epochs", "seed", "detector")
        },
        "images_train": learnt,
        "images_val": checked,
        "boxes_val": scores.get("boxes"),
        "split": explanation,
        "warnings": list(warnings),
        "stopped_early": comparison.was_stopped,
        "sentence": story.sentence,
        "remark": comparison.remark,
        "winner": story.winner.value,
        "difference": scores.get("difference"),
        "pretrained_ahead": scores.get("pretrained_ahead"),
        "constant_box": comparison.constant_box,
        "level": story.level,
        "times_as_long": story.times_as_long,
        "times_as_many_epochs": story.times_as_many_epochs,
        **{side: _side(comparison, side) for side in SIDES},
        "equal_epochs": [_row(row) for row in equal_rows(records, Axis.EPOCHS)],
        "equal_seconds": [_row(row) for row in equal_rows(records, Axis.SECONDS)],
    }


def images_per_second(record: RunRecord, images_train: int) -> float | None:
    """While it learned, looks at the validation images included; None: nobody knows."""
    end = record.end
    if not isinstance(end, Finished) or end.seconds <= 0:
        return None
    return end.epochs * images_train / end.seconds


def chart_of(comparison: Comparison) -> Chart:
    """AP50 and AP, each at equal epochs and at equal seconds."""
    learnt, checked = comparison.images
    config = comparison.config
    asked = {
        "epochs": f"{config.epochs:g} epochs each",
        "best": "until neither improved",
        "time": f"{config.seconds:g} s each",
    }[config.budget]
    return Chart(
        f"Transfer against scratch: {comparison.name}",
        f"{SplitSizes(learnt, checked).told}, {asked}, "
        f"seed {config.seed}; same pictures, order, changes and rates, other start weights",
        [_panel(comparison, axis, of_ap=of_ap) for of_ap in (False, True) for axis in Axis],
        f"{comparison.story.sentence} {comparison.remark}".rstrip(),
    )


def page_of(comparison: Comparison) -> str:
    """README.md of the folder, but for its list of files."""
    explanation, warnings = load_preparation(comparison.path / SIDES[0])
    lines = [
        f"# Transfer against scratch: {comparison.name}",
        "",
        f"**{comparison.story.sentence}** {comparison.remark}".rstrip(),
        "",
        explanation or f"{SplitSizes(*comparison.images).told}.",
        *(f"Note: {warning}" for warning in warnings),
        "",
        *_table(comparison),
        "",
        "Both runs saw the same pictures in the same order, changed alike, at the same rates; only",
        "the start weights differ. Scores run from 0 to 1. In brackets: the 95 % interval over the",
        "validation images. The interval of the difference comes from scoring both on the same",
        "drawn images; where it holds 0, the difference may be chance.",
    ]
    if comparison.was_stopped:
        lines += ["", "The training was stopped before its end."]
    return "\n".join(lines) + "\n"


def score_text(measure: Numbers | None) -> str:
    """0.71 (0.62 to 0.79), or what of it is known."""
    if not measure or measure.get("value") is None:
        return "unknown"
    told = f"{measure['value']:.3f}"
    if measure.get("low") is None or measure.get("high") is None:
        return told
    low, high = (round(measure[key], 2) + 0.0 for key in ("low", "high"))  # no "-0.00"
    return f"{told} ({low:.2f} to {high:.2f})"


def _constant_box(pair: Path) -> Numbers | None:
    """What knows nothing of the pictures: both runs were checked with the same, so one will do."""
    for side in SIDES:
        measured = load_analysis(pair / side)
        if measured is not None:
            return {"ap": measured.constant_ap, "ap50": measured.constant_ap50}
    return None


def _level(constant_box: Numbers | None) -> float:
    """The AP50 to time both to. A box that has seen nothing must not be half-way there."""
    constant = (constant_box or {}).get("ap50")
    if constant is None or constant < _TELLS_LITTLE:
        return LEVEL
    return round((1 + float(constant)) / 2, 2)


def _table(comparison: Comparison) -> list[str]:
    scores = comparison.scores or {}
    columns = [scores.get(key) or {} for key in (*SIDES, "difference")]
    labels = " | ".join(comparison.words.label(side) for side in SIDES)
    rows = [f"| | {labels} | difference |", "|---|---|---|---|"]
    for key in ("ap", "ap50", "ar"):
        cells = " | ".join(score_text(column.get(key)) for column in columns)
        rows.append(f"| {key.upper()} | {cells} |")
    if (box := comparison.constant_box) is not None:
        ap, ap50 = (score_text({"value": box[key]}) for key in ("ap", "ap50"))
        rows.append(f"| Baseline: one fixed box | AP {ap}, AP50 {ap50} | | |")
    sides = [_side(comparison, side) for side in SIDES]
    level = f"AP50 {comparison.story.level:g} reached"
    rows.append(f"| {level} | {' | '.join(_reached_text(side) for side in sides)} | |")
    rates = [side["images_per_second"] for side in sides]
    told = " | ".join("unknown" if rate is None else f"{rate:.0f}" for rate in rates)
    return [*rows, f"| images a second | {told} | |"]


def _reached_text(side: Numbers) -> str:
    reached = side["reached"]
    if reached is None:
        return "never"
    by = "at the latest after" if reached["is_bound"] else "after"
    return f"{by} {reached['epochs']:.1f} epochs, {reached['seconds']:.0f} s"


def _side(comparison: Comparison, side: str) -> dict[str, Any]:
    record, story = comparison.records.of(side), comparison.story
    scores: Numbers = (comparison.scores or {}).get(side) or {}
    end = record.end if isinstance(record.end, Finished) else None
    reached = story.pretrained_reached if side == SIDES[0] else story.scratch_reached
    return {
        **{key: scores.get(key) for key in ("ap", "ap50", "ar")},
        "epochs": end.epochs if end else None,
        "seconds": record.seconds,
        "images_per_second": images_per_second(record, comparison.images[0]),
        "reached": asdict(reached) if reached else None,
        "curve": [asdict(point) for point in points_of(record)],
    }


def _panel(comparison: Comparison, axis: Axis, *, of_ap: bool) -> Panel:
    score = "AP, with its 95 % interval" if of_ap else "AP50"
    unit = "epochs" if axis is Axis.EPOCHS else "seconds of training"
    series = [
        Series(
            comparison.words.label(side),
            ink,
            [_spot(p, axis, of_ap=of_ap) for p in points_of(record)],
        )
        for side, ink in zip(SIDES, ("first", "second"), strict=True)
        for record in (comparison.records.of(side),)
    ]
    return Panel(score, unit, series, None if of_ap else comparison.story.level)


def _spot(point: Point, axis: Axis, *, of_ap: bool) -> Spot:
    if of_ap:
        return Spot(point.at(axis), point.ap, point.ap_low, point.ap_high)
    return Spot(point.at(axis), point.ap50)


def _row(row: Row) -> dict[str, Any]:
    return {
        "moment": row.moment,
        **{
            side: None if point is None else {"ap": point.ap, "ap50": point.ap50}
            for side, point in zip(SIDES, (row.pretrained, row.scratch), strict=True)
        },
    }


def _interval(scores: Numbers | None, key: str, score: str) -> Interval | None:
    measure = ((scores or {}).get(key) or {}).get(score) or {}
    low, high = measure.get("low"), measure.get("high")
    return None if low is None or high is None else Interval(float(low), float(high))
