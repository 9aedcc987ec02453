"""One training is prepared at a time: the disk tells of it only once it has begun."""

from __future__ import annotations

import weakref
from typing import Protocol

import shiboken6
from PySide6.QtCore import QCoreApplication


class Starter(Protocol):
    """Whoever brings a training under way."""

    @property
    def is_preparing(self) -> bool: ...


_starters: weakref.WeakSet[Starter] = weakref.WeakSet()


def announce(starter: Starter) -> None:
    """Others ask for it from now on."""
    _starters.add(starter)


def obstacle_beside(starter: Starter) -> str:
    """Why this one has to wait for another, or nothing."""
    others = [each for each in _starters if each is not starter and shiboken6.isValid(each)]
    if not any(each.is_preparing for each in others):
        return ""
    return QCoreApplication.translate(
        "Preparing", "Another training is about to begin. Stop it, or wait for it."
    )
