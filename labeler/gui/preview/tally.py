"""A person's word on a picture of the preview, and how many of each were said."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from labeler.votes.statistics import exact_interval


class Verdict(StrEnum):
    """RIGHT: all that is there is found, and nothing else. WRONG: something that is not there, or
    under a wrong name. MISSED: something is there and not found.
    """

    RIGHT = "right"
    WRONG = "wrong"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many pictures were judged so."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def judged(self) -> int:
        return self.right + self.wrong + self.missed

    @property
    def interval(self) -> tuple[float, float]:
        """For the share that is right, 0 to 1: exact, 95 %."""
        return exact_interval(self.right, self.judged)

    def with_one(self, verdict: Verdict) -> Tally:
        count = getattr(self, verdict.value)
        return replace(self, **{verdict.value: count + 1})
