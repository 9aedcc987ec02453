"""How many pictures a second the preview looks at, how late they are, and what the window costs.

Run: python tests/benchmarks/preview_rate.py [--seconds 8] [--detector nanodet] [--model model.onnx]
         [--robot]
Pictures of the simulated world come as JPEG at 30 and at 15 a second, at exact times and from
memory, which costs nothing; with --robot from the simulated robot, which has a process of its own
and half a core, through the SDK. The Preview workspace decodes them, a detector looks, and the
window paints. Each detector has random weights and the input that the recipe gives it on a
processor; all detections count, so that painting and numbering are not spared. Prints one JSON
object a line: the pictures a second that the camera gave and the preview looked at, how old they
were when shown (ms), the detector's own time, to what the preview has stepped down by itself (one
of so many pictures, once it has found its pace), the processor's time as a share of one core,
whole and by thread (on Linux), and how late a timer of 16 ms came in the window's loop (95 of 100
times at most). "off": the camera runs and nobody watches; "bare": shown without a detector. All
detectors take about five minutes.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

from tests.script import run

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

RATES = (30, 15)
PICTURES = 45
CALM_S, CALM_LOOKS, LONGEST_WARM_UP_S = 4.0, 12, 15.0
"""It has found its pace when it has stepped neither down nor up for so long and so many looks."""
DEADLINE = 60.0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--detector", action="append", help="only these, by name")
    parser.add_argument("--model", type=Path, help="a trained model in place of the detectors")
    parser.add_argument("--robot", action="store_true", help="the simulated robot is the camera")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HOME"] = os.environ["USERPROFILE"] = name
        models: dict[str, Path | None] = {"off": None, "bare": None}
        if options.model is None:
            maker = multiprocessing.get_context("spawn").Process(
                target=make_models, args=(folder, options.detector)
            )
            maker.start()
            maker.join()
            models |= {path.stem: path for path in sorted(folder.glob("*.onnx"))}
        else:
            models["model"] = options.model.resolve()
        write_pictures(folder / "pictures")
        measure(folder, models, options)
    return 0


def make_models(folder: Path, names: list[str] | None) -> None:
    """In a process of its own: torch does not belong into the window's."""
    from tests.benchmarks.onnx_against_torch import random_detector
    from trainer.config import DETECTORS
    from trainer.export import export_onnx
    from trainer.predict import ModelDetails

    for name in names or DETECTORS:
        detector = random_detector(name, 3)
        categories = tuple((number, f"class {number}") for number in (1, 2, 3))
        details = ModelDetails(categories, detector.input_size, 0.3, name)
        export_onnx(folder / f"{name}.onnx", detector, details)


def write_pictures(folder: Path) -> None:
    import cv2

    from labeler.runs.clip import simulated_clip

    folder.mkdir()
    for number, frame in enumerate(islice(simulated_clip().read(), PICTURES)):
        bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(folder / f"{number:03}.jpg"), bgr, [cv2.IMWRITE_JPEG_QUALITY, 80])


def measure(folder: Path, models: dict[str, Path | None], options: argparse.Namespace) -> None:
    from PySide6.QtWidgets import QApplication

    from labeler.dataset.store import Dataset
    from labeler.gui import theme
    from labeler.gui.background import finish_jobs
    from labeler.gui.document import Document
    from labeler.gui.live import LiveCamera
    from labeler.gui.preview.workspace import PreviewWorkspace
    from tests.benchmarks.live_feeds import reel, robot

    application = QApplication([])
    theme.install(application)
    document = Document(Dataset.create(folder / "dataset"))
    live = LiveCamera()
    workspace = PreviewWorkspace(document, live)
    workspace.resize(1280, 740)
    workspace.show()
    for name, model in models.items():  # those without one first: it stays in use
        for rate in RATES:
            feed = robot if options.robot else reel
            with feed(live, folder if options.robot else folder / "pictures", rate):
                workspace.deactivated() if name == "off" else workspace.activated()
                if model is not None:
                    workspace.models.choose(model)
                spin(lambda model=model: is_ready(workspace, live, model), DEADLINE)
                spin(settled(workspace.looking), min(2 * options.seconds, LONGEST_WARM_UP_S))
                figures = figures_of(workspace, options.seconds)
            print_line({"detector": name, "camera_fps": rate, **figures})
    workspace.shut_down()
    live.stop()
    finish_jobs()
    document.dataset.close()


def is_ready(workspace: Any, live: Any, model: Path | None) -> bool:
    """A picture is there, and the model that was asked for has looked at one."""
    if live.newest() is None:
        return False
    pane = workspace.looking.pane
    return model is None or (pane is not None and pane.model.path == model)


def settled(looking: Any) -> Callable[[], bool]:
    """Whether it asks as much of the machine as some seconds and looks ago."""
    asked, since, looks = (0, 0), 0.0, 0

    def count(_shown: object) -> None:
        nonlocal looks
        looks += 1

    def is_calm() -> bool:
        nonlocal asked, since, looks
        now = (looking.effort.every, looking.effort.longest)
        if now != asked:
            asked, since, looks = now, time.monotonic(), 0
        has_looked = looking.model is None or looks >= CALM_LOOKS
        return has_looked and time.monotonic() - since >= CALM_S

    looking.shown.connect(count)
    return is_calm


def figures_of(workspace: Any, seconds: float) -> dict[str, Any]:
    looking = workspace.looking
    shown: list[tuple[int, float]] = []
    took: list[float] = []
    ages: list[float] = []
    late: list[float] = []

    def note(one: Any) -> None:
        frame = one.sight.picture.frame
        shown.append((frame.number, frame.received))
        ages.append(1000 * (time.monotonic() - frame.received))
        took.append(one.sight.milliseconds)

    def tick() -> None:
        now = time.monotonic()
        late.append(1000 * (now - note_tick[0]) - 16)
        note_tick[0] = now

    from PySide6.QtCore import Qt, QTimer

    from tests.benchmarks.thread_times import thread_seconds

    note_tick = [time.monotonic()]
    timer = QTimer()
    timer.setTimerType(Qt.TimerType.PreciseTimer)
    timer.timeout.connect(tick)
    workspace.shown.connect(note)
    timer.start(16)
    cpu, clock, threads = time.process_time(), time.monotonic(), thread_seconds()
    spin(lambda: False, seconds)
    elapsed = time.monotonic() - clock
    share, by_thread = (time.process_time() - cpu) / elapsed, thread_seconds()
    timer.stop()
    workspace.shown.disconnect(note)
    rate = {} if looking.model is None else {"looked_fps": round(len(shown) / elapsed, 1)}
    figures: dict[str, Any] = {
        **rate,
        "cpu_percent": round(100 * share),
        "loop_late_p95_ms": p95(late),
    }
    for part, spent in by_thread.items():
        more = max(0.0, spent - threads.get(part, 0.0))  # less where a thread has ended
        figures[f"{part}_percent"] = round(100 * more / elapsed, 1)
    if len(shown) > 1:
        (first, began), (last, ended) = shown[0], shown[-1]
        figures = {
            "given_fps": round((last - first) / (ended - began), 1),
            **rate,
            "age_p50_ms": round(statistics.median(ages), 1),
            "age_p95_ms": p95(ages),
            "detector_p50_ms": round(statistics.median(took), 1),
            "one_of": looking.effort.every,
            **figures,
        }
    return figures


def p95(values: list[float]) -> float:
    return round(sorted(values)[int(0.95 * (len(values) - 1))], 1) if values else 0.0


def spin(is_done: Callable[[], bool], seconds: float) -> None:
    """The event loop as it runs in the window."""
    from PySide6.QtCore import QEventLoop, QTimer

    loop, timer, end = QEventLoop(), QTimer(), time.monotonic() + seconds
    timer.timeout.connect(lambda: (is_done() or time.monotonic() >= end) and loop.quit())
    timer.start(50)
    loop.exec()


def print_line(values: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(values) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    run(main)
