"""The folder that a comparison leaves behind: DIR/pair, and what people and programs read of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Any

from labeler.dataset.files import PART, replace_durably, write_durably
from labeler.errors import UserError
from labeler.runs.chart_files import write_chart
from labeler.runs.comparison import Comparison, chart_of, numbers_of, page_of, score_text
from labeler.runs.data_curve import (
    DATA_CURVE,
    DataPoint,
    curve_chart,
    curve_numbers,
    curve_sentence,
    read_points,
)
from labeler.runs.history import RunState, config_of
from labeler.runs.pair import PAIR_FILE, SIDES, summarise_pair
from labeler.runs.pair_words import PairWords
from labeler.runs.prepare import Wish
from trainer.names import is_there

PAIR = "pair"
NUMBERS, PAGE, CURVES = "comparison.json", "README.md", "curves"
CLIP, DETECTIONS = "side-by-side.mp4", "detections.json"

_CONTENTS = (
    (f"{CURVES}.png", "both curves, at equal epochs and at equal seconds, for slides and paper"),
    (f"{CURVES}.svg", "the same for the screen; follows the reader's light or dark"),
    (f"{DATA_CURVE}.png", "the scores after learning from a part of the images only"),
    (f"{DATA_CURVE}.svg", "the same for the screen"),
    (DATA_CURVE, "the pairs that learned from a part"),
    (CLIP, "both detectors on the same video, frame for frame"),
    (DETECTIONS, "what both found in each of its frames"),
    (NUMBERS, "all numbers, for programs"),
    (PAIR, "the two runs, pretrained/ and scratch/; each has its model.onnx"),
)


class HowFar(StrEnum):
    """How a comparison's pair stands. UNFINISHED: it ended early and can go on."""

    NEW = "new"
    UNFINISHED = "unfinished"
    TRAINED = "trained"


def how_far(pair: Path, wish: Wish) -> HowFar:
    """Raises UserError where the pair was asked something else, or something else is in the way."""
    if not pair.exists() or not any(pair.iterdir()):
        return HowFar.NEW
    if not is_there(pair / PAIR_FILE):
        raise UserError(f"{pair} is not empty and holds no comparison. Choose a new folder.")
    _require_same(pair, wish)
    summary = summarise_pair(pair)
    if summary.state is RunState.FINISHED:
        return HowFar.TRAINED
    if summary.can_resume:
        return HowFar.UNFINISHED
    if summary.state is RunState.RUNNING:
        raise UserError(f"{pair} is being trained by another process. Wait for its end.")
    raise UserError(
        f"{pair} ended before it had anything to go on from. Delete that folder to begin again."
    )


def _require_same(pair: Path, wish: Wish) -> None:
    config = config_of(pair / SIDES[0])
    differing = [
        name
        for name, value in asdict(wish).items()
        if name not in ("start", "recipe") and getattr(config, name) != value
    ]
    if differing:
        raise UserError(
            f"{pair} holds a comparison with another wish ({', '.join(differing)}). Choose a new "
            "folder."
        )


def require_room(out: Path) -> None:
    """Raises UserError where DIR holds anything but a comparison."""
    if out.exists() and not out.is_dir():
        raise UserError(f"{out} is a file. Choose a folder.")
    if out.is_dir() and any(out.iterdir()) and not (out / PAIR).exists():
        raise UserError(f"{out} is not empty and holds no comparison. Choose a new folder.")


def write_comparison(out: Path, comparison: Comparison) -> dict[str, Any]:
    """Writes the curves, comparison.json and README.md; gives the numbers. Raises UserError.

    Those of the data curve are among them, as far as it is there.
    """
    points = read_points(comparison.path, out / DATA_CURVE)
    numbers = {**numbers_of(comparison), "data_curve": curve_numbers(points)}
    write_chart(chart_of(comparison), out, CURVES)
    if points:
        write_chart(curve_chart(comparison.name, points), out, DATA_CURVE)
    _write(out / NUMBERS, json.dumps(numbers, indent=1, allow_nan=False) + "\n")
    _write(out / PAGE, page_of(comparison) + _curve(points, comparison.words) + _contents(out))
    return numbers


def _curve(points: Sequence[DataPoint], words: PairWords) -> str:
    if not points:
        return ""
    rows = [f"| {p.images} | {' | '.join(_scores(p))} |" for p in points]
    own = words.manner
    head = ["", f"| images | AP50 {own} | AP50 scratch | AP {own} | AP scratch |"]
    lines = [*head, "|---|---|---|---|---|", *rows, "", curve_sentence(points)]
    return "\n".join(lines).rstrip() + "\n"


def _scores(point: DataPoint) -> list[str]:
    return [score_text(point.scores[side][key]) for key in ("ap50", "ap") for side in SIDES]


def _contents(out: Path) -> str:
    there = [f"| {name} | {what} |" for name, what in _CONTENTS if (out / name).exists()]
    return "\n".join(["", "| here | is |", "|---|---|", *there]) + "\n"


def _write(path: Path, text: str) -> None:
    part = path.with_name(path.name + PART)
    write_durably(part, text.encode())
    replace_durably(part, path)
