"""`vector-labeler export`: a dataset as a COCO folder or zip."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.commands.progress import ProgressLine
from labeler.dataset.coco import ExportReport, export_coco
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Write a dataset as COCO: annotations.json and images/, in a folder, or in a zip file if "
        "OUT ends in .zip. Labelled images and those confirmed empty are written; unlabelled ones "
        "only if asked for. The export appears complete or not at all. An earlier export of this "
        "program is replaced, anything else is not."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument("out", type=Path, help="the folder or .zip to write")
    parser.add_argument("--format", choices=["coco"], default="coco", help="the only one so far")
    parser.add_argument(
        "--include-unlabelled", action="store_true", help="also write the unlabelled images"
    )
    parser.add_argument(
        "--without-capture",
        action="store_true",
        help="leave out when, where and how the pictures were taken: times, sessions, cameras, "
        "original names, the robot's pose, battery and exposure",
    )
    parser.add_argument(
        "--overwrite", action="store_true", help="replace OUT whatever it holds; that is deleted"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0; the door turns UserErrors into 1. Works while the window has the dataset open."""
    with (
        Dataset.open(arguments.dataset, read_only=True) as dataset,
        ProgressLine("Exporting") as line,
    ):
        report = export_coco(
            dataset,
            arguments.out,
            include_unlabelled=arguments.include_unlabelled,
            with_capture=not arguments.without_capture,
            overwrite=arguments.overwrite,
            on_progress=line.update,
        )
    sys.stdout.write(_as_json(report) if arguments.json else _sentence(report))
    return 0


def _as_json(report: ExportReport) -> str:
    told = {
        "path": str(report.path),
        "images": report.images,
        "annotations": report.annotations,
        "categories": report.categories,
        "left_out": report.left_out,
    }
    return json.dumps(told) + "\n"


def _sentence(report: ExportReport) -> str:
    text = (
        f"Exported {counted(report.images, 'image')} with {counted(report.annotations, 'box')} "
        f"of {counted(report.categories, 'class')} to {report.path}."
    )
    if report.left_out:
        left_out = counted(report.left_out, "unlabelled image")
        text += f" Left out: {left_out} (--include-unlabelled)."
    return text + "\n"
