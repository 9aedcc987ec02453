"""The machine: its processor, its memory allocator, and files that appear whole."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

_M_TRIM_THRESHOLD, _M_TOP_PAD, _M_MMAP_MAX = -1, -2, -4
_NICE = 10
BESIDE_THE_WINDOW = 5
"""For a training, which the person waits for: half as far back as what nobody waits for."""
_BELOW_NORMAL = 0x4000
"""Windows' name for it."""


def prepare_environment() -> None:
    """To be called before torch is imported.

    OpenMP's threads sleep while they wait instead of spinning: as fast on a quiet machine, and
    several times faster when the window, the preview or anything else wants a core too.
    """
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    keep_freed_memory()


def keep_freed_memory() -> None:
    """Asks glibc not to give big blocks back after every tensor: learning is a third faster."""
    if sys.platform != "linux":
        return
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:  # another libc: nothing to ask
        return
    for option, value in ((_M_MMAP_MAX, 0), (_M_TRIM_THRESHOLD, 2**31 - 1), (_M_TOP_PAD, 2**26)):
        mallopt(option, value)


def step_back(by: int = _NICE) -> None:
    """The window, the camera and whatever else the person runs come first from now on.

    by: as in nice, where there is such a thing. To be called before torch makes its threads.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _BELOW_NORMAL)
    else:
        os.nice(by)


@contextmanager
def loading() -> Iterator[None]:
    """Around large imports: nothing of them is ever garbage, and to look for it takes a fifth of
    the time that torch takes to load."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.freeze()
            gc.enable()


def processor_count() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return max(1, os.cpu_count() or 1)


def write_whole(path: Path, data: bytes) -> None:
    """Writes beside path, then takes its place: readers see the old file or the new one.

    Raises OSError that names path.
    """
    try:
        _write_whole(path, data)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error


def _write_whole(path: Path, data: bytes) -> None:
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".part", dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.chmod(0o644)
        patiently(lambda: part.replace(path))
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def patiently(
    step: Callable[[], object], seconds: float = 2.0, pause: Callable[[float], None] = time.sleep
) -> None:
    """Does step; as long as it is refused, again and again for so many seconds.

    Windows refuses to replace a file while somebody, a preview or a virus scanner, reads it.
    Raises the last PermissionError.
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            step()
        except PermissionError:
            if time.monotonic() > deadline:
                raise
            pause(0.05)
        else:
            return
