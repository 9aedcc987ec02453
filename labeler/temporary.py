"""Folders of the system's for a moment's work: gone at its end, or swept at the next start.

A process that was killed leaves its folder behind. Each holds a lock file that the operating system
frees with its process, so that a sweep takes away what nobody holds, and nothing of anybody else.
"""

from __future__ import annotations

import os
import re
import shutil
import stat
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

_NAME = re.compile(r"vector-labeler-[a-z]+-\d+-[A-Za-z0-9_]{8}")
_LOCK = "in-use.lock"
_YOUNG_S = 3600.0
"""A folder without its lock file is left alone for so long: it may be on the way."""

if sys.platform == "win32":

    def _hold(stream: IO[bytes]) -> None:
        """An open file cannot be removed there, which is lock enough."""

else:
    import fcntl

    def _hold(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def temporary_folder(purpose: str) -> Iterator[Path]:
    """A new, empty folder while the block lasts. purpose: small letters, for its name."""
    sweep()
    prefix = f"vector-labeler-{purpose}-{os.getpid()}-"
    with (
        tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as name,
        (Path(name) / _LOCK).open("wb") as stream,
    ):
        _hold(stream)
        inner = Path(name) / "files"
        inner.mkdir()
        yield inner


def sweep() -> list[Path]:
    """Removes the folders that killed processes of this user left. Returns those that went."""
    gone = []
    with suppress(OSError), os.scandir(tempfile.gettempdir()) as found:
        for each in found:
            if _NAME.fullmatch(each.name) and _is_left_behind(Path(each.path)):
                shutil.rmtree(each.path, ignore_errors=True)
                gone.append(Path(each.path))
    return gone


def _is_left_behind(folder: Path) -> bool:
    try:
        told = folder.lstat()
        if not stat.S_ISDIR(told.st_mode) or not _is_own(told.st_uid):
            return False
        lock = folder / _LOCK
        if not lock.exists():
            return time.time() - told.st_mtime > _YOUNG_S
        if lock.is_symlink():
            return False
        if sys.platform == "win32":
            lock.unlink()
            return True
        with lock.open("rb") as stream:
            _hold(stream)
    except OSError:  # held, or none of our business
        return False
    return True


def _is_own(uid: int) -> bool:
    return sys.platform == "win32" or uid == os.getuid()
