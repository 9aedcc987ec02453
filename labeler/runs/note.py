"""What a person wrote about a run: RUN/note.txt, plain text."""

from __future__ import annotations

import os
from pathlib import Path

from labeler.dataset.files import PART, reason
from labeler.errors import UserError

NOTE = "note.txt"
_MOST_CHARACTERS = 10_000


def read_note(run: Path) -> str:
    """Empty where there is none, or it cannot be read."""
    try:
        with (run / NOTE).open(encoding="utf-8", errors="replace") as stream:
            return stream.read(_MOST_CHARACTERS).strip()
    except OSError:
        return ""


def write_note(run: Path, text: str) -> None:
    """Replaces the note as a whole; an empty one takes the file away. Raises UserError."""
    path, text = run / NOTE, text.strip()[:_MOST_CHARACTERS]
    part = path.with_name(f"{NOTE}-{os.getpid()}{PART}")
    try:
        if not text:
            path.unlink(missing_ok=True)
            return
        with part.open("w", encoding="utf-8") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise UserError(f"The note of {run.name} cannot be kept: {reason(error)}.") from error
