"""One simulated robot: its body in the world, its camera, its control, its faults."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from labeler.simulator.body import Body
from labeler.simulator.configuration import Identity
from labeler.simulator.control import Claim, Control
from labeler.simulator.faults import Faults
from labeler.simulator.frames import CameraFrame, Moment, SharedCamera
from labeler.simulator.performance import Performance
from labeler.simulator.playback import Playback
from labeler.simulator.scene import Exposure, Scene
from labeler.simulator.setting import BATTERY_HOURS
from labeler.simulator.world import Resident, World

SMALL = (640, 360)
LARGE = (1280, 720)

EXPOSURES = Exposure(1, 0.1), Exposure(67, 3.9)
"""The least and the most that somebody may set."""

Draw = Callable[[Scene, tuple[int, int]], Awaitable[bytes]]
"""Makes the JPEG of a scene in this width and height."""
Record = Callable[["SimulatedRobot", CameraFrame], None]
"""Keeps a picture with the robot's state."""
MOST_WORDS = 500
Tell = Callable[[dict[str, Any]], None]
"""Hears what a robot would do if it were a real one."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How many ticks the clock's second has, and how many seconds of the world a tick."""

    fps: float
    seconds: float


class SimulatedRobot:
    """The robot of that number in the world."""

    def __init__(
        self,
        identity: Identity,
        world: World,
        number: int,
        pace: Pace,
        draw: Draw,
        tell: Tell,
    ) -> None:
        self.identity = identity
        self.fps = pace.fps
        self.tick_seconds = pace.seconds
        self.world = world
        self.number = number
        self.start_pose = self.body.pose
        self.last_image_stamp = 0
        self.control = Control()
        self.camera = SharedCamera()
        self.faults = Faults()
        self.ticked = Moment()
        self.manual: Exposure | None = None
        self.playback: Playback | None = None
        self.record: Record | None = None
        self.battery_hours = BATTERY_HOURS
        self._draw = draw
        self._tell = tell

    @property
    def resident(self) -> Resident:
        return self.world.residents[self.number]

    @property
    def body(self) -> Body:
        return self.resident.body

    @property
    def at_cliff(self) -> bool:
        return self.body.cliff or self.faults.cliff

    def tell(self, what: str, words: str) -> None:
        """Says what it would do: what is "said", "played", "eyes", "showed" or "asked"."""
        seconds = round(self.world.seconds, 2)
        if len(words) > MOST_WORDS:
            words = f"{words[:MOST_WORDS]}…"
        self._tell({"robot": self.identity.name, "seconds": seconds, what: words})

    def request_control(self, claim: Claim, priority: int) -> None:
        self.control.request(claim, priority)
        self.resident.controlled = True

    def release_control(self, claim: Claim) -> None:
        """Whoever moved the robot does so no more; it lives its own life again."""
        self.control.release(claim)
        if self.control.holder is None and self.resident.controlled:
            self.resident.controlled = False
            self.resident.performance = None
            self.body.stop()

    def obey(self, words: str) -> bool:
        """A fault, see docs/simulator.md. False: not understood."""
        if words in ("take control", "lose control"):
            if self.control.holder is not None:
                self.release_control(self.control.holder)
            return True
        if words == "take camera":
            self.camera.streaming = False
            return True
        return self.faults.switch(words)

    def color_eyes(self, hue: float, saturation: float) -> None:
        self.resident.eyes.color = (hue % 1.0, min(1.0, max(0.0, saturation)))

    async def perform(self, seconds: float, *, moves: bool) -> None:
        """Shows that it speaks or plays, for so many seconds of the world; a newer show ends it."""
        now = self.world.seconds
        mine = Performance(self.body, since=now, until=now + seconds, moves=moves)
        self.resident.performance = mine
        await self.until(lambda: self.resident.performance is not mine, seconds + 5.0)

    def time_stamp(self, scene: Scene) -> int:
        """Milliseconds since the robot woke up, as its messages count."""
        return round(1000 * scene.number / self.fps)

    async def tick(self, *, hurry: bool) -> None:
        """The world has moved on, and the wheels with it unless something holds them."""
        faults = self.faults
        self.body.held = faults.cliff or faults.docked or bool(faults.off_ground)
        if self.record is not None:
            frame = await self.photograph(SMALL)
            self.record(self, frame)
            if self.camera.streaming:
                self.camera.publish(frame)
        elif self.camera.streaming and not hurry:
            self.camera.publish(await self.photograph(SMALL))
        self.ticked.happened()

    async def photograph(self, size: tuple[int, int]) -> CameraFrame:
        """A picture of the world as it is now; of a recorded feed, the one of this moment."""
        if self.playback is not None:
            frame = self.playback.frame(self.world.seconds)
            self.last_image_stamp = frame.time_stamp
            return frame
        scene = replace(self.world.scene(self.number), manual=self.manual)
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
