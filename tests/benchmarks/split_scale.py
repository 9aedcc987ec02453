"""What the split of many images costs, near-duplicates and all.

Run: python tests/benchmarks/split_scale.py [--images 10000]
One in ten is a near-duplicate, in sessions of 100; then one film in which each frame is like the
next. Prints one JSON object; *_s is CPU time in seconds, look_ms that of one 1280x720 JPEG.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PIL import Image as Pillow

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.dataset.model import Image, Session
from labeler.dataset.near_duplicates import LOOK_BYTES, Likeness
from labeler.dataset.splits import split_by_session
from labeler.runs.looks import likeness_of_files
from tests.script import run

_PICTURES = 200


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=10_000)
    count = parser.parse_args().images
    chance = random.Random(0)
    figures = {"look_ms": _look_ms(chance)}
    figures |= _measured("sessions", _bursts(count, chance), 100)
    figures |= _measured("film", _film(count, chance), count)
    figures["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {key: round(value, 2) for key, value in figures.items()}
    sys.stdout.write(json.dumps({"images": count, **told}) + "\n")
    return 0


def _measured(name: str, looks: dict[int, bytes], size: int) -> dict[str, float]:
    """size: images in a session."""
    images = [Image(n, "", "", 1280, 720, "", n // size, 10.0 * n) for n in looks]
    sessions = [Session(n, f"s{n}", "", 0.0) for n in range(len(looks) // size)]
    categories = {n: [n % 7] for n in looks}

    def split() -> None:
        likeness = Likeness(looks)
        split_by_session(images, sessions, categories_of=categories, likeness=likeness)

    return {
        f"{name}_split_s": _seconds(split),
        f"{name}_groups_s": _seconds(lambda: Likeness(looks).groups(looks)),
    }


def _bursts(count: int, chance: random.Random) -> dict[int, bytes]:
    looks = {n: chance.randbytes(LOOK_BYTES) for n in range(count)}
    for n in range(0, count - 1, 10):
        looks[n + 1] = looks[n]
    return looks


def _film(count: int, chance: random.Random) -> dict[int, bytes]:
    """Each look differs from the one before in a few bits."""
    looks = {}
    look = bytearray(chance.randbytes(LOOK_BYTES))
    for n in range(count):
        for _ in range(6):
            look[chance.randrange(LOOK_BYTES - 12)] ^= 1 << chance.randrange(8)
        looks[n] = bytes(look)
    return looks


def _look_ms(chance: random.Random) -> float:
    with tempfile.TemporaryDirectory() as folder:
        paths = {}
        for number in range(_PICTURES):
            small = Pillow.frombytes("RGB", (32, 18), chance.randbytes(32 * 18 * 3))
            stream = io.BytesIO()
            small.resize((1280, 720), Pillow.Resampling.BICUBIC).save(stream, "JPEG", quality=90)
            paths[number] = Path(folder, f"{number}.jpg")
            paths[number].write_bytes(stream.getvalue())
        return 1000 * _seconds(lambda: likeness_of_files(paths)) / _PICTURES


def _seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    run(main)
