"""A camera in the network, such as a phone's, by its address: MJPEG over HTTP, or RTSP."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from labeler.cameras import network_book, network_look
from labeler.cameras.pixels import as_jpeg
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.errors import UserError

if TYPE_CHECKING:
    import cv2

SCHEMES = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
OPEN_TIMEOUT = 3.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to get a lost picture back; the last one repeats."""
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_USUAL = "rtsp_flags;prefer_tcp"  # what OpenCV tells FFmpeg where nobody says otherwise
_QUICK = f"{_USUAL}|fpsprobesize;0"
_EXAMPLE = "http://192.168.1.9:8080/video"


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """url is what may be shown and kept: host and path.

    rest: the query, and where a part of the path has a "=", all from that part on. Some cameras
    want name and password there.
    """

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    rest: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Host, and port where there is one."""
        return urlsplit(self.url).netloc

    @property
    def place(self) -> tuple[str, int]:
        """Host and port, to connect to."""
        parts = urlsplit(self.url)
        return parts.hostname or "", parts.port or SCHEMES[parts.scheme]

    @property
    def secret_url(self) -> str:
        """For the one who opens it, and nobody else."""
        scheme, _, rest = self.url.partition("://")
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{scheme}://{who}{rest}{self.rest}"


_known: dict[str, NetworkAddress] = {}  # what belongs to an url, as long as the program runs


def read_address(text: str, user: str = "", password: str = "") -> NetworkAddress:
    """From what a person types; remembered while the program runs. Raises UserError.

    An url that was typed before finds its name and password again.
    """
    words = text.strip()
    try:
        parts = urlsplit(words if "://" in words else f"http://{words}")
        port, host = parts.port, parts.hostname
    except ValueError:
        port, host = None, None
    if not host or parts.scheme not in SCHEMES:  # the words themselves may hold a password
        raise UserError(f"This is no address of a network camera. One looks like {_EXAMPLE}.")
    shown = f"[{host}]" if ":" in host else host
    path, rest = _without_secrets(parts.path, parts.query)
    url = f"{parts.scheme}://{shown}{f':{port}' if port else ''}{path}"
    user = user or unquote(parts.username or "")
    password = password or unquote(parts.password or "")
    if not (user or rest) and url in _known:
        return _known[url]
    _known[url] = NetworkAddress(url, user, password, rest)
    return _known[url]


def forget_address(url: str) -> None:
    """Also on the disk, and its name and password in memory."""
    _known.pop(url, None)
    network_book.forget(url)


def _without_secrets(path: str, query: str) -> tuple[str, str]:
    """What may be shown of it, and the rest."""
    equals = path.find("=")
    cut = len(path) if equals < 0 else path.rfind("/", 0, equals) + 1
    return path[:cut], path[cut:] + (f"?{query}" if query else "")


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
