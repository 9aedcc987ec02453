"""The posing partner: one robot photographs while another drives from pose to pose before it."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from labeler.cameras.base import Camera, CameraState, Frame
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver, Steerable
from labeler.cameras.driving_body import BodyState
from labeler.cameras.driving_moves import (
    GLANCE,
    PhotoRobot,
    ShouldStop,
    frame_after,
    go_to,
    pose_of,
    stand_still,
    take_pose,
)
from labeler.cameras.sweep import DriveResult, OnProgress, fault_of
from labeler.dataset.model import Pose
from labeler.errors import UserError

RADIUS_CM = (3, 40)
MOST_PICTURES = 1000
POSES_A_PLACE = 2
TOUR = 12
CONNECT_PATIENCE = 20.0
AWAY = (math.radians(105), math.radians(255))
"""How far the photographer turns away for a picture without its partner. It sees 45 degrees to
either side, and a circle that is twice its radius away takes 30 more."""
HEADS = (math.radians(-20), math.radians(40))
LIFTS_MM = (33.0, 91.0)
LOOKS = (math.radians(-8), math.radians(12))
"""The photographer's head while it looks elsewhere."""


@dataclass(frozen=True, slots=True)
class PosingWish:
    """So many pictures with the partner and without. The circle lies around where it stands.

    Raises ValueError for a circle or numbers outside of RADIUS_CM and MOST_PICTURES.
    """

    pictures: int = 40
    negatives: int = 10
    radius_cm: int = 10
    seed: int = 0

    def __post_init__(self) -> None:
        if not (0 <= self.pictures <= MOST_PICTURES and 0 <= self.negatives <= MOST_PICTURES):
            raise ValueError(f"no partner poses {self.pictures} + {self.negatives} times")
        if not RADIUS_CM[0] <= self.radius_cm <= RADIUS_CM[1]:
            raise ValueError(f"no circle has a radius of {self.radius_cm} cm")


@dataclass(frozen=True, slots=True)
class PosingStop:
    """Where the partner poses: x ahead and y to the left of where it began, in millimetres."""

    x_mm: float
    y_mm: float
    heading_rad: float
    head_rad: float
    lift_mm: float


@dataclass(frozen=True, slots=True)
class AwayStop:
    """Where the photographer looks without its partner: anticlockwise from its partner."""

    turn_rad: float
    head_rad: float


def plan_poses(wish: PosingWish) -> tuple[PosingStop, ...]:
    """Places spread evenly over the circle, by the seed, POSES_A_PLACE poses at each.

    Of every TOUR places the nearest one comes next, to save driving; a run that ends early has
    been everywhere all the same.
    """
    random = Random(f"poses {wish.seed}")
    places = [
        _place(random, 10.0 * wish.radius_cm)
        for _ in range(math.ceil(wish.pictures / POSES_A_PLACE))
    ]
    tours = [_tour(places[first : first + TOUR]) for first in range(0, len(places), TOUR)]
    poses = [
        PosingStop(
            x_mm,
            y_mm,
            random.uniform(-math.pi, math.pi),
            random.uniform(*HEADS),
            LIFTS_MM[0] if random.random() < 0.5 else random.uniform(*LIFTS_MM),
        )
        for tour in tours
        for x_mm, y_mm in tour
        for _ in range(POSES_A_PLACE)
    ]
    return tuple(poses[: wish.pictures])


def _place(random: Random, radius_mm: float) -> tuple[float, float]:
    away, angle = radius_mm * math.sqrt(random.random()), random.uniform(-math.pi, math.pi)
    return away * math.cos(angle), away * math.sin(angle)


def _tour(places: list[tuple[float, float]]) -> list[tuple[float, float]]:
    """The places in the order of a robot that always drives to the nearest one left."""
    left, ordered = list(places), [(0.0, 0.0)]
    while left:
        nearest = min(left, key=lambda place: math.dist(place, ordered[-1]))
        left.remove(nearest)
        ordered.append(nearest)
    return ordered[1:]


def plan_negatives(wish: PosingWish) -> tuple[AwayStop, ...]:
    """From the right to the left, so that the photographer turns once, with heads by the seed."""
    random = Random(f"negatives {wish.seed}")
    turns = sorted(random.uniform(*AWAY) for _ in range(wish.negatives))
    return tuple(AwayStop(turn, random.uniform(*LOOKS)) for turn in turns)


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

    def kept(frame: Frame, *, negative: bool) -> None:
        nonlocal taken
        keep(frame, negative)
        taken += 1
        on_progress(taken, planned)

    on_progress(0, planned)
    try:
        origin, facing = pose_of(partner), pose_of(photographer).heading_rad
        head = stand_still(photographer, should_stop).head_angle_rad
        place = (0.0, 0.0)
        for pose in plan_poses(wish):
            photographer.refuse_if_off()
            if (pose.x_mm, pose.y_mm) != place:
                place = (pose.x_mm, pose.y_mm)  # in a straight line, which stays in the circle
                go_to(partner, *on_table(origin, *place), should_stop)
            still = _strike(partner, origin, pose, should_stop)
            kept(frame_after(camera, still, should_stop, own_clock=False), negative=False)
        go_to(partner, origin.x_mm, origin.y_mm, should_stop)
        for away in plan_negatives(wish):
            heading = facing + away.turn_rad
            still = take_pose(
                photographer, should_stop, heading_rad=heading, head_rad=away.head_rad
            )
            kept(frame_after(camera, still, should_stop), negative=True)
        take_pose(photographer, should_stop, heading_rad=facing, head_rad=head)
    except (StoppedError, UserError) as error:
        return DriveResult(taken, planned, fault_of(error, should_stop, photographer, partner))
    return DriveResult(taken, planned)


def _strike(partner: Driver, origin: Pose, pose: PosingStop, should_stop: ShouldStop) -> BodyState:
    """Takes the pose where it stands."""
    return take_pose(
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
        partner = Driver(partner_camera)
        partner.limit_mmps = photographer.limit_mmps
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
