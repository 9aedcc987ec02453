"""What can go wrong in a person's data or machine, told to the person."""

from __future__ import annotations

import errno
from pathlib import Path

_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)


class TrainerError(ValueError):
    """Its text is what the person reads: what happened, to which file, what to do next."""


def sentence_of(error: OSError, path: Path | None = None) -> str:
    """What the machine refused, in words for the person. path: where the error names none."""
    name = path or error.filename or "A file"
    if error.errno in _FULL:
        return f"{name} cannot be written: the disk is full. Free some space and try again."
    if error.errno in _FORBIDDEN:
        return f"{name} cannot be used: this account may not read or write it."
    if error.errno == errno.ENOENT:
        return f"{name}: there is no such file or folder."
    if error.errno == errno.EISDIR:
        return f"{name} is a folder; a file is needed there."
    return f"{name} cannot be used ({error.strerror or error})."


def some_of(names: list[str], limit: int = 5) -> str:
    """The first few names, and how many more: "a.jpg, b.jpg and 7 more"."""
    if len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit} more"
