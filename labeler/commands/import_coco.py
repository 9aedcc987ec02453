"""`vector-labeler import`: adds a COCO file and its images to a dataset."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from pathlib import Path

from labeler.commands.backup import back_up, back_up_after
from labeler.commands.coco_source import images_beside
from labeler.commands.progress import ProgressLine
from labeler.commands.stopping import stoppable
from labeler.commands.target import open_or_create
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.coco_pictures import Pictures
from labeler.dataset.coco_places import is_zip
from labeler.dataset.coco_zip import opened_zip
from labeler.dataset.json_stream import JsonSource
from labeler.dataset.words import counted
from labeler.errors import UserError

_EXAMPLES = 3
"""So many names stand beside each reason on the screen; --json has them all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Add the images, boxes and classes of a COCO detection file to a dataset, which is made "
        "when it does not exist. A broken file changes nothing; of a sound one everything good is "
        "taken and the rest is listed. Classes keep their ids in a dataset without classes, else "
        "they are matched by name. A picture that is there already only takes boxes while it is "
        "unlabelled."
    )
    parser.epilog = (
        "An image without any box in the file may be empty or not labelled yet; COCO does not say. "
        "It becomes unlabelled, unless the file says it was verified, as exports of this program "
        "do, or --empty-means-nothing-there is given: then it is a confirmed empty image."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument(
        "coco",
        type=Path,
        metavar="COCO.json",
        help="the file to read, or a .zip with it and its pictures, as export writes it",
    )
    parser.add_argument(
        "--images",
        type=Path,
        metavar="DIR",
        help="the folder that file_name is relative to (default: images/ beside the file, else "
        "the file's own)",
    )
    parser.add_argument(
        "--empty-means-nothing-there",
        action="store_true",
        help="confirm images without boxes as empty, so that training learns from them",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when the file was taken, also in part."""
    with ExitStack() as held:
        coco, pictures = _source(arguments, held)
        dataset = held.enter_context(open_or_create(arguments.dataset))
        should_stop = held.enter_context(stoppable())
        line = held.enter_context(ProgressLine("Importing"))
        back_up(dataset.folder)
        report = import_coco(
            dataset,
            coco,
            pictures,
            empty_means_nothing_there=arguments.empty_means_nothing_there,
            on_progress=line.update,
            should_stop=should_stop,
        )
        back_up_after(dataset.folder)
    sys.stdout.write(_as_json(report) if arguments.json else _told(report, arguments.dataset))
    return 0


def _source(
    arguments: argparse.Namespace, held: ExitStack
) -> tuple[Path | JsonSource, Path | Pictures]:
    """The COCO file and its pictures, from a zip for as long as it is held open."""
    if not is_zip(arguments.coco):
        return arguments.coco, arguments.images or images_beside(arguments.coco)
    if arguments.images:
        raise UserError("--images goes with a COCO file. A zip brings its pictures along.")
    return held.enter_context(opened_zip(arguments.coco))


def _as_json(report: ImportReport) -> str:
    told = {
        "images": report.images_added,
        "annotations": report.annotations_added,
        "suggestions": report.suggestions_added,
        "categories": report.categories_added,
        "skipped_total": report.skipped_total,
        "skipped": [{"what": what, "why": why} for what, why in report.skipped],
        "corrected_total": report.corrected_total,
        "corrected": [{"what": what, "why": why} for what, why in report.corrected],
    }
    return json.dumps(told) + "\n"


def _told(report: ImportReport, folder: Path) -> str:
    lines = [
        f"Added {counted(report.images_added, 'image')}, "
        f"{counted(report.annotations_added, 'box')} and "
        f"{counted(report.categories_added, 'class')} to {folder}."
    ]
    if report.suggestions_added:
        waiting = counted(report.suggestions_added, "suggestion")
        lines += [f"Boxes with a score are a detector's: {waiting} to look at."]
    if report.skipped_total:
        lines += [f"Not taken: {report.skipped_total}", *_by_reason(report.skipped)]
    if report.corrected_total:
        lines += [f"Taken with a correction: {report.corrected_total}"]
        lines += _by_reason(report.corrected)
    return "\n".join(lines) + "\n"


def _by_reason(told: tuple[tuple[str, str], ...]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for what, why in told:
        reasons.setdefault(why, []).append(what)
    lines = []
    for why, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
        lines.append(f"  {len(names)} x {why} ({', '.join(names[:_EXAMPLES])}{more})")
    return lines
