"""Lets the real window look through a simulated robot for a while, and looks for what grows.

Run: python tests/reliability/soak.py --minutes 10 [--preview]
The window shows the live picture in Capture and keeps two photos a second, or looks in Preview with
a detector that costs nothing; every 20 seconds the robot fails (it drops the connection, stalls, or
another program takes its camera), so that connections are made anew all the time. Every five
seconds memory, threads and open files of the window and of the simulator are noted. Memory is what
is in use: the C library gives back at once what is freed, and the least of some looks counts,
because drawing takes memory for a moment. The first four tenths are warming up (the small pictures
of 300 photos are remembered); of the rest, the medians of the first and the last third are
compared. Prints them and the verdict as JSON; the exit code is 1 where something grew: threads or
files by more than three, memory by more than 1 MB a minute.
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
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication

from labeler.cameras.base import CameraState
from labeler.cameras.simulated import SimulatedCamera
from labeler.cameras.simulated_world import PATIENCE
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.preview.workspace import PreviewWorkspace
from tests.gui.label_window import close, open_window
from tests.gui.tiny_model import write_tiny_model
from tests.script import run

SAMPLE_EVERY, FAULT_EVERY = 5.0, 20.0
FAULTS = ("drop for 1", "stall for 3", "take camera")
MOST_MEGABYTES_A_MINUTE = 1.0
GIVING_BACK = {"MALLOC_MMAP_THRESHOLD_": "131072", "MALLOC_TRIM_THRESHOLD_": "131072"}
"""Of glibc, read when a process begins. Left to itself it keeps tens of megabytes in store, which
protobuf empties about once a minute: the simulator takes 148 MB then, and 167 MB a little later."""
LOOKS, LOOK_EVERY = 8, 0.015
"""For about two pictures' time."""
SPARE = 3
"""Threads and files that come and go (a connection being made, a pool's idle worker)."""


@dataclass(frozen=True, slots=True)
class Sample:
    """One process at one moment."""

    seconds: float
    megabytes: float
    threads: int
    files: int


@dataclass(frozen=True, slots=True)
class Growth:
    """Of one process: medians of the first third and of the last one."""

    process: str
    megabytes: tuple[float, float]
    megabytes_a_minute: float
    threads: tuple[float, float]
    files: tuple[float, float]

    @property
    def grew(self) -> bool:
        more = [last - first > SPARE for first, last in (self.threads, self.files)]
        return any(more) or self.megabytes_a_minute > MOST_MEGABYTES_A_MINUTE


def sample(process_id: int, since: float) -> Sample:
    """Reads /proc. Raises OSError where there is none, or no such process."""
    place = Path("/proc") / str(process_id)
    status = dict(
        line.split(":", 1) for line in (place / "status").read_text(encoding="ascii").splitlines()
    )
    return Sample(
        round(time.monotonic() - since, 1),
        int(status["VmRSS"].split()[0]) / 1024,
        int(status["Threads"]),
        len(list((place / "fd").iterdir())),
    )


def growth(process: str, samples: list[Sample]) -> Growth:
    settled = samples[len(samples) * 4 // 10 :]
    third = max(1, len(settled) // 3)
    first, last = settled[:third], settled[-third:]
    minutes = max(1 / 60, (_middle(last, "seconds") - _middle(first, "seconds")) / 60)
    memory = _middle(first, "megabytes"), _middle(last, "megabytes")
    return Growth(
        process,
        memory,
        round((memory[1] - memory[0]) / minutes, 3),
        (_middle(first, "threads"), _middle(last, "threads")),
        (_middle(first, "files"), _middle(last, "files")),
    )


def _middle(samples: list[Sample], name: str) -> float:
    return round(float(statistics.median(getattr(one, name) for one in samples)), 1)


class Soak:
    """A window on a new dataset, live on a simulated robot."""

    def __init__(self, folder: Path, *, preview: bool = False) -> None:
        Dataset.create(folder / "soak").close()
        self.window: MainWindow = open_window(
            folder / "soak", folder / "settings.ini", backs_up=True
        )
        self.window.use_camera("simulated")
        if preview:
            self.window.show_workspace("preview")
            looking = self.window.workspace("preview")
            assert isinstance(looking, PreviewWorkspace)
            looking.use_model(write_tiny_model(folder / "model.onnx"))
        self.samples: dict[str, list[Sample]] = {"window": [], "simulator": []}
        self.faults = 0

    def run(self, seconds: float, photo_every: float) -> None:
        self._pass_until(self._is_live, PATIENCE)
        began = time.monotonic()
        capture = self.window.workspace("capture")
        assert isinstance(capture, CaptureWorkspace)
        due = {self._sample: SAMPLE_EVERY, self._fail: FAULT_EVERY}
        if photo_every:
            due[capture.photographer.shutter.tap] = photo_every
        times = {deed: began + every for deed, every in due.items()}
        self._began = began
        while time.monotonic() - began < seconds:
            _work(0.05)
            for deed, every in due.items():
                if time.monotonic() >= times[deed]:
                    times[deed] += every
                    deed()
        self._pass_until(self._is_live, 30.0)

    def _is_live(self) -> bool:
        camera = self.window.live.camera
        return camera is not None and camera.status().state is CameraState.LIVE

    def _sample(self) -> None:
        camera = self.window.live.camera
        processes = {"window": os.getpid()}
        if isinstance(camera, SimulatedCamera) and camera.process_id is not None:
            processes["simulator"] = camera.process_id
        looks: dict[str, list[Sample]] = {name: [] for name in processes}
        for _ in range(LOOKS):
            for name, process_id in processes.items():
                looks[name].append(sample(process_id, self._began))
            _work(LOOK_EVERY)
        for name, seen in looks.items():
            self.samples[name].append(min(seen, key=lambda one: one.megabytes))

    def _fail(self) -> None:
        camera = self.window.live.camera
        if isinstance(camera, SimulatedCamera):
            camera.world.order(FAULTS[self.faults % len(FAULTS)])
            self.faults += 1

    def _pass_until(self, done: Callable[[], bool], patience: float) -> None:
        deadline = time.monotonic() + patience
        while not done():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the picture did not come: {self.window.live.status}")
            _work(0.05)


def _work(seconds: float) -> None:
    """Lets the window live; the objects it drops are deleted as in a real event loop."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        time.sleep(0.004)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--photo-every", type=float, default=0.5, help="seconds; 0: no photos")
    parser.add_argument("--preview", action="store_true", help="Preview instead, without photos")
    words = parser.parse_args()
    if not GIVING_BACK.items() <= os.environ.items():
        os.execve(sys.executable, sys.orig_argv, os.environ | GIVING_BACK)
    application = QApplication([])
    theme.install(application)
    with tempfile.TemporaryDirectory() as folder:
        soak = Soak(Path(folder), preview=words.preview)
        soak.run(60 * words.minutes, 0.0 if words.preview else words.photo_every)
        photos = soak.window.document.dataset.counts().total
        close(soak.window)
    grown = [growth(process, samples) for process, samples in soak.samples.items()]
    verdict = {
        "minutes": words.minutes,
        "faults": soak.faults,
        "photos": photos,
        "grew": [one.process for one in grown if one.grew],
        "processes": [asdict(one) for one in grown],
    }
    sys.stdout.write(json.dumps(verdict, indent=1) + "\n")
    return 1 if verdict["grew"] else 0


if __name__ == "__main__":
    run(main, hours=12)
