"""Both detectors of a pair on one clip, as Compare's thread does it: ms a frame, ms a seek.

Run: python tests/benchmarks/two_panes.py PAIR [--clip CLIP] [--frames 200] [--seeks 30]
CLIP is what the window takes: a video, a folder of pictures, or "simulated". "read" is the frame,
"both" the two detections on it, one after the other; a seek is to any frame, in any order.
"""

from __future__ import annotations

import argparse
import os
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.runs.film import Film, open_film
from labeler.runs.pair import SIDES
from tests.script import run
from trainer.predict import Predictor


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """Milliseconds, and what came of it."""
    began = time.perf_counter()
    result = work()
    return 1000 * (time.perf_counter() - began), result


def play(film: Film, twins: list[Predictor], frames: int) -> tuple[list[float], list[float]]:
    read, both = [], []
    for number in range(frames):
        took, frame = timed(lambda wanted=number: film.frame(wanted))
        if frame is None:
            break
        read.append(took)
        both.append(timed(lambda seen=frame: [twin.predict(seen) for twin in twins])[0])
    return read, both


def seek(film: Film, seeks: int) -> list[float]:
    chance = random.Random(0)
    numbers = [chance.randrange(max(1, film.count)) for _ in range(seeks)]
    return [timed(lambda wanted=number: film.frame(wanted))[0] for number in numbers]


def line(name: str, values: list[float]) -> str:
    ordered = sorted(values)
    late = ordered[min(len(ordered) - 1, round(0.95 * len(ordered)))]
    return f"{name:6} p50 {statistics.median(values):7.1f} ms   p95 {late:7.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("pair", type=Path)
    parser.add_argument("--clip", default="simulated")
    parser.add_argument("--frames", type=int, default=200)
    parser.add_argument("--seeks", type=int, default=30)
    wish = parser.parse_args()
    threads = max(1, (os.cpu_count() or 2) // 2)
    twins = [Predictor(wish.pair / side / "model.onnx", threads=threads) for side in SIDES]
    read, both = play(open_film(wish.clip), twins, wish.frames)
    told = [
        f"{wish.clip}: {len(read)} frames, {threads} threads a detector",
        line("read", read),
        line("both", both),
        line("seek", seek(open_film(wish.clip), wish.seeks)),
    ]
    sys.stdout.write("\n".join(told) + "\n")


if __name__ == "__main__":
    run(main)
