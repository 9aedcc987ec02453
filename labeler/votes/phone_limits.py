"""How much one client may ask of the phone page: requests, connections, bytes, seconds."""

from __future__ import annotations

import socket
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from io import BufferedIOBase

PER_SECOND, AT_ONCE = 10.0, 40.0
"""Requests of one address. A phone that waits for the next round asks once in five seconds."""
MOST_ADDRESSES = 2048
MOST_CONNECTIONS, MOST_OF_ONE = 128, 16
"""Open at a time, of all and of one address."""
DEADLINE_S = 8.0
"""So long a connection may live, however slowly it drips."""
MOST_BYTES = 8192
"""Of a whole request: its line, its headers and its body."""


class Allowance:
    """A bucket for each address that refills with time. The oldest addresses are forgotten."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, address: str) -> bool:
        """False where the address has asked too much lately."""
        with self._lock:
            now = self._clock()
            left, then = self._buckets.pop(address, (AT_ONCE, now))
            left = min(AT_ONCE, left + (now - then) * PER_SECOND)
            self._buckets[address] = (max(0.0, left - 1), now)
            while len(self._buckets) > MOST_ADDRESSES:
                self._buckets.popitem(last=False)
            return left >= 1


class Connections:
    """The open ones, with when they have to end."""

    def __init__(self, deadline_s: float = DEADLINE_S) -> None:
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._open: dict[socket.socket, tuple[str, float]] = {}

    def admit(self, connection: socket.socket, address: str) -> bool:
        """False where too many are open, of all or of this address."""
        with self._lock:
            of_one = sum(1 for each, _ in self._open.values() if each == address)
            if len(self._open) >= MOST_CONNECTIONS or of_one >= MOST_OF_ONE:
                return False
            self._open[connection] = (address, time.monotonic() + self._deadline_s)
            return True

    def forget(self, connection: socket.socket) -> None:
        with self._lock:
            self._open.pop(connection, None)

    def end_late_ones(self) -> None:
        """Whoever reads or writes there then finds the connection closed."""
        now = time.monotonic()
        with self._lock:
            late = [each for each, (_, end) in self._open.items() if end <= now]
        for connection in late:
            _cut(connection)

    def end_all(self) -> None:
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _cut(connection)


class Rationed:
    """A stream that ends after so many bytes, whatever comes."""

    def __init__(self, stream: BufferedIOBase, most: int = MOST_BYTES) -> None:
        self._stream = stream
        self._left = most

    def readline(self, limit: int = -1) -> bytes:
        return self._counted(self._stream.readline(self._at_most(limit)))

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
