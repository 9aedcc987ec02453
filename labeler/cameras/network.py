"""A camera in the network, such as a phone's, by its address: MJPEG over HTTP, or RTSP."""

from __future__ import annotations

import math
import threading
from concurrent.futures import Future
from contextlib import closing, suppress
from functools import partial
from itertools import count
from operator import attrgetter
from urllib.parse import unquote

from labeler.cameras import network_book
from labeler.cameras.base import CameraState
from labeler.cameras.deadline import StoppedError, in_background, wait_for
from labeler.cameras.faults import RobotError
from labeler.cameras.network_address import (
    NetworkAddress,
    split_address,
    url_of,
    without_secrets,
)
from labeler.cameras.network_opening import open_stream
from labeler.cameras.network_stream import Stream
from labeler.cameras.server_trust import take_news
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.errors import UserError

OPEN_TIMEOUT = 3.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to get a lost picture back; the last one repeats."""
_known: dict[str, NetworkAddress] = {}  # by their ids, as long as the program runs
_completing = threading.Lock()  # a look on another thread completes them too


def read_address(text: str, user: str = "", password: str = "", known: str = "") -> NetworkAddress:
    """From what a person types, or an id; remembered while the program runs. Raises UserError.

    What is not typed is taken from what was typed before for this url: the rest of it, and name
    and password. Another rest than before is another camera, unless known is the id of the one
    that is being corrected.
    """
    words = text.strip()
    parts = split_address(words)
    host = parts.hostname or ""
    shown = f"[{host}]" if ":" in host else host
    path, rest = without_secrets(parts.path, parts.query)
    url = f"{parts.scheme}://{shown}{f':{parts.port}' if parts.port else ''}{path}"
    user = user or unquote(parts.username or "")
    password = password or unquote(parts.password or "")
    with _completing:
        address = _complete(NetworkAddress(url, user, password, rest), known, words)
        _known[address.id] = address
    return address


def addresses_of(url: str) -> list[NetworkAddress]:
    """All that were typed for an url, and one where none was."""
    return _fellows(url) or [NetworkAddress(url)]


def forget_address(id: str) -> None:
    """Also on the disk where it was the last of its url, and its name and password in memory."""
    _known.pop(id, None)
    if not _fellows(url_of(id)):
        network_book.forget(url_of(id))


def _complete(typed: NetworkAddress, *ids: str) -> NetworkAddress:
    """With what was typed before, and its number."""
    fellows = _fellows(typed.url)
    before = _before(fellows, typed.rest, *ids)
    user, password = typed.user, typed.password
    for other in [before] if before is not None and before.user else fellows:
        if other.user and user in ("", other.user):
            user, password = other.user, password or other.password
            break
    number = before.number if before is not None else _free(fellows)
    rest = typed.rest or (before.rest if before is not None else "")
    return NetworkAddress(typed.url, user, password, rest, number)


def _fellows(url: str) -> list[NetworkAddress]:
    """In the order of their numbers."""
    return sorted(
        (each for each in list(_known.values()) if each.url == url), key=attrgetter("number")
    )


def _before(fellows: list[NetworkAddress], rest: str, *ids: str) -> NetworkAddress | None:
    """Which of them is meant: by the first id that is one of theirs, else by the rest."""
    for id in ids:
        for each in fellows:
            if each.id == id:
                return each
    return next((each for each in fellows if not rest or each.rest in ("", rest)), None)


def _free(fellows: list[NetworkAddress]) -> int:
    taken = {each.number for each in fellows}
    return next(number for number in count(1) if number not in taken)


class NetworkCamera(WorkerCamera):
    """A camera's own JPEGs as they are, else frames as JPEG of quality 95. A lost picture is asked
    for again.
    """

    def __init__(self, address: NetworkAddress) -> None:
        super().__init__(f"network camera {address.host}")
        self.address = address
        self._stream: Stream | None = None

    def _run(self, stop: threading.Event) -> None:
        with suppress(StoppedError):
            self._watch(stop)

    def _watch(self, stop: threading.Event) -> None:
        """Raises StoppedError."""
        stream: Stream | None = self._opened(stop)
        waiting = f"The camera at {self.address.host} is connected. Waiting for its first picture."
        self._report(stop, CameraState.CONNECTING, waiting)
        attempt = 0
        while not stop.is_set():
            if stream is not None:
                attempt = 0 if self._play(stream, stop) else attempt
                more = " any more" if self.latest() is not None else ""
                reason = f"The camera at {self.address.host} gives no picture{more}."
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            self._pause(stop, pause, f"{reason} Trying again.")
            attempt += 1
            stream, reason = self._opened_again(stop)
        if stream is not None:  # stopped before it was played
            stream.close()

    def _play(self, stream: Stream, stop: threading.Event) -> int:
        """The number of pictures until none came for two seconds."""
        shown = 0
        self._stream = stream
        with closing(stream):
            while not stop.is_set() and (data := stream.next()) is not None:
                self._show(stop, data)
                shown += 1
        return shown

    def _woken(self) -> None:
        if self._stream is not None:
            self._stream.wake()

    def _opened_again(self, stop: threading.Event) -> tuple[Stream | None, str]:
        """None, and why. Raises StoppedError, and a RobotError that no further attempt mends."""
        try:
            return self._opened(stop), ""
        except UserError as error:
            if isinstance(error, RobotError) and error.lasting:
                raise
            return None, str(error)

    def _opened(self, stop: threading.Event) -> Stream:
        """Raises UserError, and StoppedError; what opens then is closed again."""
        if stop.is_set():
            raise StoppedError
        opening = in_background(
            partial(open_stream, self.address, OPEN_TIMEOUT, SILENCE), f"opening {self.name}"
        )
        try:
            stream = wait_for(opening, math.inf, stop)
            self._remark = take_news(self.address.place)
            return stream
        except StoppedError:
            opening.add_done_callback(_close)
            raise


def _close(opening: Future[Stream]) -> None:
    if opening.exception() is None:
        opening.result().close()
