"""A stream that has to be decoded, such as H.264 over RTSP, as OpenCV's FFmpeg plays it."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from labeler.cameras.network_stream import Stream
from labeler.cameras.opencv_threads import in_opencv
from labeler.cameras.pixels import as_jpeg

if TYPE_CHECKING:
    import cv2

    from labeler.cameras.network_address import NetworkAddress

KEY_FRAME_S = 12.0
"""How long a first picture may take: a stream can be entered at a key frame alone."""
_REST_S = 0.001
_TOGETHER = 5
"""Pictures that may come without a wait before they count as old."""
_SELDOM_S = 0.5
_OPTIONS = "OPENCV_FFMPEG_CAPTURE_OPTIONS"
_USUAL = "rtsp_flags;prefer_tcp"  # what OpenCV tells FFmpeg where nobody says otherwise
_QUICK = f"{_USUAL}|fpsprobesize;0|allowed_media_types;video"


class FilmStream(Stream):
    """Pictures as JPEG of quality 95; a camera's own JPEGs as they are.

    A thread of its own reads all, so that nothing piles up: of what comes while a picture is being
    encoded, the newest is the next. Nothing for silence seconds ends it.
    """

    def __init__(self, capture: cv2.VideoCapture, silence: float) -> None:
        self._capture = capture
        self._silence = silence
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
                self._capture.release()
                self.wake()

    def _read_on(self) -> None:
        backlog = Backlog()
        patience = time.monotonic() + KEY_FRAME_S
        while not self._is_over:
            began, worked = time.monotonic(), time.thread_time()
            is_there = self._capture.grab()
            now = time.monotonic()
            if is_there:
                patience = 0.0
                if backlog.is_worth_showing(now - began - (time.thread_time() - worked), now):
                    self._take()
            elif began > patience or now - began < self._silence / 2:
                break

    def _take(self) -> None:
        ok, pixels = self._capture.retrieve()
        with self._changed:
            if ok:
                self._pixels = pixels
                self._changed.notify_all()


class Backlog:
    """Whether pictures are old: after a slow moment those of the past come first, without a wait.

    A few come together in any network. At times one is shown all the same, where a machine is too
    slow to catch up.
    """

    def __init__(self) -> None:
        self._in_a_row = 0
        self._shown = 0.0

    def is_worth_showing(self, rested: float, now: float) -> bool:
        """rested: seconds for which the picture was waited for. now: as time.monotonic() counts."""
        self._in_a_row = 0 if rested > _REST_S else self._in_a_row + 1
        if self._in_a_row > _TOGETHER and now - self._shown < _SELDOM_S:
            return False
        self._shown = now
        return True


def open_film(address: NetworkAddress, timeout: float, silence: float) -> FilmStream | None:
    """None where it cannot be played within timeout seconds. Call it on a worker thread.

    FFmpeg takes RTSP over TCP where the camera can, and decodes on one thread: each more would
    hold back one more picture.
    """
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
        capture = cv2.VideoCapture(
            address.secret_url, cv2.CAP_FFMPEG, [word for pair in limits.items() for word in pair]
        )
    if not capture.isOpened():
        capture.release()
        return None
    if int(capture.get(cv2.CAP_PROP_FOURCC)) == cv2.VideoWriter.fourcc(*"MJPG"):
        capture.set(cv2.CAP_PROP_FORMAT, -1)  # what came, undecoded
    return FilmStream(capture, silence)


@contextmanager
def _at_once(address: NetworkAddress) -> Iterator[None]:
    """FFmpeg does not measure an RTSP camera's frame rate first, which takes up to three seconds,
    and asks for no sound.

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
