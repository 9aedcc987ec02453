"""What there is to say of one pair, read from its folder or from the training under way."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.runs.history import MODEL, RunState
from labeler.runs.pair import SIDES, PairRecords, read_records, summarise_pair
from labeler.runs.prepare import load_preparation
from trainer.events import Failed, Started

if TYPE_CHECKING:
    from labeler.gui.compare.pair_trainer import PairTrainer


@dataclass(frozen=True, slots=True)
class ShownPair:
    """seconds_total: what each run may take. boxes: how many both are scored on; None: unknown.

    explanation and warnings: how the images were split, and what was said of them beforehand.
    """

    path: Path
    started: float
    records: PairRecords
    state: RunState
    seconds_total: float
    boxes: int | None
    explanation: str
    warnings: tuple[str, ...]
    is_stopping: bool = False

    @classmethod
    def read(cls, path: Path) -> ShownPair:
        """From its folder; slow for a large dataset. Raises UserError where it is no pair."""
        summary = summarise_pair(path)
        explanation, warnings = load_preparation(path / SIDES[0])
        return cls(
            path=path,
            started=summary.started,
            records=read_records(path),
            state=summary.state,
            seconds_total=summary.seconds,
            boxes=_boxes_of(path / SIDES[0] / "val.json"),
            explanation=explanation,
            warnings=warnings,
        )

    def beside(self, trainer: PairTrainer) -> ShownPair:
        """The same with what the training under way has told, where it is this pair's."""
        if self.path != trainer.pair or not trainer.is_running:
            return self
        return replace(
            self,
            records=trainer.records,
            state=RunState.RUNNING,
            is_stopping=trainer.is_stopping,
        )

    @property
    def has_models(self) -> bool:
        """Whether both can be looked through."""
        return all((self.path / side / MODEL).is_file() for side in SIDES)

    @property
    def failure(self) -> str:
        """Why the run that ended badly did; empty where none did."""
        ends = [self.records.of(side).end for side in SIDES]
        return next((end.message for end in ends if isinstance(end, Failed)), "")

    @property
    def notes(self) -> tuple[str, ...]:
        """What was said beforehand and on the way, each once."""
        told = [warning for side in SIDES for warning in self.records.of(side).warnings]
        return tuple(dict.fromkeys((*self.warnings, *told)))

    @property
    def told_start(self) -> Started | None:
        return self.records.pretrained.started


def _boxes_of(val_json: Path) -> int | None:
    try:
        annotations = json.loads(val_json.read_text(encoding="utf-8"))["annotations"]
        return sum(1 for each in annotations if not each.get("iscrowd"))
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None  # the scores stand without it
