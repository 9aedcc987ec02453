"""One simulated robot: its body in the world, its camera, its control, its faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from labeler.simulator.body import Body
from labeler.simulator.configuration import Identity
from labeler.simulator.control import Claim, Control
from labeler.simulator.faults import Faults
from labeler.simulator.frames import CameraFrame, Moment, SharedCamera
from labeler.simulator.scene import Scene
from labeler.simulator.world import World

SMALL = (640, 360)
LARGE = (1280, 720)

Draw = Callable[[Scene, tuple[int, int]], Awaitable[bytes]]
"""Makes the JPEG of a scene in this width and height."""


class SimulatedRobot:
    """The robot of that number in the world."""

    def __init__(
        self, identity: Identity, world: World, number: int, fps: float, draw: Draw
    ) -> None:
        self.identity = identity
        self.fps = fps
        self.world = world
        self.number = number
        self.start_pose = self.body.pose
        self.last_image_stamp = 0
        self.control = Control()
        self.camera = SharedCamera()
        self.faults = Faults()
        self.ticked = Moment()
        self._draw = draw

    @property
    def body(self) -> Body:
        return self.world.residents[self.number].body

    def request_control(self, claim: Claim, priority: int) -> None:
        self.control.request(claim, priority)
        self.world.residents[self.number].controlled = True

    def release_control(self, claim: Claim) -> None:
        """Whoever moved the robot does so no more; it lives its own life again."""
        self.control.release(claim)
        resident = self.world.residents[self.number]
        if self.control.holder is None and resident.controlled:
            resident.controlled = False
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

    async def tick(self, *, hurry: bool) -> None:
        """The world has moved on."""
        if self.camera.streaming and not hurry:
            self.camera.publish(await self.photograph(SMALL))
        self.ticked.happened()

    async def photograph(self, size: tuple[int, int]) -> CameraFrame:
        """A picture of the world as it is now."""
        scene = self.world.scene(self.number)
        data = await self._draw(scene, size)
        self.last_image_stamp = self.time_stamp(scene)
        return CameraFrame(scene.number, self.last_image_stamp, data)

    async def until(self, settled: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Waits, tick by tick, until something is so. False where it is not so in time."""
        ticks = round(timeout * self.fps)
        while not settled():
            if ticks <= 0:
                return False
            await self.ticked.wait()
            ticks -= 1
        return True
