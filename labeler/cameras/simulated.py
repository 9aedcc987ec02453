"""A simulated robot's camera: the simulator run as a child process and used like a real robot."""

from __future__ import annotations

import logging
import threading
import time

from labeler.cameras.base import CameraState
from labeler.cameras.faults import Cause, RobotError
from labeler.cameras.robots import RobotConfig
from labeler.cameras.simulated_world import EXIT_TIMEOUT, PATIENCE, Deed, SimulatedWorld
from labeler.cameras.vector import VectorCamera

TRIES, PAUSE = 20, 1.0
"""How often a new robot that does not answer yet is met, and the seconds between: on a machine with
much else to do it needs longer than a real one may."""
MOST_RESTARTS = 3
"""In a row, each before its first picture."""
RESTARTED = "The simulated robot had stopped; it is started again."
_OF_REAL_ONES = (Cause.CERTIFICATE, Cause.TOKEN, Cause.CONFIGURATION)

_log = logging.getLogger(__name__)


class SimulatedCamera(VectorCamera):
    """Starts `vector-labeler simulator` and connects to it through the same SDK.

    Cameras that are given one world look at it through its robots, number 0 being the first.
    """

    patience = PATIENCE + VectorCamera.patience

    def __init__(
        self, seed: int = 0, *, world: SimulatedWorld | None = None, number: int = 0
    ) -> None:
        super().__init__("simulated robot", self._find_robot)
        self.seed = seed
        self.world = world or SimulatedWorld(seed)
        self.number = number
        self._starts = 0
        self._in_vain = 0

    @property
    def process_id(self) -> int | None:
        """The simulator's, or None while there is none."""
        return self.world.process_id

    def beside(self, number: int) -> SimulatedCamera:
        """A camera, not started yet, of that robot of the same world.

        The world goes on for it also when this one stops meanwhile; so it has to be stopped, too.
        """
        camera = SimulatedCamera(self.seed, world=self.world, number=number)
        self.world.enter(camera)
        return camera

    def deeds(self, since: int = 0) -> list[Deed]:
        """What this robot was told to say, play and show, after the deed of that number."""
        return [deed for deed in self.world.deeds(since) if deed.robot == self.name]

    def stop(self, timeout: float = 2.0) -> None:
        started = time.monotonic()
        super().stop(timeout - EXIT_TIMEOUT)
        self.world.leave(self, timeout - (time.monotonic() - started))

    def _run(self, stop: threading.Event) -> None:
        for _ in range(TRIES):
            try:
                return super()._run(stop)
            except RobotError as fault:
                if fault.lasting:
                    raise
                self._pause(stop, PAUSE, f"{fault} Connecting again.", fault.cause)
        return super()._run(stop)

    def _visit(self, stop: threading.Event) -> RobotError:
        """Certificate and token are the simulator's own: what is wrong with them, another one
        mends, and the person hears nothing of them."""
        seen = self._numbers
        try:
            fault = super()._visit(stop)
        except RobotError as error:
            fault = error
            if error.lasting and error.cause not in _OF_REAL_ONES:
                raise
        if self._numbers > seen:
            self._in_vain = 0
        if fault.cause not in _OF_REAL_ONES:
            return fault
        _log.info("the simulated robot is started again: %s %s", fault, fault.details)
        self._in_vain += 1
        self.world.give_up()
        if self._in_vain > MOST_RESTARTS:
            raise RobotError(
                "The simulated robot stops again and again. Try it in a shell: "
                "vector-labeler simulator",
                lasting=True,
                details=str(fault),
            )
        return RobotError("The simulated robot has stopped.")

    def _find_robot(self) -> RobotConfig:
        robot = self.world.robot(self.number, self, self._stop, self._tell_slow, self._tell_restart)
        if self._starts not in (0, self.world.starts):  # also by another camera of this world
            self._remark = RESTARTED
        self._starts = self.world.starts
        return robot

    def _tell_restart(self) -> None:
        self._report(self._stop, CameraState.CONNECTING, RESTARTED)

    def _tell_slow(self) -> None:
        words = "Starting the simulated robot takes long: this computer has much else to do."
        self._report(self._stop, self.status().state, words)


def simulated_cameras(robots: int, seed: int = 0) -> list[SimulatedCamera]:
    """Cameras, not started yet, of that many robots on one table: each sees the others."""
    world = SimulatedWorld(seed, robots)
    return [SimulatedCamera(seed, world=world, number=number) for number in range(robots)]
