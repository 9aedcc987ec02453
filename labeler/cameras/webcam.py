"""A webcam, through OpenCV."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from labeler.cameras.base import CameraState, CameraStatus
from labeler.cameras.opencv_threads import in_opencv
from labeler.cameras.pixels import as_jpeg, open_capture
from labeler.cameras.worker import SILENCE, WorkerCamera
from labeler.errors import UserError

if TYPE_CHECKING:
    import cv2

RETRY = 1.0


class WebcamCamera(WorkerCamera):
    """Frames as JPEG of quality 95: a webcam gives raw pixels, and a PNG of each would take five
    times the space and half a core.

    device is the system's number of the webcam, or the path of its device.
    """

    def __init__(self, device: int | str = 0, name: str = "") -> None:
        super().__init__(name or (f"webcam {device}" if isinstance(device, int) else device))
        self.device = device

    def status(self) -> CameraStatus:
        """A driver may block for ever when the cable is pulled: the newest frame's age tells."""
        status = super().status()
        frame = self.latest()
        if status.state is CameraState.LIVE and frame is not None and frame.age > SILENCE:
            return CameraStatus(CameraState.LOST, self._lost())
        return status

    def _run(self, stop: threading.Event) -> None:
        with in_opencv(stop.set):
            self._watch(stop)

    def _watch(self, stop: threading.Event) -> None:
        capture = open_capture(self.device)
        if capture is None:
            raise UserError(
                f"The {self.name} cannot be opened. Is it plugged in, free of other programs, and "
                "may this program use it?"
            )
        while not stop.is_set():
            if capture is not None:
                self._play(capture, stop)
                self._report(stop, CameraState.LOST, self._lost())
            stop.wait(RETRY)
            capture = None if stop.is_set() else open_capture(self.device)

    def _play(self, capture: cv2.VideoCapture, stop: threading.Event) -> None:
        """Until a read fails: the webcam is gone."""
        try:
            while not stop.is_set():
                ok, pixels = capture.read()
                if not ok:
                    return
                self._show(stop, as_jpeg(pixels))
        finally:
            capture.release()

    def _lost(self) -> str:
        return f"The {self.name} gives no picture any more. Is it still plugged in? Trying again."
