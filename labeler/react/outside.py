"""What a rule does outside of the robot: runs a person's own command, calls a web address."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import urllib.error
import urllib.request
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from labeler.errors import UserError
from labeler.react.rules import Due, words_of

RUN_TIMEOUT_S = 10.0
POST_TIMEOUT_S = 5.0
_MOST_TOLD = 120
"""Characters of a program's own words in a sentence."""


def run_command(due: Due, timeout: float = RUN_TIMEOUT_S) -> str:
    """Runs the command without a shell; gives what it wrote last. Raises UserError.

    The environment tells what was seen: SEEN_CLASS, SEEN_SCORE and SEEN_BOX (x,y,width,height).
    """
    words = words_of(due.rule.text)
    box = ",".join(f"{side:.1f}" for side in due.thing.box)
    seen = {
        "SEEN_CLASS": due.thing.category,
        "SEEN_SCORE": f"{due.thing.score:.3f}",
        "SEEN_BOX": box,
    }
    try:
        done = subprocess.run(
            words,
            env={**os.environ, **seen},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=timeout,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UserError(
            f"{words[0]} took longer than {timeout:g} s and was stopped. "
            "Let it start what takes long in the background."
        ) from error
    except OSError as error:
        raise UserError(f"{words[0]} cannot be run: {error.strerror or error}.") from error
    except ValueError as error:  # a zero character, in a class of a strange model too
        raise UserError(f"{words[0]} cannot be run: {error}.") from error
    told = _last_line(done.stdout)
    if done.returncode:
        raise UserError(f"{words[0]} ended with code {done.returncode}. {told}".strip())
    return told


def post(due: Due, camera: str, timeout: float = POST_TIMEOUT_S) -> str:
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
    try:
        with _opener().open(request, timeout=timeout) as answer:
            return f"HTTP {answer.status}"
    except urllib.error.HTTPError as error:
        with error:
            raise UserError(f"{url} answered with HTTP {error.code}.") from error
    except (OSError, ValueError, http.client.HTTPException) as error:
        cause = getattr(error, "reason", None) or error
        raise UserError(f"{url} cannot be reached: {cause}.") from error


class _NoDetours(urllib.request.HTTPRedirectHandler):
    """What was seen goes where the person said, and nowhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def _opener() -> urllib.request.OpenerDirector:
    opener = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.ProxyHandler(),
        urllib.request.HTTPHandler(),
        urllib.request.HTTPSHandler(),
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
