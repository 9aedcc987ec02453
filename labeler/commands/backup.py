"""`vector-labeler backup`: a dated copy of a dataset's database; and the copies verbs make around
what changes a lot."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.commands.progress import ProgressLine
from labeler.dataset import lost
from labeler.dataset.backups import contents_of, make, make_after_change, make_if_due
from labeler.dataset.words import counted
from labeler.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.description = (
        "Copy a dataset's database, with all boxes, classes and their history, to a dated file in "
        "its folder backups/. The copy is checked before it counts. The newest of each of the last "
        "seven days with one stays, and the newest three. Works while the window has the dataset "
        "open. The pictures are not copied: the program never changes them."
    )
    parser.add_argument("dataset", type=Path, help="its folder")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when the copy is made and good."""
    folder: Path = arguments.dataset.absolute()
    lost.require_database(folder)
    with ProgressLine("Copying") as line:
        backup = make(folder, on_progress=line.update)
    held = contents_of(backup.path)
    if arguments.json:
        told = {"path": str(backup.path), "images": held.images, "boxes": held.boxes}
        sys.stdout.write(json.dumps(told) + "\n")
    else:
        sys.stdout.write(
            f"Backed up {counted(held.images, 'image')} with {counted(held.boxes, 'box')} to "
            f"{backup.path}.\n"
        )
    return 0


def back_up(folder: Path) -> None:
    """Makes a backup where one is due. One that fails is told on stderr, and the verb goes on."""
    try:
        make_if_due(folder)
    except UserError as error:
        sys.stderr.write(f"{error}\n")


def back_up_after(folder: Path) -> None:
    """Makes a backup of what a verb has just added. As back_up."""
    try:
        make_after_change(folder)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
