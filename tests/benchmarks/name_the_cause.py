"""How long it takes until the cause of a robot's fault is named: in the list, and on connecting.

python tests/benchmarks/name_the_cause.py
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

os.environ.setdefault("GRPC_VERBOSITY", "NONE")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import CameraState
from labeler.cameras.presence import look
from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.cameras.test_preflight import self_signed
from tests.script import run

Scene = Callable[["Stage"], RobotConfig]


@dataclass(frozen=True)
class Stage:
    """robot is reached through the wire; what stack holds ends with the fault."""

    simulator: Simulator
    wire: Wire
    robot: RobotConfig
    folder: Path
    stack: ExitStack


def other_certificate(stage: Stage) -> RobotConfig:
    file = stage.folder / "other.cert"
    file.write_bytes(self_signed(stage.robot.name))
    return replace(stage.robot, cert=file)


def silent_port(stage: Stage) -> RobotConfig:
    server = stage.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
    return replace(stage.robot, port=server.getsockname()[1])


def frozen(stage: Stage) -> RobotConfig:
    stage.wire.freeze()
    return stage.robot


def off(stage: Stage) -> RobotConfig:
    stage.wire.cut()
    return stage.robot


def hanging(stage: Stage) -> RobotConfig:
    stage.stack.enter_context(stage.simulator.fault("hang *", "answer *"))
    return stage.robot


SCENES: dict[str, Scene] = {
    "none": lambda stage: stage.robot,
    "off": off,
    "Wi-Fi gone": frozen,
    "accepts, says nothing": silent_port,
    "answers no call": hanging,
    "wrong token": lambda stage: replace(stage.robot, guid="another"),
    "wrong certificate": other_certificate,
    "certificate missing": lambda stage: replace(stage.robot, cert=stage.folder / "gone.cert"),
    "wrong name": lambda stage: replace(stage.robot, name="Vector-Z9Z9"),
    "unknown host": lambda stage: replace(stage.robot, ip="vector-nowhere.invalid"),
}


@contextmanager
def stage_of(simulator: Simulator) -> Iterator[Stage]:
    wire = Wire(simulator.robot.port)
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        stack.callback(wire.close)
        robot = replace(simulator.robot, port=wire.port)
        yield Stage(simulator, wire, robot, Path(folder), stack)


def seconds_to_connect(robot: RobotConfig) -> tuple[float, str]:
    """Until the camera is live, or says what is wrong."""
    camera = VectorCamera(robot.name, lambda: robot)
    began = time.monotonic()
    camera.start()
    while (status := camera.status()).state is CameraState.CONNECTING:
        time.sleep(0.002)
    took = time.monotonic() - began
    camera.stop()
    return took, status.message


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="+", choices=SCENES, default=list(SCENES))
    wanted = parser.parse_args().only
    with Simulator(seed=3) as simulator:
        look(simulator.robot)  # the SDK is loaded once
        for name in wanted:
            with stage_of(simulator) as stage:
                robot = SCENES[name](stage)
                began = time.monotonic()
                sighting = look(robot)
                looked = time.monotonic() - began
                connected, message = seconds_to_connect(robot)
            told = {
                "fault": name,
                "list": sighting.presence,
                "list_s": round(looked, 2),
                "connect_s": round(connected, 2),
                "says": message,
            }
            sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    run(main)
