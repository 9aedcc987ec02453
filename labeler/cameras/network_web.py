"""JPEGs from a web server: a flow of them in one answer (MJPEG), or one in each."""

from __future__ import annotations

import http.client
import socket
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from labeler.cameras.network_jpegs import BEGIN, JpegScanner
from labeler.cameras.network_login import login_of
from labeler.cameras.network_questions import open_http
from labeler.cameras.network_stream import Stream

if TYPE_CHECKING:
    from labeler.cameras.network_address import NetworkAddress

OK = 200
SOONEST = 0.1
"""Seconds between two pictures, where each has to be asked for."""
SLOWEST = 12.0
"""Seconds that one picture may take."""
_UNTOLD = ("", "application/octet-stream")
_PIECE = 1 << 20
FAULTS = (OSError, ValueError, http.client.HTTPException)


class JpegStream(Stream):
    """The pictures of one answer as the camera made them, untouched."""

    def __init__(self, answer: http.client.HTTPResponse, line: socket.socket) -> None:
        self._answer = answer
        self._line = line
        self._scanner = JpegScanner()

    def next(self) -> bytes | None:
        """The last one of those that are there. One that comes slowly has its time."""
        until = time.monotonic() + SLOWEST
        with suppress(*FAULTS):
            while time.monotonic() < until and (piece := self._answer.read1(_PIECE)):
                if found := self._scanner.feed(piece):
                    return found[-1]
        return None

    def wake(self) -> None:
        with suppress(OSError):
            self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._answer.close()
        self._line.close()


class SnapshotStream(Stream):
    """A camera that gives one picture an answer, asked again and again."""

    def __init__(self, address: NetworkAddress, first: JpegStream, silence: float) -> None:
        self._address = address
        self._silence = silence
        self._stream = first
        self._asked = time.monotonic()
        self._over = threading.Event()

    def next(self) -> bytes | None:
        picture = self._stream.next()
        if picture is not None:
            return picture
        self._stream.close()
        self._over.wait(max(0.0, self._asked + SOONEST - time.monotonic()))
        if self._over.is_set():
            return None
        self._asked = time.monotonic()
        with suppress(*FAULTS):
            answer, line = ask(self._address, self._silence)
            self._stream = JpegStream(answer, line)
            return self._stream.next() if answer.status == OK else None
        return None

    def wake(self) -> None:
        self._over.set()
        self._stream.wake()

    def close(self) -> None:
        self._stream.close()


def ask(address: NetworkAddress, timeout: float) -> tuple[http.client.HTTPResponse, socket.socket]:
    """As open_http does, for the picture."""
    parts = urlsplit(address.url)
    uri = (parts.path or "/") + address.rest
    login = login_of(address, "GET", uri)
    return open_http(address.place, "GET", uri, timeout, login, is_tls=address.is_tls)


def jpegs_in(
    answer: http.client.HTTPResponse, line: socket.socket, address: NetworkAddress, silence: float
) -> Stream | None:
    """None where it is something else. Nothing for silence seconds ends it. Raises FAULTS."""
    line.settimeout(silence)
    kind = answer.headers.get("Content-Type", "").lower()
    told = kind.startswith("multipart") or "jpeg" in kind or "jpg" in kind
    if not told and (kind not in _UNTOLD or not _looks_like_jpegs(answer.peek())):
        return None
    stream = JpegStream(answer, line)
    return SnapshotStream(address, stream, silence) if kind.startswith("image/") else stream


def _looks_like_jpegs(begin: bytes) -> bool:
    return begin.lstrip().startswith(b"--") or BEGIN in begin
