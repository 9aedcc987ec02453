"""How long a photo takes from the press of the shutter to being safe on disk.

Run: python tests/benchmarks/shutter_durable.py [--photos 60] [--folder DIR]
A real Capture workspace, offscreen, with the simulated robot at 15 fps; a press every 0.3 s.
Prints one JSON object in milliseconds: "durable" is the press to the picture's file and row on
disk; "told" to the moment the window says so, measured and marked; "bare" is one write and fsync
of as many bytes into the same folder, for comparison.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from labeler.dataset.images import Added
from labeler.dataset.store import Dataset
from labeler.gui import photo_keeper
from labeler.gui.background import finish_jobs
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from tests.script import run, until

PATIENCE = 20.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=60)
    parser.add_argument("--folder", type=Path, help="where the dataset is made; default: temporary")
    words = parser.parse_args()
    application = QApplication([])
    with tempfile.TemporaryDirectory(dir=words.folder) as folder:
        os.environ["XDG_STATE_HOME"] = folder
        with Dataset.create(Path(folder) / "bench") as dataset:
            figures = measured(dataset, words.photos)
            sizes = [dataset.path_of(image).stat().st_size for image in dataset.images()]
        figures["bare"] = spread([bare(Path(folder), size) for size in sizes])
    figures["bytes"] = round(statistics.median(sizes))
    figures["load_average"] = list(os.getloadavg()) if hasattr(os, "getloadavg") else None
    sys.stdout.write(json.dumps(figures, indent=1) + "\n")
    del application
    return 0


def measured(dataset: Dataset, photos: int) -> dict[str, Any]:
    durable_at: list[float] = []
    told_at: list[float] = []
    add_picture = vars(photo_keeper)["add_picture"]

    def timed(*arguments: Any, **named: Any) -> Added:
        added: Added = add_picture(*arguments, **named)
        durable_at.append(time.perf_counter())
        return added

    vars(photo_keeper)["add_picture"] = timed
    live = LiveCamera()
    capture = CaptureWorkspace(Document(dataset), live)
    capture.resize(1280, 740)
    capture.show()
    capture.activated()
    capture.photographer.kept.connect(lambda _kept: told_at.append(time.perf_counter()))
    live.choose("simulated")
    until(lambda: live.picture is not None, PATIENCE)
    durable, told = [], []
    for number in range(photos):
        pause(0.3)
        pressed = time.perf_counter()
        capture.photographer.shutter.tap()
        until(lambda number=number: len(told_at) > number, PATIENCE)
        durable.append(1000 * (durable_at[number] - pressed))
        told.append(1000 * (told_at[number] - pressed))
    capture.shut_down()
    live.stop()
    finish_jobs()
    return {"photos": photos, "durable": spread(durable), "told": spread(told)}


def pause(seconds: float) -> None:
    """Lets frames come."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.001)


def bare(folder: Path, size: int) -> float:
    data = os.urandom(size)
    began = time.perf_counter()
    with (folder / "bare").open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    return 1000 * (time.perf_counter() - began)


def spread(times: Sequence[float]) -> dict[str, float]:
    ordered = sorted(times)
    return {
        "p50": round(statistics.median(ordered), 1),
        "p95": round(ordered[int(0.95 * (len(ordered) - 1))], 1),
        "worst": round(ordered[-1], 1),
    }


if __name__ == "__main__":
    run(main)
