"""The assistant's process: orders go in, answers come out, and it never outlives the window."""

from __future__ import annotations

import logging

from PySide6.QtCore import QObject, Signal

from labeler.gui.line_process import LineProcess
from labeler.runs.launch import TRAINER_FOLDER, require_training, trainer_command
from trainer.assist_lines import Answer, Failed, Order, answer_from, to_line

CLOSE_GRACE_S = 1.0
"""It saves nothing, so it ends at once; only one that hangs is killed."""

_log = logging.getLogger(__name__)


class AssistantProcess(QObject):
    """answered carries each answer; ended a sentence where it ended without being asked to."""

    answered = Signal(object)
    ended = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._process: LineProcess | None = None
        self._last_words = ""

    @property
    def is_running(self) -> bool:
        return self._process is not None

    @property
    def pid(self) -> int:
        """0 where it does not run."""
        return 0 if self._process is None else self._process.pid

    def start(self) -> None:
        """Raises UserError where what it needs is not installed."""
        require_training()
        self.stop()
        self._last_words = ""
        process = LineProcess(self)
        process.line_arrived.connect(lambda line: self._read(process, line))
        process.finished.connect(lambda code: self._end(process, code))
        process.start(trainer_command("assist"), folder=TRAINER_FOLDER)
        self._process = process

    def tell(self, *orders: Order) -> None:
        """Does nothing where it does not run."""
        for order in orders:
            self.tell_line(to_line(order))

    def tell_line(self, line: str) -> None:
        """An order that was written elsewhere."""
        if self._process is not None:
            self._process.write(f"{line}\n")

    def stop(self) -> None:
        """Ends it soon, without a word. Returns at once."""
        process, self._process = self._process, None
        if process is not None:
            process.stop(CLOSE_GRACE_S)

    def finish(self) -> None:
        """As stop(), but comes back when it is gone, a moment later. For closing the window."""
        process, self._process = self._process, None
        if process is not None:
            process.stop_and_wait(CLOSE_GRACE_S)

    def _read(self, process: LineProcess, line: str) -> None:
        if process is not self._process:
            return  # it was asked to stop
        try:
            answer: Answer = answer_from(line)
        except ValueError:
            _log.warning("the assistant said: %s", line[:200])
            return
        if isinstance(answer, Failed):
            self._last_words = answer.message
        else:
            self.answered.emit(answer)

    def _end(self, process: LineProcess, code: int) -> None:
        process.deleteLater()
        if process is not self._process:
            return
        self._process = None
        _log.warning("the assistant ended with code %d: %s", code, process.error_tail)
        self.ended.emit(
            self._last_words or self.tr("It ended unexpectedly (code {0}).").format(code)
        )
