"""Makes docs/pictures/ preview-*.png, capture-*.png and connect-network.png: dialogs and modes.

Run: python tools/make_mode_pictures.py DATASET
DATASET holds two finished runs, one of them from random weights. It is copied first, and what a
person has set stays as it is: all that is done for the pictures is thrown away.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import cast

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from PySide6.QtCore import QEventLoop, QRect, Qt, QTimer
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from labeler.cameras.posing_plan import PosingWish
from labeler.dataset.empty_check import unchecked
from labeler.dataset.store import Dataset
from labeler.gui import theme
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live_files import ask_for_file
from labeler.gui.main_window import MainWindow
from labeler.gui.network_dialog import NetworkDialog
from labeler.gui.pages import CAPTURE, PREVIEW
from labeler.gui.preview.rules_dialog import RulesDialog
from labeler.gui.preview.tally import Verdict
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.gui.settings import Settings
from labeler.react.rules import Deed, Rule
from labeler.runs.history import MODEL, list_runs
from tests.script import run

OUT = Path(__file__).parent / "pictures"
WORLD = "simulated:23"
SIZE = (1280, 800)
RULE = Rule("vector", Deed.SAY, "Hello, Vector!")
RECORDED = "0:06"
"""So long is the recording when its picture is made."""
NEGATIVES = 3
FLASH = 5
"""So many tenths of a second after a shot the picture is clear again."""
SETTLE = 40
"""And so many after a change of models the numbers in the corner are steady."""
SURE = 0.85
EDGE, TITLE = 1000, 34
"""Pixels: where a dialog ends at the right, and how high its title is."""
_PATIENCE_S, _SEEN_S = 120.0, 20.0


def main(folder: Path) -> None:
    with tempfile.TemporaryDirectory() as home:
        names = ("HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME")
        os.environ.update(dict.fromkeys(names, home))  # rules and exposure would be remembered
        copy = Path(home) / folder.resolve().name
        shutil.copytree(folder, copy)
        application = QApplication(sys.argv[:1])
        theme.install(application)
        with Dataset.open(copy) as dataset:
            learned, scratch = _models(dataset)
            window = MainWindow(Document(dataset), Settings(Path(home) / "window.ini"))
            window.resize(*SIZE)
            window.show()
            window.use_camera(WORLD)
            _until(lambda: window.live.picture is not None)
            _show_capture(window, dataset)  # first: the partner is in view at the beginning
            _show_preview(window, learned, scratch)
            window.close()


def _models(dataset: Dataset) -> tuple[Path, Path]:
    """The newest one that began with pretrained weights, and the newest of the others."""
    runs = [run for run in list_runs(dataset.runs_folder) if run.has_model]
    scratch = [run.path / MODEL for run in runs if run.start == "scratch"]
    learned = [run.path / MODEL for run in runs if run.start != "scratch"]
    if not scratch or not learned:
        sys.exit(f"{dataset.folder} does not hold a run of each kind.")
    return learned[0], scratch[0]


def _show_preview(window: MainWindow, learned: Path, scratch: Path) -> None:
    window.show_workspace(PREVIEW)
    preview = cast(PreviewWorkspace, window.current)
    preview.models.choose(learned)
    _use(theme.LIGHT)
    _record(window, preview)
    _react(window, preview)
    _use(theme.DARK)
    _show_big(preview)
    preview.controls.beside.use(scratch)
    _until(lambda: preview.looking.last_beside is not None)
    _wait(SETTLE)
    _until_seen(preview)
    _save(window, "preview-two")
    preview.controls.beside.use(None)


def _record(window: MainWindow, preview: PreviewWorkspace) -> None:
    _until_seen(preview)
    preview.record()
    _until(lambda: RECORDED in preview.controls.record.button.text())
    _until_seen(preview)
    preview.asking.judge(Verdict.RIGHT)
    _until(lambda: preview.judging.tally.right == 1)
    _wait(FLASH)
    _until_seen(preview)
    _save(window, "preview-recording")
    preview.record()
    _until(lambda: not preview.recording.is_on)
    window.status.fall_silent()  # it names a folder that is gone soon


def _react(window: MainWindow, preview: PreviewWorkspace) -> None:
    """One rule, tried once."""
    preview.reacting.use([RULE])
    preview.show_rules()
    dialog = cast(RulesDialog, QApplication.activeModalWidget())
    dialog.try_now()
    _until(lambda: bool(preview.reacting.log))
    _save(window, "preview-rules", dialog)
    dialog.reject()
    preview.react()
    _until(lambda: len(preview.reacting.log) > 1)
    _until_seen(preview)
    _save(window, "preview-reacting")
    preview.react()


def _show_big(preview: PreviewWorkspace) -> None:
    preview.big_screen.toggle()
    screen = preview.big_screen.screen
    assert screen is not None
    screen.showNormal()  # full, it is as large as this machine's screen
    screen.resize(*SIZE)
    _wait(FLASH)
    _until_seen(preview)
    _save(screen, "preview-big")
    preview.big_screen.close()


def _show_capture(window: MainWindow, dataset: Dataset) -> None:
    window.show_workspace(CAPTURE)
    capture = cast(CaptureWorkspace, window.current)
    desk = capture.driving
    _use(theme.DARK)
    desk.drive.switch_on()
    _until(lambda: desk.drive.is_on)
    desk.ask_partner()
    _save_dialog(window, "capture-partner")
    _use(theme.LIGHT)
    desk.ask_sweep()
    _save_dialog(window, "capture-sweep")
    desk.run.pose(PosingWish(pictures=2, negatives=NEGATIVES, radius_cm=8), desk.run.partners()[0])
    _until(lambda: len(unchecked(dataset)) == NEGATIVES and not desk.run.is_busy)
    _wait(FLASH)
    desk.check_empty()
    _save_dialog(window, "capture-empty")
    entry = next(each for each in window.live.choices() if each.id == "network:")
    ask_for_file(capture, entry, window.live.choose)
    dialog = cast(NetworkDialog, QApplication.activeModalWidget())
    dialog.address.setText("http://192.168.1.9:8080/video")
    dialog.user.setText("kitchen")
    dialog.password.setText("a long password")
    _save_dialog(window, "connect-network")
    _use(theme.DARK)
    desk.drive.switch_off()
    _until(lambda: not desk.drive.is_on and not capture.exposure.isHidden())
    capture.toggle_automatic_exposure()
    _wait(FLASH)
    _save(window, "capture-exposure")
    capture.toggle_automatic_exposure()
    _wait(FLASH)


def _save_dialog(window: MainWindow, name: str) -> None:
    """The one that is open, which is closed then."""
    dialog = QApplication.activeModalWidget()
    assert dialog is not None
    _until_painted()
    _save(window, name, dialog)
    dialog.close()


def _save(window: QWidget, name: str, dialog: QWidget | None = None) -> None:
    """dialog: over the right of the live picture, with a frame: no desktop draws one here."""
    picture = window.grab()
    if dialog is not None:
        shown = dialog.grab()
        body = shown.rect().translated(
            EDGE - shown.width(), (picture.height() - shown.height() + TITLE) // 2
        )
        title = QRect(body.left(), body.top() - TITLE, body.width(), TITLE)
        colors = dialog.palette()
        painter = QPainter(picture)
        painter.setFont(dialog.font())
        painter.fillRect(picture.rect(), QColor(0, 0, 0, 70))
        painter.fillRect(title, colors.color(QPalette.ColorRole.Button))
        painter.setPen(colors.color(QPalette.ColorRole.WindowText))
        painter.drawText(title, Qt.AlignmentFlag.AlignCenter, dialog.windowTitle())
        painter.drawPixmap(body.topLeft(), shown)
        painter.setPen(colors.color(QPalette.ColorRole.Mid))
        painter.drawRect(body.united(title).adjusted(-1, -1, 0, 0))
        painter.end()
    picture.save(str(OUT / f"{name}.png"))


def _use(colors: theme.Colors) -> None:
    theme.use(cast(QApplication, QApplication.instance()), colors)


def _until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError("The window did not come to what is to be pictured.")
        _until_painted()


def _until_seen(preview: PreviewWorkspace) -> None:
    """Something is found surely; on a weak detector nobody waits for long."""
    end = time.monotonic() + _SEEN_S
    while time.monotonic() < end:
        last = preview.looking.last
        if last is not None and any(each.detection.score >= SURE for each in last.stored):
            return
        _until_painted()


def _wait(tenths: int) -> None:
    for _ in range(tenths):
        _until_painted()


def _until_painted() -> None:
    """An event loop of its own: it lets the other threads work meanwhile."""
    loop = QEventLoop()
    QTimer.singleShot(100, loop.quit)
    loop.exec()


if __name__ == "__main__":
    run(lambda: main(Path(sys.argv[1])))
