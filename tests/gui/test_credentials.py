"""A robot's token and a camera's password: in the SDK's own file, in memory, and nowhere else."""

from __future__ import annotations

import logging
import stat
import zipfile
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState
from labeler.cameras.robots import config_path
from labeler.cameras.sdk_config import put_robot
from labeler.cameras.setup import Step
from labeler.cli import main
from labeler.dataset.store import Dataset
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.excepthook import start_log
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import CAPTURE
from labeler.gui.robot_setup_dialog import RobotSetupDialog
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.cameras.pod_stand_in import PodStandIn
from tests.gui.label_window import close, open_window
from tests.gui.live_waits import Heard, until, wait_for_picture

PODS_TOKEN = "d2lyZXBvZHM="
WRONG_TOKEN = "bm90IHRoaXMgb25l"
PASSWORD = "c4mera-pass"


class Spy:
    """Everything that it saw on labels and in tooltips."""

    def __init__(self) -> None:
        self.words: set[str] = set()

    def look(self, window: QWidget) -> None:
        for each in window.findChildren(QWidget):
            self.words |= {each.toolTip(), each.accessibleName()}
            if isinstance(each, QLabel):
                self.words.add(each.text())


def set_up(qtbot: QtBot, window: MainWindow, pod: PodStandIn, spy: Spy) -> None:
    """Once with a wrong token, then as it should be."""
    workspace = window.workspace(CAPTURE)
    assert isinstance(workspace, CaptureWorkspace)
    workspace.set_up_robot()
    dialog = workspace.findChild(RobotSetupDialog)
    assert dialog is not None
    dialog.pod.setText(pod.address)
    dialog.by_hand.setChecked(True)
    dialog.token.setText(WRONG_TOKEN)
    dialog.serial.setEditText(pod.robots[0][0])
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: "does not accept" in dialog.steps.sentences[Step.TOKEN].text())
    spy.look(window)
    dialog.token.clear()
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: dialog.go.text() == "Show its picture")
    spy.look(window)
    qtbot.mouseClick(dialog.go, Qt.MouseButton.LeftButton)


def test_no_secret_is_left_anywhere_after_a_sitting_with_all_its_faults(
    qtbot: QtBot,
    tmp_path: Path,
    isolated_home: Path,
    simulator: Simulator,
    wire: Wire,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    start_log()
    robot, spy = simulator.robot, Spy()
    Dataset.create(tmp_path / "table").close()
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    heard = Heard(window.document)
    window.show_workspace(CAPTURE)
    with PodStandIn() as pod:
        pod.robots = [(robot.serial, f"127.0.0.1:{wire.port}", PODS_TOKEN)]
        pod.certificates = {robot.serial: robot.cert.read_bytes()}
        set_up(qtbot, window, pod, spy)
    wait_for_picture(qtbot, window.live)
    workspace = window.workspace(CAPTURE)
    assert isinstance(workspace, CaptureWorkspace)
    qtbot.mouseClick(workspace.bar.shutter, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: heard.has("kept"))
    wire.cut()
    until(qtbot, lambda: window.live.status.state is CameraState.LOST)
    spy.look(window)
    wire.mend()
    put_robot(config_path(), robot.serial, {"guid": WRONG_TOKEN})
    window.live.try_again()
    until(qtbot, lambda: window.live.status.state is CameraState.FAILED)
    spy.look(window)
    window.live.choose(f"network:http://ann:{PASSWORD}@127.0.0.1:9/video?key={PASSWORD}")
    until(qtbot, lambda: "refuses" in window.live.status.message)
    spy.look(window)
    close(window)
    assert main(["export", str(tmp_path / "table"), str(tmp_path / "table.zip")]) == 0
    assert main(["capture", str(tmp_path / "x"), "--robot", robot.serial, "--count", "1"]) == 1
    config = config_path()
    config.write_text(f"guid = {robot.guid}\n" + config.read_text(encoding="utf-8"), "utf-8")
    assert main(["capture", str(tmp_path / "x"), "--robot", robot.serial, "--count", "1"]) == 1
    printed = capfd.readouterr()
    assert "not authorised" in printed.err
    assert "is damaged in line 1" in printed.err

    secrets = [robot.guid, PODS_TOKEN, WRONG_TOKEN, PASSWORD]
    shown = [*spy.words, *heard.sentences, *heard.failures, printed.out, printed.err, caplog.text]
    for secret in secrets:
        assert not [words for words in shown if secret in words]
        assert not [path for path in files_in(tmp_path, isolated_home) if holds(path, secret)]
    private = [each for each in config.parent.iterdir() if each != config]
    assert [stat.S_IMODE(each.stat().st_mode) for each in private] == [0o600]


def files_in(*folders: Path) -> list[Path]:
    """All but the SDK's own file."""
    found = [path for folder in folders for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if path != config_path()]


def holds(path: Path, secret: str) -> bool:
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as archive:
            return any(secret.encode() in archive.read(name) for name in archive.namelist())
    return secret.encode() in path.read_bytes()
