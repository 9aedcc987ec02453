"""Training on from a run against training anew, when pictures have come: by new and by old ones.

Run: python tests/benchmarks/train_on.py [--seconds 30 60] [--seeds 0 1] [--detector NAME]
       [--out DIR]
     python tests/benchmarks/train_on.py --set photos/cards
     (a set: a folder with train.json and images/; val.json is never looked at)

Without --set: 120 photos that the simulated robot took in one room, one a second, in four sittings;
then 40 of two sittings in another room, at another table and hour. A sitting of each room is held
back. Of --set, two fifths are the old ones, two fifths the new ones, and one fifth is held back, in
stretches of eight file names. A run learns from the old ones for --first seconds; then old and new
ones together are learned from, from pretrained weights and from that run.

Every run counts a second of 1.6 processor seconds of its one thread, which two free cores do in a
second by the clock: so a crowded machine gives about the same scores as a quiet one.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.simulator.render import Renderer
from labeler.simulator.setting import Setting
from labeler.simulator.truth import CLASSES, read_truth
from labeler.simulator.world import World
from tests.script import run
from trainer.config import DEFAULT_DETECTOR, DETECTORS, START_WEIGHTS, RunConfig, save_config
from trainer.evaluate import evaluate
from trainer.events import Event, Finished
from trainer.machine import prepare_environment

HERE = (34, Setting("kitchen", hour="noon"))
THERE = (57, Setting("living room", hour="evening"))
SITTING, FPS, BREAK = 30, 15, 75
"""Photos of a sitting, camera pictures between two photos and between two sittings."""
PARTS = ("old", "new", "held-old", "held-new")
PACE = 1.6
Coco = dict[str, list[Any]]


@dataclass(frozen=True)
class Set:
    """A folder with images/ and a COCO file for each of PARTS; held-new may be missing."""

    name: str
    folder: Path

    def part(self, name: str) -> Coco:
        content: Coco = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        return content

    @property
    def held(self) -> list[str]:
        return [name for name in PARTS[2:] if (self.folder / f"{name}.json").is_file()]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, action="append", default=[])
    parser.add_argument("--first", type=float, default=60.0)
    parser.add_argument("--seconds", type=float, nargs="+", default=[30.0, 60.0])
    parser.add_argument("--seeds", type=int, nargs="+", default=[0])
    parser.add_argument("--detector", choices=DETECTORS, default=DEFAULT_DETECTOR)
    parser.add_argument("--out", type=Path)
    parser.add_argument("--sitting", type=int, default=SITTING, help="photos of each sitting")
    words = parser.parse_args()
    prepare_environment()
    out = words.out or Path(tempfile.mkdtemp(prefix="train-on-"))
    sets = [in_fifths(each, out) for each in words.set] or [simulated(out, words.sitting)]
    say("set", "seed", "from", "seconds", "epochs", "AP50 / AP on old ones", "on new ones")
    sys.stdout.write("|---" * 7 + "|\n")
    for each in sets:
        for seed in words.seeds:
            how = {"seed": seed, "detector": words.detector}
            begun = f"{each.name}-{words.detector}-{seed}"
            first = out / f"{begun}-first"
            told(each, how, "pretrained, old only", words.first, first, ["old"], None)
            for seconds in words.seconds:
                for name, parent in (("pretrained", None), ("the run", first)):
                    run = out / f"{begun}-{name.replace(' ', '-')}-{seconds:g}"
                    told(each, how, name, seconds, run, ["old", "new"], parent)
    return 0


def told(
    each: Set,
    how: dict[str, Any],
    name: str,
    seconds: float,
    run: Path,
    parts: list[str],
    parent: Path | None,
) -> None:
    """Trains, unless it stands there from before, and prints the row. how: for RunConfig."""
    if not (run / "model.onnx").is_file():
        trained(each, how, seconds, run, parts, parent)
    scores = []
    for held in each.held:
        found = evaluate(run, each.folder / f"{held}.json", each.folder / "images").scores
        scores.append(f"{found.ap50:.3f} / {found.ap:.3f}")
    epochs = (run / "epochs.txt").read_text(encoding="utf-8")
    say(each.name, how["seed"], name, f"{seconds:g}", epochs, *scores)


def trained(
    each: Set, how: dict[str, Any], seconds: float, run: Path, parts: list[str], parent: Path | None
) -> None:
    from trainer.train import train

    shutil.rmtree(run, ignore_errors=True)
    run.mkdir(parents=True)
    content = joined([each.part(name) for name in parts])
    (run / "train.json").write_text(json.dumps(content), encoding="utf-8")
    shutil.copyfile(each.folder / "held-old.json", run / "val.json")
    start: dict[str, Any] = {} if parent is None else {"start": "run", "parent": parent.name}
    if parent is not None:
        shutil.copyfile(parent / "best.safetensors", run / START_WEIGHTS)
    images = str(each.folder / "images")
    how = {**how, **start, "seconds": seconds, "threads": 1, "device": "cpu"}
    config = RunConfig(images, images, **how)
    save_config(run, config)
    ends: list[Event] = []
    train(run, ends.append, lambda: False, lambda: time.process_time() / PACE)
    (end,) = (event for event in ends if isinstance(event, Finished))
    (run / "epochs.txt").write_text(f"{end.epochs:.1f}", encoding="utf-8")


def joined(parts: list[Coco]) -> Coco:
    """Ids are the whole set's."""
    return {
        "images": [image for part in parts for image in part["images"]],
        "annotations": [box for part in parts for box in part["annotations"]],
        "categories": parts[0]["categories"],
    }


def in_fifths(source: Path, out: Path) -> Set:
    """From train.json alone."""
    folder = out / source.name
    if folder.is_dir():
        return Set(source.name, folder)
    content = json.loads((source / "train.json").read_text(encoding="utf-8"))
    folder.mkdir(parents=True)
    (folder / "images").symlink_to((source / "images").resolve())
    ordered = sorted(content["images"], key=lambda image: str(image["file_name"]))
    fifths = [[image for n, image in enumerate(ordered) if n // 8 % 5 == i] for i in range(5)]
    for name, images in (
        ("old", fifths[0] + fifths[1]),
        ("new", fifths[2] + fifths[3]),
        ("held-old", fifths[4]),
    ):
        write(folder / f"{name}.json", only(content, images))
    return Set(source.name, folder)


def only(content: Coco, images: list[Any]) -> Coco:
    ids = {image["id"] for image in images}
    boxes = [box for box in content["annotations"] if box["image_id"] in ids]
    return {"images": images, "annotations": boxes, "categories": content["categories"]}


def simulated(out: Path, photos: int) -> Set:
    folder = out / "rooms"
    if (folder / "held-new.json").is_file():
        return Set("rooms", folder)
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "images").mkdir(parents=True)
    number = 0
    for (seed, setting), sittings in ((HERE, 5), (THERE, 3)):
        world, camera = World(seed), Renderer(seed, setting)
        parts: dict[str, Coco] = {}
        for sitting in range(sittings):
            age = "old" if seed == HERE[0] else "new"
            name = f"held-{age}" if sitting == sittings - 1 else age
            part = parts.setdefault(name, {"images": [], "annotations": [], "categories": []})
            count = photos if age == "old" or name == "held-new" else 2 * photos // 3
            for _ in range(count):
                number += 1
                photograph(world, camera, number, folder, part)
            for _ in range(BREAK):
                world.step(1 / FPS)
        for name, part in parts.items():
            write(folder / f"{name}.json", part)
    return Set("rooms", folder)


def photograph(world: World, camera: Renderer, number: int, folder: Path, part: Coco) -> None:
    for _ in range(FPS):
        world.step(1 / FPS)
    data = camera.photograph(world.scene())
    truth, name = read_truth(data), f"{number:04d}.jpg"
    (folder / "images" / name).write_bytes(data)
    size = {"width": truth.width, "height": truth.height}
    part["images"].append({"id": number, "file_name": name, **size})
    part["categories"] = [{"id": n, "name": each} for n, each in enumerate(CLASSES, start=1)]
    for place, box in enumerate(truth.boxes):
        entry = {"id": 100 * number + place, "image_id": number, "iscrowd": 0}
        kind = {"category_id": CLASSES.index(box.name) + 1, "area": box.bbox.area}
        part["annotations"].append({**entry, **kind, "bbox": box.bbox.as_list()})


def write(path: Path, content: Coco) -> None:
    path.write_text(json.dumps(content), encoding="utf-8")


def say(*cells: object) -> None:
    sys.stdout.write(f"| {' | '.join(map(str, cells))} |\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(main, hours=12)
