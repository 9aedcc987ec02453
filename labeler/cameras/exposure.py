"""What a robot's camera can be told about light: automatic, or exposure and gain by hand."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from labeler.cameras.faults import RobotError
from labeler.cameras.link import CALL_TIMEOUT, RobotLink
from labeler.cameras.robots import RobotConfig
from labeler.dataset.model import Readings
from labeler.errors import UserError

logger = logging.getLogger(__name__)

_LONGEST_MS, _MOST_GAIN = 10_000, 1_000
"""What a robot tells beyond these is no limit of a camera."""
FAREWELL = 0.1
"""Seconds that a robot has, when its camera is closed, to go back to its own choice."""


@dataclass(frozen=True, slots=True)
class Exposure:
    """exposure_ms and gain count only where it is not automatic."""

    automatic: bool = True
    exposure_ms: int = 20
    gain: float = 1.0


@dataclass(frozen=True, slots=True)
class ExposureLimits:
    """What the camera takes, both ends included."""

    least_ms: int = 1
    most_ms: int = 67
    least_gain: float = 0.1
    most_gain: float = 3.9

    def hold(self, wish: Exposure) -> Exposure:
        """The nearest that the camera takes."""
        exposure_ms = min(self.most_ms, max(self.least_ms, wish.exposure_ms))
        gain = min(self.most_gain, max(self.least_gain, wish.gain))
        return Exposure(wish.automatic, exposure_ms, gain)


USUAL_LIMITS = ExposureLimits()
"""Those of the robots there are, for one whose software does not tell."""


class ExposureSwitch:
    """The exposure of one robot's camera, across connections. Safe to use from any thread.

    tell gets the fields of Readings that a wish makes known.
    """

    def __init__(self, tell: Callable[[Readings], None]) -> None:
        self._tell = tell
        self._link: RobotLink | None = None
        self._wish = Exposure()

    @property
    def wish(self) -> Exposure:
        """What the robot took last; automatic where it was never told anything."""
        return self._wish

    def begin(self, link: RobotLink) -> None:
        """A connection was made: as it was wished before."""
        self._link = link
        if not self._wish.automatic:
            wish = self._wish
            ordered = link.submit(_order(link, wish, CALL_TIMEOUT))
            ordered.add_done_callback(lambda done: self._take_answer(link, wish, done))

    def _take_answer(self, link: RobotLink, wish: Exposure, done: Future[None]) -> None:
        """Told of the pictures to come only once the robot has taken it, and takes it still."""
        failure = "cancelled" if done.cancelled() else done.exception()
        if failure:
            logger.debug("%s did not take its exposure again: %r", link.robot, failure)
        elif self._link is link and self._wish == wish:
            self._tell(readings_of(wish))

    def end(self, link: RobotLink, *, for_good: bool) -> None:
        """The connection ends. for_good: the robot, which sees with it too, chooses again."""
        self._link = None
        if not for_good or self._wish.automatic:
            return
        try:
            link.submit(_order(link, Exposure(), FAREWELL)).result(FAREWELL)
        except Exception as error:  # it is gone, or whoever opens it next will see
            logger.debug("%s keeps the exposure it was told: %r", link.robot, error)

    def limits(self) -> ExposureLimits:
        """What the robot tells, else what robots usually have. Waits for it."""
        link = self._link
        if link is None:
            return USUAL_LIMITS
        try:
            told: ExposureLimits = link.submit(_ask_limits(link)).result(CALL_TIMEOUT + 0.5)
        except Exception as error:  # whatever the reason, the usual ones will do
            logger.debug("%s does not tell the limits of its exposure: %r", link.robot, error)
            return USUAL_LIMITS
        return told

    def set(self, wish: Exposure) -> None:
        """From now on, also after a reconnection. Waits for the robot's answer.

        Raises UserError where it is not connected, cannot do it, or does not answer.
        """
        link = self._link
        if link is None:
            raise UserError("The robot is not connected, so its exposure stays as it is.")
        try:
            link.submit(_order(link, wish, CALL_TIMEOUT)).result(CALL_TIMEOUT + 0.5)
        except Exception as error:
            raise _not_set(link.robot, error) from error
        self._wish = wish
        self._tell(readings_of(wish))


@runtime_checkable
class HasExposure(Protocol):
    """A camera whose exposure can be set."""

    name: str
    exposure: ExposureSwitch


def readings_of(wish: Exposure) -> Readings:
    """What is known of pictures to come. What is automatic the robot tells itself, if at all."""
    if wish.automatic:
        return Readings(auto_exposure=True)
    return Readings(exposure_ms=float(wish.exposure_ms), gain=wish.gain, auto_exposure=False)


async def _ask_limits(link: RobotLink) -> ExposureLimits:
    from anki_vector.messaging import protocol

    told = await link.call("GetCameraConfig", protocol.CameraConfigRequest())
    limits = ExposureLimits(
        told.min_camera_exposure_time_ms,
        told.max_camera_exposure_time_ms,
        told.min_camera_gain,
        told.max_camera_gain,
    )
    exposures = 0 <= limits.least_ms < limits.most_ms <= _LONGEST_MS
    gains = 0 <= limits.least_gain < limits.most_gain <= _MOST_GAIN
    return limits if exposures and gains else USUAL_LIMITS


async def _order(link: RobotLink, wish: Exposure, timeout: float) -> None:
    from anki_vector.messaging import protocol

    request = protocol.SetCameraSettingsRequest(enable_auto_exposure=wish.automatic)
    if not wish.automatic:
        request.exposure_ms, request.gain = wish.exposure_ms, wish.gain
    await link.call("SetCameraSettings", request, timeout)


def _not_set(robot: RobotConfig, error: BaseException) -> RobotError:
    """The sentence for whatever kept the robot from it."""
    if _code(error) == "UNIMPLEMENTED":
        return RobotError(
            f"The software of {robot.name} does not let programs set the exposure. "
            "It goes on choosing by itself."
        )
    return RobotError(
        f"{robot.name} did not take the exposure. The picture goes on; try again.",
        details=repr(error),
    )


def _code(error: BaseException) -> str:
    code: Any = getattr(error, "code", None)
    return str(getattr(code(), "name", "")) if callable(code) else ""
