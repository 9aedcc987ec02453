"""From the wish for a box to the box on disk, through the document, beside a bare fsync.

Run: python tests/benchmarks/edit_durable.py [--edits 300] [--images 1 10000 100000]
Every edit is drawn alternately with a write of 4 KB that is synced to the same disk. Prints one
JSON object a size: p50 and p95 in milliseconds of both, and ratio, the one p50 over the other.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtCore import QCoreApplication

from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from tests.benchmarks.dataset_scale import filled
from tests.script import run


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--edits", type=int, default=300)
    parser.add_argument("--images", type=int, nargs="+", default=[1, 10_000, 100_000])
    wish = parser.parse_args()
    application = QCoreApplication([])
    for images in wish.images:
        with tempfile.TemporaryDirectory() as name:
            figures = measure(filled(Path(name) / "big", images), images, wish.edits)
        sys.stdout.write(json.dumps({"images": images, **figures}) + "\n")
        sys.stdout.flush()
    del application
    return 0


def measure(folder: Path, images: int, edits: int) -> dict[str, float]:
    with Dataset.open(folder) as dataset, (folder / "bare").open("wb", buffering=0) as bare:
        document = Document(dataset)
        failures: list[str] = []
        document.failed.connect(lambda text, details: failures.append(text))

        def write_bare() -> None:
            bare.write(bytes(4096))
            os.fsync(bare.fileno())

        kept, synced = [], []
        for number in range(edits):
            wish = partial(
                draw,
                image_id=1 + number * 7919 % images,
                category_id=1,
                bbox=BBox(1 + number % 500, 1, 30, 40),
            )
            kept.append(seconds(partial(document.attempt, wish)))
            synced.append(seconds(write_bare))
        assert not failures
    return {
        "edit_p50_ms": at(kept, 0.50),
        "edit_p95_ms": at(kept, 0.95),
        "fsync_p50_ms": at(synced, 0.50),
        "fsync_p95_ms": at(synced, 0.95),
        "ratio": round(statistics.median(kept) / statistics.median(synced), 2),
    }


def at(times: list[float], share: float) -> float:
    """A quantile in milliseconds."""
    return round(1000 * sorted(times)[int(share * (len(times) - 1))], 3)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


if __name__ == "__main__":
    run(main)
