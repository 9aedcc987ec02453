"""`vector-labeler compare`: transfer against scratch, measured, drawn and filmed."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from labeler.commands.coco_source import add_source_arguments, images_folders, refuse_for_dataset
from labeler.commands.data_curve import train_points
from labeler.commands.pair_teller import PairTeller, say
from labeler.commands.progress import ProgressLine
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.runs.clip import SIMULATED, Clip, open_clip
from labeler.runs.comparison import SCORES, Comparison, read_comparison
from labeler.runs.comparison_folder import (
    CLIP,
    CURVES,
    DETECTIONS,
    PAIR,
    HowFar,
    how_far,
    require_room,
    write_comparison,
)
from labeler.runs.data_curve import DATA_CURVE
from labeler.runs.errand import answer_of
from labeler.runs.frame_detections import frame_file
from labeler.runs.history import MODEL, config_of
from labeler.runs.launch import require_training
from labeler.runs.pair import (
    PAIR_DETECTOR,
    PAIR_FILE,
    SIDES,
    PreparedPair,
    prepare_pair_from_coco,
    prepare_pair_from_dataset,
)
from labeler.runs.pair_child import train_pair_in_child
from labeler.runs.prepare import Wish
from labeler.runs.side_by_side import Pane, write_side_by_side
from trainer.config import OFFERED
from trainer.names import is_there


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Train twice, from COCO's and from random weights, in turn and else alike, and "
        "compare: curves at equal epochs and at equal seconds, scores with intervals, and with "
        "--video both detectors side by side on the same clip. Ctrl+C stops the training and "
        "compares what there is. Called again with the same folder it goes on from there, and "
        "what is trained is not trained again."
    )
    add_source_arguments(parser)
    parser.add_argument(
        "--seconds", type=float, default=None, metavar="S", help="how long each of both learns (60)"
    )
    length = parser.add_mutually_exclusive_group()
    length.add_argument(
        "--best",
        action="store_true",
        help="until neither improves instead, --seconds each at most (3600)",
    )
    length.add_argument(
        "--epochs",
        type=float,
        default=0.0,
        metavar="E",
        help="learn for this many epochs instead, however long that takes: the same on any machine",
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="the pair's chance (0)")
    parser.add_argument(
        "--detector",
        choices=OFFERED,
        help=f"{PAIR_DETECTOR}, the default, is built in and works offline; weights of the others "
        "are fetched once",
    )
    parser.add_argument(
        "--video",
        metavar="CLIP",
        help=f"a video, a folder of pictures, or {SIMULATED}[:SEED] for the simulated robot's eyes",
    )
    parser.add_argument(
        "--data-curve",
        action="store_true",
        help="train on 10, 20 and 50 %% of the images, too, each as long as on all of them",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the folder for all of it"
    )
    parser.add_argument("--json", action="store_true", help="print comparison.json at the end")


def run(arguments: argparse.Namespace) -> int:
    """0 when both have a model, also after Ctrl+C. Progress goes to stderr."""
    require_training()
    out: Path = arguments.out.absolute()
    require_room(out)
    clip = None if arguments.video is None else open_clip(arguments.video)
    wish = _wish(arguments)
    pair = out / PAIR
    match how_far(pair, wish):
        case HowFar.TRAINED:
            say(f"{pair} is trained already.")
        case HowFar.UNFINISHED:
            say(f"{pair} ended early and goes on.")
            (pair / SCORES).unlink(missing_ok=True)
            _train(pair)
        case HowFar.NEW:
            _announce(_prepare(arguments, pair, wish))
            _train(pair)
    _score(pair)
    comparison = read_comparison(pair, _name(arguments.source))
    numbers = write_comparison(out, comparison)
    if clip is not None:
        _film(out, clip, comparison)
        numbers = write_comparison(out, comparison)
    if arguments.data_curve and not comparison.was_stopped:
        for _ in train_points(pair, out / DATA_CURVE):
            numbers = write_comparison(out, comparison)
    _report(out, comparison, numbers, as_json=arguments.json)
    return 0


def _wish(arguments: argparse.Namespace) -> Wish:
    seconds = arguments.seconds
    if seconds is None:
        seconds = 3600.0 if arguments.best else 60.0
    return Wish(
        detector=arguments.detector or _detector_of(arguments.out / PAIR),
        seconds=seconds,
        seed=arguments.seed,
        budget="best" if arguments.best else "epochs" if arguments.epochs else "time",
        epochs=arguments.epochs,
    )


def _detector_of(pair: Path) -> str:
    """Of the pair that is there already, which may be an older one; else the usual one."""
    if is_there(pair / PAIR_FILE):
        return config_of(pair / SIDES[0]).detector
    return PAIR_DETECTOR


def _prepare(arguments: argparse.Namespace, pair: Path, wish: Wish) -> PreparedPair:
    source: Path = arguments.source
    if source.is_dir():
        refuse_for_dataset(arguments)
        with Dataset.open(source, read_only=True) as dataset:
            return prepare_pair_from_dataset(dataset, pair, wish)
    images, val_images = images_folders(arguments)
    return prepare_pair_from_coco(source, images, arguments.val, pair, wish, val_images=val_images)


def _announce(prepared: PreparedPair) -> None:
    say(prepared.explanation)
    for warning in prepared.warnings:
        say(f"Note: {warning}")


def _train(pair: Path) -> None:
    train_pair_in_child(
        pair, PairTeller().tell, lambda: say("Stopping; what there is will be compared.")
    )


def _score(pair: Path) -> None:
    """Where the trainer has not done so: it was stopped, or there is nothing to score by."""
    if is_there(pair / SCORES):
        return
    try:
        answer_of("score-pair", pair)
    except UserError as error:
        say(f"Note: {error}")


def _film(out: Path, clip: Clip, comparison: Comparison) -> None:
    models = {side: comparison.path / side / MODEL for side in SIDES}
    left, right = (Pane(comparison.words.label(side), model) for side, model in models.items())
    with ProgressLine("Filming") as line, frame_file(out / DETECTIONS, clip, models) as frames:
        write_side_by_side(
            clip,
            (left, right),
            out / CLIP,
            title=f"{comparison.name}: {comparison.story.sentence.split('. ')[0]}",
            on_progress=line.update,
            on_found=frames.add,
        )


def _name(source: Path) -> str:
    """Of the dataset, or of the folder that the COCO file lies in."""
    path = source.absolute()
    return path.name if path.is_dir() else path.parent.name


def _report(out: Path, comparison: Comparison, numbers: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(json.dumps(numbers, allow_nan=False) + "\n")
        return
    began = "Stopped. " if comparison.was_stopped else ""
    sys.stdout.write(
        f"{began}{comparison.story.sentence} {comparison.remark}".rstrip() + "\n"
        f"The curves are {out / CURVES}.png; what else there is stands in {out / 'README.md'}.\n"
    )
