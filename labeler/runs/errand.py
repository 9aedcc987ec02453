"""The trainer sent on an errand: one verb that answers and ends."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.launch import TRAINER_FOLDER, trainer_command


def answer_of(*words: str | Path, tell: Callable[[str], object] | None = None) -> str:
    """What the trainer says to these words on stdout. Paths must be absolute.

    tell: takes what it has said on stderr beside its answer. Raises UserError, as failure_of().
    """
    done = subprocess.run(
        trainer_command(*words),
        cwd=TRAINER_FOLDER,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        check=False,
    )
    if done.returncode:
        raise failure_of(done.returncode, done.stderr)
    if tell is not None:
        tell(done.stderr)
    return done.stdout


def failure_of(code: int, told: str) -> UserError:
    """The trainer's own sentence, with what it wrote before that as details; or that it died.

    told: what it wrote on stderr.
    """
    lines = told.strip().splitlines()
    if code == 1 and lines and "Traceback" not in told:
        return UserError(lines[-1], details="\n".join(lines[:-1]))
    return UserError(f"The trainer ended unexpectedly (code {code}).", details=told.strip()[-4000:])
