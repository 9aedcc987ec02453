"""`vector-labeler synthesize`: simulated pictures of Vector that carry over to real ones."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from labeler.commands.progress import ProgressLine
from labeler.commands.stopping import stoppable
from labeler.dataset.words import counted
from labeler.errors import UserError

PICTURES = 2000
_MOST = 1_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    from labeler.synthetic.factors import FACTORS

    factors = "; ".join(f"{name}: {what}" for name, what in FACTORS.items())
    parser.description = (
        "Make simulated pictures of Vector and its light cube to learn from, with true boxes, by "
        "domain randomisation: colours, light, tables, rooms, things around, cameras and poses "
        "vary beyond the plausible, so that a detector which has learned from them takes the real "
        "ones for just another of them. Written is a COCO folder, annotations.json and images/, "
        "which train and import take. The same seed gives the same pictures."
    )
    parser.add_argument("out", type=Path, metavar="OUT", help="the new folder to write")
    parser.add_argument(
        "--pictures", type=int, default=PICTURES, metavar="N", help=f"how many ({PICTURES})"
    )
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="another one, others (0)")
    parser.add_argument(
        "--backgrounds",
        type=Path,
        metavar="DIR",
        help="photos without a robot, for six of ten pictures to stand on: a dataset, whose images "
        "that are confirmed empty are taken, or a folder of pictures",
    )
    parser.add_argument(
        "--without",
        action="append",
        choices=tuple(FACTORS),
        default=[],
        metavar="FACTOR",
        help=f"leave a factor as the simulated robot has it; may be said again. {factors}",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def run(arguments: argparse.Namespace) -> int:
    """0 when all are written; stopped before that, none is kept."""
    if not 1 <= arguments.pictures <= _MOST:
        raise UserError(f"--pictures goes from 1 to {_MOST:,}.")
    if arguments.seed < 0:
        raise UserError("--seed goes from 0 on.")
    from labeler.synthetic.coco_set import LISTS, background_photos, write_pictures
    from labeler.synthetic.randomized import RandomizedPictures

    photos = background_photos(arguments.backgrounds) if arguments.backgrounds else []
    pictures = RandomizedPictures(arguments.seed, arguments.without, photos)
    with stoppable() as should_stop, ProgressLine("Making pictures") as line:
        boxes = write_pictures(
            pictures, arguments.pictures, arguments.out.absolute(), line.update, should_stop
        )
    made = {"path": str(arguments.out), "images": arguments.pictures, "annotations": boxes}
    if arguments.json:
        sys.stdout.write(json.dumps(made) + "\n")
        return 0
    sys.stdout.write(
        f"Made {counted(arguments.pictures, 'picture')} with {counted(boxes, 'box')}: "
        f"{arguments.out / LISTS}\n"
    )
    return 0
