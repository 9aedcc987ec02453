"""The sweep: a robot turns on the spot and raises its head, one picture at each stop."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from labeler.cameras.base import Frame
from labeler.cameras.deadline import StoppedError
from labeler.cameras.driving import Driver
from labeler.cameras.driving_moves import (
    PhotoRobot,
    ShouldStop,
    frame_after,
    stand_still,
    take_pose,
)
from labeler.errors import UserError

HEAD_DEGREES = (-22, 45)
"""The lowest and the highest angle of a Vector's head; 0 looks straight ahead."""
MOST_STEPS, MOST_ANGLES = 72, 6
WHOLE_TURN = 360

OnProgress = Callable[[int, int], None]
"""Called with how many pictures are taken and how many are planned."""


@dataclass(frozen=True, slots=True)
class SweepWish:
    """So many directions, so many head angles at each, from the lowest to the highest.

    arc_deg: the directions are spread over the whole turn, or over so much of it, half to the left
    and half to the right of where the robot looks. Raises ValueError for numbers that no robot can
    do.
    """

    steps: int = 12
    angles: int = 2
    lowest_deg: int = -8
    highest_deg: int = 12
    arc_deg: int = WHOLE_TURN

    def __post_init__(self) -> None:
        if not (1 <= self.steps <= MOST_STEPS and 1 <= self.angles <= MOST_ANGLES):
            raise ValueError(f"no sweep has {self.steps} x {self.angles} stops")
        low, high = HEAD_DEGREES
        if not low <= self.lowest_deg <= self.highest_deg <= high:
            raise ValueError(f"no head goes from {self.lowest_deg} to {self.highest_deg} degrees")
        if not 0 < self.arc_deg <= WHOLE_TURN:
            raise ValueError(f"nothing turns through {self.arc_deg} degrees")


@dataclass(frozen=True, slots=True)
class SweepStop:
    """turn_rad: anticlockwise from where the robot looked at first."""

    turn_rad: float
    head_rad: float


@dataclass(frozen=True, slots=True)
class DriveResult:
    """What a sweep or a posing partner came to. fault: why it ended early; None if by a person."""

    taken: int
    planned: int
    fault: UserError | None = None

    @property
    def is_whole(self) -> bool:
        return self.taken == self.planned


def fault_of(
    error: StoppedError | UserError, should_stop: ShouldStop, *drivers: Driver
) -> UserError | None:
    """Why it ended early; None where a person wished it, who may have switched driving off."""
    if isinstance(error, UserError) and not should_stop():
        return error
    return next(filter(None, (driver.why_off() for driver in drivers)), None)


def plan_sweep(wish: SweepWish) -> tuple[SweepStop, ...]:
    """All stops in order. The head goes up at one direction and down at the next, to save time."""
    low, high = math.radians(wish.lowest_deg), math.radians(wish.highest_deg)
    rise = (high - low) / (wish.angles - 1) if wish.angles > 1 else 0.0
    heads = [low + rise * each for each in range(wish.angles)]
    return tuple(
        SweepStop(turn, head)
        for step, turn in enumerate(_turns(wish))
        for head in (heads if step % 2 == 0 else heads[::-1])
    )


def _turns(wish: SweepWish) -> list[float]:
    """From where it looks all around to the left; or from the right end of the arc to the left."""
    if wish.arc_deg == WHOLE_TURN:
        return [math.tau * step / wish.steps for step in range(wish.steps)]
    arc = math.radians(wish.arc_deg)
    gap = arc / (wish.steps - 1) if wish.steps > 1 else 0.0
    first = -arc / 2 if wish.steps > 1 else 0.0
    return [first + gap * step for step in range(wish.steps)]


def sweep(
    driver: Driver,
    camera: PhotoRobot,
    stops: Sequence[SweepStop],
    keep: Callable[[Frame], None],
    on_progress: OnProgress,
    should_stop: ShouldStop,
) -> DriveResult:
    """Goes through the stops, then back to where the robot looked at first.

    camera is the driver's own robot. What was kept before a fault or a stop stays kept.
    """
    taken = 0
    last: Frame | None = None
    try:
        start = stand_still(driver, should_stop).pose.heading_rad
        for stop in stops:
            on_progress(taken, len(stops))
            heading = start + stop.turn_rad
            still = take_pose(driver, should_stop, heading_rad=heading, head_rad=stop.head_rad)
            last = frame_after(camera, still, should_stop, last=last)
            keep(last)
            taken += 1
        on_progress(taken, len(stops))
        take_pose(driver, should_stop, heading_rad=start)
    except (StoppedError, UserError) as error:
        return DriveResult(taken, len(stops), fault_of(error, should_stop, driver))
    return DriveResult(taken, len(stops))
