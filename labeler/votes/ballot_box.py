"""Where votes from phones fall in: one a device and round, a few an address, none unsigned."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
import threading
from collections import Counter
from collections.abc import Callable
from enum import StrEnum

from labeler.errors import UserError
from labeler.votes.ballot import Choice, Origin, Round
from labeler.votes.vote_book import VoteBook

VOTES_AN_ADDRESS = 3
"""A phone that throws its mark away gets no further than this in a round."""
_MARK_BYTES = 16

_log = logging.getLogger(__name__)


class Outcome(StrEnum):
    """What became of a vote from a phone."""

    COUNTED = "counted"
    VOTED_BEFORE = "voted before"
    UNSIGNED = "unsigned"
    TOO_MANY = "too many"
    CLOSED = "closed"
    NOT_KEPT = "not kept"


class BallotBox:
    """Usable from any thread. on_vote is called on the thread of the phone that voted."""

    def __init__(self, book: VoteBook, on_vote: Callable[[], None]) -> None:
        self._book = book
        self._on_vote = on_vote
        self._lock = threading.Lock()
        self._addresses: Counter[tuple[int, str]] = Counter()

    @property
    def open_round(self) -> Round | None:
        return self._book.open_round

    def new_mark(self, opened: Round) -> str:
        """What a phone keeps as a cookie: a random id and its signature, of this round alone."""
        identity = secrets.token_urlsafe(_MARK_BYTES)
        return f"{identity}.{_signature(opened, identity)}"

    def knows(self, opened: Round, mark: str) -> bool:
        """Whether new_mark gave it out in this round."""
        identity, _, signature = mark.partition(".")
        return hmac.compare_digest(signature.encode(), _signature(opened, identity).encode())

    def has_voted(self, opened: Round, mark: str) -> bool:
        return opened.has_voted(_hidden(mark))

    def cast(self, number: int, choice: Choice, mark: str, address: str) -> Outcome:
        """number: the round that the phone was shown. address: where it is, for the count only."""
        opened = self._book.open_round
        if opened is None or opened.number != number:
            return Outcome.CLOSED
        if not self.knows(opened, mark):
            return Outcome.UNSIGNED
        with self._lock:  # two requests at once must not slip past the count together
            if opened.has_voted(_hidden(mark)):
                return Outcome.VOTED_BEFORE
            if self._addresses[number, address] >= VOTES_AN_ADDRESS:
                return Outcome.TOO_MANY
            try:
                vote = self._book.cast(choice, Origin.PHONE, _hidden(mark), number)
            except UserError as error:
                _log.error("%s", error)
                return Outcome.NOT_KEPT
            if vote is None:
                return Outcome.VOTED_BEFORE
            self._addresses[number, address] += 1
        self._on_vote()
        return Outcome.COUNTED


def _signature(opened: Round, identity: str) -> str:
    return hmac.new(bytes.fromhex(opened.key), identity.encode(), hashlib.sha256).hexdigest()


def _hidden(mark: str) -> str:
    """As it stands in the file, which must not hold what a phone could vote with."""
    return hashlib.sha256(mark.encode()).hexdigest()[:32]
