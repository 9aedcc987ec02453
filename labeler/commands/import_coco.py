"""`vector-labeler import`: adds a COCO file and its images to a dataset."""

from __future__ import annotations

import argparse
import json
import sys
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from labeler.commands.backup import back_up, back_up_after
from labeler.commands.coco_source import images_beside
from labeler.commands.progress import ProgressLine
from labeler.commands.stopping import stoppable
from labeler.commands.target import open_or_create
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.coco_pictures import Pictures
from labeler.dataset.coco_places import JSON_NAME, coco_at, is_zip
from labeler.dataset.coco_zip import opened_zip
from labeler.dataset.foreign_labels import told, why_not_coco
from labeler.dataset.images import AddReport, add_files
from labeler.dataset.intake import NewSession
from labeler.dataset.json_stream import JsonSource
from labeler.dataset.progress import Stopped
from labeler.dataset.words import counted
from labeler.errors import UserError
from trainer.shell_text import one_line

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
        help="the file to read, or a .zip with it and its pictures, as export writes it; also a "
        "folder of pictures, which come without boxes",
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
    given: Path = arguments.coco
    if given.is_dir():
        found = coco_at(given)
        if found is None:
            return _add_pictures(arguments)
        arguments.coco = found
    elif fault := why_not_coco(given):
        raise UserError(fault)
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


def _add_pictures(arguments: argparse.Namespace) -> int:
    """Those of a folder without a COCO file. Says what labels it saw beside them."""
    if arguments.images or arguments.empty_means_nothing_there:
        raise UserError(
            f"{arguments.coco} holds no {JSON_NAME}, so only its pictures can be imported. "
            "--images and --empty-means-nothing-there go with a COCO file."
        )
    with (
        open_or_create(arguments.dataset) as dataset,
        stoppable() as should_stop,
        ProgressLine("Importing") as line,
    ):
        back_up(dataset.folder)
        name = f"{one_line(arguments.coco.resolve().name)} {datetime.now():%Y-%m-%d %H:%M}"
        session = NewSession(name, "import")
        report = add_files(dataset, [arguments.coco], session, line.update, should_stop)
        if report.added:
            back_up_after(dataset.folder)
        if not report.added and not report.duplicates:
            if should_stop():
                raise Stopped("Stopped. Nothing was imported.")
            why = told(report.labels) or "It holds no picture that can be read."
            raise UserError(f"Nothing of {arguments.coco} was imported. {why}")
        if report.fault:
            kept = counted(len(report.added), "image")
            raise UserError(f"{report.fault} {kept} were imported before.")
        if should_stop():
            raise Stopped(f"Stopped. {counted(len(report.added), 'image')} were imported.")
    sys.stdout.write(
        _pictures_as_json(report) if arguments.json else _pictures_told(arguments, report)
    )
    return 0


def _pictures_as_json(report: AddReport) -> str:
    answer = {
        "images": len(report.added),
        "duplicates": len(report.duplicates),
        "skipped_total": len(report.rejected),
        "skipped": [{"what": str(path), "why": why} for path, why in report.rejected],
        "labels": [
            {"kind": each.kind, "files": each.files, "example": str(each.example)}
            for each in report.labels
        ],
    }
    return json.dumps(answer) + "\n"


def _pictures_told(arguments: argparse.Namespace, report: AddReport) -> str:
    lines = [f"Added {counted(len(report.added), 'image')} to {arguments.dataset}."]
    again = len(report.duplicates)
    if again:
        were = "was" if again == 1 else "were"
        lines += [f"{again} of {again + len(report.added)} {were} already there."]
    if report.rejected:
        lines += [f"Not imported: {len(report.rejected)}"]
        lines += [f"  {one_line(str(path))}: {one_line(why)}" for path, why in report.rejected[:20]]
    if len(report.rejected) > 20:
        lines += [f"  and {len(report.rejected) - 20} more; --json has them all"]
    if report.labels:
        lines += [told(report.labels)]
    return "\n".join(lines) + "\n"


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
    answer = {
        "images": report.images_added,
        "annotations": report.annotations_added,
        "suggestions": report.suggestions_added,
        "categories": report.categories_added,
        "skipped_total": report.skipped_total,
        "skipped": [{"what": what, "why": why} for what, why in report.skipped],
        "corrected_total": report.corrected_total,
        "corrected": [{"what": what, "why": why} for what, why in report.corrected],
    }
    return json.dumps(answer) + "\n"


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


def _by_reason(listed: tuple[tuple[str, str], ...]) -> list[str]:
    reasons: dict[str, list[str]] = {}
    for what, why in listed:
        reasons.setdefault(why, []).append(what)
    lines = []
    for why, names in sorted(reasons.items(), key=lambda item: -len(item[1])):
        more = f" and {len(names) - _EXAMPLES} more" if len(names) > _EXAMPLES else ""
        lines.append(f"  {len(names)} x {why} ({', '.join(names[:_EXAMPLES])}{more})")
    return lines
