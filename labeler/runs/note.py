"""What a person wrote about a run: RUN/note.txt, plain text."""

from __future__ import annotations

import os
from pathlib import Path

from labeler.dataset.files import PART, reason
from labeler.errors import UserError
from trainer.names import open_plain
from trainer.run_files import MOST_NOTE, NOTE, read_note

__all__ = ["NOTE", "read_note", "write_note"]


def write_note(run: Path, text: str) -> None:
    """Replaces the note as a whole; an empty one takes the file away. Raises UserError."""
    path, text = run / NOTE, text.strip()[:MOST_NOTE]
    part = path.with_name(f"{NOTE}-{os.getpid()}{PART}")
    try:
        if not text:
            path.unlink(missing_ok=True)
            return
        with open_plain(part, "w") as stream:
            stream.write(text + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        part.replace(path)
    except OSError as error:
        raise UserError(f"The note of {run.name} cannot be kept: {reason(error)}.") from error
