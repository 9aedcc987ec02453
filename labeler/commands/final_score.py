"""`vector-labeler final-score`: a run on images that no run has learned from, once."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from labeler.dataset.words import counted
from labeler.runs.final import FinalScore, final_score, run_to_score


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Score a run on its test part: images that were put aside when it was made, that no run of "
        "the dataset has learned from and that none was chosen by. That happens once, at the end; "
        "from then on the first result is shown. Of a dataset the run with the best validation "
        "score is taken."
    )
    parser.add_argument("source", type=Path, metavar="RUN|DATASET", help="what to score")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when there is a score, of now or of before."""
    chosen = run_to_score(arguments.source)
    score = final_score(chosen)
    if arguments.json:
        sys.stdout.write(json.dumps(_object(score)) + "\n")
        return 0
    sys.stdout.write("\n".join(_lines(score)) + "\n")
    return 0


def _object(score: FinalScore) -> dict[str, Any]:
    content = score.content
    return {
        "run": str(score.run),
        "measured": score.measured.isoformat(),
        "is_new": score.is_new,
        **{name: content[name] for name in ("images", "boxes", "ap", "ap50", "ar")},
        "constant_box": content["constant_box"],
        "hints": list(score.hints),
        "warnings": content.get("warnings", []),
    }


def _lines(score: FinalScore) -> list[str]:
    content = score.content
    same = content["constant_box"]
    return [
        f"Final score of {score.run.name} on {counted(content['images'], 'image')} that no run has "
        f"learned from: AP {_told(content['ap'])}, AP50 {_told(content['ap50'])}, "
        f"AR {_told(content['ar'])}.",
        f"One box that never changes would score AP {_number(same['ap'])}, "
        f"AP50 {_number(same['ap50'])}.",
        *score.hints,
        *(f"Note: {warning}" for warning in content.get("warnings", [])),
    ]


def _told(measure: dict[str, float | None]) -> str:
    value = _number(measure["value"])
    low, high = measure["low"], measure["high"]
    return value if low is None or high is None else f"{value} ({low:.3f} to {high:.3f})"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.3f}"
