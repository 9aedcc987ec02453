"""Moving a robot to a place or angle, waiting until it stands, and taking a picture only then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from labeler.cameras import driving_words as words
from labeler.cameras.base import Frame
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver, Steerable
from labeler.cameras.driving_body import BodyState, wrapped
from labeler.cameras.driving_orders import (
    Action,
    head_action,
    lift_action,
    question,
    straight_action,
    turn_action,
    turn_speed,
)
from labeler.dataset.model import Pose
from labeler.errors import UserError

ShouldStop = Callable[[], bool]

NEAR_RAD = math.radians(4)
FAR_RAD = math.radians(20)
NEAR_MM = 8.0
NEAR_HEAD_RAD = math.radians(1)
NEAR_LIFT_MM = 2.0
HEADWAY = 0.8
"""A drive that leaves more of the way than this part of it was in vain."""
TRIES = 3
"""So often a motion is corrected that did not come out as it was meant."""
SETTLED = 0.06
"""Seconds between two states of the robot, in neither of which it moves, that count as standing."""
SAME_MM, SAME_RAD = 1.0, math.radians(0.5)
"""It does not move where it tells the same place, direction and head twice."""
PATIENCE = 6.0
PICTURE_PATIENCE = 10.0
GLANCE = 0.005


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
    still = _standing(driver, should_stop)
    for _ in range(TRIES):
        actions = posture_actions(still, head_rad, lift_mm)
        if heading_rad is not None:
            left = wrapped(heading_rad - still.pose.heading_rad)
            if abs(left) > NEAR_RAD:
                actions.append(_turn(driver, left))
        if not actions:
            break
        driver.act(actions, should_stop)
        still = stand_still(driver, should_stop)
    if heading_rad is not None and abs(wrapped(heading_rad - still.pose.heading_rad)) > FAR_RAD:
        raise UserError(words.not_turning(driver.robot.name))
    return still


def posture_actions(
    still: BodyState, head_rad: float | None, lift_mm: float | None
) -> list[Action]:
    """What brings head and lift to where they should be; nothing where they are there."""
    actions = []
    if head_rad is not None and abs(head_rad - still.head_angle_rad) > NEAR_HEAD_RAD:
        actions.append(head_action(head_rad, PATIENCE))
    if lift_mm is not None and abs(lift_mm - still.lift_mm) > NEAR_LIFT_MM:
        actions.append(lift_action(lift_mm, PATIENCE))
    return actions


def go_to(
    driver: Driver,
    x_mm: float,
    y_mm: float,
    should_stop: ShouldStop,
    *,
    near_mm: float = NEAR_MM,
    meanwhile: Sequence[Action] = (),
) -> BodyState:
    """Drives straight to a place in its own odometry, as near as TRIES attempts bring it.

    It turns first only where it would pass the place by more than near_mm as it stands. meanwhile:
    what head and lift do on the way. It gives up earlier where something stands in its way. The
    state in which the robot stands then.
    """
    still = _standing(driver, should_stop)
    before = math.inf
    for _ in range(TRIES):
        pose = still.pose
        away = math.hypot(x_mm - pose.x_mm, y_mm - pose.y_mm)
        if away < near_mm or away > HEADWAY * before:
            break
        before = away
        left = wrapped(math.atan2(y_mm - pose.y_mm, x_mm - pose.x_mm) - pose.heading_rad)
        sign = 1
        if abs(left) > math.pi / 2:  # backwards is nearer
            left, sign = wrapped(left + math.pi), -1
        if away * abs(math.sin(left)) < near_mm:
            away *= math.cos(left)
        else:
            driver.act([_turn(driver, left), *meanwhile], should_stop)
            meanwhile = ()
        way = straight_action(sign * away, driver.limit_mmps, PATIENCE)
        driver.act([way, *meanwhile], should_stop)
        meanwhile = ()
        still = stand_still(driver, should_stop)
    return still


def _turn(driver: Driver, angle_rad: float) -> Action:
    return turn_action(angle_rad, turn_speed(driver.limit_mmps), PATIENCE)


def pose_of(driver: Driver) -> Pose:
    return driver.body_now().pose


def stand_still(driver: Driver, should_stop: ShouldStop) -> BodyState:
    """Waits until two states, SETTLED apart, tell that it does not move. The second of them.

    Raises UserError where it goes on moving, StoppedError when should_stop() says so.
    """
    began = time.monotonic()
    since: BodyState | None = None
    while True:
        body = driver.body_now()
        if body.moving or body.received < began:
            since = None
        elif since is None or not _is_same(since, body):
            since = body
        elif body.received - since.received >= SETTLED:
            return body
        if should_stop():
            raise StoppedError
        if time.monotonic() - began > PATIENCE:
            raise UserError(words.not_still(driver.robot.name))
        time.sleep(GLANCE)


def _standing(driver: Driver, should_stop: ShouldStop) -> BodyState:
    """Its newest state, where that says that it stands: all motions here are waited for."""
    body = driver.body_now()
    return stand_still(driver, should_stop) if body.moving else body


def _is_same(one: BodyState, other: BodyState) -> bool:
    place = math.hypot(one.pose.x_mm - other.pose.x_mm, one.pose.y_mm - other.pose.y_mm)
    turned = abs(wrapped(one.pose.heading_rad - other.pose.heading_rad))
    nodded = abs(one.head_angle_rad - other.head_angle_rad)
    return place < SAME_MM and max(turned, nodded) < SAME_RAD


def told_from_now(camera: PhotoRobot, should_stop: ShouldStop) -> BodyState:
    """A state that the robot told after this moment, however long its messages are under way.

    What comes after its answer to a question was sent after the question. Raises UserError where
    neither comes.
    """
    answer = camera.order(*question(), PICTURE_PATIENCE)
    deadline = time.monotonic() + PICTURE_PATIENCE
    answered = math.inf
    while True:
        if answered == math.inf and answer.done():  # a refusal is an answer, too
            answered = time.monotonic()
        body = camera.body
        if body is None:
            raise UserError(words.DRIVEN.connection_lost.format(camera.name))
        if body.received > answered:
            return body
        _go_on(camera, deadline, should_stop)


def frame_after(
    camera: PhotoRobot, still: BodyState, should_stop: ShouldStop, *, last: Frame | None = None
) -> Frame:
    """The first picture that was exposed, by the robot's own clock, after it told this state.

    With its pose. Never the last one again. Raises UserError where none comes.
    """
    deadline = time.monotonic() + PICTURE_PATIENCE
    while True:
        frame = camera.latest()
        if frame is not None and (last is None or frame.number > last.number):
            stamp = camera.stamp_of(frame)
            if stamp is not None and stamp > still.image_stamp:
                return camera.with_pose(frame)
        _go_on(camera, deadline, should_stop)


def _go_on(camera: PhotoRobot, deadline: float, should_stop: ShouldStop) -> None:
    """Waits a moment. Raises StoppedError, and UserError after the deadline."""
    if should_stop():
        raise StoppedError
    if time.monotonic() > deadline:
        raise UserError(words.no_picture(camera.name))
    time.sleep(GLANCE)
