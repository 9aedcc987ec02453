"""What the simulated robot on show would do now, in words: it has no voice."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from PySide6.QtCore import QCoreApplication

from labeler.cameras.base import Camera

if TYPE_CHECKING:
    from labeler.cameras.simulated_world import Deed

SHOWN_S = 4.0
"""So long words stay, unless newer ones come."""


@runtime_checkable
class Teller(Protocol):
    """A camera of a robot that tells what it would do."""

    def deeds(self, since: int = 0) -> list[Deed]: ...


class DeedCaption:
    """Ask it a few times a second. What was done before a camera was first asked is no news."""

    def __init__(self) -> None:
        self._camera: Camera | None = None
        self._last = 0
        self._words = ""
        self._until = 0.0

    def words(self, camera: Camera | None, now: float | None = None) -> str:
        """As in: Vector-SIM1 says "hello"; nothing where there is no news."""
        now = time.monotonic() if now is None else now
        is_other = camera is not self._camera
        if is_other:
            self._camera, self._last, self._words = camera, 0, ""
        deeds: list[Deed] = camera.deeds(self._last) if isinstance(camera, Teller) else []
        if deeds:
            self._last = deeds[-1].number
        told = [each for each in map(_deed_words, deeds) if each]
        if told and not is_other:
            self._words, self._until = told[-1], now + SHOWN_S
        return self._words if now < self._until else ""


def _deed_words(deed: Deed) -> str:
    patterns = {
        "said": _tr('{robot} says "{words}"'),
        "played": _tr("{robot} plays {words}"),
        "showed": _tr("{robot} shows {words}"),
    }
    return patterns.get(deed.what, "").format(robot=deed.robot, words=deed.words)


def _tr(text: str) -> str:
    return QCoreApplication.translate("DeedCaption", text)
