"""What there is to say of one pair, read from its folder or from the training under way."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.errors import UserError
from labeler.runs.coco_side import read_lists
from labeler.runs.comparison import SCORES, read_comparison
from labeler.runs.data_curve import DATA_CURVE, SHARES, DataPoint, look_through_points
from labeler.runs.history import MODEL, RunState
from labeler.runs.pair import SIDES, PairRecords, PairSummary, read_records, summarise_pair
from labeler.runs.pair_story import Story, tell
from labeler.runs.pair_words import PLAIN, PairWords, words_of
from labeler.runs.prepare import load_preparation
from trainer.events import Failed, Started
from trainer.names import is_there

if TYPE_CHECKING:
    from labeler.gui.compare.pair_trainer import PairTrainer


@dataclass(frozen=True, slots=True)
class ShownPair:
    """budget: as in RunConfig. seconds_total: what each run may take. boxes: how many both are
    scored on; None: unknown.

    explanation and warnings: how the images were split, and what was said of them beforehand.
    told: what the trainer has worked out of both together at the end. curve: the scores of what
    learned from a part of the images, as far as they are there; left_out: why others are not.
    can_go_on: it ended early and
    has left states to go on from.
    """

    path: Path
    started: float
    records: PairRecords
    state: RunState
    budget: str
    seconds_total: float
    boxes: int | None
    explanation: str
    warnings: tuple[str, ...]
    told: Story | None = None
    curve: tuple[DataPoint, ...] = ()
    left_out: tuple[str, ...] = ()
    can_go_on: bool = False
    is_stopping: bool = False
    is_pausing: bool = False
    words: PairWords = PLAIN

    @classmethod
    def read(cls, path: Path) -> ShownPair:
        """From its folder; slow for a large dataset. Raises UserError where it is no pair."""
        summary = summarise_pair(path)
        explanation, warnings = load_preparation(path / SIDES[0])
        points, left_out = look_through_points(path, path / DATA_CURVE)
        return cls(
            path=path,
            started=summary.started,
            records=read_records(path),
            state=summary.state,
            budget=summary.budget,
            seconds_total=summary.seconds,
            boxes=_boxes_of(path / SIDES[0] / "val.json"),
            explanation=explanation,
            warnings=warnings,
            told=read_comparison(path, path.name).story if is_there(path / SCORES) else None,
            curve=tuple(points),
            left_out=tuple(each.why.replace(f"{path}{os.sep}", "") for each in left_out),
            can_go_on=_can_go_on(summary),
            words=words_of(summary.pretrained.detector),
        )

    def beside(self, trainer: PairTrainer) -> ShownPair:
        """The same with what the training under way has told, where it is this pair's."""
        if self.path != trainer.pair or not trainer.is_running:
            return self
        return replace(
            self,
            records=trainer.records,
            state=RunState.RUNNING,
            told=None,
            can_go_on=False,
            is_stopping=trainer.is_stopping,
            is_pausing=trainer.is_pausing,
        )

    @property
    def story(self) -> Story:
        """What the scores tell so far."""
        return self.told or tell(self.records, self.boxes, words=self.words)

    @property
    def share(self) -> float | None:
        """How much of both is done, 0 to 1; None where there is nothing to tell by."""
        if self.budget == "best":
            return None
        told = [self.records.of(side).progress for side in SIDES]
        known = [each for each in told if each is not None and each.seconds_total > 0]
        if not known:
            return None
        done = sum(min(1.0, each.seconds / each.seconds_total) for each in known)
        return done / len(SIDES)

    @property
    def seconds_left(self) -> float | None:
        """Of both together, as measured; None before there is anything to measure by."""
        told = [self.records.of(side).progress for side in SIDES]
        left = [each.seconds_left for each in told if each is not None]
        known = [each for each in left if each is not None]
        return sum(known) / len(known) * len(SIDES) if known else None

    @property
    def has_learned(self) -> bool:
        """Whether one of them has learned anything yet."""
        return any(self.records.of(side).seconds for side in SIDES)

    @property
    def is_paused(self) -> bool:
        return any(self.records.of(side).is_paused for side in SIDES)

    @property
    def are_both_over(self) -> bool:
        """Whether both have said how they ended; what is left to do is to score them together."""
        return all(self.records.of(side).end is not None for side in SIDES)

    @property
    def has_models(self) -> bool:
        """Whether both can be looked through."""
        return all((self.path / side / MODEL).is_file() for side in SIDES)

    @property
    def missing_shares(self) -> list[float]:
        """What is still to be trained of its data curve."""
        there = {point.share for point in self.curve}
        return [share for share in SHARES[:-1] if share not in there]

    @property
    def can_have_curve(self) -> bool:
        """Whether there is something to compare parts with, and parts are missing."""
        is_whole = self.state is RunState.FINISHED and self.told is not None
        return is_whole and bool(self.missing_shares)

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


def _can_go_on(pair: PairSummary) -> bool:
    """Each of the two is complete or has left a state, and one has something to do."""
    runs = (pair.pretrained, pair.scratch)
    is_ready = all(run.can_resume or run.state is RunState.FINISHED for run in runs)
    return is_ready and any(run.can_resume for run in runs)


def _boxes_of(val_json: Path) -> int | None:
    try:
        return sum(1 for each in read_lists(val_json).annotations if not each.get("iscrowd"))
    except UserError:
        return None  # the scores stand without it
