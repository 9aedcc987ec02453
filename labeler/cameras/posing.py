"""The posing partner: one robot photographs while another drives from pose to pose before it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from labeler.cameras.base import Camera, CameraState, Frame
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver, Steerable
from labeler.cameras.driving_moves import (
    GLANCE,
    PhotoRobot,
    ShouldStop,
    frame_after,
    go_to,
    posture_actions,
    stand_still,
    take_pose,
    told_from_now,
)
from labeler.cameras.driving_words import POSING
from labeler.cameras.posing_plan import PosingStop, PosingWish, plan_negatives, plan_poses
from labeler.cameras.sweep import DriveResult, OnProgress, fault_of
from labeler.dataset.model import Pose
from labeler.errors import UserError

CONNECT_PATIENCE = 20.0


def pose_partner(
    photographer: Driver,
    partner: Driver,
    camera: PhotoRobot,
    wish: PosingWish,
    keep: Callable[[Frame, bool], None],
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> DriveResult:
    """Takes all pictures. Both robots have to be under control; camera is the photographer's.

    keep gets each picture, and whether the partner should be out of it. Ends with the partner
    where it began and the photographer looking at it.
    """
    planned = wish.pictures + wish.negatives
    taken = 0
    last: Frame | None = None

    def kept(frame: Frame, *, negative: bool) -> Frame:
        nonlocal taken
        keep(frame, negative)
        taken += 1
        on_progress(taken, planned)
        return frame

    on_progress(0, planned)
    try:
        origin = stand_still(partner, should_stop).pose
        before = stand_still(photographer, should_stop)
        facing = before.pose.heading_rad
        for pose in plan_poses(wish):
            photographer.refuse_if_off()
            partner.limit_mmps = photographer.limit_mmps  # which a person may change meanwhile
            _strike(partner, origin, pose, wish.slack_mm, should_stop)
            since = told_from_now(camera, should_stop)
            last = kept(frame_after(camera, since, should_stop, last=last), negative=False)
        go_to(partner, origin.x_mm, origin.y_mm, should_stop)
        for away in plan_negatives(wish):
            heading = facing + away.turn_rad
            still = take_pose(
                photographer, should_stop, heading_rad=heading, head_rad=away.head_rad
            )
            last = kept(frame_after(camera, still, should_stop, last=last), negative=True)
        take_pose(photographer, should_stop, heading_rad=facing, head_rad=before.head_angle_rad)
    except (StoppedError, UserError) as error:
        return DriveResult(taken, planned, fault_of(error, should_stop, photographer, partner))
    return DriveResult(taken, planned)


def _strike(
    partner: Driver, origin: Pose, pose: PosingStop, near_mm: float, should_stop: ShouldStop
) -> None:
    """Drives where it should stand, in a straight line, which stays in the circle, and poses."""
    posture = posture_actions(partner.body_now(), pose.head_rad, pose.lift_mm)
    place = on_table(origin, pose.x_mm, pose.y_mm)
    go_to(partner, *place, should_stop, near_mm=near_mm, meanwhile=posture)
    take_pose(
        partner,
        should_stop,
        heading_rad=origin.heading_rad + pose.heading_rad,
        head_rad=pose.head_rad,
        lift_mm=pose.lift_mm,
    )


def on_table(origin: Pose, ahead_mm: float, left_mm: float) -> tuple[float, float]:
    """A place seen from the origin, in the odometry that the origin is given in."""
    cos, sin = math.cos(origin.heading_rad), math.sin(origin.heading_rad)
    return (
        origin.x_mm + ahead_mm * cos - left_mm * sin,
        origin.y_mm + ahead_mm * sin + left_mm * cos,
    )


def with_partner(
    photographer: Driver,
    partner_camera: Camera,
    camera: PhotoRobot,
    wish: PosingWish,
    keep: Callable[[Frame, bool], None],
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> DriveResult:
    """As pose_partner, with a partner that is connected, steered, and let go again.

    Raises UserError where the partner cannot be reached or gives no control.
    """
    if not isinstance(partner_camera, Steerable):
        raise UserError(f"{partner_camera.name} is no robot, so it cannot pose.")
    partner_camera.start()
    try:
        if not _is_live(partner_camera, should_stop):
            return DriveResult(0, wish.pictures + wish.negatives)
        partner = Driver(partner_camera, POSING)
        partner.take()
        try:
            return pose_partner(photographer, partner, camera, wish, keep, on_progress, should_stop)
        finally:
            partner.release()
    finally:
        partner_camera.stop()


def _is_live(camera: Camera, should_stop: ShouldStop) -> bool:
    """Waits for its picture. False: stopped. Raises UserError where none comes."""
    deadline = time.monotonic() + CONNECT_PATIENCE
    while True:
        status = camera.status()
        if status.state is CameraState.LIVE:
            return True
        if should_stop():
            return False
        late = time.monotonic() > deadline
        if late or status.state in (CameraState.FAILED, CameraState.CLOSED):
            raise UserError(f"The partner is not there. {status.message}".strip())
        time.sleep(GLANCE)
