"""The simulated robot as a whole: its world goes on by the clock, its camera draws when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from labeler.simulator.body import Body
from labeler.simulator.configuration import Identity
from labeler.simulator.control import Claim, Control
from labeler.simulator.drawing import DrawingThread
from labeler.simulator.faults import Faults
from labeler.simulator.frames import CameraFrame, Moment, SharedCamera
from labeler.simulator.render import Renderer
from labeler.simulator.scene import Scene
from labeler.simulator.world import World

SMALL = (640, 360)
LARGE = (1280, 720)
MAX_LAG_TICKS = 30


class SimulatedRobot:
    """Lives in one event loop. Tick n always falls n/fps seconds after the start of live().

    Drawing happens on one thread of its own, so that calls are answered meanwhile. pace makes
    the world run faster or slower than the clock.
    """

    def __init__(self, identity: Identity, seed: int, fps: float = 15.0, pace: float = 1.0) -> None:
        self.identity = identity
        self.fps, self.pace = fps, pace
        self.world = World(seed)
        self.start_pose = self.world.body.pose
        self.last_image_stamp = 0
        self.control = Control()
        self.camera = SharedCamera()
        self.faults = Faults()
        self.ticked = Moment()
        self._drawing = DrawingThread()
        self._renderer = self._drawing.submit(_warmed_up, seed, self.world.scene())

    @property
    def body(self) -> Body:
        return self.world.body

    def request_control(self, claim: Claim, priority: int) -> None:
        self.control.request(claim, priority)
        self.world.controlled = True

    def release_control(self, claim: Claim) -> None:
        """Whoever moved the robot does so no more; it lives its own life again."""
        self.control.release(claim)
        if self.control.holder is None and self.world.controlled:
            self.world.controlled = False
            self.body.stop()

    def obey(self, words: str) -> bool:
        """An order of a test: see Faults.switch, or "take control". False: not understood."""
        if words == "take control":
            if self.control.holder is not None:
                self.release_control(self.control.holder)
            return True
        return self.faults.switch(words)

    def time_stamp(self, scene: Scene) -> int:
        """Milliseconds since the robot woke up, as its messages count."""
        return round(1000 * scene.number / self.fps)

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
            if not self.faults.frozen:
                await self._tick(hurry=late > 1)

    async def _tick(self, *, hurry: bool) -> None:
        self.world.step(self.pace / self.fps)
        if self.camera.streaming and not hurry:
            self.camera.publish(await self.photograph(SMALL))
        self.ticked.happened()

    async def photograph(self, size: tuple[int, int]) -> CameraFrame:
        """A picture of the world as it is now."""
        scene = self.world.scene()
        data = await asyncio.wrap_future(self._drawing.submit(self._photograph, scene, size))
        self.last_image_stamp = self.time_stamp(scene)
        return CameraFrame(scene.number, self.last_image_stamp, data)

    async def awake(self, stopped: asyncio.Event) -> bool:
        """Waits until the first picture could be drawn. False: stopped before."""
        waiting = asyncio.create_task(stopped.wait())
        futures: list[asyncio.Future[Any]] = [asyncio.wrap_future(self._renderer), waiting]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._renderer.done():
            self._renderer.result()  # raises what went wrong in making it
        return not stopped.is_set()

    def _photograph(self, scene: Scene, size: tuple[int, int]) -> bytes:
        """Runs on the drawing thread, which made the renderer first."""
        return self._renderer.result().photograph(scene, *size)

    async def until(self, settled: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Waits, tick by tick, until something is so. False where it is not so in time."""
        ticks = round(timeout * self.fps)
        while not settled():
            if ticks <= 0:
                return False
            await self.ticked.wait()
            ticks -= 1
        return True

    def close(self) -> None:
        self._drawing.close()


def _warmed_up(seed: int, scene: Scene) -> Renderer:
    """A renderer that has drawn once: the first picture takes several times longer."""
    renderer = Renderer(seed)
    renderer.photograph(scene, *SMALL)
    return renderer
