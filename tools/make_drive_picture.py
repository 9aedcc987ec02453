"""Makes docs/pictures/drive.png: two simulated robots, one of which poses before the other.

Run: python tools/make_drive_picture.py
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from labeler.cameras.posing_plan import PosingWish
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import CAPTURE
from labeler.gui.settings import Settings
from tests.script import run

OUT = Path(__file__).parent / "pictures" / "drive.png"
WORLD = "simulated:23"
SIZE = (1280, 800)
PICTURES = 7
"""So many are in the strip when the picture is made."""
FLASH = 5
"""So many tenths of a second after a shot the picture is clear again."""
_PATIENCE_S = 120.0


def main() -> None:
    application = QApplication(sys.argv[:1])
    theme.install(application)
    theme.use(application, theme.DARK)
    with tempfile.TemporaryDirectory() as home, Dataset.create(Path(home) / "table") as dataset:
        window = MainWindow(Document(dataset), Settings(Path(home) / "window.ini"))
        window.resize(*SIZE)
        window.show()
        window.use_camera(WORLD)
        window.show_workspace(CAPTURE)
        _pose(window, cast(CaptureWorkspace, window.current), dataset)
        window.grab().save(str(OUT))
        window.close()


def _pose(window: MainWindow, capture: CaptureWorkspace, dataset: Dataset) -> None:
    """Until some pictures are taken."""
    desk = capture.driving
    _until(lambda: window.live.picture is not None)
    desk.drive.switch_on()
    _until(lambda: desk.drive.is_on)
    desk.run.pose(PosingWish(pictures=40, negatives=10, radius_cm=8), desk.run.partners()[0])
    _until(lambda: dataset.counts().total >= PICTURES)
    for _ in range(FLASH):
        _until_painted()


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition() and time.monotonic() < end:
        _until_painted()


def _until_painted() -> None:
    """An event loop of its own: it lets the other threads work meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(100, loop.quit)
    loop.exec()


if __name__ == "__main__":
    run(main)
