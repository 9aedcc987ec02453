"""What carries over from simulated pictures to a world that was made differently: an ablation.

Run: python tests/benchmarks/sim_to_real.py [--pictures 400] [--epochs 6] [--judged 150] [--own 10]
       [--only full plain own ...] [--detector NAME] [--out DIR]

For each row a set is made, `vector-labeler train` learns from it for so many epochs (so that a busy
machine gives the same scores as a quiet one), and `evaluate` scores on the judging world, which is
tests/benchmarks/judging_world.py: no picture of it is learned from or chosen by, but for the rows
that say so. Rows: "full" randomises everything; "without X" leaves one factor as the simulated
robot has it; "none" leaves all of them; "plain" are the simulated robot's own pictures; "own" are
so few pictures of the judging world alone, of which the program holds some back; "full, then own"
goes on from the weights of "full" with those. What stands in DIR already is not made again.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.runs.prepare import Wish
from labeler.simulator.render import Renderer
from labeler.simulator.setting import VARIED
from labeler.simulator.truth import Truth, read_truth
from labeler.simulator.world import World
from labeler.synthetic.factors import FACTORS
from labeler.synthetic.randomized import NAMES, RandomizedPictures
from tests.benchmarks import judging_world
from tests.benchmarks.verbs import printed_by, say
from tests.script import run

ROWS = ("full", *(f"without {name}" for name in FACTORS), "none", "plain", "own", "full, then own")
_WORLD_PICTURES, _STEPS, _STEP = 20, 45, 1 / 15

Pictures = Iterable[tuple[bytes, Truth]]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=400)
    parser.add_argument("--epochs", type=float, default=6.0)
    parser.add_argument("--own-epochs", type=float, default=60.0)
    parser.add_argument(
        "--checked", type=int, default=30, help="to check a simulated set with while it learns"
    )
    parser.add_argument("--judged", type=int, default=150)
    parser.add_argument("--own", type=int, default=10)
    parser.add_argument("--only", nargs="+", choices=ROWS, default=ROWS)
    parser.add_argument("--detector", default=Wish().detector)
    parser.add_argument("--longest-side", type=int, default=0)
    parser.add_argument("--out", type=Path)
    words = parser.parse_args()
    out = words.out or Path(tempfile.mkdtemp(prefix="sim-to-real-"))
    out.mkdir(parents=True, exist_ok=True)
    judged = written(out / "judged", lambda: judging_world.photos(words.judged))
    say("| learned from | pictures | AP | AP50 | AP vector | AP cube |\n" + "|---" * 6 + "|")
    for name in words.only:
        trained = learned(name, words, out)
        say(row(name, words, scored(trained, judged)))
    say(f"\n{words.detector}, {os.cpu_count()} cores; `python {shlex.join(sys.argv)}`")


def row(name: str, words: argparse.Namespace, scores: dict[str, Any]) -> str:
    own, simulated = str(words.own), f"{words.pictures:,}"
    counts = {"own": own, "full, then own": f"{simulated} + {own}"}
    by_name = {each["name"]: each["ap"] for each in scores["classes"]}
    cells = [scores["AP"], scores["AP50"], *map(by_name.get, NAMES)]
    shown = " | ".join("unknown" if cell is None else f"{cell:.3f}" for cell in cells)
    return f"| {name} | {counts.get(name, simulated)} | {shown} |"


def learned(name: str, words: argparse.Namespace, out: Path) -> Path:
    """The run's folder."""
    place = out / f"run {name}"
    if (place / "model.onnx").is_file() and (out / f"{place.name}.done").is_file():
        return place
    how: list[Any] = ["--detector", words.detector, "--longest-side", words.longest_side]
    if name in ("own", "full, then own"):
        folder = written(out / "own", lambda: judging_world.photos(words.own, seed=1))
        learn = [folder / "annotations.json", "--images", folder / "images"]
        how += ["--epochs", words.own_epochs]
        if name != "own":
            how += ["--from", learned("full", words, out)]
    else:
        folder = written(out / name, lambda: pictures_of(name, words.pictures))
        other = written(out / f"{name} checked", lambda: pictures_of(name, words.checked, 1))
        learn = [folder / "annotations.json", "--images", folder / "images"]
        learn += ["--val", other / "annotations.json", "--val-images", other / "images"]
        how += ["--epochs", words.epochs]
    printed_by(["train", *learn, *how, "--out", place])
    (out / f"{place.name}.done").touch()
    return place


def pictures_of(name: str, count: int, seed: int = 0) -> Pictures:
    if name == "plain":
        return plain(count, seed)
    without = FACTORS if name == "none" else [name.removeprefix("without ")]
    pictures = RandomizedPictures(seed, [] if name == "full" else without)
    drawn = (pictures.draw(number) for number in range(count))
    return ((each.jpeg, each.truth) for each in drawn)


def plain(count: int, seed: int) -> Iterator[tuple[bytes, Truth]]:
    """As the demo photographs: worlds one after the other, three seconds between two pictures."""
    for number in range(count):
        if number % _WORLD_PICTURES == 0:
            world_seed = 2 * VARIED * (seed + 1) + number // _WORLD_PICTURES
            world, camera = World(world_seed), Renderer(world_seed)
        for _ in range(_STEPS):
            world.step(_STEP)
        jpeg = camera.photograph(world.scene())
        yield jpeg, read_truth(jpeg)


def written(folder: Path, make: Any) -> Path:
    """A COCO folder of those pictures, unless it is there."""
    lists = folder / "annotations.json"
    if lists.is_file():
        return folder
    (folder / "images").mkdir(parents=True, exist_ok=True)
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    for number, (jpeg, truth) in enumerate(make(), 1):
        name = f"{number:05d}.jpg"
        (folder / "images" / name).write_bytes(jpeg)
        size = {"width": truth.width, "height": truth.height}
        images.append({"id": number, "file_name": name, **size})
        for box in truth.boxes:
            if box.name in NAMES:
                category = {"image_id": number, "category_id": NAMES.index(box.name) + 1}
                shape = {"bbox": box.bbox.as_list(), "area": box.bbox.area, "iscrowd": 0}
                boxes.append({"id": len(boxes) + 1, **category, **shape})
    categories = [{"id": place, "name": name} for place, name in enumerate(NAMES, 1)]
    content = {"images": images, "annotations": boxes, "categories": categories}
    lists.write_text(json.dumps(content), encoding="utf-8")
    return folder


def scored(trained: Path, judged: Path) -> dict[str, Any]:
    """AP, AP50 and AP by class on the judging world."""
    lists, images = judged / "annotations.json", judged / "images"
    found: dict[str, Any] = json.loads(
        printed_by(["evaluate", trained, lists, "--images", images, "--json"])
    )
    return found


if __name__ == "__main__":
    run(main, hours=12)
