"""The pair under way: one child process that trains both runs in turn, and what it has told."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.gui.training_process import TrainingProcess
from labeler.runs.history import LOG
from labeler.runs.launch import ended_badly, note_crash, note_stop, trainer_command
from labeler.runs.pair import SIDES, PairRecords, from_pair_line, read_records
from trainer.events import Event, Failed, Finished, Paused, Resumed


class PairTrainer(TrainingProcess):
    """Trains one pair at a time. told carries a side and its event; ended the pair's folder."""

    told = Signal(str, object)
    stop_grace_s = 120.0
    close_grace_s = 6.0

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.records = PairRecords.empty()

    @property
    def pair(self) -> Path | None:
        """The pair under way, or the last one."""
        return self.folder

    @property
    def is_paused(self) -> bool:
        """Whether both stand still because somebody wished it."""
        return any(self.records.of(side).is_paused for side in SIDES)

    @property
    def has_learned(self) -> bool:
        return any(self.records.of(side).progress is not None for side in SIDES)

    def start(self, pair: Path) -> None:
        """Begins to train a prepared pair. Raises UserError where its folders cannot be written."""
        self._begin(pair, PairRecords.empty())

    def go_on(self, pair: Path) -> None:
        """Takes a pair up again from the states it left. Raises UserError as start() does."""
        records = read_records(pair)
        for side in SIDES:
            end = records.of(side).end
            if not isinstance(end, Finished) or end.stopped_early:
                records.of(side).take_up()
        self._begin(pair, records)

    def _begin(self, pair: Path, records: PairRecords) -> None:
        self._attend([pair / side for side in SIDES])
        self.records = records
        self._start(pair, trainer_command("twin", pair, "--gently"))

    def _take_line(self, line: str) -> None:
        self._take(*from_pair_line(line))

    def _take(self, side: str, event: Event) -> None:
        if isinstance(event, Paused | Resumed):
            self.is_pausing = False
        self.records.of(side).add(event)
        self.told.emit(side, event)

    def _unended(self) -> list[tuple[str, Path]]:
        """The sides that have not said how they ended, with their runs."""
        assert self.pair is not None
        return [(side, self.pair / side) for side in SIDES if self.records.of(side).end is None]

    def _note_stop(self) -> None:
        for side, run in self._unended():
            self._take(side, note_stop(run))

    def _note_crash(self, code: int, last_words: str) -> None:
        assert self.pair is not None
        for side, run in self._unended():
            event = Failed(ended_badly(self.pair / LOG, code, last_words))
            note_crash(run, event, code, last_words)
            self._take(side, event)
