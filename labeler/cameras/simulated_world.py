"""The simulator's process, which the cameras of its robots share."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, Any

import labeler
from labeler.cameras.deadline import StoppedError, in_background, wait_for
from labeler.cameras.faults import RobotError
from labeler.cameras.robots import RobotConfig

STARTS = 2
"""A child that ends before it is ready is followed by another one, once."""
SLOW, PATIENCE = 10.0, 180.0
"""Seconds after which it is told that starting takes long, and after which a child that lives and
is not ready is given up. It needs four where the machine has nothing else to do."""
EXIT_TIMEOUT = 0.5
MOST_DEEDS = 200
LAST_WORDS = 2000
"""Bytes of what a child said last that are told and logged."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Deed:
    """What a simulated robot would do if it were a real one: what is "said", "played", "eyes",
    "showed" or "asked", words is the text; number rises by one with each deed of a world."""

    number: int
    robot: str
    what: str
    words: str


class SimulatedWorld:
    """One world with so many robots, each of which a camera may use.

    The process starts when the first camera connects and ends when the last one has left, and
    also when this process dies: it watches its stdin. One that ended by itself is followed by
    another one when the next camera connects; starts counts them. Every method may be called from
    any thread.
    """

    def __init__(self, seed: int = 0, robots: int = 1) -> None:
        self.seed = seed
        self.robots = robots
        self.starts = 0
        self._deeds: deque[Deed] = deque(maxlen=MOST_DEEDS)
        self._numbers = count(1)
        self._child: _Child | None = None
        self._guests: set[object] = set()
        self._lock = threading.Lock()

    @property
    def process_id(self) -> int | None:
        """The child's, or None while there is none."""
        child = self._child
        return child.process.pid if child is not None and child.alive() else None

    def robot(
        self,
        number: int,
        guest: object,
        stop: threading.Event,
        slow: Callable[[], None],
        restarted: Callable[[], None] = lambda: None,
    ) -> RobotConfig:
        """How guest reaches that robot; starts the process where there is none (any more).

        A child that lives is waited for; slow is called once where that takes long, and restarted
        where another child ended by itself before. Raises RobotError, and StoppedError when stop
        is set meanwhile.
        """
        for _ in range(STARTS):
            child = self._child_for(guest, stop, restarted)
            robots = child.robots(stop, slow)
            if robots is not None:
                return robots[number]
        raise _did_not_start(child.last_words())

    def give_up(self) -> None:
        """What runs is of no use: the next camera that connects gets another one."""
        child = self._child
        if child is not None:
            child.process.kill()
            child.process.wait()

    def _child_for(
        self, guest: object, stop: threading.Event, restarted: Callable[[], None]
    ) -> _Child:
        with self._lock:
            if stop.is_set():
                raise StoppedError
            self._guests.add(guest)
            old, child = None, self._child
            if child is None or not child.usable():
                try:
                    old, child = child, _start(self.seed, self.robots, self._note)
                except OSError as error:
                    raise _did_not_start(str(error)) from error
                self._child = child
                self.starts += 1
        if old is not None:
            if old.was_ready():
                restarted()
            old.end(EXIT_TIMEOUT)
        return child

    def enter(self, guest: object) -> None:
        """Guest will need the world, which does not end before it has left."""
        with self._lock:
            self._guests.add(guest)

    def order(self, words: str) -> None:
        """Switches a fault on or off, e.g. "freeze" or "2: thaw". Nothing where nothing runs."""
        child = self._child
        if child is not None and child.process.stdin is not None:
            with suppress(OSError, ValueError):  # it has just ended
                child.process.stdin.write(f"{words}\n".encode())
                child.process.stdin.flush()

    def deeds(self, since: int = 0) -> list[Deed]:
        """What its robots were told to say, play and show, after the deed of that number."""
        return [deed for deed in tuple(self._deeds) if deed.number > since]

    def _note(self, line: bytes) -> None:
        """What is no deed, such as a fault that was obeyed, is passed over."""
        try:
            told = json.loads(line)
        except (ValueError, RecursionError):
            return
        if not isinstance(told, dict) or "robot" not in told:
            return
        robot = str(told.pop("robot"))
        told.pop("seconds", None)
        for what, words in told.items():
            self._deeds.append(Deed(next(self._numbers), robot, str(what), str(words)))

    def leave(self, guest: object, timeout: float) -> None:
        """Guest needs the world no more; the last one ends it, in that time."""
        child = None
        with self._lock:
            self._guests.discard(guest)
            if not self._guests:
                child, self._child = self._child, None
        if child is not None:
            child.end(max(0.1, timeout))


@dataclass(frozen=True, slots=True)
class _Child:
    process: subprocess.Popen[bytes]
    log: IO[bytes]
    ready: Future[list[RobotConfig]]

    def robots(self, stop: threading.Event, slow: Callable[[], None]) -> list[RobotConfig] | None:
        """Those that it has, once it is ready. None: it ended before. Raises RobotError."""
        try:
            with suppress(TimeoutError):
                return wait_for(self.ready, SLOW, stop)
            slow()
            return wait_for(self.ready, PATIENCE - SLOW, stop)
        except EOFError:
            return None
        except TimeoutError as error:
            self.process.kill()  # the next attempt begins with another one
            raise RobotError(
                f"The simulated robot was not ready after {PATIENCE / 60:g} minutes: this computer "
                "has too much else to do. Close what you do not need, then try again.",
                lasting=True,
                details=self.last_words(),
            ) from error

    def alive(self) -> bool:
        return self.process.poll() is None

    def was_ready(self) -> bool:
        return self.ready.done() and self.ready.exception() is None

    def usable(self) -> bool:
        """Also not where its certificates are gone: it is ending, or somebody cleaned up."""
        if not self.alive() or (self.ready.done() and self.ready.exception()):
            return False
        return not self.was_ready() or all(robot.cert.exists() for robot in self.ready.result())

    def last_words(self) -> str:
        with suppress(ValueError):  # another camera has ended it meanwhile
            self.log.seek(0)
            return self.log.read()[-LAST_WORDS:].decode("utf-8", errors="replace")
        return ""

    def end(self, timeout: float) -> None:
        """Asks by closing stdin, then insists. The child is gone when this returns, and its last
        words are in the log where nobody had asked it before."""
        was_usable = self.usable()
        if self.process.stdin is not None:
            with suppress(OSError):  # it died with an order on its way
                self.process.stdin.close()
        try:
            self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not was_usable:
            _log.info(
                "the simulated robot's process had ended by itself or lost its files (code %s): %s",
                self.process.returncode,
                self.last_words().strip() or "it said nothing",
            )
        if self.process.stdout is not None:
            self.process.stdout.close()
        self.log.close()


def _did_not_start(words: str) -> RobotError:
    """words: what was said of it; the last line tells why."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    why = f" ({lines[-1][:200].rstrip('.')})" if lines else ""
    return RobotError(
        f"The simulated robot did not start{why}. Try it in a shell: vector-labeler simulator",
        lasting=True,
        details=words,
    )


def _command(seed: int, robots: int) -> list[str]:
    words = ["--seed", str(seed), "--robots", str(robots), "--log", "--exit-with-stdin"]
    return [sys.executable, "-m", "labeler", "simulator", "--port", "0", *words]


def _start(seed: int, robots: int, note: Callable[[bytes], None]) -> _Child:
    # A pipe that nobody reads would block the child once it is full. end() closes the file.
    log = tempfile.TemporaryFile()  # noqa: SIM115
    try:
        process = subprocess.Popen(
            _command(seed, robots),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            env={**os.environ, "PYTHONPATH": _import_path()},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0)
            | getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),
            start_new_session=True,  # Ctrl+C in the window's terminal is not meant for it
        )
    except OSError:
        log.close()
        raise
    stdout = process.stdout
    if stdout is None:
        raise ValueError("the child was started without a pipe")
    ready: Future[list[RobotConfig]] = Future()
    in_background(lambda: _listen(stdout, ready, note), "simulator's lines")
    return _Child(process, log, ready)


def _listen(
    stdout: IO[bytes], ready: Future[list[RobotConfig]], note: Callable[[bytes], None]
) -> None:
    """Reads until the child ends: who its robots are, what they do, and what else it may print."""
    with suppress(ValueError, OSError):  # the pipe was closed with the child
        for line in stdout:
            robots = None if ready.done() else _robots(line)
            if robots is None:
                note(line)
            else:
                ready.set_result(robots)
    if not ready.done():
        ready.set_exception(EOFError("it ended before it was ready"))


def _import_path() -> str:
    """The child finds this very package, installed or not."""
    here = str(Path(labeler.__file__).resolve().parent.parent)
    return os.pathsep.join(filter(None, [here, os.environ.get("PYTHONPATH", "")]))


def _robots(line: bytes) -> list[RobotConfig] | None:
    """The robots that the child's line describes. None: that is another line, or half of one."""
    try:
        return [_config(ready) for ready in json.loads(line)["robots"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None


def _config(ready: dict[str, Any]) -> RobotConfig:
    return RobotConfig(
        serial=str(ready["serial"]),
        name=str(ready["name"]),
        ip=str(ready["ip"]),
        cert=Path(str(ready["cert"])),
        guid=str(ready["guid"]),
        port=int(ready["port"]),
    )
