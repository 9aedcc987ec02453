"""Trackers side by side: the same person, the same sequences, another tracker each time.

Run: python tests/benchmarks/trackers.py [--images 40] [--only NAME]
Prints a table. mean IoU and the share of at least 0.8 are over the boxes offered; wrong: offers
below 0.5 or of an object that is gone, of 100; lost: boxes of 100 not offered although their object
had one in the picture before; actions: what is left to do by hand, of 100 boxes; ms: CPU time a
box on one core, 640 x 360. The worlds are neither those the tracker was tuned on nor those of
label_effort.py.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import cv2
import numpy as np

from labeler.track import Carrier
from tests.script import run
from tests.track.person import GOOD, Effort, Start, replay
from tests.track.sequences import Shot, driving, own_life, passing, turning
from tests.track.trackers import (
    AffineFlow,
    CameraMotion,
    DenseFlow,
    MedianFlow,
    Mil,
    PhaseCorrelation,
    StandStill,
    TemplateMatching,
)

TRACKERS: dict[str, Start] = {
    "stand still": StandStill,
    "camera motion (affine)": CameraMotion,
    "phase correlation": PhaseCorrelation,
    "template matching": TemplateMatching,
    "DIS flow, median": DenseFlow,
    "LK flow, median": MedianFlow,
    "LK flow, affine": AffineFlow,
    "cv2.TrackerMIL": Mil,
    "labeler.track": Carrier,
}
ABSENT = ("TrackerKCF", "TrackerCSRT", "TrackerNano", "TrackerVit", "TrackerDaSiamRPN")
SEED = 41


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--images", type=int, default=40, help="images of each sequence")
    parser.add_argument("--only", help="a part of a tracker's name")
    words = parser.parse_args()
    cv2.setNumThreads(1)
    makers = (turning, passing, driving, own_life)
    sequences = [list(make(SEED + n, images=words.images)) for n, make in enumerate(makers)]
    heads = ("mean IoU", ">= 0.8", "wrong", "lost", "actions", "ms")
    sys.stdout.write(f"{'':24}" + "".join(f"{head:>10}" for head in heads) + "\n")
    for name, start in TRACKERS.items():
        if not words.only or words.only in name:
            sys.stdout.write(f"{name:24}{row(sequences, start)}\n")
            sys.stdout.flush()
    told = ", ".join(
        f"{name} {'wants a network' if hasattr(cv2, name) else 'is not in it'}" for name in ABSENT
    )
    sys.stdout.write(f"OpenCV {cv2.__version__}'s wheel: {told}.\n")
    return 0


def row(sequences: list[list[Shot]], start: Start) -> str:
    effort = Effort()
    for shots in sequences:
        effort.add(replay(shots, start))
    overlaps = np.array(effort.overlaps or [0.0])
    cells = (
        f"{overlaps.mean():.3f}",
        f"{100 * (overlaps >= GOOD).mean():.1f} %",
        f"{100 * effort.wrong / max(1, effort.offers):.1f}",
        f"{100 * effort.lost / effort.boxes:.1f}",
        f"{100 * effort.actions / effort.boxes:.1f}",
        f"{1000 * effort.seconds / max(1, effort.steps):.1f}",
    )
    return "".join(f"{cell:>10}" for cell in cells)


if __name__ == "__main__":
    run(main, hours=12)
