"""What a rule does outside of the robot: runs a person's own command, calls a web address."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Mapping
from concurrent.futures import CancelledError, Future, InvalidStateError
from contextlib import suppress
from datetime import UTC, datetime
from typing import IO, Any

from labeler.errors import UserError
from labeler.react.leash import Leash
from labeler.react.rules import Due, host_of, words_of

RUN_TIMEOUT_S = 10.0
POST_TIMEOUT_S = 5.0
_MOST_TOLD = 120
"""Characters of a program's own words in a sentence."""
_MOST_KEPT = 4096
"""Bytes of what a program writes."""
_TAIL_S = 1.0
"""So long its last words may take once it has ended."""
_LATER_S = 1.0
"""So much later than the deadline for all a connection gives up by itself."""


def run_command(due: Due, leash: Leash, timeout: float = RUN_TIMEOUT_S) -> str:
    """Runs the command without a shell; gives what it wrote last. Raises UserError.

    The environment tells what was seen: SEEN_CLASS, SEEN_SCORE and SEEN_BOX (x,y,width,height).
    What the command starts in the background is not waited for.
    """
    words = words_of(due.rule.text)
    box = ",".join(f"{side:.1f}" for side in due.thing.box)
    seen = {
        "SEEN_CLASS": due.thing.category,
        "SEEN_SCORE": f"{due.thing.score:.3f}",
        "SEEN_BOX": box,
    }
    try:
        process = subprocess.Popen(
            words,
            bufsize=0,
            env={**os.environ, **seen},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    except OSError as error:
        raise UserError(f"{words[0]} cannot be run: {error.strerror or error}.") from error
    except ValueError as error:  # a zero character, in a class of a strange model too
        raise UserError(f"{words[0]} cannot be run: {error}.") from error
    assert process.stdout is not None
    tail = _Tail(process.stdout)
    try:
        with leash.holding(lambda: _kill(process)):
            code = process.wait(timeout)
    except subprocess.TimeoutExpired as error:
        _kill(process)
        process.wait()
        raise UserError(
            f"{words[0]} took longer than {timeout:g} s and was stopped. "
            "Let it start what takes long in the background."
        ) from error
    told = _last_line(tail.read())
    if code:
        raise UserError(f"{words[0]} ended with code {code}. {told}".strip())
    return told


def _kill(process: subprocess.Popen[bytes]) -> None:
    """With all that it has started, where the system keeps them together."""
    if process.poll() is not None:
        return  # by itself: what it leaves running goes on
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):  # it has ended just now
            os.killpg(process.pid, signal.SIGKILL)
    process.kill()


class _Tail:
    """The end of what a program writes, read away from whoever waits for the program.

    What it leaves behind in the background may hold the pipe, and write, for as long as it likes.
    """

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._kept = b""
        self._thread = threading.Thread(target=self._follow, daemon=True, name="last words")
        self._thread.start()

    def read(self) -> bytes:
        """What there is, at most a second after the program's end."""
        self._thread.join(_TAIL_S)
        return self._kept

    def _follow(self) -> None:
        with self._pipe:
            while chunk := self._pipe.read(_MOST_KEPT):
                self._kept = (self._kept + chunk)[-_MOST_KEPT:]


def post(due: Due, camera: str, leash: Leash, timeout: float = POST_TIMEOUT_S) -> str:
    """Sends what was seen as JSON; gives the answer's code in words. Raises UserError."""
    url = due.rule.text.strip()
    x, y, width, height = due.thing.box
    body: Mapping[str, Any] = {
        "class": due.thing.category,
        "score": round(due.thing.score, 4),
        "box": [round(side, 1) for side in (x, y, width, height)],
        "picture": list(due.picture),
        "camera": camera,
        "time": datetime.now(UTC).isoformat(timespec="milliseconds"),
    }
    request = urllib.request.Request(
        url,
        json.dumps(body).encode(),
        {"Content-Type": "application/json", "User-Agent": "vector-labeler"},
        method="POST",
    )
    return _Call(request, host_of(url)).answer(leash, timeout)


class _Call:
    """One request on a thread of its own: its deadline is for the whole, not for each byte."""

    def __init__(self, request: urllib.request.Request, host: str) -> None:
        """host: what is told of the address."""
        self._request, self._host = request, host
        self._lines = _Lines()

    def answer(self, leash: Leash, timeout: float) -> str:
        """Its code in words. Raises UserError."""
        future: Future[str] = Future()
        work = threading.Thread(
            target=self._ask, args=(future, timeout), daemon=True, name="calling an address"
        )
        work.start()
        try:
            with leash.holding(future.cancel):
                return future.result(timeout)
        except CancelledError as error:
            self._lines.hang_up()
            raise UserError(f"{self._host} was not waited for.") from error
        except TimeoutError as error:
            self._lines.hang_up()
            raise UserError(f"{self._host} gave no answer within {timeout:g} s.") from error

    def _ask(self, future: Future[str], timeout: float) -> None:
        try:
            answer = self._answer(timeout)
        except Exception as error:  # whoever waits for the answer gets it
            with suppress(InvalidStateError):
                future.set_exception(error)
        else:
            with suppress(InvalidStateError):  # nobody waits any more
                future.set_result(answer)

    def _answer(self, timeout: float) -> str:
        try:
            with _opener(self._lines).open(self._request, timeout=timeout + _LATER_S) as answer:
                return f"HTTP {answer.status}"
        except urllib.error.HTTPError as error:
            with error:
                raise UserError(f"{self._host} answered with HTTP {error.code}.") from error
        except (OSError, ValueError, http.client.HTTPException) as error:
            cause = getattr(error, "reason", None) or error
            cause = getattr(cause, "strerror", None) or cause
            raise UserError(f"{self._host} cannot be reached: {cause}.") from error


class _Lines(urllib.request.HTTPSHandler, urllib.request.HTTPHandler):
    """Opens connections, and cuts them off where the other end takes too long."""

    def __init__(self) -> None:
        super().__init__()
        self._open: list[http.client.HTTPConnection] = []

    def do_open(self, http_class: Any, req: urllib.request.Request, **more: Any) -> Any:
        def connection(host: str, **values: Any) -> http.client.HTTPConnection:
            made: http.client.HTTPConnection = http_class(host, **values)
            self._open.append(made)
            return made

        return super().do_open(connection, req, **more)

    def hang_up(self) -> None:
        for each in self._open:
            if (line := each.sock) is not None:
                with suppress(OSError):  # it may have ended by itself just now
                    socket.socket.shutdown(line, socket.SHUT_RDWR)


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """What was seen goes where the person said, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener(lines: _Lines) -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        lines,
        urllib.request.HTTPErrorProcessor(),
        urllib.request.HTTPDefaultErrorHandler(),
        _NoDetours(),
    ):
        opener.add_handler(handler)
    return opener


def _last_line(output: bytes) -> str:
    lines = output.decode("utf-8", "replace").strip().splitlines()
    line = "".join(letter for letter in lines[-1] if letter.isprintable()) if lines else ""
    return line if len(line) <= _MOST_TOLD else f"{line[:_MOST_TOLD]}…"
