"""A camera in the network, such as a phone's, by its address: MJPEG over HTTP, or RTSP."""

from __future__ import annotations

import http.client
import os
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from labeler.cameras.pixels import as_jpeg
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.errors import UserError

if TYPE_CHECKING:
    import cv2

SCHEMES = {"http": 80, "https": 443, "rtsp": 554, "rtsps": 322}
OPEN_TIMEOUT = 3.0
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Seconds between attempts to get a lost picture back; the last one repeats."""
_EXAMPLE = "http://192.168.1.9:8080/video"


@dataclass(frozen=True, slots=True)
class NetworkAddress:
    """url is what may be shown and kept: it holds neither name and password nor a query."""

    url: str
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)
    query: str = field(default="", repr=False)

    @property
    def host(self) -> str:
        """Host, and port where there is one."""
        return urlsplit(self.url).netloc

    @property
    def secret_url(self) -> str:
        """For the one who opens it, and nobody else."""
        scheme, _, rest = self.url.partition("://")
        who = f"{quote(self.user, safe='')}:{quote(self.password, safe='')}@" if self.user else ""
        return f"{scheme}://{who}{rest}" + (f"?{self.query}" if self.query else "")


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
    url = f"{parts.scheme}://{shown}{f':{port}' if port else ''}{parts.path}"
    user = user or unquote(parts.username or "")
    password = password or unquote(parts.password or "")
    if not (user or parts.query) and url in _known:
        return _known[url]
    _known[url] = NetworkAddress(url, user, password, parts.query)
    return _known[url]


class NetworkCamera(WorkerCamera):
    """Frames as JPEG of quality 95: OpenCV hands out pixels. A lost picture is asked for again."""

    def __init__(self, address: NetworkAddress) -> None:
        super().__init__(f"network camera {address.host}")
        self.address = address

    def _run(self, stop: threading.Event) -> None:
        capture = open_stream(self.address)
        if capture is None:
            raise UserError(why_closed(self.address))
        attempt = 0
        while not stop.is_set():
            if capture is not None:
                if self._play(capture, stop):
                    attempt = 0
                reason = f"The camera at {self.address.host} gives no picture any more."
            else:
                reason = why_closed(self.address)
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
    """An opened capture, or None, within OPEN_TIMEOUT. Call it on a worker thread."""
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
    capture = cv2.VideoCapture(address.secret_url, cv2.CAP_FFMPEG, limits)
    if capture.isOpened():
        return capture
    capture.release()
    return None


def why_closed(address: NetworkAddress) -> str:
    """A sentence: why there is no picture at this address, and what to do."""
    began = time.monotonic()
    parts = urlsplit(address.url)
    place = (parts.hostname or "", parts.port or SCHEMES[parts.scheme])
    name = f"The camera at {address.host}"
    try:
        with socket.create_connection(place, OPEN_TIMEOUT):
            pass
        left = max(0.2, OPEN_TIMEOUT - (time.monotonic() - began))
        status = _status(address, left) if parts.scheme == "http" else None
    except TimeoutError:
        return f"{name} does not answer. Is its app running, in the same network?"
    except ConnectionRefusedError:
        return f"{name} refuses the connection. Has its app started the camera, on this port?"
    except (OSError, UnicodeError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        return f"{name} cannot be reached ({reason}). Is its address right?"
    if status in (401, 403):
        return f"{name} wants a name and a password, or others than these."
    if status == 404:
        return f"{name} has no picture at {parts.path or '/'}. Its app shows the right address."
    return f"{name} sends nothing that is a video. Its app shows the address of its video."


def _status(address: NetworkAddress, timeout: float) -> int | None:
    """What a web server says of the address; None where it is none."""
    parts = urlsplit(address.url)
    line = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=timeout)
    try:
        path = (parts.path or "/") + (f"?{address.query}" if address.query else "")
        line.request("GET", path, headers=_authorization(address))
        return line.getresponse().status
    except http.client.HTTPException:
        return None
    finally:
        line.close()


def _authorization(address: NetworkAddress) -> dict[str, str]:
    if not address.user:
        return {}
    import base64

    words = f"{address.user}:{address.password}".encode()
    return {"Authorization": f"Basic {base64.b64encode(words).decode()}"}
