"""The folder that a comparison leaves behind: DIR/pair, and what people and programs read of it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from labeler.dataset.files import PART, replace_durably, write_durably
from labeler.errors import UserError
from labeler.runs.chart_files import write_chart
from labeler.runs.comparison import Comparison, chart_of, numbers_of, page_of, score_text
from labeler.runs.data_curve import (
    DataPoint,
    curve_chart,
    curve_numbers,
    curve_sentence,
    read_points,
)
from labeler.runs.history import RunState
from labeler.runs.pair import PAIR_FILE, SIDES, summarise_pair
from labeler.runs.prepare import Wish
from trainer.config import load_config

PAIR = "pair"
NUMBERS, PAGE, CURVES = "comparison.json", "README.md", "curves"
CLIP, DETECTIONS, DATA_CURVE = "side-by-side.mp4", "detections.json", "data-curve"

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


def is_trained(pair: Path, wish: Wish) -> bool:
    """Whether the pair is there, trained to its end, and was asked just that.

    Raises UserError where something else is in the way.
    """
    if not pair.exists() or not any(pair.iterdir()):
        return False
    if not (pair / PAIR_FILE).is_file():
        raise UserError(f"{pair} is not empty and holds no comparison. Choose a new folder.")
    state = summarise_pair(pair).state
    if state is not RunState.FINISHED:
        raise UserError(
            f"{pair} holds a comparison that is not complete ({state.value}). Delete that folder "
            "to begin again, or choose another one."
        )
    differing = [
        name
        for name, value in asdict(wish).items()
        if name not in ("start", "recipe") and getattr(load_config(pair / SIDES[0]), name) != value
    ]
    if differing:
        raise UserError(
            f"{pair} holds a comparison with another wish ({', '.join(differing)}). Choose a new "
            "folder."
        )
    return True


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
    _write(out / PAGE, page_of(comparison) + _curve(points) + _contents(out))
    return numbers


def _curve(points: Sequence[DataPoint]) -> str:
    if not points:
        return ""
    rows = [f"| {p.images} | {' | '.join(_scores(p))} |" for p in points]
    head = ["", "| images | AP50 pretrained | AP50 scratch | AP pretrained | AP scratch |"]
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
