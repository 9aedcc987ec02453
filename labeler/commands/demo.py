"""`vector-labeler demo --headless`: the whole loop with the simulated robot, without a screen."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from labeler.demo.loop import Plan, play
from labeler.errors import UserError


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--headless",
        action="store_true",
        help="play it in the shell; without this the window opens",
    )
    parser.add_argument(
        "--out", type=Path, metavar="DIR", help="where it works (default: a new temporary folder)"
    )
    parser.add_argument("--photos", type=int, default=120, help="photos in six worlds (120)")
    parser.add_argument("--seconds", type=float, default=120.0, help="training time (120)")
    parser.add_argument(
        "--seed", type=int, default=0, help="chooses the worlds and the training's chance"
    )
    parser.add_argument(
        "--at-least",
        type=float,
        default=0.0,
        metavar="AP50",
        help="fail where AP50 in the unseen worlds is lower (0: whatever it is)",
    )


def run(arguments: argparse.Namespace) -> int:
    """0 when the loop is closed; a step that fails raises UserError with its own words."""
    if not arguments.headless:
        from labeler.cli import main

        return main(["--camera", "simulated"])
    started = time.monotonic()
    plan = Plan(
        _folder(arguments.out),
        arguments.photos,
        arguments.seconds,
        arguments.seed,
        arguments.at_least,
    )
    for line in play(plan):
        sys.stdout.write(f"[{time.monotonic() - started:5.1f} s] {line}\n")
        sys.stdout.flush()
    return 0


def _folder(wished: Path | None) -> Path:
    if wished is None:
        return Path(tempfile.mkdtemp(prefix="vector-labeler-demo-"))
    folder = wished.resolve()
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"{folder} is not empty. Name a new folder.")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
