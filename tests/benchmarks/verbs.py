"""Calls the program's verbs for the benchmarks that take them from the shell."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

_ROOT = Path(__file__).resolve().parents[2]


def printed_by(words: list[Any]) -> str:
    """What the verb prints. Raises RuntimeError with its last words where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "labeler", *map(str, words)],
        cwd=_ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{shlex.join(map(str, words))}\n{done.stderr[-2000:]}")
    return done.stdout


def say(line: str) -> None:
    """At once, also into a file."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
