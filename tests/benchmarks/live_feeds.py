"""Cameras for measurements: one that costs nothing, and the simulated robot at any rate."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from labeler.cameras.base import CameraState
from labeler.cameras.worker import WorkerCamera

ROOT = Path(__file__).resolve().parents[2]


class Reel(WorkerCamera):
    """Encoded pictures from memory, over and over, each at its exact time."""

    def __init__(self, pictures: Sequence[bytes], per_second: float) -> None:
        super().__init__("reel")
        self._pictures = pictures
        self._per_second = per_second

    def _run(self, stop: threading.Event) -> None:
        started, sent = time.monotonic(), 0
        self._report(stop, CameraState.LIVE)
        while not stop.wait(max(0.0, started + sent / self._per_second - time.monotonic())):
            self._show(stop, self._pictures[sent % len(self._pictures)])
            sent += 1


@contextmanager
def reel(camera: Any, folder: Path, per_second: float) -> Iterator[None]:
    """The pictures of a folder on live's camera as a Reel has them."""
    from labeler.gui import live

    module: Any = live

    opened, pictures = module.open_camera, [path.read_bytes() for path in sorted(folder.iterdir())]
    module.open_camera = lambda *_, **__: Reel(pictures, per_second)
    try:
        camera.choose(module.file_choice("folder", folder))
        yield
    finally:
        camera.stop()
        module.open_camera = opened


@contextmanager
def robot(live: Any, home: Path, per_second: float) -> Iterator[None]:
    """The simulated robot, in a process of its own, as seen through the SDK. home: the user's."""
    command = [sys.executable, "-m", "labeler", "simulator", "--exit-with-stdin"]
    command += ["--fps", str(per_second), "--seed", "7", "--folder", str(home / ".anki_vector")]
    process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        live.choose(f"robot:{json.loads(process.stdout.readline())['serial']}")
        yield
    finally:
        live.stop()
        process.stdin.close()
        process.wait()
