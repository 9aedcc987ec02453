"""Whom a dataset comes from: its edits name their authors, its folder has an owner."""

from __future__ import annotations

import os
from pathlib import Path

from labeler.dataset.queries import Queries


def current_author() -> str:
    """The name under which this person's edits are kept; empty where the system knows none."""
    import getpass  # not before the first edit

    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):  # a user without a name, as in some containers
        return ""


def other_author(dataset: Queries, folder: Path) -> str | None:
    """The name of whoever else this dataset comes from; None where it is this person's own.

    It is somebody else's where it has edits and none of them is this person's, or where its folder
    belongs to another user of this computer. Empty where no name is known. That somebody else put
    the same name into it cannot be told: this is a courtesy, and nothing relies on it.
    """
    authors = dataset.authors()
    if authors and current_author() not in authors:
        return authors[0]
    owner = _owner(folder)
    return owner if owner is not None and owner != current_author() else None


def _owner(folder: Path) -> str | None:
    """The owner of the folder where that is not this process's user; None where it is, or where
    the system has no such owners.
    """
    if not hasattr(os, "geteuid"):
        return None
    try:
        user = folder.stat().st_uid
        if user == os.geteuid():
            return None
        import pwd

        return pwd.getpwuid(user).pw_name
    except KeyError:  # a number without a name, as on a drive of another computer
        return ""
    except (OSError, ImportError):
        return None
