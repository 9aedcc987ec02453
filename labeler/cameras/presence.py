"""How a robot is at this moment, looked at without disturbing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass
from enum import StrEnum

from labeler.cameras import faults, preflight, single_calls
from labeler.cameras.deadline import GLANCE, in_background
from labeler.cameras.faults import Cause, RobotError
from labeler.cameras.robots import RobotConfig, find_robot
from labeler.errors import UserError

DEADLINE = 3.0


class Presence(StrEnum):
    READY = "ready"
    TAKEN = "taken"  # its camera streams to another program
    NEEDS_TOKEN = "needs authorising"
    NEEDS_PASSWORD = "needs a password"  # a network camera
    ASLEEP = "asleep"  # asleep, off, or elsewhere: nobody answers
    WRONG_CERTIFICATE = "wrong certificate"
    NOT_THERE = "not there"  # another device is at its address, or none ever was
    UNUSABLE = "unusable"  # its configuration lacks something


@dataclass(frozen=True, slots=True)
class Sighting:
    """sentence says what to do; it is empty for a robot that is ready."""

    presence: Presence
    sentence: str = ""


_BY_CAUSE = {
    Cause.SILENT: Presence.ASLEEP,
    Cause.ADDRESS: Presence.NOT_THERE,
    Cause.CERTIFICATE: Presence.WRONG_CERTIFICATE,
    Cause.TOKEN: Presence.NEEDS_TOKEN,
}


def look(
    robot: RobotConfig, timeout: float = DEADLINE, on_met: Callable[[], None] = lambda: None
) -> Sighting:
    """Blocks up to timeout. Takes no control and starts no picture.

    on_met: the robot is there and speaks its protocol; what is left is whether it lets us in.
    """
    try:
        deadline = time.monotonic() + timeout
        preflight.check_robot(robot, timeout)
        on_met()
        left = max(0.2, deadline - time.monotonic())
        is_taken = single_calls.is_camera_taken(robot, left)
    except RobotError as error:
        return Sighting(_BY_CAUSE.get(error.cause, Presence.UNUSABLE), str(error))
    if is_taken:
        return Sighting(Presence.TAKEN, str(faults.camera_taken(robot)))
    return Sighting(Presence.READY)


def look_at_all(
    serials: list[str],
    on_seen: Callable[[Mapping[str, Sighting]], None],
    should_stop: Callable[[], bool],
    timeout: float = DEADLINE,
) -> dict[str, Sighting]:
    """All robots at once, each told as soon as it is known. Blocks up to timeout as a rule."""
    seen: dict[str, Sighting] = {}
    met: set[str] = set()
    looks: dict[str, tuple[RobotConfig, Future[Sighting]]] = {}
    for serial in serials:
        try:
            robot = find_robot(serial)
        except UserError as error:
            seen[serial] = Sighting(Presence.UNUSABLE, str(error))
        else:
            looks[serial] = (robot, _begin(serial, robot, timeout, met))
    deadline = time.monotonic() + timeout
    while looks and not should_stop():
        done = {serial: each for serial, (_, each) in looks.items() if each.done()}
        if time.monotonic() > deadline:
            # A name that the network looks for longer than that: the look is left behind. Not
            # those that were met: they have a deadline, and the first loads the SDK before it.
            seen |= {
                serial: Sighting(Presence.ASLEEP, str(faults.not_answering(robot)))
                for serial, (robot, _) in looks.items()
                if serial not in done and serial not in met
            }
        seen |= {serial: each.result() for serial, each in done.items()}
        looks = {serial: each for serial, each in looks.items() if serial not in seen}
        if done or not looks:
            on_seen(dict(seen))
        if looks:
            time.sleep(GLANCE)
    return seen


def _begin(serial: str, robot: RobotConfig, timeout: float, met: set[str]) -> Future[Sighting]:
    return in_background(
        lambda: look(robot, timeout, lambda: met.add(serial)), f"look at {robot.name}"
    )
