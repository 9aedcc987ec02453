"""All simulated robots of one world: it goes on by the clock, their cameras draw when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from labeler.simulator.configuration import Identity
from labeler.simulator.drawing import DrawingThread
from labeler.simulator.render import Renderer
from labeler.simulator.robot import SMALL, SimulatedRobot
from labeler.simulator.scene import Scene
from labeler.simulator.world import World

MAX_LAG_TICKS = 30


class Company:
    """Lives in one event loop. Tick n always falls n/fps seconds after the start of live().

    Drawing happens on one thread of its own, so that calls are answered meanwhile. pace makes
    the world run faster or slower than the clock.
    """

    def __init__(
        self, identities: Sequence[Identity], seed: int, fps: float = 15.0, pace: float = 1.0
    ) -> None:
        self.fps, self.pace = fps, pace
        self.world = World(seed, len(identities))
        self._drawing = DrawingThread()
        self._renderer = self._drawing.submit(_warmed_up, seed, self.world.scene())
        self.robots = [
            SimulatedRobot(identity, self.world, number, fps, self._draw)
            for number, identity in enumerate(identities)
        ]

    def obey(self, words: str) -> bool:
        """An order to every robot, or to one: "2: freeze". False: not understood."""
        number, colon, rest = words.partition(":")
        if not colon:
            return all(robot.obey(words) for robot in self.robots)
        chosen = [robot for robot in self.robots if str(robot.number + 1) == number.strip()]
        return bool(chosen) and chosen[0].obey(rest.strip())

    async def live(self) -> None:
        """Runs until cancelled."""
        clock = asyncio.get_running_loop().time
        started, ticks = clock(), 0
        while True:
            ticks += 1
            late = (clock() - started) * self.fps - ticks
            if late > MAX_LAG_TICKS:  # the machine slept: go on from here instead of racing
                started += late / self.fps
            await asyncio.sleep(max(0.0, started + ticks / self.fps - clock()))
            await self._tick(hurry=late > 1)

    async def _tick(self, *, hurry: bool) -> None:
        """The world stands still when every robot does."""
        awake = [robot for robot in self.robots if not robot.faults.frozen]
        if awake:
            self.world.step(self.pace / self.fps)
        for robot in awake:
            await robot.tick(hurry=hurry)

    async def awake(self, stopped: asyncio.Event) -> bool:
        """Waits until the first picture could be drawn. False: stopped before."""
        waiting = asyncio.create_task(stopped.wait())
        futures: list[asyncio.Future[Any]] = [asyncio.wrap_future(self._renderer), waiting]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._renderer.done():
            self._renderer.result()  # raises what went wrong in making it
        return not stopped.is_set()

    async def _draw(self, scene: Scene, size: tuple[int, int]) -> bytes:
        return await asyncio.wrap_future(self._drawing.submit(self._photograph, scene, size))

    def _photograph(self, scene: Scene, size: tuple[int, int]) -> bytes:
        """Runs on the drawing thread, which made the renderer first."""
        return self._renderer.result().photograph(scene, *size)

    def close(self) -> None:
        self._drawing.close()


def _warmed_up(seed: int, scene: Scene) -> Renderer:
    """A renderer that has drawn once: the first picture takes several times longer."""
    renderer = Renderer(seed)
    renderer.photograph(scene, *SMALL)
    return renderer
