"""A stream that has to be decoded, such as H.264 over RTSP, as OpenCV's FFmpeg plays it."""

from __future__ import annotations

import math
import os
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labeler.cameras.network_stream import Stream
from labeler.cameras.network_tunnel import TlsTunnel
from labeler.cameras.opencv_threads import in_opencv
from labeler.cameras.pixels import as_jpeg

if TYPE_CHECKING:
    import cv2

    from labeler.cameras.network_address import NetworkAddress

KEY_FRAME_S = 12.0
"""How long a first picture may take: a stream can be entered at a key frame alone."""
_GAP_S = 1.0
_LATE_S = 0.3
_RECENT = 8
_QUICKER = 1.2
_SELDOM_S = 0.5
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_USUAL = "rtsp_flags;prefer_tcp"  # what OpenCV tells FFmpeg where nobody says otherwise
_QUICK = f"{_USUAL}|fpsprobesize;0|allowed_media_types;video"
_QUICK_TLS = "rtsp_transport;tcp|fpsprobesize;0|allowed_media_types;video"  # UDP is not encrypted


class FilmStream(Stream):
    """Pictures as JPEG of quality 95; a camera's own JPEGs as they are.

    A thread of its own reads all, so that nothing piles up: of what comes while a picture is being
    encoded, the newest is the next. Nothing for silence seconds ends it. is_paced: for what comes
    faster than it was taken, as a file does, or pieces of one.
    """

    def __init__(
        self,
        capture: cv2.VideoCapture,
        silence: float,
        *,
        is_paced: bool = False,
        tunnel: TlsTunnel | None = None,
    ) -> None:
        self._capture = capture
        self._tunnel = tunnel
        self._silence = silence
        self._pace = Pace() if is_paced else None
        self._changed = threading.Condition()
        self._pixels: Any = None
        self._is_over = False
        threading.Thread(target=self._read, name="film", daemon=True).start()

    def next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._pixels is not None)
            pixels, self._pixels = self._pixels, None
            if self._is_over:
                return None
        return pixels.tobytes() if pixels.shape[0] == 1 else as_jpeg(pixels)

    def wake(self) -> None:
        """FFmpeg itself ends with its next picture, or after silence seconds."""
        with self._changed:
            self._is_over = True
            self._changed.notify_all()

    def close(self) -> None:
        self.wake()

    def _read(self) -> None:
        with in_opencv(self.wake):
            try:
                self._read_on()
            finally:
                self.wake()
                self._capture.release()  # FFmpeg says goodbye, and waits for a frozen camera
                if self._tunnel is not None:
                    self._tunnel.close()

    def _read_on(self) -> None:
        import cv2

        backlog = Backlog()
        patience = time.monotonic() + KEY_FRAME_S
        while not self._is_over:
            began = time.monotonic()
            is_there = self._capture.grab()
            now = time.monotonic()
            if now - began >= self._silence:  # a picture that comes now was held back in FFmpeg
                if began > patience:
                    break
            elif not is_there:
                break
            else:
                patience = 0.0
                taken = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
                if self._pace is not None:
                    self._rest(self._pace.seconds_to(taken, now))
                if backlog.is_worth_showing(taken, now):
                    self._take()

    def _rest(self, seconds: float) -> None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over, seconds)

    def _take(self) -> None:
        ok, pixels = self._capture.retrieve()
        with self._changed:
            if ok:
                self._pixels = pixels
                self._changed.notify_all()


class Pace:
    """When a picture is due that came before its time."""

    def __init__(self) -> None:
        self._start = math.inf

    def seconds_to(self, taken: float, now: float) -> float:
        """One that is late puts off all that follow, and after a gap it begins anew."""
        ahead = taken - now - self._start
        if not 0 <= ahead <= _GAP_S:
            self._start = taken - now
            return 0.0
        return ahead


class Backlog:
    """Whether a picture is an old one: after a slow moment those of the past come first.

    They come faster than the camera took them. By that alone they are known, as many a camera's
    clock is no good. Now and then one is shown all the same.
    """

    def __init__(self) -> None:
        self._recent: deque[tuple[float, float]] = deque(maxlen=_RECENT)
        self._least = math.inf
        self._shown = 0.0

    def is_worth_showing(self, taken: float, now: float) -> bool:
        """taken: seconds, by the camera's clock. now: as time.monotonic() counts."""
        self._recent.append((taken, now))
        self._least = min(self._least, now - taken)
        is_late = now - taken > self._least + _LATE_S
        first_taken, first_now = self._recent[0]
        is_quick = taken - first_taken > _QUICKER * (now - first_now)
        if is_late and is_quick and now - self._shown < _SELDOM_S:
            return False
        self._shown = now
        return True


def open_film(address: NetworkAddress, timeout: float, silence: float) -> FilmStream | None:
    """None where it cannot be played within timeout seconds. Call it on a worker thread.

    FFmpeg takes RTSP over TCP where the camera can, and decodes on one thread: each more would
    hold back one more picture. It verifies no certificate, so it never speaks TLS itself. Raises
    CertificateChangedError.
    """
    tunnel: TlsTunnel | None = None
    if address.is_tls:
        try:
            tunnel = TlsTunnel(address.place, timeout)
        except OSError:
            return None
    capture = _captured(address, tunnel, timeout, silence)
    if not capture.isOpened():
        capture.release()
        if tunnel is not None:
            tunnel.close()
        return None
    import cv2

    if int(capture.get(cv2.CAP_PROP_FOURCC)) == cv2.VideoWriter.fourcc(*"MJPG"):
        capture.set(cv2.CAP_PROP_FORMAT, -1)  # what came, undecoded
    is_paced = address.url.startswith("http")
    return FilmStream(capture, silence, is_paced=is_paced, tunnel=tunnel)


def _captured(
    address: NetworkAddress, tunnel: TlsTunnel | None, timeout: float, silence: float
) -> cv2.VideoCapture:
    # OpenCV's FFmpeg would tell addresses on stderr.
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    import cv2

    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    limits = {
        cv2.CAP_PROP_OPEN_TIMEOUT_MSEC: int(1000 * timeout),
        cv2.CAP_PROP_READ_TIMEOUT_MSEC: int(1000 * silence),
        cv2.CAP_PROP_N_THREADS: 1,
    }
    with _at_once(address), in_opencv(bool):
        url = address.secret_url if tunnel is None else address.through(tunnel.port)
        return cv2.VideoCapture(
            url, cv2.CAP_FFMPEG, [word for pair in limits.items() for word in pair]
        )


@contextmanager
def _at_once(address: NetworkAddress) -> Iterator[None]:
    """FFmpeg does not measure an RTSP camera's frame rate first, which takes up to three seconds,
    and asks for no sound.

    The variable is never taken away again: other threads may be reading the environment. A value
    that the person chose stays.
    """
    if os.environ.setdefault(_OPTIONS, _USUAL) == _USUAL and address.url.startswith("rtsp"):
        os.environ[_OPTIONS] = _QUICK_TLS if address.is_tls else _QUICK
    try:
        yield
    finally:
        if os.environ[_OPTIONS] in (_QUICK, _QUICK_TLS):
            os.environ[_OPTIONS] = _USUAL
