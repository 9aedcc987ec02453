"""`vector-labeler evaluate`: AP by COCO's definition, of a run or model.onnx on a COCO file."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from labeler.commands.coco_source import images_beside
from labeler.errors import UserError
from labeler.runs.errand import answer_of
from labeler.runs.history import config_of, model_of
from labeler.runs.launch import require_training


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Score a trained detector on the images of a COCO file, by COCO's own definition: AP is "
        "the mean over overlaps of 0.50 to 0.95, AP50 forgives up to half. Both run from 0 to 1, "
        "and in brackets stands how sure they are."
    )
    parser.add_argument("model", type=Path, metavar="RUN|model.onnx", help="what to score")
    parser.add_argument(
        "coco",
        type=Path,
        metavar="COCO.json",
        nargs="?",
        help="the true boxes (default: what the run was checked with)",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="the folder that file_name is relative to (default: images/ beside the file, else "
        "the file's own folder; of a run, where it knows them to be)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when it is scored. The trainer's process does it, as the scorer comes with training."""
    require_training()
    model = model_of(arguments.model).absolute()
    coco, images = _truth(arguments.model, arguments.coco, arguments.images)
    words: list[str | Path] = [
        "evaluate",
        model,
        coco,
        "--images",
        images,
        *(["--json"] if arguments.json else []),
    ]
    sys.stdout.write(answer_of(*words, tell=sys.stderr.write))
    return 0


def _truth(run: Path, coco: Path | None, images: Path | None) -> tuple[Path, Path]:
    """The COCO file and the folder of its images, absolute. Raises UserError."""
    if coco is None:
        return truth_of_run(run, images)
    file = coco.absolute()
    if not file.is_file():
        raise UserError(
            f"{file} is no file. Name the COCO file itself."
            if file.exists()
            else f"{file} is missing."
        )
    return file, (images or images_beside(file)).absolute()


def truth_of_run(run: Path, images: Path | None) -> tuple[Path, Path]:
    """What the run was checked with: its COCO file and the folder of the images, absolute.

    images: where they are, if not where the run knows them to be. Raises UserError.
    """
    if not (run / "val.json").is_file():
        raise UserError(f"Say what to score on: {run} is no run with images to check with.")
    folder = (images or run / config_of(run).val_images).resolve()
    if not folder.is_dir():
        raise UserError(
            f"{folder}: the folder with the pictures that {run} was checked with is not there.",
            in_shell="Say where they are with --images DIR.",
        )
    return (run / "val.json").absolute(), folder
