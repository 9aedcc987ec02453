"""The daily backup where a verb is about to change a lot."""

from __future__ import annotations

import sys
from pathlib import Path

from labeler.dataset.backups import make_if_due
from labeler.errors import UserError


def back_up(folder: Path) -> None:
    """Makes a backup where one is due. One that fails is told on stderr, and the verb goes on."""
    try:
        make_if_due(folder)
    except UserError as error:
        sys.stderr.write(f"{error}\n")
