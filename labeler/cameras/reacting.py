"""Small things that a robot does on request: it speaks, shows a mood, turns towards something.

Control is asked for that moment alone and given back, whatever happens; each call has a deadline.
One that waits for another's end looks at should_stop before it begins.
"""

from __future__ import annotations

import logging
import math
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import contextmanager
from typing import Any, Protocol, runtime_checkable

from labeler.errors import UserError

CONTROL_S = 5.0
SAY_S, ANIMATE_S, TURN_S = 15.0, 20.0, 8.0
"""Seconds that the robot may take."""
HALF_VIEW_RAD = math.radians(45.0)
"""Half of what the robot's camera sees from left to right."""
_SMALLEST_TURN_RAD = math.radians(3.0)
_TURN_SPEED = 1.2
"""Radians a second."""

ANIMATIONS = (
    "GreetAfterLongTime",
    "OnboardingReactToFaceHappy",
    "FistBumpSuccess",
    "PounceSuccess",
    "ComeHereSuccess",
    "FetchCubeSuccess",
    "StuckOnEdgeIdle",
)
"""Animation triggers that people's programs play; the robot's anim_trigger_list has hundreds."""

_log = logging.getLogger(__name__)
_one_at_a_time = threading.Lock()


@runtime_checkable
class Obedient(Protocol):
    """A camera that is a robot."""

    name: str

    def request_control(self, timeout: float, holder: object) -> None: ...

    def release_control(self, timeout: float, holder: object) -> None: ...

    def order(self, method: str, request: Any, timeout: float) -> Future[Any]: ...


def _never() -> bool:
    return False


def require_wanted(should_stop: Callable[[], bool]) -> None:
    """Raises UserError where nobody wants it any more: it had to wait for its turn."""
    if should_stop():
        raise UserError("Left out: it was switched off before its turn came.")


def say(camera: object, text: str, should_stop: Callable[[], bool] = _never) -> None:
    """Blocks until it is said. Raises UserError."""
    from anki_vector.messaging import protocol

    request = protocol.SayTextRequest(text=text, use_vector_voice=True, duration_scalar=1.0)
    _act(camera, "SayText", request, SAY_S, should_stop)


def animate(camera: object, trigger: str, should_stop: Callable[[], bool] = _never) -> None:
    """Plays one of the robot's animation triggers. Blocks. Raises UserError."""
    from anki_vector.messaging import protocol

    request = protocol.PlayAnimationTriggerRequest(
        animation_trigger=protocol.AnimationTrigger(name=trigger), loops=1
    )
    _act(camera, "PlayAnimationTrigger", request, ANIMATE_S, should_stop)


def turn(camera: object, angle_rad: float, should_stop: Callable[[], bool] = _never) -> None:
    """In place, to the left where the angle is > 0. Blocks. Raises UserError."""
    from anki_vector.messaging import protocol

    if abs(angle_rad) < _SMALLEST_TURN_RAD:
        robot_of(camera)
        return
    request = protocol.TurnInPlaceRequest(
        angle_rad=angle_rad, speed_rad_per_sec=_TURN_SPEED, accel_rad_per_sec2=10.0
    )
    _act(camera, "TurnInPlace", request, TURN_S, should_stop)


def angle_towards(box: tuple[float, float, float, float], picture_width: int) -> float:
    """Radians from straight ahead to the middle of a box (COCO, pixels); > 0: it is at the left."""
    off = box[0] + box[2] / 2 - picture_width / 2
    focal = picture_width / 2 / math.tan(HALF_VIEW_RAD)
    return -math.atan2(off, focal)


def robot_of(camera: object) -> Obedient:
    """Raises UserError where the camera is no robot."""
    if isinstance(camera, Obedient):
        return camera
    name = getattr(camera, "name", "") or "This camera"
    raise UserError(f"{name} is no robot: it can neither speak nor move.")


def _act(
    camera: object, method: str, request: Any, timeout: float, should_stop: Callable[[], bool]
) -> None:
    robot = robot_of(camera)
    with _one_at_a_time:
        require_wanted(should_stop)
        _order(robot, method, request, timeout)


def _order(robot: Obedient, method: str, request: Any, timeout: float) -> None:
    with _control(robot):
        try:
            robot.order(method, request, timeout).result(timeout + 1.0)
        except Exception as error:  # the SDK's and gRPC's own have no common base
            words = _why_not(robot.name, method, error, timeout)
            raise UserError(words, details=repr(error)) from error


@contextmanager
def _control(robot: Obedient) -> Iterator[None]:
    """For the moment; somebody who drives, or begins to meanwhile, goes on having it."""
    holder = object()
    try:
        robot.request_control(CONTROL_S, holder)  # which the robot may give later than that
        yield
    finally:
        _quietly(lambda: robot.release_control(2.0, holder))


def _quietly(step: Callable[[], object]) -> None:
    """A connection that is lost has given control back by itself."""
    try:
        step()
    except Exception as error:
        _log.debug("giving control back: %r", error)


def _why_not(name: str, method: str, error: Exception, timeout: float) -> str:
    code = getattr(error, "code", None)
    told = getattr(code() if callable(code) else None, "name", "")
    if told == "UNIMPLEMENTED":
        return f"{name} does not know how to do this ({method}). Is its software up to date?"
    if isinstance(error, TimeoutError | FutureTimeout) or told == "DEADLINE_EXCEEDED":
        return f"{name} did not finish within {timeout:g} s. Is it still connected?"
    if isinstance(error, ConnectionError | CancelledError) or told == "UNAVAILABLE":
        return f"{name} is not connected, so it did nothing."
    return f"{name} did not do it ({told or type(error).__name__}). Try again."
