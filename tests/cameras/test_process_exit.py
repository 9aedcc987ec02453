"""The process ends whatever state the connection is in, even when nobody stops the camera."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from labeler.cameras.robots import RobotConfig
from tests.cameras.camera_waits import python_environment
from tests.cameras.camera_wire import Wire

SOON = 4.0
"""Seconds: an attempt to connect that is waited for takes five."""

PROGRAM = """
import sys, time
from pathlib import Path
from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera
robot = RobotConfig({serial!r}, {name!r}, {ip!r}, Path({cert!r}), {guid!r}, {port})
camera = VectorCamera(robot.name, lambda: robot)
camera.start()
wanted = {wanted!r}
deadline = time.monotonic() + 60
while camera.status().state != wanted and time.monotonic() < deadline:
    time.sleep(0.01)
sys.stdout.write(camera.status().state + chr(10))
sys.stdout.flush()
sys.stdin.readline()
"""


def exit_time(robot: RobotConfig, wanted: str, wire: Wire | None = None) -> float:
    """Seconds that a program with a camera in the wanted state needs to end by itself."""
    program = PROGRAM.format(
        serial=robot.serial,
        name=robot.name,
        ip=robot.ip,
        cert=str(robot.cert),
        guid=robot.guid,
        port=robot.port,
        wanted=wanted,
    )
    with subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=python_environment(),
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == wanted
        if wire is not None:
            wire.freeze()
        began = time.monotonic()
        _, errors = process.communicate("\n", timeout=60)
        assert process.returncode == 0
        assert errors == ""
        return time.monotonic() - began


def test_with_a_live_camera_that_nobody_stopped(simulated_robot: RobotConfig) -> None:
    assert exit_time(simulated_robot, "live") < SOON


def test_with_a_robot_that_froze(wired_robot: RobotConfig, wire: Wire) -> None:
    assert exit_time(wired_robot, "live", wire) < SOON


@pytest.mark.parametrize("connection", [2, 3])
def test_in_the_middle_of_connecting(wired_robot: RobotConfig, wire: Wire, connection: int) -> None:
    wire.freeze_connection(connection)
    assert exit_time(wired_robot, "connecting") < SOON
