"""`vector-labeler predict`: what a run or model.onnx finds in pictures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from labeler.commands.progress import ProgressLine
from labeler.dataset import picture
from labeler.dataset.files import reason
from labeler.dataset.words import counted
from labeler.errors import UserError
from labeler.runs.coco_side import read_lists
from labeler.runs.detector import ModelDetector
from labeler.runs.drawing import draw_detections
from labeler.runs.history import model_of
from trainer.predict import Detection, Predictor

LOWEST_SCORE = 0.01
"""Below this the detectors tell nothing. AP needs the unsure detections too."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Find things in pictures with a trained detector. detections.json is in COCO's results "
        "format: a list of image_id, category_id, bbox [x, y, width, height] in pixels and score; "
        "here with the file_name too. It holds unsure detections as well, as AP needs them; leave "
        "out those below the score you trust. Drawn are those that the detector itself trusts."
    )
    parser.add_argument("model", type=Path, metavar="RUN|model.onnx", help="what to find with")
    parser.add_argument(
        "paths", type=Path, nargs="+", metavar="PATHS", help="pictures, and folders of them"
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="detections.json", help="the file to write"
    )
    parser.add_argument(
        "--draw", type=Path, metavar="DIR", help="also write the pictures with boxes drawn on them"
    )
    parser.add_argument(
        "--ids-from",
        type=Path,
        metavar="COCO.json",
        help="look at the images of this file alone and take their ids, by file name "
        "(default: all, numbered 1, 2, ... as given)",
    )
    parser.add_argument(
        "--min-score",
        type=_share,
        default=LOWEST_SCORE,
        metavar="S",
        help=f"leave out what is less sure, 0 to 1 ({LOWEST_SCORE})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


_LONGEST_STEM = 50
"""Signs of a name, of up to 4 bytes: with a number before it, it is still a name for a file."""


def _share(word: str) -> float:
    value = float(word)
    if not 0 <= value <= 1:  # also NaN
        raise argparse.ArgumentTypeError(f"{word} does not lie between 0 and 1")
    return value


@dataclass(frozen=True, slots=True)
class _Given:
    """A picture to look at. name: as it is told, relative to the folder that was given."""

    image_id: int
    path: Path
    name: str


@dataclass(slots=True)
class _Report:
    pictures: int
    detections: int
    trusted: int
    skipped: list[tuple[str, str]]


def run(arguments: argparse.Namespace) -> int:
    """0 when at least one picture could be read; those that could not are named."""
    given = _numbered(arguments.paths, arguments.ids_from)
    predictor = ModelDetector(model_of(arguments.model))
    report = _Report(0, 0, 0, [])
    results: list[dict[str, object]] = []
    with ProgressLine("Predicting") as line:
        for done, one in enumerate(given):
            line.update(done, len(given))
            results += _results(predictor, one, arguments, report)
    if not report.pictures:
        name, fault = report.skipped[0]
        raise UserError(f"None of the {len(given)} pictures can be read. {name}: {fault}")
    _write(arguments.out, json.dumps(results, allow_nan=False))
    _tell(report, arguments)
    return 0


def _results(
    predictor: Predictor, one: _Given, arguments: argparse.Namespace, report: _Report
) -> list[dict[str, object]]:
    import numpy as np

    try:
        upright = picture.upright(picture.read(one.path), one.path.name)
    except UserError as error:
        report.skipped.append((one.name, str(error)))
        return []
    found = predictor.predict(np.asarray(upright), min_score=arguments.min_score)
    trusted = [each for each in found if each.score >= predictor.threshold]
    report.pictures += 1
    report.detections += len(found)
    report.trusted += len(trusted)
    if arguments.draw is not None:
        order = list(predictor.names)
        draw_detections(upright, trusted, order)
        _save_picture(
            upright, arguments.draw / f"{one.image_id}-{one.path.stem[:_LONGEST_STEM]}.jpg"
        )
    return [_result(one, each) for each in found]


def _result(one: _Given, found: Detection) -> dict[str, object]:
    return {
        "image_id": one.image_id,
        "file_name": one.name,
        "category_id": found.category_id,
        "bbox": [round(side, 3) for side in found.bbox],
        "score": round(found.score, 5),
    }


def _numbered(paths: Sequence[Path], ids_from: Path | None) -> list[_Given]:
    pictures = list(_pictures(paths))
    if not pictures:
        raise UserError(f"There is no picture in {', '.join(map(str, paths))}.")
    if ids_from is None:
        return [_Given(number, path, name) for number, (path, name) in enumerate(pictures, 1)]
    ids = {str(entry.get("file_name")): entry["id"] for entry in read_lists(ids_from).images}
    known = [_Given(ids[name], path, name) for path, name in pictures if name in ids]
    if not known:
        raise UserError(f"{ids_from} has no image of the file name {pictures[0][1]}.")
    if len(known) < len(pictures):
        left_out = counted(len(pictures) - len(known), "picture")
        sys.stderr.write(f"Left out, not in {ids_from}: {left_out}.\n")
    return known


def _pictures(paths: Sequence[Path]) -> Iterator[tuple[Path, str]]:
    for path in paths:
        if path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in picture.SUFFIXES)
            yield from ((each, each.relative_to(path).as_posix()) for each in inside)
        elif path.exists():
            yield path, path.name
        else:
            raise UserError(f"{path} is missing.")


def _save_picture(upright: object, path: Path) -> None:
    from PIL import Image

    assert isinstance(upright, Image.Image)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        upright.save(path, quality=92)
    except OSError as error:
        raise UserError(f"Cannot write {path}: {reason(error)}.") from error


def _write(out: Path, text: str) -> None:
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(f"Cannot write {out}: {reason(error)}.") from error


def _tell(report: _Report, arguments: argparse.Namespace) -> None:
    for name, fault in report.skipped:
        sys.stderr.write(f"Skipped {name}: {fault}\n")
    if arguments.json:
        told = {
            "pictures": report.pictures,
            "detections": report.detections,
            "trusted": report.trusted,
            "out": str(arguments.out),
            "skipped": [{"what": name, "why": fault} for name, fault in report.skipped],
        }
        sys.stdout.write(json.dumps(told) + "\n")
        return
    sys.stdout.write(
        f"{counted(report.trusted, 'thing')} found in {counted(report.pictures, 'picture')} "
        f"({report.detections} with the unsure ones). They are in {arguments.out}.\n"
    )
    if arguments.draw is not None:
        sys.stdout.write(f"The drawn pictures are in {arguments.draw}.\n")
