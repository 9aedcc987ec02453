"""The training under way: the child process, what it has told, and how it ended."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.training_process import TrainingProcess
from labeler.runs.history import LOG
from labeler.runs.launch import ended_badly, note_crash, note_stop, trainer_command
from labeler.runs.record import RunRecord, read_events
from trainer.events import Event, Failed, Paused, Resumed, from_line


class Trainer(TrainingProcess):
    """Trains one run at a time. told carries each event; ended carries the run's folder."""

    told = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.record = RunRecord()

    @property
    def run(self) -> Path | None:
        """The run under way, or the last one."""
        return self.folder

    @property
    def is_paused(self) -> bool:
        return self.record.is_paused

    @property
    def has_learned(self) -> bool:
        return self.record.progress is not None

    def start(self, run: Path, command: list[str] | None = None) -> None:
        """Begins to train a prepared run. Raises UserError where its folder cannot be written."""
        self._begin(run, RunRecord(), command or _command(run))

    def go_on(self, run: Path) -> None:
        """Takes a run up again from the state it left. Raises UserError as start() does."""
        record = RunRecord.of(read_events(run))
        record.take_up()
        self._begin(run, record, _command(run))

    def _begin(self, run: Path, record: RunRecord, command: list[str]) -> None:
        self._attend([run])
        self.record = record
        self._start(run, command)

    def _take_line(self, line: str) -> None:
        self._take(from_line(line))

    def _take(self, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            self.is_pausing = False
        self.record.add(event)
        self.told.emit(event)

    def _note_stop(self) -> None:
        if self.record.end is None:
            assert self.run is not None
            self._take(note_stop(self.run))

    def _note_crash(self, code: int, last_words: str) -> None:
        if self.record.end is None:
            assert self.run is not None
            event = Failed(ended_badly(self.run / LOG, code, last_words))
            note_crash(self.run, event, code, last_words)
            self._take(event)


def _command(run: Path) -> list[str]:
    """Where the machine has more to do than it can, the window comes first."""
    return trainer_command("train", run, "--gently")
