"""A video file, played at its own rate as if it were live."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.cameras.base import CameraState
from labeler.cameras.opencv_threads import in_opencv
from labeler.cameras.pixels import as_jpeg, open_capture
from labeler.cameras.worker import WorkerCamera
from labeler.errors import UserError

if TYPE_CHECKING:
    import cv2

RATES = (0.5, 240.0)
"""Frames per second that a file may claim; others are taken for damage."""
USUAL_RATE = 25.0


class VideoCamera(WorkerCamera):
    """Frames as JPEG of quality 95. At the end it says so and keeps the last frame."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.name)
        self.path = path

    def _run(self, stop: threading.Event) -> None:
        if not self.path.is_file():
            raise UserError(f"The video {self.path} does not exist.")
        with in_opencv(stop.set):
            capture = open_capture(self.path)
            if capture is None:
                raise UserError(f"The video {self.path} cannot be played: not a video, or damaged.")
            try:
                shown = self._play(capture, stop)
            finally:
                capture.release()
        if shown == 0 and not stop.is_set():
            raise UserError(f"The video {self.path} holds no pictures.")
        self._report(stop, CameraState.CLOSED, f"The video {self.path.name} has ended.")

    def _play(self, capture: cv2.VideoCapture, stop: threading.Event) -> int:
        """The number of frames shown. A late frame is dropped, so that the pace holds."""
        period = 1.0 / frame_rate(capture)
        started = time.monotonic()
        shown = read = 0
        while not stop.is_set() and capture.grab():
            due = started + read * period
            read += 1
            wait = due - time.monotonic()
            if wait < -period and shown:
                continue
            ok, pixels = capture.retrieve()
            if not ok:
                continue
            stop.wait(max(0.0, wait))
            self._show(stop, as_jpeg(pixels))
            shown += 1
        return shown


def frame_rate(capture: cv2.VideoCapture) -> float:
    """The file's own rate, or a usual one where it tells nonsense."""
    import cv2

    rate = capture.get(cv2.CAP_PROP_FPS)
    return rate if RATES[0] <= rate <= RATES[1] else USUAL_RATE
