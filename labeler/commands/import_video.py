"""`vector-labeler import-video`: adds pictures of a video file to a dataset."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.cameras.video_import import PER_SECOND, import_video
from labeler.commands.backup import back_up_after
from labeler.commands.progress import ProgressLine
from labeler.commands.stopping import stoppable
from labeler.commands.target import open_or_create
from labeler.dataset.progress import Stopped
from labeler.dataset.words import counted


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Add pictures of a video file to a dataset, which is made when it does not exist, "
        "in order, as a session of their own. In Label, T carries boxes from one to the "
        "next."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument("video", type=Path, metavar="VIDEO", help="the file to read")
    parser.add_argument(
        "--per-second",
        type=float,
        default=PER_SECOND,
        metavar="N",
        help=f"pictures for each second of the video (default: {PER_SECOND:g})",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when pictures were added, or were there already."""
    folder: Path = arguments.dataset
    with (
        open_or_create(folder) as dataset,
        stoppable() as should_stop,
        ProgressLine("Importing") as line,
    ):
        report = import_video(
            dataset, arguments.video, arguments.per_second, line.update, should_stop
        )
        back_up_after(dataset.folder)
        if report.fault:
            raise report.fault
        if should_stop():
            added = counted(len(report.added), "image")
            raise Stopped(f"Stopped. {added} of {arguments.video} were added to {folder}.")
    if arguments.json:
        told = {"images": len(report.added), "duplicates": report.duplicates}
        sys.stdout.write(json.dumps(told) + "\n")
        return 0
    there = f", {report.duplicates} were there already" if report.duplicates else ""
    sys.stdout.write(f"Added {counted(len(report.added), 'image')} to {folder}{there}.\n")
    return 0
