"""Why a robot does not drive (any more), each in one sentence that says what to do next."""

from __future__ import annotations

import logging

from labeler.errors import UserError

logger = logging.getLogger(__name__)


def driving_is_off(name: str) -> str:
    return f"Drive is off, so {name} moves by itself alone. Switch it on first."


def control_lost(name: str) -> str:
    return (
        f"{name} is no longer ours to drive: another program or the robot itself took over. "
        "Switch Drive on to ask again."
    )


def connection_lost(name: str) -> str:
    return (
        f"The connection to {name} is lost, so Drive is off. Switch it on again when its picture "
        "is back."
    )


def silent(name: str) -> str:
    return (
        f"{name} does not answer any more, so Drive is off. Look whether it stands still; "
        "lift it if it does not."
    )


def edge(name: str) -> str:
    return f"{name} stands at an edge and stopped. Drive backwards, away from it."


def lifted(name: str) -> str:
    return f"{name} was lifted and stopped. Put it down to drive on."


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
