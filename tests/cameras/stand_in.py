"""A robot that obeys at once, and is as the test says: for what needs no real answer."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from itertools import count
from typing import Any

from anki_vector.messaging import protocol

from labeler.cameras.base import Frame
from labeler.cameras.driving_body import BodyState
from labeler.dataset.model import Pose

CLIFF_DETECTED = int(protocol.ROBOT_STATUS_CLIFF_DETECTED)
IS_PICKED_UP = int(protocol.ROBOT_STATUS_IS_PICKED_UP)
ON_CHARGER = int(protocol.ROBOT_STATUS_IS_ON_CHARGER)
WHEELS_MOVING = int(protocol.ROBOT_STATUS_ARE_WHEELS_MOVING)
"""As the SDK has them, whatever the product believes."""


class StandIn:
    """asked: the orders' names; requests: the orders. turn_error: by which part it turns too far;
    drive_error_mm: by how much it drives too far. silent_since: when it told its state last, as
    clock counts; None: all the while."""

    def __init__(self, status: int = 0, name: str = "Vector-T1") -> None:
        self.name = name
        self.status = status
        self.has_control = True
        self.asked: list[str] = []
        self.requests: list[Any] = []
        self.places: list[tuple[float, float]] = []
        self.at_stop: Callable[[], None] | None = None
        self.is_gone = False
        self.image_stamp = 0
        self.turn_error = self.drive_error_mm = 0.0
        self._pose = Pose(0.0, 0.0, 0.0)
        self._head, self._lift = 0.0, 32.0
        self._stamps = count(1)
        self.clock: Callable[[], float] = time.monotonic
        self.silent_since: float | None = None

    @property
    def body(self) -> BodyState | None:
        if self.is_gone:
            return None
        return BodyState(
            self._pose,
            self._head,
            self._lift,
            0.0,
            0.0,
            self.status,
            self.image_stamp,
            self.clock() if self.silent_since is None else self.silent_since,
        )

    def latest(self) -> Frame:
        """Another one each time."""
        return Frame(b"", next(self._stamps))

    def stamp_of(self, frame: Frame) -> int:
        return frame.number

    def with_pose(self, frame: Frame, timeout: float = 0.1) -> Frame:
        return replace(frame, pose=self._pose, head_angle_rad=self._head)

    def request_control(self, timeout: float, holder: object) -> None:
        """It is given at once."""

    def release_control(self, timeout: float, holder: object) -> None:
        self.asked.append("release")

    def order(self, method: str, request: Any, timeout: float) -> Future[Any]:
        self.asked.append(method)
        self.requests.append(request)
        if method == "StopAllMotors" and self.at_stop is not None:
            self.at_stop()
        obey = getattr(self, f"_obey_{method}", None)
        if obey is not None:
            obey(request)
        future: Future[Any] = Future()
        if self.is_gone:
            future.set_exception(ConnectionError())
        else:
            future.set_result(None)
        return future

    def _obey_TurnInPlace(self, request: Any) -> None:  # noqa: N802
        turned = request.angle_rad * (1.0 + self.turn_error)
        heading = math.remainder(self._pose.heading_rad + turned, math.tau)
        self._pose = replace(self._pose, heading_rad=heading)

    def _obey_DriveStraight(self, request: Any) -> None:  # noqa: N802
        way, pose = request.dist_mm, self._pose
        way += math.copysign(self.drive_error_mm, way)
        x_mm = pose.x_mm + way * math.cos(pose.heading_rad)
        y_mm = pose.y_mm + way * math.sin(pose.heading_rad)
        self._pose = Pose(x_mm, y_mm, pose.heading_rad)
        self.places.append((x_mm, y_mm))

    def _obey_SetHeadAngle(self, request: Any) -> None:  # noqa: N802
        self._head = request.angle_rad

    def _obey_SetLiftHeight(self, request: Any) -> None:  # noqa: N802
        self._lift = request.height_mm
