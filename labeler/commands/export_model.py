"""`vector-labeler export-model`: a run's model as a zip to give away."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.runs.errand import answer_of
from labeler.runs.launch import require_training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write the model of a run as a zip: model.onnx, labels.txt, MODEL_CARD.md (scores with "
        "their intervals, data, preprocessing, limits, licences) and predict.py, a short script "
        "that runs it with nothing but onnxruntime, numpy and Pillow. No photo is in it."
    )
    parser.add_argument("run_folder", type=Path, metavar="RUN", help="the run's folder")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="FILE.zip", help="the file to write"
    )
    parser.add_argument(
        "--int8",
        action="store_true",
        help="with an INT8 model beside it, a third of the size, and both measured on the "
        "validation images; takes a minute the first time",
    )
    parser.add_argument("--overwrite", action="store_true", help="replace FILE.zip")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when the zip is written; the door turns UserErrors into 1."""
    out = arguments.out.absolute()
    words: list[str | Path] = ["pack", arguments.run_folder.absolute(), "--out", out]
    if arguments.int8:
        require_training()
        words.append("--int8")
    if arguments.overwrite:
        words.append("--overwrite")
    names = json.loads(answer_of(*words))
    if arguments.json:
        sys.stdout.write(json.dumps({"path": str(out), "files": names}) + "\n")
        return 0
    sys.stdout.write(
        f"{out} holds {', '.join(names)}. Unpack it anywhere; there, with onnxruntime, numpy and "
        "Pillow:\n  python predict.py photo.jpg\n"
    )
    return 0
