"""Starts the simulated robot again and again beside programs that want the whole machine.

Run: python tests/reliability/busy_starts.py --starts 30 --busy 6
Each start is one of the window's own: a process, its configuration, a connection, a picture. What
the camera said meanwhile is counted. Prints the seconds and the sentences as JSON; the exit code is
1 where one did not come.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import CameraState
from labeler.cameras.simulated import SimulatedCamera
from tests.script import run

FIRST_WORLD = 1000


@contextmanager
def busy(programs: int) -> Iterator[None]:
    words = [sys.executable, "-c", "while True: pass"]
    running = [subprocess.Popen(words) for _ in range(programs)]
    try:
        yield
    finally:
        for program in running:
            program.kill()
            program.wait()


def start(seed: int, said: Counter[str]) -> float | None:
    """Seconds until the first picture; None: it failed for good."""
    camera, sentence = SimulatedCamera(seed), ""
    began = time.monotonic()
    camera.start()
    try:
        while camera.latest() is None:
            status = camera.status()
            if status.message != sentence:
                sentence = status.message
                said[sentence] += 1
            if status.state is CameraState.FAILED:
                return None
            time.sleep(0.02)
        return time.monotonic() - began
    finally:
        camera.stop()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--busy", type=int, default=6, help="programs beside them")
    words = parser.parse_args()
    said: Counter[str] = Counter()
    with busy(words.busy):
        took = [start(FIRST_WORLD + number, said) for number in range(words.starts)]
    seconds = [one for one in took if one is not None]
    verdict = {
        "starts": words.starts,
        "failed": took.count(None),
        "median": round(statistics.median(seconds), 1) if seconds else None,
        "most": round(max(seconds), 1) if seconds else None,
        "said": said.most_common(),
    }
    sys.stdout.write(json.dumps(verdict, indent=1) + "\n")
    return 1 if verdict["failed"] else 0


if __name__ == "__main__":
    run(main)
