"""What a vote and a round of votes are. In a round the same run is A all the time, in secret."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from enum import StrEnum

from labeler.runs.pair import SIDES


class Choice(StrEnum):
    """What a person may say. SAME: no difference."""

    A = "a"
    B = "b"
    SAME = "same"


class Origin(StrEnum):
    """Where a vote was given."""

    COMPUTER = "computer"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Vote:
    """number: unique within the pair. at: seconds since 1970 (UTC).

    voter: a phone's secret mark, hashed, so that it votes once a round; empty at the computer,
    where people come one after the other.
    """

    number: int
    at: float
    choice: Choice
    origin: Origin = Origin.COMPUTER
    voter: str = ""


@dataclass(frozen=True, slots=True)
class Round:
    """a: which of SIDES is shown as A. key: signs the marks that phones get, hexadecimal.

    votes: those that stand, in the order in which they were given. opened and revealed: seconds
    since 1970 (UTC); revealed is None while nobody was told which is which.
    """

    number: int
    opened: float
    a: str
    key: str
    votes: tuple[Vote, ...] = ()
    revealed: float | None = None

    @property
    def is_open(self) -> bool:
        return self.revealed is None

    @property
    def sides(self) -> tuple[str, str]:
        """The runs that are A and B."""
        return self.a, SIDES[1 - SIDES.index(self.a)]

    def side_of(self, choice: Choice) -> str | None:
        """Which of SIDES the vote was for; None: for neither."""
        return None if choice is Choice.SAME else self.sides[choice is Choice.B]

    def has_voted(self, voter: str) -> bool:
        """Whether the phone of that mark has a vote that stands."""
        return any(vote.voter == voter for vote in self.votes)


def drawn_order() -> str:
    """Which of SIDES is to be A: as likely one as the other, and not to be guessed."""
    return secrets.choice(SIDES)


def drawn_key() -> str:
    return secrets.token_hex(32)
