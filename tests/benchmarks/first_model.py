"""From the press of Train to the first detector at work in Preview, in the real window.

Run: python tests/benchmarks/first_model.py [--set FOLDER] [--seconds 60] [--detector nanodet]
A set: a folder with train.json and images/; without one 40 drawn pictures. The dataset is made from
it, its own photos are what Preview watches, and Train is pressed with a mouse. As soon as Use in
Preview is there it is pressed. Prints one JSON object: the seconds from the press of Train to the
first event of the trainer, to the first score, and to the first photo in Preview that the run's
detector has looked at; how long the trainer had learned then, and by how many pictures it was
scored (0: all). The run is stopped after that.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.script import run, until


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--set", type=Path, dest="folder")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--detector", default="nanodet")
    parser.add_argument("--pictures", type=int, default=40, help="to draw, without a set")
    words = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["HOME"] = os.environ["USERPROFILE"] = name
        source = words.folder or drawn(Path(name), words.pictures)
        told = measured(Path(name), source, words.seconds, words.detector)
    sys.stdout.write(json.dumps(told) + "\n")


def drawn(folder: Path, count: int) -> Path:
    from tests.trainer.training_runs import write_coco

    (folder / "set").mkdir()
    write_coco(folder / "set/train.json", folder / "set/images", count, seed=1)
    return folder / "set"


def measured(folder: Path, source: Path, seconds: float, detector: str) -> dict[str, float]:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest
    from PySide6.QtWidgets import QApplication

    from labeler.dataset.coco_import import import_coco
    from labeler.dataset.store import Dataset
    from labeler.gui.background import finish_jobs
    from labeler.gui.document import Document
    from labeler.gui.live import file_choice
    from labeler.gui.main_window import MainWindow
    from labeler.gui.pages import PREVIEW, TRAIN
    from labeler.gui.settings import Settings
    from labeler.runs.prepare import Wish

    application = QApplication.instance() or QApplication([])
    dataset = Dataset.create(folder / "dataset")
    import_coco(dataset, source / "train.json", source / "images")
    window = MainWindow(Document(dataset), Settings(folder / "window.ini"))
    window.resize(1280, 800)
    window.show()
    window.live.choose(file_choice("folder", source / "images"))
    window.show_workspace(TRAIN)
    train: Any = window.current
    train.settings.wish = lambda: Wish(seconds=seconds, detector=detector)
    until(train.settings.train_button.isEnabled)
    begun = time.monotonic()
    told: dict[str, float] = {}

    def note(name: str) -> None:
        told.setdefault(name, round(time.monotonic() - begun, 2))

    train.trainer.told.connect(lambda _event: note("first_event_s"))
    QTest.mouseClick(train.settings.train_button, Qt.MouseButton.LeftButton)
    until(train.header.preview_button.isVisible, 600.0)
    note("offered_s")
    first = next(iter(train.trainer.record.evaluations), None)
    QTest.mouseClick(train.header.preview_button, Qt.MouseButton.LeftButton)
    window.show_workspace(PREVIEW)
    preview: Any = window.current
    until(lambda: preview.looking.last is not None and preview.models.model is not None, 60.0)
    note("in_preview_s")
    if first is not None:
        told |= {"learned_s": round(first.seconds, 2), "images": first.images}
        told["ap"] = round(first.ap, 3)
    train.trainer.stop_and_wait()
    application.processEvents()
    window.close()
    finish_jobs()
    dataset.close()
    return told


if __name__ == "__main__":
    run(main)
