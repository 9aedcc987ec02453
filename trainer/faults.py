"""What can go wrong in a person's data or machine, told to the person."""

from __future__ import annotations

import errno
from pathlib import Path

_FORBIDDEN = (errno.EACCES, errno.EPERM, errno.EROFS)
_FULL = (errno.ENOSPC, errno.EDQUOT)
_OUT_OF_MEMORY = ("out of memory", "not enough memory", "allocate memory", "ALLOC_FAILED")
"""What torch and the drivers of GPUs say then."""


class TrainerError(ValueError):
    """Its text is what the person reads: what happened, to which file, what to do next."""


def sentence_of(error: OSError, path: Path | None = None) -> str:
    """What the machine refused, in words for the person. path: where the error names none."""
    name = path or error.filename or "A file"
    if error.errno in _FULL:
        return f"{name} cannot be written: the disk is full. Free some space and try again."
    if error.errno == errno.EFBIG:
        return f"{name} cannot be written: it is larger than this disk or account allows."
    if error.errno in _FORBIDDEN:
        return f"{name} cannot be used: this account may not read or write it."
    if error.errno == errno.ENOENT:
        return f"{name}: there is no such file or folder."
    if error.errno == errno.EISDIR:
        return f"{name} is a folder; a file is needed there."
    return f"{name} cannot be used ({error.strerror or error})."


def is_for_want_of_memory(error: BaseException) -> bool:
    """Whether the processor's or the GPU's memory did not suffice."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOMEM
    return isinstance(error, MemoryError) or any(w in str(error) for w in _OUT_OF_MEMORY)


def some_of(names: list[str], limit: int = 5) -> str:
    """The first few names, and how many more: "a.jpg, b.jpg and 7 more"."""
    if len(names) <= limit:
        return ", ".join(names)
    return ", ".join(names[:limit]) + f" and {len(names) - limit} more"
