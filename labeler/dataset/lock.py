"""Locks of the operating system, gone when their process is gone: the one writer of a dataset."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from labeler.dataset.files import reason
from labeler.errors import UserError

_GLANCE = 0.01

if sys.platform == "win32":
    import msvcrt

    _FAR = 1 << 30
    """Locked bytes cannot be read on Windows, so the lock stands behind the end of the file."""

    def _take(stream: IO[bytes]) -> None:
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)

    def _release(stream: IO[bytes]) -> None:
        stream.seek(_FAR)
        msvcrt.locking(stream.fileno(), msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _take(stream: IO[bytes]) -> None:
        # flock, not lockf: it also excludes a second opener in the same process, and is not lost
        # when somebody else in the process opens and closes the file.
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _release(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)


class WriterLock:
    """Held from construction to release(). The file itself means nothing and may stay behind."""

    def __init__(self, path: Path, *, name: str) -> None:
        """Raises UserError where another writer holds it or the folder cannot be written."""
        try:
            self._stream = path.open("ab")
        except OSError as error:
            raise UserError(
                f"The dataset {name} cannot be changed: {reason(error)} ({path}). "
                "It can be opened read-only."
            ) from error
        try:
            _take(self._stream)
        except OSError as error:
            self._stream.close()
            raise UserError(
                f"The dataset {name} is already open for labelling in another window or program. "
                "Close it there, or open it here read-only."
            ) from error

    @classmethod
    def is_taken(cls, path: Path) -> bool:
        """Whether somebody holds it now: us, another window or another program."""
        if not path.is_file():
            return False
        try:
            with path.open("ab") as stream:
                _take(stream)
                _release(stream)
        except PermissionError:  # Windows says so of a lock, and any system of a read-only folder
            return sys.platform == "win32"
        except OSError:
            return True
        return False

    def release(self) -> None:
        if not self._stream.closed:
            _release(self._stream)
            self._stream.close()


@contextmanager
def one_after_the_other(path: Path, patience: float) -> Iterator[None]:
    """For a change that takes a moment, in any process: waits for another one's end, for at most
    patience seconds. path is created; the file itself means nothing. Raises OSError.
    """
    deadline = time.monotonic() + patience
    with path.open("ab") as stream:
        while not _took(stream):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{path} is locked")
            time.sleep(_GLANCE)
        try:
            yield
        finally:
            _release(stream)


def _took(stream: IO[bytes]) -> bool:
    try:
        _take(stream)
    except OSError:
        return False
    return True
