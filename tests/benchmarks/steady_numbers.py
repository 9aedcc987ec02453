"""How steady the numbers of things are while the simulated robot drives, turns and looks about.

Run: python tests/benchmarks/steady_numbers.py [--frames 450] [--seeds 5 6]
The true boxes of its frames stand for a detector: as they are, and with a tenth of them missed and
the rest trembling by a twentieth of their size. "kinds": each of the four things is of a class of
its own; "alike": all are of one class, so that neighbours can be exchanged. Prints one JSON object
a line: changes counts how often a thing that was away for less than a second came back under
another number.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("GRPC_VERBOSITY", "NONE")

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.vector import VectorCamera
from labeler.simulator.truth import CLASSES, read_truth
from labeler.track.steady import Steady, Thing
from tests.cameras.camera_waits import Simulator, frames_of, wait_for_state
from tests.script import run

SMALLEST = 8
"""Pixels of a side; no detector sees less."""
AWAY = 15
NOISE = {"exact": (0.0, 0.0), "noisy": (0.1, 0.05)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--frames", type=int, default=450)
    parser.add_argument("--seeds", type=int, nargs="+", default=[5, 6])
    options = parser.parse_args()
    for seed in options.seeds:
        frames = frames_from(seed, options.frames)
        for noise in NOISE:
            for alike in (False, True):
                boxes, changes = followed(frames, noise, alike=alike)
                told = {"seed": seed, "boxes": noise, "classes": "alike" if alike else "kinds"}
                line = {**told, "frames": len(frames), "seen": boxes, "changes": changes}
                sys.stdout.write(json.dumps(line) + "\n")
    return 0


def frames_from(seed: int, count: int) -> list[Frame]:
    with Simulator(seed=seed) as simulator:
        camera = VectorCamera("robot", lambda: simulator.robot)
        camera.start()
        wait_for_state(camera, CameraState.LIVE, 60.0)
        frames = frames_of(camera, count, count)
        camera.stop()
    return frames


def followed(frames: Sequence[Frame], noise: str, *, alike: bool) -> tuple[int, int]:
    """How many boxes were seen, and how many of them under another number than before."""
    chance = random.Random(0)
    missed, tremble = NOISE[noise]
    steady, seen, changes = Steady(), 0, 0
    last: dict[str, tuple[int, int]] = {}
    before = frames[0].number
    for frame in frames:
        boxes = [
            box
            for box in read_truth(frame.data).boxes
            if min(box.width, box.height) >= SMALLEST and chance.random() >= missed
        ]
        things = [
            Thing(
                1 if alike else CLASSES.index(box.name),
                (
                    box.x + chance.gauss(0, tremble * box.width),
                    box.y + chance.gauss(0, tremble * box.height),
                    float(box.width),
                    float(box.height),
                ),
                0.9,
            )
            for box in boxes
        ]
        out = steady.follow(things, frame.number - before)
        before = frame.number
        for box, each in zip(boxes, out, strict=True):
            seen += 1
            number, at = last.get(box.name, (each.number, frame.number))
            changes += number != each.number and frame.number - at <= AWAY
            last[box.name] = (each.number, frame.number)
    return seen, changes


if __name__ == "__main__":
    run(main)
