"""The training under way: the child process, what it has told, and how it ended."""

from __future__ import annotations

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.dataset.lock import WriterLock
from labeler.gui.line_process import LineProcess
from labeler.runs.history import LOG, attend
from labeler.runs.launch import TRAINER_FOLDER, ended_badly, note_crash, trainer_command
from labeler.runs.record import RunRecord, read_events
from trainer.events import Event, Failed, Paused, Resumed, from_line

_log = logging.getLogger(__name__)

STOP_GRACE_S = 90.0
"""So long a softly stopped training may take to score and save before it is ended."""

CLOSE_GRACE_S = 4.0
"""The same when the window closes. The best weights so far are on the disk by then."""


class Trainer(QObject):
    """Trains one run at a time. told carries each event; ended carries the run's folder."""

    told = Signal(object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.run: Path | None = None
        self.record = RunRecord()
        self.is_stopping = False
        self.is_pausing = False
        self._lock: WriterLock | None = None
        self._process = LineProcess(self)
        self._process.line_arrived.connect(self._read)
        self._process.finished.connect(self._end)

    @property
    def is_running(self) -> bool:
        return self._process.is_running

    @property
    def pid(self) -> int:
        return self._process.pid

    def start(self, run: Path, command: list[str] | None = None) -> None:
        """Begins to train a prepared run. Raises UserError where its folder cannot be written."""
        self._start(run, RunRecord(), command or trainer_command("train", run))

    def go_on(self, run: Path) -> None:
        """Takes a run up again from the state it left. Raises UserError as start() does."""
        record = RunRecord.of(read_events(run))
        record.take_up()
        self._start(run, record, trainer_command("train", run))

    def _start(self, run: Path, record: RunRecord, command: list[str]) -> None:
        self._lock = attend(run)
        self.run, self.record = run, record
        self.is_stopping = self.is_pausing = False
        self._process.start(command, folder=TRAINER_FOLDER)

    def pause(self) -> None:
        """Asks it to stand still, or to go on where it does. It tells when it has done so."""
        if not self.is_running or self.is_stopping or self.is_pausing:
            return
        self.is_pausing = not self.record.is_paused
        self._process.write("resume\n" if self.record.is_paused else "pause\n")

    def stop(self) -> None:
        """Asks it to score, save and end. It goes on telling until it has ended."""
        if self.is_running and not self.is_stopping:
            self.is_stopping = True
            self._process.stop(STOP_GRACE_S)

    def stop_and_wait(self) -> None:
        """For closing the window: softly where something was learned, then by force."""
        if self.is_running:
            self.is_stopping = True
            self._process.stop_and_wait(0 if self.record.progress is None else CLOSE_GRACE_S)

    def _read(self, line: str) -> None:
        try:
            event = from_line(line)
        except ValueError:
            _log.warning("the trainer said: %s", line[:200])
            return
        self._take(event)

    def _take(self, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            self.is_pausing = False
        self.record.add(event)
        self.told.emit(event)

    def _end(self, code: int) -> None:
        run = self.run
        assert run is not None
        if self.record.end is None and not self.is_stopping:
            self._tell_crash(run, code)
        if self._lock is not None:
            self._lock.release()
        self.ended.emit(run)

    def _tell_crash(self, run: Path, code: int) -> None:
        """Says in the trainer's place how it ended, on the screen and in the run's folder."""
        last_words = self._process.error_tail
        event = Failed(ended_badly(run / LOG, code, last_words))
        note_crash(run, event, code, last_words)
        self._take(event)
