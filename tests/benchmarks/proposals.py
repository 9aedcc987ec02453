"""How many true boxes one of ten proposals of COCO's detector overlaps by half or more, untrained.

Run: python tests/benchmarks/proposals.py [COCO.json ...] [--most 10] [--simulated 20] [--json]

The pictures lie beside each file in images/; without a file: photos of the simulated robot.
Milliseconds are those of one picture in memory: of the first pass, which Label shows at once, and
of both with what is chosen from them. Two threads.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
from numpy.typing import NDArray

from labeler.runs.coco_detector import LONGEST_CLOSE, CocoDetector, overlaps, proposals, things
from labeler.track import load_upright
from tests.benchmarks import transfer
from tests.script import run
from trainer.machine import prepare_environment

_LONGEST_DECODED = 1920
PASSES = ("first", "both")


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth", type=Path, nargs="*")
    parser.add_argument("--simulated", type=int, default=20, help="photos, where no file is given")
    parser.add_argument("--most", type=int, default=10)
    parser.add_argument("--json", action="store_true")
    words = parser.parse_args()
    detector = CocoDetector()
    with tempfile.TemporaryDirectory() as folder:
        truth = words.truth or [simulated(Path(folder) / "own", words.simulated)]
        rows = {str(path): figures(detector, path, words.most) for path in truth}
    if words.json:
        sys.stdout.write(json.dumps(rows) + "\n")
        return 0
    columns = "boxes  first >=.5 >=.75  both >=.5 >=.75   first ms p50/p95  both ms p50/p95"
    sys.stdout.write(f"{'':30} {columns}\n")
    for name, row in rows.items():
        sys.stdout.write(f"{name[-30:]:30} {_line(row)}\n")
    return 0


def simulated(folder: Path, count: int) -> Path:
    """A COCO file of so many photos, and beside it images/."""
    transfer.simulated(folder, count, count)
    return folder / "train.json"


def _line(row: dict[str, float]) -> str:
    shares = "  ".join(f"     {row[f'{p}_50']:.3f} {row[f'{p}_75']:.3f}" for p in PASSES)
    times = "  ".join(f"{row[f'{p}_ms_p50']:7.0f}/{row[f'{p}_ms_p95']:<7.0f}" for p in PASSES)
    return f"{row['boxes']:5.0f} {shares}   {times}"


def figures(detector: CocoDetector, path: Path, most: int) -> dict[str, float]:
    found = defaultdict[str, list[float]](list)
    times = defaultdict[str, list[float]](list)
    for rgb, true in pictures(path):
        size = rgb.shape[1], rgb.shape[0]
        begun = time.perf_counter()
        passes = [detector.predict(rgb)]
        first = proposals(things(passes, size), most)
        times["first"].append(time.perf_counter() - begun)
        passes.append(detector.predict(rgb, longest=LONGEST_CLOSE))
        both = proposals(things(passes, size), most)
        times["both"].append(time.perf_counter() - begun)
        for name, offered in zip(PASSES, (first, both), strict=True):
            found[name] += [overlaps(box, offered.boxes).max(initial=0) for box in true]
    row = {"boxes": float(len(found["first"]))}
    for name, best in found.items():
        row |= {f"{name}_{t}": float(np.mean(np.array(best) >= t / 100)) for t in (50, 75)}
        row |= {f"{name}_ms_p{p}": float(np.percentile(times[name], p)) * 1000 for p in (50, 95)}
    return row


def pictures(path: Path) -> Iterator[tuple[NDArray[np.uint8], NDArray[np.float32]]]:
    """Each picture that has boxes, and these as x1 y1 x2 y2 of it as it was decoded."""
    described = json.loads(path.read_text(encoding="utf-8"))
    boxes = defaultdict[int, list[list[float]]](list)
    for each in described["annotations"]:
        boxes[each["image_id"]].append(each["bbox"])
    for image in described["images"]:
        if image["id"] in boxes:
            rgb = load_upright(path.parent / "images" / image["file_name"], _LONGEST_DECODED)
            true = np.array(boxes[image["id"]], np.float32)
            true[:, 2:] += true[:, :2]
            yield rgb, true * np.float32(rgb.shape[1] / image["width"])


if __name__ == "__main__":
    prepare_environment()
    sys.exit(run(main))
