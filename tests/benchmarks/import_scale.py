"""How long a COCO import takes, by phase, beside reading and decoding its pictures alone.

    python tests/benchmarks/import_scale.py                    # 20,000 pictures, 100,000 boxes
    python tests/benchmarks/import_scale.py --images 2000 --boxes 10000 --seed 3

Wall seconds depend on what else the machine does; CPU seconds hardly. The ratio is the import's CPU
seconds over those of reading, hashing and decoding each picture once, which every import needs.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import resource
import sys
import tempfile
import time
from pathlib import Path
from random import Random

import numpy as np
from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.dataset import picture
from labeler.dataset.coco_import import import_coco
from labeler.dataset.store import Dataset
from tests.script import run

WIDTH, HEIGHT = 160, 120
PHASES = ((0, "reading the file"), (100, "taking the pictures"), (900, "writing the rows"))


def made_world(folder: Path, images: int, boxes: int, seed: int) -> Path:
    """Pictures of noise over a gradient and a COCO file with boxes on them; returns the file."""
    random, noise = Random(seed), np.random.default_rng(seed)
    (folder / "images").mkdir()
    tiles = [noise.integers(0, 255, (HEIGHT, WIDTH, 3), np.uint8) for _ in range(16)]
    for number in range(images):
        pixels = tiles[number % 16] // 4 + np.uint8(number % 128)
        place = folder / "images" / f"{number:06}.jpg"
        Pillow.fromarray(pixels).save(place, quality=80, comment=str(number).encode())
    told = {
        "images": [
            {"id": n, "file_name": f"{n:06}.jpg", "width": WIDTH, "height": HEIGHT}
            for n in range(images)
        ],
        "annotations": [
            {
                "id": n,
                "image_id": random.randrange(images),
                "category_id": 1 + n % 5,
                "bbox": [random.randrange(100), random.randrange(80), 20 + n % 30, 20 + n % 20],
                "iscrowd": 0,
            }
            for n in range(boxes)
        ],
        "categories": [{"id": n, "name": f"class {n}"} for n in range(1, 6)],
    }
    path = folder / "annotations.json"
    path.write_text(json.dumps(told))
    return path


class Clock:
    """Notes when a phase begins, from the import's own progress."""

    def __init__(self) -> None:
        self.end = time.perf_counter(), time.process_time()
        self.marks = {0: self.end}

    def update(self, done: int, total: int) -> None:
        for start, _ in PHASES:
            if done >= start and start not in self.marks:
                self.marks[start] = (time.perf_counter(), time.process_time())

        if done == total:
            self.end = time.perf_counter(), time.process_time()

    def told(self) -> str:
        ends = [*[self.marks[start] for start, _ in PHASES][1:], self.end]
        lines = []
        for (start, name), (wall, spent) in zip(PHASES, ends, strict=True):
            began = self.marks[start]
            lines.append(f"{name:22} {wall - began[0]:7.1f} s, CPU {spent - began[1]:7.1f} s")
        return "\n".join(lines)


def least(folder: Path) -> float:
    """CPU seconds for reading, hashing and decoding each picture once."""
    began = time.process_time()
    for path in sorted((folder / "images").iterdir()):
        data = path.read_bytes()
        hashlib.sha256(data).hexdigest()
        picture.inspect(data, path.name)
    return time.process_time() - began


def measured(images: int, boxes: int, seed: int) -> str:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        coco = made_world(folder, images, boxes, seed)
        alone = least(folder)
        with Dataset.create(folder / "dataset") as dataset:
            clock = Clock()
            wall, spent = time.perf_counter(), time.process_time()
            report = import_coco(dataset, coco, folder / "images", on_progress=clock.update)
            wall, spent = time.perf_counter() - wall, time.process_time() - spent
            assert (report.images_added, report.annotations_added) == (images, boxes)
            size = sum(each.stat().st_size for each in dataset.folder.glob("dataset.sqlite*"))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    return (
        f"{clock.told()}\n"
        f"{images} pictures, {boxes} boxes: {wall:.1f} s, CPU {spent:.1f} s\n"
        f"reading, hashing and decoding alone: CPU {alone:.1f} s; ratio {spent / alone:.1f}\n"
        f"database {size / 1e6:.1f} MB, peak memory {peak} MB\n"
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--images", type=int, default=20_000)
    parser.add_argument("--boxes", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    sys.stdout.write(measured(given.images, given.boxes, given.seed))
    return 0


if __name__ == "__main__":
    run(main)
