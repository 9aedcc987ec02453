"""How much one client may ask of the phone page: requests, connections, bytes, seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from io import BufferedIOBase

PER_SECOND, AT_ONCE = 10.0, 40.0
"""Requests of one address that are answered. A phone that waits for the next round asks once in
five seconds."""
CONNECTIONS_PER_SECOND, CONNECTIONS_AT_ONCE = 30.0, 120.0
"""Connections of one address that are let in at all: closing one costs a twentieth of an answer."""
MOST_ADDRESSES = 2048
MOST_CONNECTIONS, MOST_OF_ONE = 128, 16
"""Open at a time, of all and of one address. One more takes the place of another."""
MOST_BYTES = 8192
"""Of a whole request: its line, its headers and its body."""


class Phase(IntEnum):
    """What a connection is in the middle of, in the order in which they come."""

    LINE = 0
    HEADERS = 1
    BODY = 2
    ANSWER = 3


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Seconds that each phase of a connection may take, however slowly bytes come."""

    line: float = 3.0
    headers: float = 3.0
    body: float = 3.0
    answer: float = 3.0

    def of(self, phase: Phase) -> float:
        return (self.line, self.headers, self.body, self.answer)[phase]


class Allowance:
    """A bucket for each address that refills with time. The oldest addresses are forgotten."""

    def __init__(
        self,
        per_second: float = PER_SECOND,
        at_once: float = AT_ONCE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """False where the address has asked too much lately."""
        with self._lock:
            now = self._clock()
            left, then = self._buckets.pop(address, (self._at_once, now))
            left = min(self._at_once, left + (now - then) * self._per_second)
            self._buckets[address] = (max(0.0, left - 1), now)
            while len(self._buckets) > MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            return left >= 1


@dataclass(slots=True)
class _Open:
    """number: rises from one connection to the next. end: when its phase has to be over."""

    connection: socket.socket
    address: str
    number: int
    phase: Phase
    end: float


class Connections:
    """The open ones. Where there is no room for one more, another one is closed.

    That is one of the address that holds most, and of these one that has not yet sent its whole
    request, the oldest first. So whoever holds many connections takes their places from itself
    alone, and somebody with one or two, whose request comes at once, is answered all the while.
    """

    def __init__(
        self,
        deadlines: Deadlines | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._deadlines = deadlines or Deadlines()
        self._clock = clock
        self._allowance = Allowance(CONNECTIONS_PER_SECOND, CONNECTIONS_AT_ONCE, clock)
        self._lock = threading.Lock()
        self._number = 0
        self._open: dict[socket.socket, _Open] = {}

    def admit(self, connection: socket.socket, address: str) -> bool:
        """Closes others until there is room for it. False: that address opens too many too fast."""
        if not self._allowance.take(address):
            return False
        with self._lock:
            while (dropped := self._one_too_many(address)) is not None:
                del self._open[dropped.connection]
                _cut(dropped.connection)
            self._number += 1
            end = self._clock() + self._deadlines.line
            self._open[connection] = _Open(connection, address, self._number, Phase.LINE, end)
        return True

    def enter(self, connection: socket.socket, phase: Phase) -> None:
        """The connection has its time for that phase, from now on."""
        with self._lock:
            found = self._open.get(connection)
            if found is not None:
                found.phase = phase
                found.end = self._clock() + self._deadlines.of(phase)

    def forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.pop(connection, None)

    def end_late_ones(self) -> None:
        """Whoever reads or writes there then finds the connection closed."""
        now = self._clock()
        with self._lock:
            late = [each.connection for each in self._open.values() if each.end <= now]
        for connection in late:
            _cut(connection)

    def end_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _cut(connection)

    def _one_too_many(self, address: str) -> _Open | None:
        """The one that has to go before one more of that address is let in; None: there is room."""
        held = Counter(each.address for each in self._open.values())
        if held[address] >= MOST_OF_ONE:
            most = held[address]
            candidates = [each for each in self._open.values() if each.address == address]
        elif len(self._open) >= MOST_CONNECTIONS:
            most = max(held.values())
            candidates = [each for each in self._open.values() if held[each.address] == most]
        else:
            return None
        return min(candidates, key=lambda each: (each.phase is Phase.ANSWER, each.number))


class Rationed:
    """A stream that ends after so many bytes, whatever comes.

    is_spent: there was more to read. is_cut: it ended in the middle of a line.
    """

    def __init__(self, stream: BufferedIOBase, most: int = MOST_BYTES) -> None:
        self._stream = stream
        self._left = most
        self.is_spent = False
        self.is_cut = False

    def readline(self, limit: int = -1) -> bytes:
        line = self._counted(self._stream.readline(self._at_most(limit)))
        if not line.endswith(b"\n"):
            self.is_spent |= not self._left
            self.is_cut |= bool(self._left)
        return line

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._stream.read(self._at_most(size)))

    def close(self) -> None:
        self._stream.close()

    @property
    def closed(self) -> bool:
        return self._stream.closed

    def _at_most(self, size: int) -> int:
        return self._left if size < 0 else min(size, self._left)

    def _counted(self, data: bytes) -> bytes:
        self._left -= len(data)
        return data


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other end was quicker
