"""A training under way in a child process: pausing, stopping, and a child that dies."""

from __future__ import annotations

import logging
from abc import abstractmethod
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.line_process import LineProcess
from labeler.runs.history import attend
from labeler.runs.launch import TRAINER_FOLDER

_log = logging.getLogger(__name__)


class TrainingProcess(QObject):
    """One training at a time: of a run, or of a pair. began and ended carry its folder.

    Who inherits knows what the lines mean.
    """

    began = Signal(object)
    ended = Signal(object)
    stop_grace_s = 90.0
    """So long a softly stopped training may take to score and save before it is ended."""
    close_grace_s = 4.0
    """The same when the window closes. The best weights so far are on the disk by then."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.is_stopping = False
        self.is_pausing = False
        self._attending = ExitStack()
        self._process = LineProcess(self)
        self._process.line_arrived.connect(self._read)
        self._process.finished.connect(self._end)

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    @abstractmethod
    def is_paused(self) -> bool:
        """Whether it stands still because somebody wished it."""

    @property
    @abstractmethod
    def has_learned(self) -> bool:
        """Whether this process has learned anything so far."""

    def pause(self) -> None:
        """Asks it to stand still, or to go on where it does. It tells when it has done so."""
        if self.is_running and not self.is_stopping and not self.is_pausing:
            self.is_pausing = not self.is_paused
            self._process.write("resume\n" if self.is_paused else "pause\n")

    def stop(self) -> None:
        """Asks it to score, save and end; it goes on telling until it has ended.

        A child that still gets ready has nothing to score and nothing to save: it ends at once.
        """
        if not self.is_running or self.is_stopping:
            return
        self.is_stopping = True
        if self.has_learned:
            self._process.stop(self.stop_grace_s)
        else:
            self._process.kill()

    def abandon(self) -> None:
        """Ends it at once: nobody wants what it has learned."""
        if self.is_running:
            self.is_stopping = True
            self._process.kill()

    def stop_and_wait(self) -> None:
        """For closing the window: softly where something was learned, then by force."""
        if self.is_running:
            self.is_stopping = True
            self._process.stop_and_wait(self.close_grace_s if self.has_learned else 0)

    def _attend(self, runs: Sequence[Path]) -> None:
        """Marks them as running until the child ends. Raises UserError where somebody does."""
        with ExitStack() as attending:
            for run in runs:
                attending.callback(attend(run).release)
            self._attending = attending.pop_all()

    def _start(self, folder: Path, command: list[str]) -> None:
        self.folder = folder
        self.is_stopping = self.is_pausing = False
        self._process.start(command, folder=TRAINER_FOLDER)
        self.began.emit(folder)

    def _read(self, line: str) -> None:
        try:
            self._take_line(line)
        except ValueError:
            _log.warning("the trainer said: %s", line[:200])

    def _end(self, code: int) -> None:
        assert self.folder is not None
        if self.is_stopping:
            self._note_stop()
        else:
            self._note_crash(code, self._process.error_tail)
        self._attending.close()
        self.ended.emit(self.folder)

    @abstractmethod
    def _take_line(self, line: str) -> None:
        """Raises ValueError where it tells nothing."""

    @abstractmethod
    def _note_stop(self) -> None:
        """Somebody stopped it: where the child could not say so any more, this does."""

    @abstractmethod
    def _note_crash(self, code: int, last_words: str) -> None:
        """Nobody stopped it: where the child has not said how it ended, this does."""
