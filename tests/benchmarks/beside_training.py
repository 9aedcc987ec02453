"""How the window feels while a training runs, by how far the training steps back, and what it pays.

Run: python tests/benchmarks/beside_training.py [--seconds 8] [--rounds 3] [--nice 0 5 10]
The Preview workspace shows pictures of the simulated world, 30 a second, looked at by the built-in
detector with random weights; then a box is dragged on the canvas of Label among 100 others. Beside
it `python -m trainer train` learns from drawn pictures in a process of its own, at the nice value
named (POSIX only), or does not run at all ("none"). All take turns, round by round, so that what
else the machine does meets them alike. Prints one JSON object for each, medians over rounds: the
pictures looked at in a second and how old they were when shown (ms), how late a timer of 16 ms came
in the window's loop (95 of 100 times at most), the p95 of a frame of the drag (ms), and the
pictures a second that the training learned from meanwhile.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.benchmarks.preview_rate import (
    DEADLINE,
    LONGEST_WARM_UP_S,
    figures_of,
    is_ready,
    make_models,
    p95,
    print_line,
    settled,
    spin,
    write_pictures,
)
from tests.script import run
from trainer.config import DEFAULT_DETECTOR

RATE = 30
BOXES, FRAMES = 100, 120


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--nice", type=int, nargs="+", default=[0, 5, 10])
    parser.add_argument("--photos", type=int, default=120, help="that the training learns from")
    parser.add_argument("--model", type=Path, help="in place of the built-in detector")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ["HOME"] = os.environ["USERPROFILE"] = name
        if options.model is None:
            maker = multiprocessing.get_context("spawn").Process(
                target=make_models, args=(folder, [DEFAULT_DETECTOR])
            )
            maker.start()
            maker.join()
        write_pictures(folder / "pictures")
        told = measure(folder, [None, *options.nice], options)
    for beside, rounds in told.items():
        keys = rounds[0].keys()
        figures = {key: round(statistics.median(each[key] for each in rounds), 1) for key in keys}
        print_line({"training_nice": "none" if beside is None else beside, **figures})
    return 0


def measure(
    folder: Path, beside: list[int | None], options: argparse.Namespace
) -> dict[int | None, list[dict[str, Any]]]:
    from PySide6.QtWidgets import QApplication

    from labeler.dataset.store import Dataset
    from labeler.gui import theme
    from labeler.gui.background import finish_jobs
    from labeler.gui.document import Document
    from labeler.gui.live import LiveCamera
    from labeler.gui.preview.workspace import PreviewWorkspace
    from tests.benchmarks.live_feeds import reel

    application = QApplication([])
    theme.install(application)
    document, live = Document(Dataset.create(folder / "dataset")), LiveCamera()
    workspace = PreviewWorkspace(document, live)
    workspace.resize(1280, 740)
    workspace.show()
    model = (
        folder / f"{DEFAULT_DETECTOR}.onnx" if options.model is None else options.model.resolve()
    )
    told: dict[int | None, list[dict[str, Any]]] = {each: [] for each in beside}
    with reel(live, folder / "pictures", RATE):
        workspace.activated()
        workspace.models.choose(model)
        spin(lambda: is_ready(workspace, live, model), DEADLINE)
        for turn in range(options.rounds):
            for nice in beside:
                with training(folder / f"run-{turn}-{nice}", nice, options.photos) as run:
                    spin(settled(workspace.looking), min(options.seconds * 2, LONGEST_WARM_UP_S))
                    told[nice].append(figures(workspace, run, options.seconds))
        workspace.shut_down()
    finish_jobs()
    document.dataset.close()
    return told


@contextmanager
def training(run: Path, nice: int | None, photos: int) -> Iterator[Path | None]:
    """A training that has begun to learn, ended afterwards."""
    if nice is None:
        yield None
        return
    from tests.trainer.training_runs import ROOT, prepare_run

    run.mkdir()
    prepare_run(run, run / "images", train=photos, val=8, seconds=1800.0)
    process = subprocess.Popen(
        ["nice", "-n", str(nice), sys.executable, "-m", "trainer", "train", str(run)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        spin(lambda: bool(rates(run)), DEADLINE)
        yield run
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()


def rates(run: Path) -> list[float]:
    """Pictures a second, as the training has told them so far."""
    from labeler.runs.record import read_events
    from trainer.events import Progressed

    return [told.images_per_second for told in read_events(run) if isinstance(told, Progressed)]


def figures(workspace: Any, run: Path | None, seconds: float) -> dict[str, Any]:
    before = len(rates(run)) if run else 0
    seen = figures_of(workspace, seconds)
    found = {key: seen[key] for key in ("looked_fps", "age_p50_ms", "age_p95_ms")}
    found |= {"loop_late_p95_ms": seen["loop_late_p95_ms"], "drag_p95_ms": drag_p95()}
    if run is not None:
        found["trained_per_s"] = statistics.mean(rates(run)[before:] or [0.0])
    return found


def drag_p95() -> float:
    """In short strokes with pauses between them, as a hand drags."""
    from PySide6.QtWidgets import QApplication

    from tests.benchmarks.canvas_drag import boxes, drag, shown_canvas

    canvas = shown_canvas(1)
    canvas.set_boxes(boxes(BOXES))
    times = []
    for _ in range(FRAMES // 10):
        times += [wall for wall, _cpu in drag(canvas, 10)]
        QApplication.processEvents()
        time.sleep(0.05)
    canvas.close()
    return p95(times)


if __name__ == "__main__":
    run(main)
