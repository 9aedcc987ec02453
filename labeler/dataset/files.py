"""Files that are either complete on the disk or not there: write, fsync, rename."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from labeler.errors import UserError

PART = ".part"
"""The suffix of a file that is still being written. Whoever finds one later may delete it."""

_CHUNK = 1 << 20


def write_durably(path: Path, data: bytes) -> None:
    """Writes and flushes to the disk, without any rename. Raises UserError (full disk and such)."""
    try:
        with path.open("wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
    except OSError as error:
        path.unlink(missing_ok=True)
        raise UserError(f"Cannot write {path}: {reason(error)}.") from error


def replace_durably(source: Path, target: Path) -> None:
    """Renames and makes the new name durable. Raises UserError."""
    try:
        source.replace(target)
    except OSError as error:
        raise UserError(f"Cannot move {source} to {target}: {reason(error)}.") from error
    sync_folder(target.parent)


def sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable. Windows does so by itself and cannot be asked to."""
    if os.name == "nt":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256_of(path: Path) -> str:
    """The hash of a file's bytes, read in pieces. Raises OSError."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while piece := stream.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def reason(error: OSError) -> str:
    """The operating system's words without the error number and the path."""
    return (error.strerror or str(error)).rstrip(".").lower()
