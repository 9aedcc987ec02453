"""Moving a robot to a place or angle, waiting until it stands, and taking a picture only then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Protocol

from labeler.cameras import driving_words as words
from labeler.cameras.base import Frame
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver, Steerable
from labeler.cameras.driving_body import BodyState, wrapped
from labeler.cameras.driving_orders import head_action, lift_action, straight_action, turn_action
from labeler.dataset.model import Pose
from labeler.errors import UserError

ShouldStop = Callable[[], bool]

TURN_SPEED = 1.6
"""Radians a second."""
NEAR_RAD = math.radians(4)
FAR_RAD = math.radians(20)
NEAR_MM = 8.0
NEAR_HEAD_RAD = math.radians(1)
NEAR_LIFT_MM = 2.0
HEADWAY = 0.8
"""A drive that leaves more of the way than this part of it was in vain."""
TRIES = 3
"""So often a motion is corrected that did not come out as it was meant."""
SETTLED = 0.2
"""Seconds without any motion that count as standing still."""
PATIENCE = 6.0
PICTURE_PATIENCE = 10.0
LAG = 0.4
"""Seconds that a picture may have been on its way."""
GLANCE = 0.01


class PhotoRobot(Steerable, Protocol):
    """A robot that is steered and whose pictures tell when they were taken."""

    def latest(self) -> Frame | None: ...

    def stamp_of(self, frame: Frame) -> int | None: ...

    def with_pose(self, frame: Frame, timeout: float = 0.1) -> Frame: ...


def take_pose(
    driver: Driver,
    should_stop: ShouldStop,
    *,
    heading_rad: float | None = None,
    head_rad: float | None = None,
    lift_mm: float | None = None,
) -> BodyState:
    """Turns on the spot and moves head and lift meanwhile, in the robot's own odometry.

    None leaves it as it is. What did not come out as it was meant is corrected, TRIES times at
    most. The state in which the robot stands then. Raises UserError where it hardly turned.
    """
    still = stand_still(driver, should_stop)
    for _ in range(TRIES):
        actions = []
        if heading_rad is not None:
            left = wrapped(heading_rad - still.pose.heading_rad)
            if abs(left) > NEAR_RAD:
                actions.append(turn_action(left, TURN_SPEED, PATIENCE))
        if head_rad is not None and abs(head_rad - still.head_angle_rad) > NEAR_HEAD_RAD:
            actions.append(head_action(head_rad, PATIENCE))
        if lift_mm is not None and abs(lift_mm - still.lift_mm) > NEAR_LIFT_MM:
            actions.append(lift_action(lift_mm, PATIENCE))
        if not actions:
            break
        driver.act(actions, should_stop)
        still = stand_still(driver, should_stop)
    if heading_rad is not None and abs(wrapped(heading_rad - still.pose.heading_rad)) > FAR_RAD:
        raise UserError(words.not_turning(driver.robot.name))
    return still


def go_to(driver: Driver, x_mm: float, y_mm: float, should_stop: ShouldStop) -> None:
    """Drives straight to a place in its own odometry, as near as TRIES attempts bring it.

    It gives up earlier where something stands in its way.
    """
    before = math.inf
    for _ in range(TRIES):
        pose = stand_still(driver, should_stop).pose
        away = math.hypot(x_mm - pose.x_mm, y_mm - pose.y_mm)
        if away < NEAR_MM or away > HEADWAY * before:
            return
        before = away
        left = wrapped(math.atan2(y_mm - pose.y_mm, x_mm - pose.x_mm) - pose.heading_rad)
        sign = 1
        if abs(left) > math.pi / 2:  # backwards is nearer
            left, sign = wrapped(left + math.pi), -1
        driver.act([turn_action(left, TURN_SPEED, PATIENCE)], should_stop)
        driver.act([straight_action(sign * away, driver.limit_mmps, PATIENCE)], should_stop)


def body_of(driver: Driver) -> BodyState:
    """Raises UserError where driving or the connection is over."""
    driver.refuse_if_off()
    body = driver.robot.body
    if body is None:
        raise UserError(words.connection_lost(driver.robot.name))
    return body


def pose_of(driver: Driver) -> Pose:
    return body_of(driver).pose


def stand_still(driver: Driver, should_stop: ShouldStop) -> BodyState:
    """Waits until it has not moved for SETTLED seconds. The state that says so.

    Raises UserError where it goes on moving, StoppedError when should_stop() says so.
    """
    began = time.monotonic()
    since: BodyState | None = None
    while True:
        body = body_of(driver)
        if body.moving or body.received < began:
            since = None
        elif since is None:
            since = body
        elif body.received - since.received >= SETTLED:
            return body
        if should_stop():
            raise StoppedError
        if time.monotonic() - began > PATIENCE:
            raise UserError(words.not_still(driver.robot.name))
        time.sleep(GLANCE)


def frame_after(
    camera: PhotoRobot, still: BodyState, should_stop: ShouldStop, *, own_clock: bool = True
) -> Frame:
    """The second picture that was exposed after the robot stood still, with its pose.

    own_clock: still is this robot's own state, so the robot's clock tells which picture is later;
    otherwise only the arrival does, and LAG is left for pictures on their way. Raises UserError
    where none comes.
    """
    deadline = time.monotonic() + PICTURE_PATIENCE
    first: int | None = None
    while True:
        frame = camera.latest()
        if frame is not None and _is_later(camera, frame, still, own_clock=own_clock):
            if first is None:
                first = frame.number
            elif frame.number > first:
                return camera.with_pose(frame)
        if should_stop():
            raise StoppedError
        if time.monotonic() > deadline:
            raise UserError(words.no_picture(camera.name))
        time.sleep(GLANCE)


def _is_later(camera: PhotoRobot, frame: Frame, still: BodyState, *, own_clock: bool) -> bool:
    if not own_clock:
        return frame.received > still.received + LAG
    stamp = camera.stamp_of(frame)
    return frame.received > still.received and stamp is not None and stamp > still.image_stamp
