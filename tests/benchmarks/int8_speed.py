"""What INT8 does to the speed and the size of each detector.

Run: python tests/benchmarks/int8_speed.py [--all] [--rounds 10] [--threads 2]
Random weights, so nothing is said of AP: `python -m trainer quantise RUN` measures that for a run.
Float and INT8 get the same pictures in turn, suppression included. --all: the large detectors too,
which takes some minutes each; not those of an extra that is not installed.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image

from tests.benchmarks.onnx_against_torch import drawn, random_detector, spread
from tests.script import run
from trainer.coco import Picture
from trainer.config import DETECTOR_FACTS, DETECTORS, missing_for
from trainer.export import export_onnx
from trainer.int8.convert import quantised
from trainer.predict import INPUT, OUTPUTS, ModelDetails, Predictor

_SMALL = [name for name, facts in DETECTOR_FACTS.items() if not facts.is_for_gpu]
_LARGE = [name for name in DETECTORS if name not in _SMALL and not missing_for(name)]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--detector", choices=DETECTORS, action="append", help="only these")
    parser.add_argument("--pictures", type=int, default=0, help="to be measured on; 0: all")
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=2)
    words = parser.parse_args()
    sys.stdout.write("detector | float ms p50/p95 | INT8 ms p50/p95 | MB | made in s\n")
    for name in words.detector or [*_SMALL, *(_LARGE if words.all else [])]:
        sys.stdout.write(f"{name} | {compared(name, words)}\n")
        sys.stdout.flush()


def compared(name: str, words: argparse.Namespace) -> str:
    detector = random_detector(name, classes=3)
    canvases = drawn(detector.input_size)[: words.pictures or None]
    categories = tuple((number, str(number)) for number in range(3))
    details = ModelDetails(categories, detector.input_size, 0.5, name)
    with tempfile.TemporaryDirectory() as place:
        plain, whole = Path(place, "model.onnx"), Path(place, "quantised.onnx")
        export_onnx(plain, detector, details)
        pictures = []
        for number, canvas in enumerate(canvases):
            path = Path(place, f"{number}.png")
            Image.fromarray(canvas).save(path)
            pictures.append(Picture(number, path, path.name, *detector.input_size, ()))
        began = time.perf_counter()
        whole.write_bytes(quantised(plain, details, pictures)[0])
        took = time.perf_counter() - began
        sessions = [Predictor(path, threads=words.threads)._session for path in (plain, whole)]
        sizes = [path.stat().st_size / 1e6 for path in (plain, whole)]
    times: list[list[float]] = [[], []]
    for turn in range(words.rounds + 2):
        for session, own in zip(sessions, times, strict=True):
            began = time.perf_counter()
            session.run(OUTPUTS, {INPUT: canvases[turn % len(canvases)][None]})
            if turn > 1:  # the first two warm up
                own.append(1000 * (time.perf_counter() - began))
    speeds = f"{spread(times[0])} | {spread(times[1])}"
    return f"{speeds} | {sizes[0]:.1f} -> {sizes[1]:.1f} | {took:.0f}"


if __name__ == "__main__":
    run(main)
