"""AP after so many seconds of training on two cores, through the shell's own verbs: a table.

Run: python tests/benchmarks/sixty_seconds.py --sets photos/raccoon photos/cards simulated
       [--seconds 10 60 180] [--seeds 0 1 2] [--pictures all 10 3] [--detector NAME] [--out DIR]
     (a set: a folder with train.json, val.json and images/)

"simulated" stands for the 685 photos of transfer.py, one of twelve sittings held back. --pictures:
learn from all of train.json or from so many of them, drawn anew for each seed, from those with a
box. For each row, time and seed `vector-labeler train` learns and `evaluate` scores on val.json by
COCO's rules. Prints Markdown: medians of AP / AP50 over the seeds. What stands in DIR already is
not trained again, so a table may be filled in several goes. Seconds count as the program counts
them: all between the pictures being read and the last evaluation. Nothing else should run beside
it; the load of the machine while it ran is printed below the table, with the command.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import shlex
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.runs.prepare import Wish
from tests.benchmarks.transfer import IMAGES, SITTING, simulated
from tests.benchmarks.verbs import printed_by, say
from tests.script import run

SIMULATED, ALL = "simulated", "all"

Scores = tuple[float, float]
"""AP and AP50, 0 to 1."""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", nargs="+", default=[SIMULATED])
    parser.add_argument("--seconds", type=float, nargs="+", default=[10.0, 60.0, 180.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--pictures", nargs="+", default=[ALL])
    parser.add_argument("--detector", default=Wish().detector)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--images", type=int, default=IMAGES, help="of the simulated set")
    parser.add_argument("--sitting", type=int, default=SITTING, help="photos before a break")
    words = parser.parse_args()
    out = words.out or Path(tempfile.mkdtemp(prefix="sixty-seconds-"))
    out.mkdir(parents=True, exist_ok=True)
    times = " | ".join(f"{seconds:g} s" for seconds in words.seconds)
    say(f"| set | pictures | {times} |")
    say("|---" * (2 + len(words.seconds)) + "|")
    loads = [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    for name in words.sets:
        folder = Path(name)
        if name == SIMULATED:
            folder = simulated(out / SIMULATED, words.images, words.sitting)
        for pictures in words.pictures:
            cells = []
            for seconds in words.seconds:
                scores = [
                    scored(folder, pictures, seconds, seed, words.detector, out)
                    for seed in words.seeds
                ]
                cells.append(cell(scores))
            say(f"| {folder.name} | {pictures} | {' | '.join(cells)} |")
    loads += [os.getloadavg()[0]] if hasattr(os, "getloadavg") else []
    busy = ", ".join(f"{load:.1f}" for load in loads) or "unknown"
    say(
        f"\nMedian AP / AP50, seeds {', '.join(map(str, words.seeds))}; {words.detector}; "
        f"{platform.machine()}, {os.cpu_count()} cores; load at the beginning and the end: {busy}; "
        f"`python {shlex.join(sys.argv)}`"
    )


def cell(scores: list[Scores]) -> str:
    return " / ".join(f"{median(column):.3f}" for column in zip(*scores, strict=True))


def scored(
    folder: Path, pictures: str, seconds: float, seed: int, detector: str, out: Path
) -> Scores:
    """Trains and evaluates, unless that was done before."""
    place = out / f"{folder.name}-{pictures}-{seconds:g}s-{seed}-{detector}"
    kept = place.with_name(f"{place.name}.json")
    if not kept.is_file():
        kept.write_text(json.dumps(trained(folder, pictures, seconds, seed, detector, place)))
    scores = json.loads(kept.read_text())
    return scores["AP"], scores["AP50"]


def trained(
    folder: Path, pictures: str, seconds: float, seed: int, detector: str, place: Path
) -> dict[str, Any]:
    """What evaluate says."""
    lists = folder / "train.json"
    if pictures != ALL:
        lists = drawn(lists, int(pictures), seed, place.with_name(f"{place.name}-train.json"))
    images, val = folder / "images", folder / "val.json"
    how = ["--seconds", seconds, "--seed", seed, "--detector", detector]
    printed_by(["train", lists, "--images", images, "--val", val, *how, "--out", place])
    found: dict[str, Any] = json.loads(
        printed_by(["evaluate", place, val, "--images", images, "--json"])
    )
    return found


def drawn(lists: Path, count: int, seed: int, target: Path) -> Path:
    """So many of the images that have a box; the same seed draws the same."""
    content = json.loads(lists.read_text(encoding="utf-8"))
    boxed = {box["image_id"] for box in content["annotations"]}
    usable = [image for image in content["images"] if image["id"] in boxed]
    images = random.Random(seed).sample(usable, min(count, len(usable)))
    ids = {image["id"] for image in images}
    boxes = [box for box in content["annotations"] if box["image_id"] in ids]
    target.write_text(json.dumps({**content, "images": images, "annotations": boxes}))
    return target


if __name__ == "__main__":
    run(main, hours=12)
