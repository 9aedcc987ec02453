"""Sweep and posing partner from start to finish, with two simulated robots on one table.

Run: python tests/reliability/sweep_and_partner.py --pictures 40 --negatives 10
The first robot sweeps: each picture has to show the planned direction and head angle, in the very
pose in which the robot then stood. Then the second one poses before it; the simulator's own truth
tells whether it is in each picture where it should be, and in none where it should not. Last, the
wheels turn and are stopped, again and again. Prints the figures as JSON, with where the time went
and how long 300 pictures would take; the exit code is 1 where a picture was missing or wrong.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.driving import Driver
from labeler.cameras.driving_body import wrapped
from labeler.cameras.driving_moves import frame_after, go_to, pose_of, take_pose
from labeler.cameras.driving_orders import SPEEDS, Motion
from labeler.cameras.posing import pose_partner
from labeler.cameras.posing_plan import PosingWish
from labeler.cameras.simulated import SimulatedCamera, simulated_cameras
from labeler.cameras.sweep import SweepWish, plan_sweep, sweep
from labeler.dataset.model import Pose
from labeler.simulator.truth import TrueBox, read_truth
from tests.reliability.drive_phases import phases
from tests.reliability.pose_spread import Posed, Spread, spread_of
from tests.script import run

PATIENCE = 30.0
LOOK = math.radians(20)
NEARLY = math.radians(8)
MANY = 300
WIDTH = 640


@dataclass
class Figures:
    """seconds_a_picture: with all driving and waiting; phases: what they are made of. stop_ms: from
    stop() to standing wheels. outlook: the partner's speed in words."""

    sweep_pictures: int = 0
    sweep_seconds_a_picture: float = 0.0
    sweep_phases: dict[str, float] = field(default_factory=dict)
    partner_pictures: int = 0
    partner_seen: int = 0
    negatives: int = 0
    negatives_clean: int = 0
    partner_seconds_a_picture: float = 0.0
    partner_phases: dict[str, float] = field(default_factory=dict)
    outlook: str = ""
    spread: Spread | None = None
    farthest_mm: float = 0.0
    radius_mm: float = 0.0
    stop_ms_p50: float = 0.0
    stop_ms_p95: float = 0.0
    wrong: list[str] = field(default_factory=list)


@contextmanager
def two_robots(seed: int) -> Iterator[tuple[Driver, Driver]]:
    """Both connected and steered; one looks to where the other stands, as their world began."""
    cameras = simulated_cameras(2, seed)
    drivers = [Driver(camera) for camera in cameras]
    try:
        for camera in cameras:
            camera.start()
        for driver, camera in zip(drivers, cameras, strict=True):
            deadline = time.monotonic() + PATIENCE
            while camera.status().state is not CameraState.LIVE:
                if time.monotonic() > deadline:
                    raise TimeoutError(camera.status().message)
                time.sleep(0.01)
            driver.take()
        go_to(drivers[1], 0.0, 0.0, _never)
        take_pose(drivers[0], _never, heading_rad=0.0, head_rad=0.0)
        yield drivers[0], drivers[1]
    finally:
        for driver in drivers:
            driver.release()
        for camera in cameras:
            camera.stop()


def camera_of(driver: Driver) -> SimulatedCamera:
    assert isinstance(driver.robot, SimulatedCamera)
    return driver.robot


def partner_in(data: bytes) -> TrueBox | None:
    return next((box for box in read_truth(data).boxes if box.name == "vector"), None)


def face_partner(driver: Driver) -> float:
    """Turns until the partner is in the middle of the picture. How far away it is, in cm."""
    camera = camera_of(driver)
    still = take_pose(driver, _never)
    for _ in range(round(math.tau / LOOK) + 8):
        data = frame_after(camera, still, _never).data
        width, box = read_truth(data).width, partner_in(data)
        aside = LOOK
        if box is not None:
            focal = width * 340 / 640
            aside = math.atan((width / 2 - box.x - box.width / 2) / focal)
            if abs(aside) < NEARLY:
                return 7.0 * focal / max(box.height, 1)
        still = take_pose(driver, _never, heading_rad=still.pose.heading_rad + aside)
    raise TimeoutError("the partner is nowhere to be seen")


def try_sweep(driver: Driver, wish: SweepWish, figures: Figures) -> None:
    stops, frames = plan_sweep(wish), list[Frame]()
    start = pose_of(driver).heading_rad
    with phases(driver) as spent:
        result = sweep(driver, camera_of(driver), stops, frames.append, _quiet, _never)
    figures.sweep_pictures = result.taken
    figures.sweep_phases = _each(spent, result.taken)
    figures.sweep_seconds_a_picture = _rounded(sum(spent.values()) / max(1, result.taken))
    if result.fault is not None or not result.is_whole:
        figures.wrong.append(f"the sweep ended after {result.taken}: {result.fault}")
    for number, (stop, frame) in enumerate(zip(stops, frames, strict=False)):
        pose, head = frame.pose, frame.head_angle_rad
        if pose is None or head is None:
            figures.wrong.append(f"picture {number} of the sweep has no pose")
        elif abs(wrapped(pose.heading_rad - start - stop.turn_rad)) > NEARLY:
            figures.wrong.append(f"picture {number} of the sweep looks elsewhere: {pose}")
        elif abs(head - stop.head_rad) > math.radians(1.5):
            figures.wrong.append(f"the head of picture {number} is elsewhere: {head:.3f}")


def try_partner(photographer: Driver, partner: Driver, wish: PosingWish, figures: Figures) -> None:
    frames: list[tuple[Frame, bool]] = []
    posed: list[Posed] = []
    origin = pose_of(partner)
    figures.radius_mm = 10.0 * wish.radius_cm

    def keep(frame: Frame, negative: bool) -> None:
        pose = pose_of(partner)
        away = math.hypot(pose.x_mm - origin.x_mm, pose.y_mm - origin.y_mm)
        figures.farthest_mm = _rounded(max(figures.farthest_mm, away))
        frames.append((frame, negative))
        box = partner_in(frame.data)
        if not negative and box is not None:
            posed.append(Posed(pose, box))

    camera = camera_of(photographer)
    with phases(photographer, partner) as spent:
        result = pose_partner(photographer, partner, camera, wish, keep, _quiet, _never)
    seconds = sum(spent.values()) / max(1, result.taken)
    figures.partner_seconds_a_picture = _rounded(seconds)
    figures.partner_phases = _each(spent, result.taken)
    figures.outlook = f"{MANY} pictures would take {MANY * seconds / 60:.1f} minutes"
    figures.spread = _spread(posed, origin, figures.radius_mm)
    if result.fault is not None or not result.is_whole:
        figures.wrong.append(f"the partner ended after {result.taken}: {result.fault}")
    figures.partner_pictures = sum(not negative for _, negative in frames)
    figures.negatives = len(frames) - figures.partner_pictures
    seen = [(partner_in(frame.data) is not None, negative) for frame, negative in frames]
    figures.partner_seen = sum(found and not negative for found, negative in seen)
    figures.negatives_clean = sum(not found and negative for found, negative in seen)
    for number, (found, negative) in enumerate(seen):
        if found == negative:
            words = "shows the partner" if found else "does not show the partner"
            figures.wrong.append(f"picture {number} {words}")
    if not 0 < figures.farthest_mm <= figures.radius_mm:
        figures.wrong.append(f"the partner drove {figures.farthest_mm} mm of {figures.radius_mm}")
    if len({frame.data for frame, _ in frames}) < len(frames):
        figures.wrong.append("a picture was taken twice")


def try_stops(driver: Driver, times: int, figures: Figures) -> None:
    taken = []
    for number in range(times):
        until = time.monotonic() + 0.4 + 0.013 * (number % 5)  # anywhere between two states
        while time.monotonic() < until or not _rolls(driver):
            driver.drive(Motion(turn=1.0))
            time.sleep(0.01)
        began = time.monotonic()
        driver.stop()
        while _rolls(driver):
            time.sleep(0.001)
        taken.append(1000 * (time.monotonic() - began))
    figures.stop_ms_p50 = _rounded(statistics.median(taken))
    figures.stop_ms_p95 = _rounded(sorted(taken)[math.ceil(0.95 * len(taken)) - 1])


def try_all(
    seed: int, sweep_wish: SweepWish, posing: PosingWish, stops: int, limit_mmps: float
) -> Figures:
    """Everything once; posing's circle is made smaller where the partner stands near."""
    figures = Figures()
    with two_robots(seed) as (photographer, partner):
        photographer.limit_mmps = partner.limit_mmps = limit_mmps
        try_sweep(photographer, sweep_wish, figures)
        away = face_partner(photographer)
        radius = max(3, min(posing.radius_cm, int(0.35 * away)))
        wish = PosingWish(posing.pictures, posing.negatives, radius, posing.seed)
        try_partner(photographer, partner, wish, figures)
        if stops:
            try_stops(photographer, stops, figures)
    return figures


def _spread(posed: list[Posed], origin: Pose, radius_mm: float) -> Spread | None:
    return spread_of(posed, origin, radius_mm, WIDTH) if posed else None


def _each(spent: dict[str, float], pictures: int) -> dict[str, float]:
    """Seconds a picture."""
    return {phase: _rounded(seconds / max(1, pictures)) for phase, seconds in spent.items()}


def _rolls(driver: Driver) -> bool:
    body = driver.robot.body
    return body is not None and body.wheels_turn


def _rounded(value: float) -> float:
    return round(value, 2)


def _never() -> bool:
    return False


def _quiet(_done: int, _total: int) -> None:
    """Nobody watches."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=int, default=40)
    parser.add_argument("--negatives", type=int, default=10)
    parser.add_argument("--steps", type=int, default=12)
    parser.add_argument("--angles", type=int, default=2)
    parser.add_argument("--stops", type=int, default=40)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--speed", type=int, default=SPEEDS[1], help="the limit, in mm/s")
    wish = parser.parse_args()
    posing = PosingWish(wish.pictures, wish.negatives, seed=wish.seed)
    turn = SweepWish(wish.steps, wish.angles)
    figures = try_all(wish.seed, turn, posing, wish.stops, wish.speed)
    sys.stdout.write(json.dumps(asdict(figures), indent=1) + "\n")
    return 1 if figures.wrong else 0


if __name__ == "__main__":
    run(main)
