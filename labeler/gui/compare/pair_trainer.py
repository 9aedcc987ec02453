"""The pair under way: one child process that trains both runs in turn, and what it has told."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.line_process import LineProcess
from labeler.runs.history import LOG
from labeler.runs.launch import TRAINER_FOLDER, ended_badly, note_crash, trainer_command
from labeler.runs.pair import SIDES, PairRecords, attended, from_pair_line, read_records
from trainer.events import Event, Failed, Finished, Paused, Resumed

_log = logging.getLogger(__name__)

STOP_GRACE_S = 120.0
"""So long a softly stopped pair may take to score and save both before it is ended."""
CLOSE_GRACE_S = 6.0
"""The same when the window closes. The best weights so far are on the disk by then."""


class PairTrainer(QObject):
    """Trains one pair at a time. told carries a side and its event; ended the pair's folder."""

    told = Signal(str, object)
    ended = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pair: Path | None = None
        self.records = PairRecords.empty()
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

    def start(self, pair: Path) -> None:
        """Begins to train a prepared pair. Raises UserError where its folders cannot be written."""
        self._start(pair, PairRecords.empty())

    def go_on(self, pair: Path) -> None:
        """Takes a pair up again from the states it left. Raises UserError as start() does."""
        records = read_records(pair)
        for side in SIDES:
            end = records.of(side).end
            if not isinstance(end, Finished) or end.stopped_early:
                records.of(side).take_up()
        self._start(pair, records)

    def _start(self, pair: Path, records: PairRecords) -> None:
        self._attending.enter_context(attended(pair))
        self.pair, self.records = pair, records
        self.is_stopping = self.is_pausing = False
        self._process.start(trainer_command("twin", pair), folder=TRAINER_FOLDER)

    @property
    def is_paused(self) -> bool:
        """Whether both stand still because somebody wished it."""
        return any(self.records.of(side).is_paused for side in SIDES)

    def pause(self) -> None:
        """Asks both to stand still, or to go on. They tell when they have done so."""
        if self.is_running and not self.is_stopping and not self.is_pausing:
            self.is_pausing = not self.is_paused
            self._process.write("resume\n" if self.is_paused else "pause\n")

    def stop(self) -> None:
        """Asks it to score, save and end. It goes on telling until it has ended."""
        if self.is_running and not self.is_stopping:
            self.is_stopping = True
            self._process.stop(STOP_GRACE_S)

    def stop_and_wait(self) -> None:
        """For closing the window: softly where something was learned, then by force."""
        if self.is_running:
            self.is_stopping = True
            learned = any(self.records.of(side).progress is not None for side in SIDES)
            self._process.stop_and_wait(CLOSE_GRACE_S if learned else 0)

    def _read(self, line: str) -> None:
        try:
            side, event = from_pair_line(line)
        except ValueError:
            _log.warning("the trainer said: %s", line[:200])
            return
        self._take(side, event)

    def _take(self, side: str, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            self.is_pausing = False
        self.records.of(side).add(event)
        self.told.emit(side, event)

    def _end(self, code: int) -> None:
        pair = self.pair
        assert pair is not None
        if not self.is_stopping:
            self._tell_crash(pair, code)
        self._attending.close()
        self.ended.emit(pair)

    def _tell_crash(self, pair: Path, code: int) -> None:
        """Says in the trainer's place how it ended, on the screen and in both runs' folders."""
        last_words = self._process.error_tail
        for side in SIDES:
            if self.records.of(side).end is None:
                event = Failed(ended_badly(pair / LOG, code, last_words))
                note_crash(pair / side, event, code, last_words)
                self._take(side, event)
