"""What there is to say of one run, read from its folder or from the training under way."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from labeler.gui.train.trainer import Trainer
from labeler.runs.history import MODEL, RunState, can_go_on, config_of, state_of
from labeler.runs.record import EVENTS, RunRecord, read_events


@dataclass(frozen=True, slots=True)
class ShownRun:
    """What was asked for (detector, budget, seconds, epochs) and what came of it.

    is_pausing: it was asked to pause and has not said yet that it does. can_go_on: it ended
    before it was complete and left a state to go on from.
    """

    path: Path
    record: RunRecord
    state: RunState
    detector: str
    budget: str
    seconds: float
    epochs: float
    has_model: bool
    is_stopping: bool = False
    is_pausing: bool = False
    can_go_on: bool = False

    @classmethod
    def of(cls, run: Path, trainer: Trainer) -> ShownRun:
        """Raises UserError where the folder is no run any more."""
        config = config_of(run)
        is_own = run == trainer.run
        record = trainer.record if is_own else _record_of(run, _stamp(run / EVENTS))
        is_live = is_own and trainer.is_running
        state = RunState.RUNNING if is_live else state_of(run, record)
        return cls(
            path=run,
            record=record,
            state=state,
            detector=config.detector,
            budget=config.budget,
            seconds=config.seconds,
            epochs=config.epochs,
            has_model=(run / MODEL).is_file(),
            is_stopping=is_live and trainer.is_stopping,
            is_pausing=is_live and trainer.is_pausing,
            can_go_on=can_go_on(run, state),
        )

    @property
    def seconds_total(self) -> float:
        """How far the axis of seconds has to reach; 0: as far as the run has come."""
        if self.budget == "time":
            return self.seconds
        told = self.record.progress
        is_live = self.state is RunState.RUNNING and told is not None
        return told.seconds_total if told and is_live and self.budget == "epochs" else 0.0

    @property
    def share(self) -> float | None:
        """How much of the run is done, 0 to 1; None where nobody can say."""
        told = self.record.progress
        if told is None or self.budget == "best":
            return None
        if self.budget == "epochs":
            return told.epoch / self.epochs
        return told.seconds / max(1.0, self.seconds)

    @property
    def learned_s(self) -> float | None:
        """How long its model has learned, in seconds; None where it has no model."""
        if not self.has_model:
            return None
        return self.record.best.seconds if self.record.best else self.record.seconds


@lru_cache(maxsize=8)
def _record_of(run: Path, stamp: tuple[int, int]) -> RunRecord:
    """Read once for each stamp: an hour of training has thousands of events."""
    return RunRecord.of(read_events(run))


def _stamp(file: Path) -> tuple[int, int]:
    """When it was written, and its size; zeros where it is not there."""
    try:
        found = file.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size
