"""The simulated robot, run as a child process and used like a real one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import labeler
from labeler.cameras.deadline import StoppedError, in_background, wait_for
from labeler.cameras.faults import RobotError
from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera

READY_TIMEOUT = 20.0
EXIT_TIMEOUT = 0.5


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def alive(self) -> bool:
        return self.process.poll() is None

    def last_words(self) -> str:
        self.log.seek(0)
        return self.log.read()[-2000:].decode("utf-8", errors="replace")

    def end(self, timeout: float) -> None:
        """Asks by closing stdin, then insists. The child is gone when this returns."""
        if self.process.stdin is not None:
            self.process.stdin.close()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()


class SimulatedCamera(VectorCamera):
    """Starts `vector-labeler simulator` and connects to it through the same SDK.

    The child ends with stop(), and also when this process dies: it watches its stdin.
    """

    def __init__(self, seed: int = 0) -> None:
        super().__init__("simulated robot", self._find_child)
        self.seed = seed
        self._child: _Child | None = None
        self._config: RobotConfig | None = None
        self._child_lock = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """The child's, or None while there is none."""
        child = self._child
        return child.process.pid if child is not None and child.alive() else None

    def stop(self, timeout: float = 2.0) -> None:
        started = time.monotonic()
        super().stop(timeout - EXIT_TIMEOUT)
        with self._child_lock:
            child, self._child = self._child, None
        if child is not None:
            child.end(max(0.1, timeout - (time.monotonic() - started)))

    def _find_child(self) -> RobotConfig:
        """Where the child listens; starts it when there is none (any more)."""
        if self.process_id is not None and self._config is not None:
            return self._config
        stop = self._stop
        with self._child_lock:
            if stop.is_set():
                raise StoppedError
            old, self._child = self._child, _start(self.seed)
            new = self._child
        if old is not None:
            old.end(EXIT_TIMEOUT)
        self._config = _read_ready(new, stop)
        return self._config


def _start(seed: int) -> _Child:
    command = [sys.executable, "-m", "labeler", "simulator", "--port", "0"]
    # A pipe that nobody reads would block the child once it is full. end() closes the file.
    log = tempfile.TemporaryFile()  # noqa: SIM115
    process = subprocess.Popen(
        [*command, "--seed", str(seed), "--ready-json", "--exit-with-stdin"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        env={**os.environ, "PYTHONPATH": _import_path()},
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
    return _Child(process, log)


def _import_path() -> str:
    """The child finds this very package, installed or not."""
    here = str(Path(labeler.__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))


def _read_ready(child: _Child, stop: threading.Event) -> RobotConfig:
    """The robot that the child's first line describes. Raises RobotError, StoppedError."""
    stdout = child.process.stdout
    if stdout is None:
        raise ValueError("the child was started without a pipe")
    try:
        line = wait_for(in_background(stdout.readline, "simulator's line"), READY_TIMEOUT, stop)
        return _config(json.loads(line))
    except (TimeoutError, ValueError, KeyError) as error:
        raise RobotError(
            "The simulated robot did not start. Try it in a shell: vector-labeler simulator",
            lasting=True,
            details=child.last_words(),
        ) from error


def _config(ready: dict[str, Any]) -> RobotConfig:
    return RobotConfig(
        serial=str(ready["serial"]),
        name=str(ready["name"]),
        ip=str(ready["ip"]),
        cert=Path(str(ready["cert"])),
        guid=str(ready["guid"]),
        port=int(ready["port"]),
    )
