"""Starting the simulated robot, and waiting for what must come true."""

from __future__ import annotations

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType

import pytest

from labeler.cameras.base import Camera, CameraState, CameraStatus, Frame
from labeler.cameras.robots import RobotConfig

PATIENCE = 60.0
"""Seconds: the machine may be crowded."""
ROOT = Path(__file__).parents[2]


class Simulator:
    """A simulated robot in a process of its own."""

    def __init__(self, seed: int) -> None:
        words = ["--port", "0", "--seed", str(seed), "--ready-json", "--exit-with-stdin", "--log"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "labeler", "simulator", *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert self._process.stdout is not None
        self.robot = robot_of(self._process.stdout.readline())
        self._obeyed: queue.SimpleQueue[str] = queue.SimpleQueue()
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            told = json.loads(line)
            if "obeyed" in told:
                self._obeyed.put(told["obeyed"])

    def order(self, words: str) -> None:
        """Switches a fault on or off: "freeze", "thaw", "deny control", "hang CALL" ...

        Comes back when the robot has obeyed.
        """
        assert self._process.stdin is not None
        self._process.stdin.write(f"{words}\n")
        self._process.stdin.flush()
        while self._obeyed.get(timeout=PATIENCE) != words:
            """One that was given before."""

    @contextmanager
    def fault(self, begin: str, end: str) -> Iterator[None]:
        """A fault for a while."""
        self.order(begin)
        try:
            yield
        finally:
            self.order(end)

    def __enter__(self) -> Simulator:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._process as process:
            assert process.stdin is not None
            process.stdin.close()
            process.wait(PATIENCE)


def robot_of(line: str) -> RobotConfig:
    ready = json.loads(line)
    return RobotConfig(
        serial=ready["serial"],
        name=ready["name"],
        ip=ready["ip"],
        cert=Path(ready["cert"]),
        guid=ready["guid"],
        port=ready["port"],
    )


def wait_until(condition: Callable[[], object], timeout: float = PATIENCE) -> float:
    """Seconds until the condition held. Fails the test when it does not come true in time."""
    started = time.monotonic()
    while not condition():
        if time.monotonic() - started > timeout:
            pytest.fail(f"did not happen within {timeout:g} s")
        time.sleep(0.002)
    return time.monotonic() - started


def wait_for_state(camera: Camera, state: CameraState, timeout: float = PATIENCE) -> CameraStatus:
    """The status once it has this state, else fails with what the camera says instead."""
    deadline = time.monotonic() + timeout
    while True:
        status = camera.status()
        if status.state is state:
            return status
        if time.monotonic() > deadline:
            pytest.fail(f"not {state} within {timeout:g} s but {status}")
        time.sleep(0.002)


def frames_of(camera: Camera, count: int, timeout: float = PATIENCE) -> list[Frame]:
    """That many different frames, as they come."""
    found: list[Frame] = []
    deadline = time.monotonic() + timeout
    while len(found) < count:
        frame = camera.latest()
        if frame is not None and (not found or frame.number > found[-1].number):
            found.append(frame)
        if time.monotonic() > deadline:
            pytest.fail(f"{len(found)} of {count} frames within {timeout:g} s: {camera.status()}")
        time.sleep(0.002)
    return found


def python_environment() -> dict[str, str]:
    """For a child process that imports this checkout."""
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def end_process(process_id: int) -> None:
    """Ends it as a crash would, on every system."""
    os.kill(process_id, signal.SIGTERM if sys.platform == "win32" else signal.SIGKILL)
