"""How far a pair is, on the terminal: one line for both runs, not too often."""

from __future__ import annotations

import sys
import time

from labeler.runs.pair import SIDES, PairRecords
from labeler.runs.record import RunRecord
from trainer.events import Downloading, Event, Finished, Progressed, Started, Warned

_EVERY = 5.0
"""Seconds between two lines."""


def say(sentence: str) -> None:
    """One line on stderr, at once."""
    sys.stderr.write(f"{sentence}\n")
    sys.stderr.flush()


class PairTeller:
    """tell() takes the events as they come. prefix: stands before each line."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._records = PairRecords.empty()
        self._next = 0.0
        self._warnings: set[str] = set()
        self._is_explained = False

    def tell(self, side: str, event: Event) -> None:
        self._records.of(side).add(event)
        match event:
            case Started() if not self._is_explained:
                self._is_explained = True
                for choice in event.choices:
                    say(f"  {choice}")
            case Warned() if event.message not in self._warnings:  # both runs say the same
                self._warnings.add(event.message)
                say(f"{self._prefix}Note: {event.message}")
            case Downloading() if self._is_due():
                say(f"{self._prefix}Fetching {event.name}: {event.received_bytes / 1e6:.1f} MB")
            case Progressed() if self._is_due():
                say(self._prefix + self._progress())

    def _progress(self) -> str:
        """To be called after a Progressed of either side; the other may only have been scored."""
        pretrained, scratch = (self._records.of(side) for side in SIDES)
        progress = (record.progress for record in (pretrained, scratch))
        now = max((each for each in progress if each), key=lambda each: each.seconds)
        left = sum(_left(record, now) for record in (pretrained, scratch))
        scores = ", ".join(f"{side} {_score(self._records.of(side))}" for side in SIDES)
        if now.seconds_total <= now.seconds:  # nobody can tell yet
            return f"{now.seconds:.0f} s each, epoch {now.epoch:.1f}; AP50: {scores}"
        return (
            f"{now.seconds:.0f} of {now.seconds_total:.0f} s each, epoch {now.epoch:.1f}, "
            f"about {left:.0f} s left; AP50: {scores}"
        )

    def _is_due(self) -> bool:
        now = time.monotonic()
        if now < self._next:
            return False
        self._next = now + _EVERY
        return True


def _left(record: RunRecord, other: Progressed) -> float:
    """Seconds of its own learning. A run that has not begun takes as long as the other."""
    if isinstance(record.end, Finished):
        return 0.0
    total = record.progress.seconds_total if record.progress else other.seconds_total
    return max(0.0, total - record.seconds)


def _score(record: RunRecord) -> str:
    known = record.ap50
    return "not scored yet" if known is None else f"{known:.2f}"
