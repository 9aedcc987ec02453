"""A run that is thrown away where the system has no wastebasket: it waits beside the dataset."""

from __future__ import annotations

from pathlib import Path

from labeler.dataset.files import reason
from labeler.errors import UserError

TRASH = "trash"


def put_aside(run: Path) -> Path:
    """Moves RUN from runs/ to trash/ of its dataset. Returns where it is now. Raises UserError."""
    folder = run.parent.parent / TRASH
    target, number = folder / run.name, 2
    while target.exists():
        target, number = folder / f"{run.name}_{number}", number + 1
    try:
        folder.mkdir(exist_ok=True)
        run.rename(target)
    except OSError as error:
        raise UserError(f"{run} cannot be moved to {folder}: {reason(error)}.") from error
    return target
