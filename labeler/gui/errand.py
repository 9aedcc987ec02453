"""The trainer sent on an errand: one verb that takes a while, answers, and can be called back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.line_process import LineProcess
from labeler.runs.errand import failure_of
from labeler.runs.launch import TRAINER_FOLDER, trainer_command


class Errand(QObject):
    """done carries what the trainer wrote to stdout, failed a UserError. Stopped: neither comes."""

    done = Signal(str)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: list[str] = []
        self._is_stopped = False
        self._process = LineProcess(self)
        self._process.line_arrived.connect(self._lines.append)
        self._process.finished.connect(self._end)

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    def start(self, *words: str | Path) -> None:
        """The trainer's verb and what goes with it. Paths must be absolute."""
        self._lines.clear()
        self._is_stopped = False
        self._process.start(trainer_command(*words), folder=TRAINER_FOLDER)

    def stop(self) -> None:
        """Ends it at once: it writes files only when they are whole."""
        if self.is_running:
            self._is_stopped = True
            self._process.kill()

    def stop_and_wait(self) -> None:
        """For closing the window."""
        self._is_stopped = True
        self._process.stop_and_wait(0)

    def _end(self, code: int) -> None:
        self.ended.emit()
        if self._is_stopped:
            return
        if code == 0:
            self.done.emit("\n".join(self._lines))
            return
        self.failed.emit(failure_of(code, self._process.error_tail))
