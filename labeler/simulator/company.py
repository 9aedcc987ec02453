"""All simulated robots of one world: it goes on by the clock, their cameras draw when asked."""

from __future__ import annotations

import asyncio
import sys
import traceback
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from labeler.errors import UserError
from labeler.simulator.configuration import Identity
from labeler.simulator.drawing import DrawingThread
from labeler.simulator.frames import CameraFrame
from labeler.simulator.messages import robot_state
from labeler.simulator.playback import Playback
from labeler.simulator.recording import Recorder
from labeler.simulator.render import SEED_DECIDES, Renderer
from labeler.simulator.robot import SMALL, Pace, SimulatedRobot, Tell
from labeler.simulator.scene import Exposure, Scene
from labeler.simulator.setting import Setting
from labeler.simulator.world import World

MAX_LAG_TICKS = 30
MOST_FAILED_TICKS = 30
"""Two seconds of them."""


class Company:
    """Lives in one event loop. Tick n always falls n/fps seconds after the start of live().

    Drawing happens on one thread of its own, so that calls are answered meanwhile. pace makes
    the world run faster or slower than the clock. Robots with a playback show that instead of the
    world.
    """

    def __init__(
        self,
        identities: Sequence[Identity],
        seed: int,
        fps: float = 15.0,
        pace: float = 1.0,
        setting: Setting = SEED_DECIDES,
        tell: Tell = lambda deed: None,
        playbacks: Sequence[Playback] = (),
    ) -> None:
        self.fps = fps
        self.step = step = Pace(fps, pace / fps)
        self.world = World(seed, len(identities), setting.clutter)
        self._drawing = DrawingThread()
        self._playbacks = tuple(playbacks)
        self._recorders: list[Recorder] = []
        self._renderer: Future[Renderer] | None = None
        if not playbacks:
            self._renderer = self._drawing.submit(_warmed_up, seed, setting, self.world.scene())
        self.robots = [
            SimulatedRobot(identity, self.world, number, step, self._draw, tell)
            for number, identity in enumerate(identities)
        ]
        for robot, playback in zip(self.robots, playbacks, strict=False):
            robot.playback = playback

    def record(self, path: Path) -> None:
        """Records the first robot's feed to path, the others' beside it: "table-2.feed".

        Raises UserError where a file cannot be made.
        """
        for robot in self.robots:
            suffix = f"-{robot.number + 1}" if robot.number else ""
            recorder = Recorder(path.with_stem(path.stem + suffix), robot.identity.name)
            self._recorders.append(recorder)
            robot.record = _Tape(recorder)

    def obey(self, words: str) -> bool:
        """An order to every robot, or to one: "2: freeze". False: not understood."""
        number, colon, rest = words.partition(":")
        if not colon:
            return all(robot.obey(words) for robot in self.robots)
        chosen = [robot for robot in self.robots if str(robot.number + 1) == number.strip()]
        return bool(chosen) and chosen[0].obey(rest.strip())

    async def live(self) -> None:
        """Runs until cancelled. A moment that fails is told and passed over; many in a row end it.

        Raises what went wrong in the last of them.
        """
        clock = asyncio.get_running_loop().time
        started, ticks, failed = clock(), 0, 0
        while True:
            ticks += 1
            late = (clock() - started) * self.fps - ticks
            if late > MAX_LAG_TICKS:  # the machine slept: go on from here instead of racing
                started += late / self.fps
            await asyncio.sleep(max(0.0, started + ticks / self.fps - clock()))
            try:
                await self._tick(hurry=late > 1)
                failed = 0
            except Exception:
                failed += 1
                if failed >= MOST_FAILED_TICKS:
                    raise
                traceback.print_exc()

    async def _tick(self, *, hurry: bool) -> None:
        """The world stands still when every robot does."""
        awake = [robot for robot in self.robots if not robot.faults.frozen]
        if awake:
            self.world.step(self.step.seconds)
        for robot in awake:
            await robot.tick(hurry=hurry)

    async def awake(self, stopped: asyncio.Event) -> bool:
        """Waits until the first picture could be drawn. False: stopped before."""
        if self._renderer is None:
            return not stopped.is_set()
        waiting = asyncio.create_task(stopped.wait())
        futures: list[asyncio.Future[Any]] = [asyncio.wrap_future(self._renderer), waiting]
        await asyncio.wait(futures, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self._renderer.done():
            self._renderer.result()  # raises what went wrong in making it
        return not stopped.is_set()

    def exposure(self, robot: SimulatedRobot) -> Exposure | None:
        """What its camera is set to, or has chosen for its last picture. None: nobody knows."""
        if robot.manual is not None or self._renderer is None or not self._renderer.done():
            return robot.manual
        return self._renderer.result().exposure(robot.number)

    async def _draw(self, scene: Scene, size: tuple[int, int]) -> bytes:
        return await asyncio.wrap_future(self._drawing.submit(self._photograph, scene, size))

    def _photograph(self, scene: Scene, size: tuple[int, int]) -> bytes:
        """Runs on the drawing thread, which made the renderer first."""
        if self._renderer is None:
            raise RuntimeError("robots that show a recorded feed draw nothing")
        return self._renderer.result().photograph(scene, *size)

    def close(self) -> None:
        self._drawing.close()
        for recorder in self._recorders:
            recorder.close()
        for playback in self._playbacks:
            playback.close()


class _Tape:
    """Hands a robot's pictures and states to a recorder until that fails."""

    def __init__(self, recorder: Recorder) -> None:
        self._recorder = recorder
        self._first: int | None = None

    def __call__(self, robot: SimulatedRobot, frame: CameraFrame) -> None:
        first = self._first = frame.number if self._first is None else self._first
        at, state = (frame.number - first) / robot.fps, robot_state(robot).SerializeToString()
        try:
            self._recorder.add(at, frame.number, frame.time_stamp, state, frame.data)
        except UserError as error:  # the robot lives on
            robot.record = None
            sys.stderr.write(f"{error}\n")


def _warmed_up(seed: int, setting: Setting, scene: Scene) -> Renderer:
    """A renderer that has drawn once: the first picture takes several times longer."""
    renderer = Renderer(seed, setting)
    renderer.photograph(scene, *SMALL)
    return renderer
