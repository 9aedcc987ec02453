"""A picture of the window, taken once everything on it has arrived."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QTimer

from labeler.gui.background import is_idle
from labeler.gui.main_window import MainWindow

WIDTH, HEIGHT = 1280, 800
_LOOK_MS = 150
_QUIET_LOOKS = 3
_PATIENCE = 30.0
"""Seconds; then the picture is taken as it is."""


class Screenshot(QTimer):
    """Saves the window to a file and closes it. wants_camera: not before its picture is there."""

    def __init__(self, window: MainWindow, file: Path, *, wants_camera: bool) -> None:
        super().__init__(window)
        self._window = window
        self._file = file
        self._wants_camera = wants_camera
        self._quiet = 0
        self._deadline = time.monotonic() + _PATIENCE
        window.resize(WIDTH, HEIGHT)
        self.timeout.connect(self._look)
        self.start(_LOOK_MS)

    def _look(self) -> None:
        has_camera = not self._wants_camera or self._window.live.picture is not None
        is_still = (is_idle() or self._wants_camera) and self._window.current.is_settled()
        self._quiet = self._quiet + 1 if has_camera and is_still else 0
        if self._quiet >= _QUIET_LOOKS or time.monotonic() > self._deadline:
            self.stop()
            self._file.parent.mkdir(parents=True, exist_ok=True)
            self._window.grab().save(str(self._file))
            self._window.close()
