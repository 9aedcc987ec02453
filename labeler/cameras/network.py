"""A camera in the network, such as a phone's, by its address: MJPEG over HTTP, or RTSP."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from operator import attrgetter
from typing import TYPE_CHECKING
from urllib.parse import unquote

from labeler.cameras import network_book, network_look
from labeler.cameras.network_address import (
    NetworkAddress,
    split_address,
    url_of,
    without_secrets,
)
from labeler.cameras.pixels import as_jpeg
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.errors import UserError

if TYPE_CHECKING:
    import cv2

OPEN_TIMEOUT = 3.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to get a lost picture back; the last one repeats."""
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_USUAL = "rtsp_flags;prefer_tcp"  # what OpenCV tells FFmpeg where nobody says otherwise
_QUICK = f"{_USUAL}|fpsprobesize;0"
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
    """Frames as JPEG of quality 95: OpenCV hands out pixels. A lost picture is asked for again."""

    def __init__(self, address: NetworkAddress) -> None:
        super().__init__(f"network camera {address.host}")
        self.address = address

    def _run(self, stop: threading.Event) -> None:
        capture = open_stream(self.address)
        if capture is None:
            raise UserError(network_look.why_closed(self.address, OPEN_TIMEOUT))
        attempt = 0
        while not stop.is_set():
            if capture is not None:
                if self._play(capture, stop):
                    attempt = 0
                reason = f"The camera at {self.address.host} gives no picture any more."
            else:
                reason = network_look.why_closed(self.address, OPEN_TIMEOUT)
            pause = PAUSES[min(attempt, len(PAUSES) - 1)]
            self._pause(stop, pause, f"{reason} Trying again.")
            attempt += 1
            capture = None if stop.is_set() else open_stream(self.address)

    def _play(self, capture: cv2.VideoCapture, stop: threading.Event) -> int:
        """The number of pictures until none came for two seconds."""
        shown = 0
        try:
            while not stop.is_set():
                ok, pixels = capture.read()
                if not ok:
                    break
                self._show(stop, as_jpeg(pixels))
                shown += 1
        finally:
            capture.release()
        return shown


def open_stream(address: NetworkAddress) -> cv2.VideoCapture | None:
    """An opened capture, or None, within OPEN_TIMEOUT. Call it on a worker thread.

    OpenCV's FFmpeg takes RTSP over TCP where the camera can.
    """
    # OpenCV's FFmpeg would tell addresses on stderr.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    limits = [
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
        int(1000 * OPEN_TIMEOUT),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC,
        int(1000 * SILENCE),
    ]
    with _at_once(address):
        capture = cv2.VideoCapture(address.secret_url, cv2.CAP_FFMPEG, limits)
    if capture.isOpened():
        return capture
    capture.release()
    return None


@contextmanager
def _at_once(address: NetworkAddress) -> Iterator[None]:
    """FFmpeg does not measure an RTSP camera's frame rate first, which takes up to three seconds.

    The variable is never taken away again: other threads may be reading the environment. A value
    that the person chose stays.
    """
    if os.environ.setdefault(_OPTIONS, _USUAL) == _USUAL and address.url.startswith("rtsp"):
        os.environ[_OPTIONS] = _QUICK
    try:
        yield
    finally:
        if os.environ[_OPTIONS] == _QUICK:
            os.environ[_OPTIONS] = _USUAL
