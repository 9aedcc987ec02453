"""How long until the window can be used, beside a bare PySide6 window on the same machine.

"start page": the first start, without any dataset.

Run: python tests/benchmarks/window_usable.py [--rounds 7]
"Usable": painted once, and the event loop has answered after that. Each start is a process of its
own; wall time counts from before the process to that moment, CPU time is the process's own.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.script import run

ROOT = Path(__file__).parents[2]

BARE = """
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
class Window(QWidget):
    painted = False
    def paintEvent(self, event):
        if not self.painted:
            self.painted = True
            QTimer.singleShot(0, report)
application = QApplication([])
window = Window()
window.resize(1280, 800)
window.show()
application.exec()
"""
OURS = """
import gc
gc.disable()  # as the program's door does
from labeler.gui import main_window
inner = main_window.MainWindow.show
def show(window):
    window.painted.connect(report)
    inner(window)
main_window.MainWindow.show = show
from labeler.gui.app import run_window
run_window(sys.argv[1:])
"""
REPORT = """
import json, os, sys, time
def report():
    heavy = [m for m in ("torch", "cv2", "onnxruntime", "anki_vector", "grpc") if m in sys.modules]
    print(json.dumps({"at": time.time(), "cpu": time.process_time(), "heavy": heavy}), flush=True)
    os._exit(0)
"""


SCREEN = {
    **{"name": "bench", "x": 0, "y": 0, "width": 1920, "height": 1080},
    **{"logicalDpi": 96, "logicalBaseDpi": 96, "dpr": 1},
}


def start(code: str, *words: str) -> dict[str, float]:
    """One start. Returns wall and cpu seconds."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    environment.setdefault("QT_QPA_PLATFORM", "offscreen")
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # nobody compiles everything at each start
    began = time.time()
    done = subprocess.run(
        [sys.executable, "-c", REPORT + code, *words],
        capture_output=True,
        text=True,
        env=environment,
        check=True,
        timeout=60,
    )
    told = json.loads(done.stdout)
    if told["heavy"]:
        sys.stdout.write(f"imported at start: {', '.join(told['heavy'])}\n")
    return {"wall": told["at"] - began, "cpu": told["cpu"]}


def made_dataset(folder: Path, pictures: int) -> None:
    sys.path.insert(0, str(ROOT))
    from PIL import Image as Pillow

    from labeler.dataset.images import add_picture
    from labeler.dataset.store import Dataset

    with Dataset.create(folder) as dataset:
        session = dataset.add_session("bench", "bench")
        for number in range(pictures):
            stream = io.BytesIO()
            color = (number % 256, number // 256, 99)
            Pillow.new("RGB", (640, 360), color).save(stream, "JPEG")
            add_picture(
                dataset, stream.getvalue(), original_name="bench.jpg", session_id=session.id
            )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pictures", type=int, default=200)
    rounds, pictures = vars(parser.parse_args()).values()
    with tempfile.TemporaryDirectory() as place:
        os.environ.update(XDG_CONFIG_HOME=place, XDG_STATE_HOME=place, HOME=place)
        os.environ["PYTHONPYCACHEPREFIX"] = str(Path(place) / "pycache")
        screen = (
            Path(place) / "screens.json"
        )  # or Qt's is 800x800, and the window smaller than BARE
        screen.write_text(json.dumps({"screens": [SCREEN]}), encoding="utf-8")
        os.environ.setdefault("QT_QPA_PLATFORM", f"offscreen:configfile={screen}")
        made_dataset(Path(place) / "bench", pictures)
        starts: dict[str, list[dict[str, float]]] = {"bare": [], "ours": [], "start page": []}
        start(OURS, str(Path(place) / "bench"))  # compiles
        for _ in range(rounds):  # in turn, so that a busy moment hits both
            starts["bare"].append(start(BARE))
            starts["ours"].append(start(OURS, str(Path(place) / "bench")))
            (Path(place) / "vector-labeler" / "window.ini").unlink(missing_ok=True)
            starts["start page"].append(start(OURS))
    for kind in ("wall", "cpu"):
        bare, ours, first = (
            statistics.median(each[kind] for each in told) for told in starts.values()
        )
        sys.stdout.write(
            f"{kind}: bare {bare:.3f} s, ours with {pictures} pictures {ours:.3f} s, "
            f"{ours - bare:.3f} s more, ratio {ours / bare:.2f}, start page {first:.3f} s "
            f"(median of {rounds})\n"
        )


if __name__ == "__main__":
    run(main)
