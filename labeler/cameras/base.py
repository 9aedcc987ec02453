"""What every camera gives: the newest frame, its age, and a plain sentence about its health."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from labeler.cameras.faults import Cause
from labeler.dataset.model import NO_READINGS, Pose, Readings


class CameraState(StrEnum):
    CONNECTING = "connecting"
    LIVE = "live"
    LOST = "lost"  # was live, now reconnecting by itself
    FAILED = "failed"  # will not come by itself; the message says what to do
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """How the camera is. message is a sentence for the person; battery runs from 0 to 1.

    cause: what a robot's fault comes from. retry_at: when a lost camera is tried again, as
    time.monotonic() counts.
    """

    state: CameraState
    message: str = ""
    battery: float | None = None
    frames_per_second: float = 0.0
    cause: Cause | None = None
    retry_at: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture as the camera sent it.

    data holds the encoded bytes untouched (a JPEG, or a PNG from cameras that give raw pixels);
    received is time.monotonic() on arrival, captured_at seconds since 1970 (UTC); number rises by
    one with each frame of a camera. readings: what a robot tells beside head and pose.
    """

    data: bytes
    number: int
    received: float = field(default_factory=time.monotonic)
    captured_at: float = field(default_factory=time.time)
    head_angle_rad: float | None = None
    pose: Pose | None = None
    readings: Readings = NO_READINGS

    @property
    def age(self) -> float:
        """Seconds since it arrived."""
        return time.monotonic() - self.received


class Camera(ABC):
    """A source of frames that runs on a thread of its own. The newest frame wins.

    start() returns at once; what happens then is told by status(). stop() returns within its
    timeout whatever the other end does. No method raises for a fault of the environment: it shows
    in status(). Every method may be called from any thread.
    """

    patience = 30.0
    """Seconds without a new frame after which whoever waits for one gives up; a lost robot
    reconnects in the meantime."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._status = CameraStatus(CameraState.CLOSED)
        self._hearer: Callable[[], None] | None = None

    @abstractmethod
    def start(self) -> None: ...

    @abstractmethod
    def stop(self, timeout: float = 2.0) -> None: ...

    def retry_now(self) -> None:  # noqa: B027 - most cameras make no pause
        """Ends the pause before the next attempt, where a lost camera makes one."""

    def latest(self) -> Frame | None:
        """The newest frame, however old: look at its age."""
        with self._lock:
            return self._frame

    def tell(self, listener: Callable[[], None] | None) -> None:
        """Calls listener, on a thread of the camera, when there is a newer frame or state.

        It must be quick and takes the place of the one before; None: nobody listens.
        """
        self._hearer = listener

    def with_pose(self, frame: Frame, timeout: float = 0.1) -> Frame:
        """The frame with exactly its own head angle, pose and lift, where a robot tells them later.

        Waits up to timeout; worth it for a frame that is kept, not for one that is only shown.
        """
        return frame

    def status(self) -> CameraStatus:
        with self._lock:
            return self._status

    def _publish(self, frame: Frame) -> None:
        with self._lock:
            self._frame = frame
        self._tell()

    def _set_status(self, status: CameraStatus) -> None:
        with self._lock:
            self._status = status
        self._tell()

    def _tell(self) -> None:
        listener = self._hearer
        if listener is not None:
            listener()
