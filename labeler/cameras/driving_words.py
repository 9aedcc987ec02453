"""Why a robot does not drive (any more), each in one sentence that says what to do next."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from labeler.errors import UserError

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Sentences:
    """What stops a robot, with {} for its name."""

    control_lost: str
    connection_lost: str
    silent: str
    edge: str
    lifted: str


DRIVEN = Sentences(
    control_lost=(
        "{} is no longer ours to drive: another program or the robot itself took over. "
        "Switch Drive on to ask again."
    ),
    connection_lost=(
        "The connection to {} is lost, so Drive is off. Switch it on again when its picture "
        "is back."
    ),
    silent=(
        "{} does not answer any more, so Drive is off. Look whether it stands still; "
        "lift it if it does not."
    ),
    edge="{} stands at an edge and stopped. Drive backwards, away from it.",
    lifted="{} was lifted and stopped. Put it down to drive on.",
)
"""Of the robot that a person drives."""
POSING = Sentences(
    control_lost=(
        "{} is no longer ours to drive: another program or the robot itself took over. "
        "Look whether another program uses it."
    ),
    connection_lost="The connection to {} is lost. Look whether it is on and in reach.",
    silent="{} does not answer any more. Look whether it stands still; lift it if it does not.",
    edge="{} stands at an edge and stopped. Put it back where it began.",
    lifted="{} was lifted and stopped. Put it back where it began.",
)
"""Of one that poses before it: Drive is not its own."""


ON_CHARGER = "{} stands on its charger, where it does not drive. Put it down beside it."


def driving_is_off(name: str) -> str:
    return f"Drive is off, so {name} moves by itself alone. Switch it on first."


def not_still(name: str) -> str:
    return f"{name} does not come to rest. Does somebody touch it?"


def not_turning(name: str) -> str:
    return f"{name} does not turn. Does it stand on its charger, or against something?"


def no_picture(name: str) -> str:
    return f"No new picture comes from {name}. Is its camera in use by another program?"


def no_answer(name: str, details: str = "") -> UserError:
    return UserError(
        f"{name} did not do what it was told in time. Does something stand in its way?",
        details=details,
    )
