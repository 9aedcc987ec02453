"""The votes of one pair: PAIR/votes.jsonl, one line for each thing that happened, never rewritten.

{"event": "opened", "round": 1, "at": 1764000000.0, "a": "scratch", "key": "..."}
{"event": "voted", "round": 1, "at": ..., "vote": 1, "choice": "a", "origin": "phone", ...}
{"event": "withdrawn", "round": 1, "at": ..., "vote": 1}
{"event": "revealed", "round": 1, "at": ...}
"""

from __future__ import annotations

import os
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from labeler.dataset.files import reason
from labeler.errors import UserError
from labeler.runs.pair import SIDES
from labeler.votes.ballot import Choice, Origin, Round, Vote, drawn_key, drawn_order
from trainer.names import open_plain
from trainer.stored import AtMost, StoredError, Within, as_json, lines_of, parsed, value_of

FILE_NAME = "votes.jsonl"
_LATEST = 4_102_444_800.0
"""The beginning of 2100, in seconds since 1970."""
_MOST_BYTES = 8 << 20
"""Fifty thousand votes: more than a school can give."""


@dataclass(frozen=True, slots=True)
class _Told:
    """One line. vote, choice, origin and voter are told of votes alone, a and key of rounds."""

    event: Annotated[str, AtMost(20)]
    round: Annotated[int, Within(1, 1_000_000)]
    at: Annotated[float, Within(0, _LATEST)]
    a: Annotated[str, AtMost(20)] = ""
    key: Annotated[str, AtMost(200)] = ""
    vote: Annotated[int, Within(0, 1_000_000_000)] = 0
    choice: Choice | None = None
    origin: Origin | None = None
    voter: Annotated[str, AtMost(200)] = ""


class VoteBook:
    """Usable from any thread. What a method returns is on the disk by then.

    damaged: lines that could not be read and were passed over, as a killed program leaves one.
    """

    def __init__(self, pair: Path) -> None:
        """Raises UserError where the file cannot be read; a missing one is an empty book."""
        self.path = pair / FILE_NAME
        self.damaged = 0
        self._lock = threading.RLock()
        self._rounds: dict[int, Round] = {}
        self._last_vote = 0
        self._read()

    @property
    def rounds(self) -> tuple[Round, ...]:
        """All of them, the oldest first; the last one may be open."""
        with self._lock:
            return tuple(self._rounds.values())

    @property
    def open_round(self) -> Round | None:
        """The round that people can vote in now."""
        with self._lock:
            last = next(reversed(self._rounds.values()), None)
            return last if last is not None and last.is_open else None

    def begin_round(self) -> Round:
        """Goes on with the open round, or draws a new order. Raises UserError."""
        with self._lock:
            opened = self.open_round
            if opened is not None:
                return opened
            number = max(self._rounds, default=0) + 1
            self._add("opened", number, a=drawn_order(), key=drawn_key())
            return self._rounds[number]

    def cast(
        self, choice: Choice, origin: Origin = Origin.COMPUTER, voter: str = "", round_: int = 0
    ) -> Vote | None:
        """Keeps a vote; None where it does not count: nothing is open, or this phone has voted.

        round_: the round that the person was looking at; 0: whichever is open. Raises UserError.
        """
        with self._lock:
            opened = self.open_round
            if opened is None or round_ not in (0, opened.number):
                return None
            if voter and opened.has_voted(voter):
                return None
            number = self._last_vote + 1
            self._add(
                "voted", opened.number, vote=number, choice=choice, origin=origin, voter=voter
            )
            return self._rounds[opened.number].votes[-1]

    def withdraw_last(self) -> Vote | None:
        """Takes the last vote of the open round back; None where there is none. Raises UserError.

        A phone whose vote it was may vote again.
        """
        with self._lock:
            opened = self.open_round
            if opened is None or not opened.votes:
                return None
            vote = opened.votes[-1]
            self._add("withdrawn", opened.number, vote=vote.number)
            return vote

    def reveal(self) -> Round | None:
        """Ends the open round for good; None where none is open. Raises UserError."""
        with self._lock:
            opened = self.open_round
            if opened is None:
                return None
            self._add("revealed", opened.number)
            return self._rounds[opened.number]

    def _add(self, event: str, round_: int, **more: Any) -> None:
        told = {"event": event, "round": round_, "at": round(time.time(), 3), **more}
        self._append(as_json(told))
        self._apply(value_of(_Told, told))

    def _append(self, line: bytes) -> None:
        """A line that was not written wholly is taken away again."""
        try:
            with open_plain(self.path, "ab+") as stream:
                end = stream.seek(0, os.SEEK_END)
                try:
                    stream.write(_newline_if_torn(stream, end) + line)
                    stream.flush()
                    os.fsync(stream.fileno())
                except OSError:
                    stream.truncate(end)
                    raise
        except OSError as error:
            raise UserError(
                f"The vote cannot be kept in {self.path}: {reason(error)}. It was not counted."
            ) from error

    def _read(self) -> None:
        try:
            for _, line in lines_of(self.path, _MOST_BYTES):
                if line.strip():
                    self._read_line(line)
        except FileNotFoundError:
            return
        except OSError as error:
            raise UserError(f"The votes in {self.path} cannot be read: {reason(error)}.") from error
        except StoredError as error:
            raise UserError(str(error)) from error

    def _read_line(self, line: str) -> None:
        try:
            self._apply(value_of(_Told, parsed(line)))
        except ValueError:
            self.damaged += 1

    def _apply(self, told: _Told) -> None:
        """Raises ValueError where it tells nothing that can be."""
        if told.event == "opened":
            self._rounds[told.round] = self._opened(told)
            return
        before = self._rounds.get(told.round)
        if before is None or not before.is_open:
            raise ValueError("that round is over, or never began")
        match told.event:
            case "voted" if told.choice is not None and told.origin is not None:
                if told.vote <= self._last_vote:
                    raise ValueError("that vote was told already")
                vote = Vote(told.vote, told.at, told.choice, told.origin, told.voter)
                self._rounds[told.round] = replace(before, votes=(*before.votes, vote))
                self._last_vote = vote.number
            case "withdrawn":
                left = tuple(vote for vote in before.votes if vote.number != told.vote)
                self._rounds[told.round] = replace(before, votes=left)
            case "revealed":
                self._rounds[told.round] = replace(before, revealed=told.at)
            case other:
                raise ValueError(f"an unknown event: {other}")

    def _opened(self, told: _Told) -> Round:
        if self.open_round is not None or told.round <= max(self._rounds, default=0):
            raise ValueError("a round begins when the one before is over")
        if told.a not in SIDES or not bytes.fromhex(told.key):
            raise ValueError("no side of a pair, or no key")
        return Round(told.round, told.at, told.a, told.key)


def _newline_if_torn(stream: Any, end: int) -> bytes:
    """A killed program's half line stays alone on its line."""
    if not end:
        return b""
    stream.seek(end - 1)
    return b"" if stream.read(1) == b"\n" else b"\n"
