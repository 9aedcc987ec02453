"""The simulated robot that the tests of cameras share, and what they need around it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    """One simulated robot for all tests, in a process of its own, as a person would start it."""
    with Simulator(seed=7) as running:
        yield running


@pytest.fixture(scope="session")
def simulated_robot(simulator: Simulator) -> RobotConfig:
    """How to reach it."""
    return simulator.robot


@pytest.fixture
def wire(simulated_robot: RobotConfig) -> Iterator[Wire]:
    """A cable to the shared robot that this test may pull."""
    cable = Wire(simulated_robot.port)
    yield cable
    cable.close()


@pytest.fixture
def wired_robot(simulated_robot: RobotConfig, wire: Wire) -> RobotConfig:
    """The shared robot, reached through the wire."""
    return replace(simulated_robot, port=wire.port)


CameraMaker = Callable[[RobotConfig], VectorCamera]


@pytest.fixture
def vector_camera() -> Iterator[CameraMaker]:
    """Starts cameras of robots, and stops them when the test ends."""
    made: list[VectorCamera] = []

    def make(robot: RobotConfig) -> VectorCamera:
        camera = VectorCamera(robot.name, lambda: robot)
        made.append(camera)
        camera.start()
        return camera

    yield make
    for camera in made:
        camera.stop()
