"""Runs a verb of the shell as a person would, and reads its --json answer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import labeler
from labeler.errors import UserError


def run_verb(verb: str, *words: str | Path) -> dict[str, Any]:
    """The object that the verb printed. Raises UserError with the verb's own words."""
    command = [sys.executable, "-m", "labeler", verb, *map(str, words)]
    root = Path(labeler.__file__).parents[1]
    done = subprocess.run(
        command,
        cwd=root,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UserError(f"The step {verb} failed: {done.stderr.strip()[-2000:]}")
    answer: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return answer
