"""A camera's thread: started, stopped in time, and never the end of the program."""

from __future__ import annotations

import logging
import threading
import time
from abc import abstractmethod
from dataclasses import replace

from labeler.cameras.base import Camera, CameraState, CameraStatus, Frame
from labeler.cameras.faults import Cause, RobotError
from labeler.cameras.frame_rate import FrameRate
from labeler.errors import UserError

logger = logging.getLogger(__name__)

SILENCE = 2.0
"""Seconds without a frame after which a live camera counts as lost."""

JPEG_QUALITY = 95
"""For cameras that give raw pixels: no visible loss, and a fifth of the size of a PNG."""


class WorkerCamera(Camera):
    """A camera whose `_run(stop)` works on a thread of its own until `stop` is set.

    A thread that is stuck in foreign code when stop() runs out of patience is left behind: its
    `stop` event stays set, so whatever it reports later is ignored.
    """

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._rate = FrameRate()
        self._numbers = 0
        self._remark = ""  # what is to be said while it is live
        self._stop = threading.Event()
        self._hurry = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Returns at once. Starting a camera that runs does nothing."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive() and not self._stop.is_set():
                return
            self._stop = stop = threading.Event()
            self._status = CameraStatus(CameraState.CONNECTING, f"Connecting to {self.name}.")
            self._thread = threading.Thread(
                target=self._work, args=(stop,), name=f"camera {self.name}", daemon=True
            )
            self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        with self._lock:
            thread, stop = self._thread, self._stop
        stop.set()
        self._hurry.set()
        self._woken()
        if thread is not None and thread is not threading.current_thread():
            thread.join(timeout)
            if thread.is_alive():
                logger.warning("the thread of camera %s is stuck and left behind", self.name)
        self._rate.clear()
        self._set_status(CameraStatus(CameraState.CLOSED))

    def retry_now(self) -> None:
        self._hurry.set()

    def status(self) -> CameraStatus:
        status = super().status()
        if status.state is not CameraState.LIVE:
            return status
        return replace(status, frames_per_second=self._rate.now())

    @abstractmethod
    def _run(self, stop: threading.Event) -> None:
        """Publishes frames and reports until `stop` is set. A UserError becomes FAILED."""

    def _woken(self) -> None:
        """Called by stop(), for a `_run` that waits on something else than `stop`."""

    def _work(self, stop: threading.Event) -> None:
        try:
            self._run(stop)
        except UserError as error:
            cause = error.cause if isinstance(error, RobotError) else None
            self._report(stop, CameraState.FAILED, str(error), cause=cause)
        except BaseException as error:  # the robot's SDK calls sys.exit() on missing parts
            logger.exception("camera %s failed", self.name)
            self._report(
                stop,
                CameraState.FAILED,
                f"{self.name} stopped through a fault of this program "
                f"({type(error).__name__}: {error}). Choose the camera again.",
            )

    def _report(
        self,
        stop: threading.Event,
        state: CameraState,
        message: str = "",
        *,
        cause: Cause | None = None,
        retry_at: float | None = None,
    ) -> None:
        with self._lock:
            if stop.is_set():
                return
            status = CameraStatus(state, message, cause=cause, retry_at=retry_at)
            is_news, self._status = status != self._status, status
        if is_news:
            self._tell()

    def _pause(
        self,
        stop: threading.Event,
        seconds: float,
        message: str,
        cause: Cause | None = None,
    ) -> None:
        """Lost, and tried again after so many seconds, at retry_now() or at stop()."""
        self._hurry.clear()
        retry_at = time.monotonic() + seconds
        self._report(stop, CameraState.LOST, message, cause=cause, retry_at=retry_at)
        if not stop.is_set():
            self._hurry.wait(seconds)
        self._report(stop, CameraState.LOST, message, cause=cause)

    def _next_number(self) -> int:
        with self._lock:
            self._numbers += 1
            return self._numbers

    def _show(self, stop: threading.Event, data: bytes) -> None:
        """Publishes one encoded picture as the newest frame."""
        if stop.is_set():
            return
        frame = Frame(data, self._next_number())
        self._rate.note(frame.received)
        self._publish(frame)
        if super().status().state is not CameraState.LIVE:
            self._report(stop, CameraState.LIVE, self._remark)
