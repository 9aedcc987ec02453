"""Photos that wait when the window closes, or when the robot goes: each is kept once or told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.cameras.base import Frame
from labeler.dataset.store import Dataset
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import CAPTURE
from labeler.gui.photo_keeper import Kept
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.gui.label_window import close, open_window
from tests.gui.live_waits import until, wait_for_another, wait_for_picture

Space = Qt.Key.Key_Space


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, known_robot: str) -> Iterator[MainWindow]:
    """Watching the shared robot in Capture."""
    Dataset.create(tmp_path / "table").close()
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    shown.use_camera(known_robot)
    wait_for_picture(qtbot, shown.live)
    yield shown
    close(shown)


def capture(window: MainWindow) -> CaptureWorkspace:
    workspace = window.workspace(CAPTURE)
    assert isinstance(workspace, CaptureWorkspace)
    return workspace


def photo_failed(sentence: str) -> bool:
    """In the middle of it, or because the loss was noticed before."""
    return "did not take the photo" in sentence or "is not connected" in sentence


def test_pictures_that_wait_behind_a_photo_which_never_comes_are_kept_when_the_window_closes(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, simulator: Simulator
) -> None:
    workspace = capture(window)
    with simulator.fault("hang CaptureSingleImage", "answer CaptureSingleImage"):
        qtbot.keyClick(workspace, Qt.Key.Key_H)
        qtbot.keyClick(workspace, Space)
        qtbot.keyClick(workspace, Qt.Key.Key_H)
        due: list[Frame] = []
        workspace.photographer.shutter.photo_requested.connect(due.append)
        qtbot.keyClick(workspace, Space)
        assert workspace.photographer.keeper.waiting == 2
        window.close()
    (image,) = window.document.dataset.images()
    assert window.document.dataset.path_of(image).read_bytes() == due[0].data
    QApplication.processEvents()  # what was told meanwhile, while the dataset is open


def test_a_photo_that_the_robot_took_along_is_told_and_the_next_one_is_kept(
    qtbot: QtBot, window: MainWindow, wire: Wire
) -> None:
    workspace = capture(window)
    kept: list[Kept] = []
    workspace.photographer.keeper.kept.connect(kept.append)
    qtbot.keyClick(workspace, Qt.Key.Key_H)
    wire.cut()
    qtbot.keyClick(workspace, Space)
    until(qtbot, lambda: photo_failed(window.banner.message.text()))
    assert window.document.dataset.images() == []
    wire.mend()
    wait_for_picture(qtbot, window.live)
    wait_for_another(qtbot, window.live)
    qtbot.keyClick(workspace, Space)
    until(qtbot, lambda: kept)
    (image,) = window.document.dataset.images()
    assert (image.width, image.height) == (1280, 720)


def test_pictures_that_wait_go_into_the_dataset_that_was_open_when_they_were_taken(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, simulator: Simulator
) -> None:
    workspace = capture(window)
    with simulator.fault("hang CaptureSingleImage", "answer CaptureSingleImage"):
        qtbot.keyClick(workspace, Qt.Key.Key_H)
        qtbot.keyClick(workspace, Space)
        qtbot.keyClick(workspace, Qt.Key.Key_H)
        qtbot.keyClick(workspace, Space)
        Dataset.create(tmp_path / "shelf").close()
        window.actions_of_dataset.open(tmp_path / "shelf")
    assert window.document.dataset.images() == []
    with Dataset.open(tmp_path / "table") as table:
        assert len(table.images()) == 1
