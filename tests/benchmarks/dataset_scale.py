"""What a dataset of 100,000 images costs: opening and listing it, one edit, memory.

Run: python tests/benchmarks/dataset_scale.py [--images 100000]
Rows alone, three boxes an image. Prints one JSON object; *_s is CPU time in seconds, list_ratio
is listing against fetching the bare rows.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import Annotation, BBox, Image, Pose
from labeler.dataset.store import Dataset
from tests.script import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=100_000)
    count = parser.parse_args().images
    with tempfile.TemporaryDirectory() as folder:
        figures = measure(filled(Path(folder) / "big", count), count)
    told = {key: round(value, 4) for key, value in figures.items()}
    sys.stdout.write(json.dumps({"images": count, **told}) + "\n")
    return 0


def filled(folder: Path, count: int) -> Path:
    with Dataset.create(folder) as dataset, dataset.transaction():
        session = dataset.add_session("big", "none", 0.0).id
        pose = Pose(1.0, 2.0, 3.0)
        for n in range(1, count + 1):
            name = f"{n:06}.jpg"
            dataset.add_image(
                Image(n, name, name, 640, 360, f"{n:064x}", session, float(n), 0.1, pose)
            )
        dataset.apply(add_category(dataset, "cube"))
        dataset.add_annotations(
            Annotation(n, 1 + n % count, 1, BBox(1, 2, 30, 40)) for n in range(1, 3 * count + 1)
        )
    return folder


def measure(folder: Path, count: int) -> dict[str, float]:
    def open_and_list() -> None:
        with Dataset.open(folder) as dataset:
            dataset.images()

    figures = {"open_and_list_s": seconds(open_and_list)}
    with Dataset.open(folder) as dataset:
        with dataset._reading() as connection:
            bare = seconds(lambda: connection.execute("SELECT * FROM image").fetchall())
        figures["list_s"] = seconds(dataset.images)
        figures["list_ratio"] = figures["list_s"] / bare
        figures["counts_s"] = seconds(dataset.counts)
        figures["boxes_of_an_image_s"] = seconds(lambda: dataset.annotations(count // 2))
        bbox = BBox(1, 2, 30, 40)
        figures["edit_s"] = seconds(lambda: dataset.apply(draw(dataset, 1, 1, bbox)))
        tracemalloc.start()
        images = dataset.images()
        figures["list_mb"] = tracemalloc.get_traced_memory()[0] / 1e6
        tracemalloc.stop()
        assert len(images) == count
    return figures


def seconds(work: Callable[[], object], rounds: int = 3) -> float:
    """The least CPU time of some rounds."""
    taken = []
    for _ in range(rounds):
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return min(taken)


if __name__ == "__main__":
    run(main)
