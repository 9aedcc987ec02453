"""Makes docs/pictures/compare.png and compare-answer.png.

Run: python tools/make_vote_pictures.py DATASET
DATASET holds a finished pair that nobody has voted on; the votes of the pictures are thrown away.
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

from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.compare.workspace import CompareWorkspace
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import COMPARE
from labeler.gui.settings import Settings
from labeler.votes.ballot import Choice
from labeler.votes.vote_book import FILE_NAME
from tests.script import run

OUT = Path(__file__).parent / "pictures"
FRAME = 150
SIZE = (1280, 800)
_PATIENCE_S = 120.0


def main(folder: Path) -> None:
    application = QApplication(sys.argv[:1])
    theme.install(application)
    theme.use(application, theme.DARK)
    with tempfile.TemporaryDirectory() as home, Dataset.open(folder) as dataset:
        if list(dataset.runs_folder.glob(f"*/{FILE_NAME}")):
            sys.exit(f"{folder} holds votes that people gave. Use a dataset without.")
        window = MainWindow(Document(dataset), Settings(Path(home) / "window.ini"))
        window.resize(*SIZE)
        window.show()
        window.show_workspace(COMPARE)
        compare = cast(CompareWorkspace, window.current)
        _play(window, compare)
        window.close()
        for votes in dataset.runs_folder.glob(f"*/{FILE_NAME}"):
            votes.unlink()


def _play(window: MainWindow, compare: CompareWorkspace) -> None:
    """Eleven people vote, most of them for the pretrained one."""
    compare.toggle_watching()
    page = compare.watch_page
    _until(lambda: page.panes.sight is not None)
    page.transport.slider.setValue(FRAME)
    _until(lambda: page.panes.sight is not None and page.panes.sight.number == FRAME)
    good = (Choice.A, Choice.B)[page.voting.sides.index("pretrained")]
    for choice in [good] * 10 + [Choice.SAME]:
        page.vote(choice)
    _until_painted()
    window.grab().save(str(OUT / "compare.png"))
    page.reveal()
    _until_painted()
    window.grab().save(str(OUT / "compare-answer.png"))


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
    run(lambda: main(Path(sys.argv[1])))
