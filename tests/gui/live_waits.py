"""Showing a workspace as the window does, and waiting for pictures, states and sentences."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState, Frame
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.shortcuts import Shortcuts
from labeler.gui.workspace import Workspace

PATIENCE = 60_000
"""Milliseconds: the machine may be crowded."""


def show(qtbot: QtBot, workspace: Workspace) -> None:
    """On the screen, active, with its keys."""
    qtbot.addWidget(workspace, before_close_func=lambda shown: shown.shut_down())
    shortcuts = Shortcuts(workspace)
    shortcuts.add("here", workspace.actions_table())
    shortcuts.set_current("here")
    workspace.resize(1280, 740)
    with qtbot.waitActive(workspace, timeout=PATIENCE):
        workspace.show()
        workspace.activateWindow()
    workspace.activated()


def until(qtbot: QtBot, condition: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(condition()), timeout=PATIENCE)


def wait_for_picture(qtbot: QtBot, live: LiveCamera) -> None:
    until(qtbot, lambda: live.picture is not None and live.status.state is CameraState.LIVE)


def wait_for_another(qtbot: QtBot, live: LiveCamera) -> None:
    """A frame of another number: the same one comes a second time once its pose is known."""
    before = live.newest()
    number = before.number if before is not None else None
    until(qtbot, lambda: (newest := live.newest()) is not None and newest.number != number)


class Heard(QObject):
    """Everything that was said, reported and written for the person, and the frames that came."""

    def __init__(self, document: Document, live: LiveCamera | None = None) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.failures: list[str] = []
        self.frames: list[Frame] = []
        self.written: dict[Path, str] = {}
        """By where it is, what it is."""
        document.written.connect(self.written.__setitem__)
        document.said.connect(self.sentences.append)
        document.failed.connect(lambda sentence, _details: self.failures.append(sentence))
        if live is not None:
            live.frame_arrived.connect(self.frames.append)

    def has(self, words: str) -> bool:
        return any(words in sentence for sentence in self.sentences)
