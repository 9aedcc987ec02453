"""What there is to say of one run, read from its folder or from the training under way."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from labeler.gui.train.trainer import Trainer
from labeler.runs.history import MODEL, RunState, config_of, state_of
from labeler.runs.record import RunRecord, read_events


@dataclass(frozen=True, slots=True)
class ShownRun:
    """detector and seconds_total (its budget) as it was asked for."""

    path: Path
    record: RunRecord
    state: RunState
    detector: str
    seconds_total: float
    has_model: bool
    is_stopping: bool = False

    @classmethod
    def of(cls, run: Path, trainer: Trainer) -> ShownRun:
        """Raises UserError where the folder is no run any more."""
        config = config_of(run)
        is_own = run == trainer.run
        record = trainer.record if is_own else RunRecord.of(read_events(run))
        is_live = is_own and trainer.is_running
        return cls(
            path=run,
            record=record,
            state=RunState.RUNNING if is_live else state_of(run, record),
            detector=config.detector,
            seconds_total=config.seconds,
            has_model=(run / MODEL).is_file(),
            is_stopping=is_live and trainer.is_stopping,
        )

    @property
    def learned_s(self) -> float | None:
        """How long its model has learned, in seconds; None where it has no model."""
        if not self.has_model:
            return None
        return self.record.best.seconds if self.record.best else self.record.seconds
