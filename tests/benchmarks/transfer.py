"""Transfer against scratch, measured: pairs on the simulated robot's pictures and on your own.

Run: python tests/benchmarks/transfer.py [--seconds 60 180] [--epochs E] [--seeds 0 1] [--out DIR]
       [--detector NAME]
     python tests/benchmarks/transfer.py --sets photos/raccoon photos/cards
     (a set: a folder with train.json, val.json and images/)

Without --sets: 685 photos in twelve sittings, five a second, as the simulated robot lives its own
life, all four classes labelled from the truth; the sixth sitting is held back to check with. For
each set, budget and seed `vector-labeler compare` trains both, and a row is printed. What stands in
DIR already is not trained again. --epochs trains so many epochs instead of seconds: then a crowded
machine gives the same scores as a quiet one.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.runs.pair import PAIR_DETECTOR
from labeler.simulator.render import Renderer
from labeler.simulator.truth import CLASSES, read_truth
from labeler.simulator.world import World
from tests.script import run

ROOT = Path(__file__).resolve().parents[2]
WORLD = 34
IMAGES, SITTING = 685, 60
HELD_BACK = 5
"""The sitting to check with, counted from 0."""
FPS, TICKS, BREAK = 15, 3, 75
"""Camera pictures a second, from one photo to the next, and between two sittings."""
_CATEGORIES = [{"id": number, "name": name} for number, name in enumerate(CLASSES, start=1)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sets", type=Path, nargs="*", default=[])
    parser.add_argument("--seconds", type=float, nargs="+", default=[60.0])
    parser.add_argument("--epochs", type=float, default=0.0)
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--images", type=int, default=IMAGES)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--detector", default=PAIR_DETECTOR)
    parser.add_argument("--sitting", type=int, default=SITTING, help="photos before a break")
    words = parser.parse_args()
    out = words.out or Path(tempfile.mkdtemp(prefix="transfer-"))
    sets = words.sets or [simulated(out / "simulated", words.images, words.sitting)]
    sys.stdout.write(
        "| set | budget | seed | epochs | AP50 pretrained | AP50 scratch | AP pretrained "
        "| AP scratch | difference of AP | AP50 0.5: scratch / pretrained |\n" + "|---" * 10 + "|\n"
    )
    for folder in sets:
        for seconds in words.seconds:
            for seed in words.seeds:
                budget = f"{words.epochs:g} epochs" if words.epochs else f"{seconds:g} s"
                place = out / f"{folder.name}-{budget.replace(' ', '')}-{seed}"
                told = compared(folder, seconds, words.epochs, seed, words.detector, place)
                sys.stdout.write(row(folder.name, budget, seed, told) + "\n")
                sys.stdout.flush()


def simulated(folder: Path, images: int, sitting: int) -> Path:
    """The set, made where it is not there yet."""
    if (folder / "val.json").is_file():
        return folder
    (folder / "images").mkdir(parents=True)
    sides: dict[str, dict[str, list[Any]]] = {
        side: {"images": [], "annotations": [], "categories": _CATEGORIES}
        for side in ("train", "val")
    }
    for number, data in enumerate(photos(images, sitting), start=1):
        name, truth = f"{number:04d}.jpg", read_truth(data)
        (folder / "images" / name).write_bytes(data)
        side = sides["val" if (number - 1) // sitting == HELD_BACK else "train"]
        size = {"width": truth.width, "height": truth.height}
        side["images"].append({"id": number, "file_name": name, **size})
        for box in truth.boxes:
            entry = {"image_id": number, "category_id": CLASSES.index(box.name) + 1, "iscrowd": 0}
            shape = {"bbox": box.bbox.as_list(), "area": box.bbox.area}
            side["annotations"].append({"id": len(side["annotations"]) + 1, **entry, **shape})
    for name, content in sides.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    return folder


def photos(count: int, sitting: int) -> Iterator[bytes]:
    world, camera = World(WORLD), Renderer(WORLD)
    for number in range(count):
        for _ in range(TICKS + (BREAK if number and number % sitting == 0 else 0)):
            world.step(1 / FPS)
        yield camera.photograph(world.scene())


def compared(
    folder: Path, seconds: float, epochs: float, seed: int, detector: str, out: Path
) -> dict[str, Any]:
    words = [
        folder / "train.json",
        "--val",
        folder / "val.json",
        "--seconds",
        seconds,
        "--epochs",
        epochs,
        "--seed",
        seed,
        "--detector",
        detector,
        "--out",
        out,
    ]
    done = subprocess.run(
        [sys.executable, "-m", "labeler", "compare", *map(str, words), "--json"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
    )
    told: dict[str, Any] = json.loads(done.stdout)
    return told


def row(name: str, budget: str, seed: int, told: dict[str, Any]) -> str:
    sides = [told[side] for side in ("pretrained", "scratch")]
    scores = [shown(side[key]["value"], ".3f") for key in ("ap50", "ap") for side in sides]
    apart = told["difference"]["ap"]
    value, low, high = (shown(apart[part], "+.2f") for part in ("value", "low", "high"))
    between = f"{value} ({low} to {high})"
    factor = told["times_as_long"]
    longer = f"{factor:.1f} times as long" if factor else reached(sides)
    cells = [name, budget, seed, f"{sides[0]['epochs']:.1f}", *scores, between, longer]
    return f"| {' | '.join(map(str, cells))} |"


def shown(score: float | None, form: str) -> str:
    """Few images to check with leave a score or its interval unknown."""
    return "unknown" if score is None else format(score, form)


def reached(sides: list[dict[str, Any]]) -> str:
    """Where no factor can be given: when each got there."""
    told = [
        "never" if side["reached"] is None else f"epoch {side['reached']['epochs']:.1f}"
        for side in reversed(sides)
    ]
    return " / ".join(told)


if __name__ == "__main__":
    run(main, hours=12)
