"""The two runs of a pair, and how one of them breaks down. No torch."""

from __future__ import annotations

SIDES = ("pretrained", "scratch")
"""The folders of a pair's runs, and what their events are marked with."""


class SideFailedError(Exception):
    """One of the runs broke down; the other has been ended and keeps its best. cause: why."""

    def __init__(self, side: str, cause: Exception) -> None:
        super().__init__(f"{side}: {cause}")
        self.side = side
        self.cause = cause
