"""The robot's camera as its clients share it: one newest frame, one switch for all of them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, eq=False)
class CameraFrame:
    """One encoded picture. number counts the world's ticks, time_stamp is in milliseconds."""

    number: int
    time_stamp: int
    data: bytes


class Moment:
    """Wakes everybody who waits for the next time that something happens."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def happened(self) -> None:
        self._event.set()
        self._event = asyncio.Event()

    async def wait(self) -> None:
        await self._event.wait()


class SharedCamera:
    """Image streaming is ONE switch in the robot, as in the real one.

    The end of any feed or single photo turns it off, and every other feed falls silent without an
    error until somebody turns it on again.
    """

    def __init__(self) -> None:
        self.streaming = False
        self.newest: CameraFrame | None = None
        self._arrived = Moment()

    def publish(self, frame: CameraFrame) -> None:
        self.newest = frame
        self._arrived.happened()

    async def next_frame(self) -> CameraFrame:
        """The first frame published after this call, or a newer one."""
        await self._arrived.wait()
        if self.newest is None:
            raise RuntimeError("a frame arrived, and there is none")
        return self.newest
