"""How fast the robot's camera connects, notices a freeze and a death, reconnects and closes.

Run: python tests/benchmarks/camera_recovery.py
Against the simulated robot in a process of its own, over a TCP cable that is frozen and cut.
Prints one JSON object; all figures in seconds.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from labeler.cameras.base import CameraState
from labeler.cameras.vector import VectorCamera
from tests.cameras.camera_waits import Simulator
from tests.cameras.camera_wire import Wire
from tests.script import run


def main() -> int:
    with Simulator(seed=1) as simulator:
        wire = Wire(simulator.robot.port)
        robot = replace(simulator.robot, port=wire.port)
        camera = VectorCamera(robot.name, lambda: robot)
        figures = measure(camera, wire)
        wire.close()
    sys.stdout.write(json.dumps({key: round(value, 3) for key, value in figures.items()}) + "\n")
    return 0


def measure(camera: VectorCamera, wire: Wire) -> dict[str, float]:
    def seconds_until(condition: Callable[[], object]) -> float:
        began = time.perf_counter()
        while not condition():
            if time.perf_counter() - began > 20:
                raise SystemExit(f"did not come true: {camera.status()}")
            time.sleep(0.0005)
        return time.perf_counter() - began

    def is_in(state: CameraState) -> Callable[[], bool]:
        return lambda: camera.status().state is state

    def three_more() -> Callable[[], bool]:
        last = camera.latest()
        number = last.number if last else 0
        return lambda: (frame := camera.latest()) is not None and frame.number >= number + 3

    figures = {}
    camera.start()
    figures["first_connect_with_import_to_frame"] = seconds_until(is_in(CameraState.LIVE))
    seconds_until(three_more())
    wire.freeze()
    figures["freeze_noticed"] = seconds_until(is_in(CameraState.LOST))
    wire.mend()
    figures["thaw_to_three_frames"] = seconds_until(three_more())
    wire.cut()
    figures["death_noticed"] = seconds_until(is_in(CameraState.LOST))
    wire.mend()
    figures["revival_to_three_frames"] = seconds_until(three_more())
    began = time.perf_counter()
    photo = camera.take_photo(high_resolution=True)
    figures["high_resolution_photo"] = time.perf_counter() - began
    figures["photo_to_next_frame"] = seconds_until(
        lambda: (frame := camera.latest()) is not None and frame.number > photo.number
    )
    began = time.perf_counter()
    camera.stop()
    figures["close_live"] = time.perf_counter() - began
    camera.start()
    seconds_until(is_in(CameraState.LIVE))
    wire.freeze()
    began = time.perf_counter()
    camera.stop()
    figures["close_frozen"] = time.perf_counter() - began
    return figures


if __name__ == "__main__":
    run(main)
