"""The trainer sent on an errand: one verb that answers and ends."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.launch import TRAINER_FOLDER, trainer_command


def answer_of(*words: str | Path) -> str:
    """What the trainer says to these words on stdout. Paths must be absolute.

    Raises UserError with the trainer's own sentence, or that it died.
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
    if done.returncode == 0:
        return done.stdout
    told = done.stderr.strip()
    if done.returncode == 1 and told and "Traceback" not in told:
        raise UserError(told)
    raise UserError(
        f"The trainer ended unexpectedly (code {done.returncode}).", details=told[-4000:]
    )
