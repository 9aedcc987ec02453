"""What a run has told so far: one reader for a run under way and for one of last year."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from trainer.events import (
    EVENTS,
    Downloading,
    Evaluated,
    Event,
    Failed,
    Finished,
    Paused,
    Progressed,
    Resumed,
    Started,
    Warned,
    checked_events,
    read_events,
    to_line,
)
from trainer.names import open_plain

__all__ = ["EVENTS", "UNKNOWN", "RunRecord", "append_event", "checked_events", "read_events"]

UNKNOWN = -1.0
"""A score where there was nothing to measure by, as COCO writes it."""


@dataclass(slots=True)
class RunRecord:
    """The events of one run, sorted by what they tell. add() takes the next one.

    losses and rates: (seconds, loss) and (seconds, learning rate) as the trainer told them while
    learning. is_paused: it stands still because somebody wished it.
    """

    started: Started | None = None
    download: Downloading | None = None
    progress: Progressed | None = None
    losses: list[tuple[float, float]] = field(default_factory=list)
    evaluations: list[Evaluated] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    end: Finished | Failed | None = None
    is_paused: bool = False
    rates: list[tuple[float, float]] = field(default_factory=list)

    @classmethod
    def of(cls, events: Iterable[Event]) -> RunRecord:
        record = cls()
        for event in events:
            record.add(event)
        return record

    def add(self, event: Event) -> None:
        match event:
            case Started():
                self.started, self.download = event, None
            case Downloading():
                self.download = event
            case Progressed():
                self._note_progress(event)
            case Evaluated():
                self.evaluations.append(event)
            case Warned() if event.message not in self.warnings:
                self.warnings.append(event.message)
            case Paused():
                self.is_paused = True
            case Resumed():
                self._go_back_to(event.seconds)
            case Finished() | Failed():
                self.end, self.is_paused = event, False

    def take_up(self) -> None:
        """A process begins that goes on from the last state; until it tells, it gets ready."""
        self.end, self.progress, self.is_paused = None, None, False

    def _note_progress(self, told: Progressed) -> None:
        self.progress, self.download = told, None
        if told.loss is not None:
            self.losses.append((told.seconds, told.loss))
        if told.learning_rate > 0:
            self.rates.append((told.seconds, told.learning_rate))

    def _go_back_to(self, seconds: float) -> None:
        """What an ended process learned after its last saved state is learned again."""
        self.end, self.is_paused = None, False
        self.losses = [told for told in self.losses if told[0] <= seconds]
        self.rates = [told for told in self.rates if told[0] <= seconds]
        self.evaluations = [scores for scores in self.evaluations if scores.seconds <= seconds]
        if self.progress is not None and self.progress.seconds > seconds:
            self.progress = None

    @property
    def epoch(self) -> float:
        """How many epochs it has learned so far."""
        if isinstance(self.end, Finished):
            return self.end.epochs
        told = [scores.epoch for scores in self.evaluations]
        if self.progress is not None:
            told.append(self.progress.epoch)
        return max(told, default=0.0)

    @property
    def ap_interval(self) -> tuple[float, float] | None:
        """The 95 % interval of that AP, low and high; None where it is not known."""
        best = self.best
        return None if best is None else _ends(best.ap_low, best.ap_high)

    @property
    def ap50_interval(self) -> tuple[float, float] | None:
        """The same of AP50."""
        best = self.best
        return None if best is None else _ends(best.ap50_low, best.ap50_high)

    @property
    def best(self) -> Evaluated | None:
        """The evaluation whose weights are kept."""
        return next((scores for scores in reversed(self.evaluations) if scores.is_best), None)

    @property
    def ap(self) -> float | None:
        """The AP of the weights that are kept, 0 to 1. None where nobody could measure it."""
        return _known(self._kept.ap if self._kept else None)

    @property
    def ap50(self) -> float | None:
        return _known(self._kept.ap50 if self._kept else None)

    @property
    def _kept(self) -> Finished | Evaluated | None:
        return self.end if isinstance(self.end, Finished) else self.best

    @property
    def seconds(self) -> float:
        """How long it has learned so far, by the trainer's clock."""
        if isinstance(self.end, Finished):
            return self.end.seconds
        told = [scores.seconds for scores in self.evaluations]
        if self.progress is not None:
            told.append(self.progress.seconds)
        return max(told, default=0.0)


def append_event(run: Path, event: Event) -> None:
    """Adds what the trainer could not tell any more, on a line of its own. Raises OSError."""
    with open_plain(run / EVENTS, "ab+") as stream:
        stream.seek(0, 2)
        if stream.tell():
            stream.seek(-1, 2)
            if stream.read(1) != b"\n":
                stream.write(b"\n")
        stream.write(to_line(event).encode() + b"\n")


def _ends(low: float, high: float) -> tuple[float, float] | None:
    return None if low < 0 or high < 0 else (low, high)


def _known(score: float | None) -> float | None:
    """The trainer tells such a score as COCO does."""
    return None if score is None or score < 0 else score
