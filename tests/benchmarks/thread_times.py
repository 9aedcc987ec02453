"""The processor's time by thread, where Linux tells it."""

from __future__ import annotations

import threading
from pathlib import Path

_TASKS = Path("/proc/self/task")


def thread_seconds() -> dict[str, float]:
    """Since each thread began: the window's, the detector's, the camera's, and the rest's.

    Empty where the system does not tell.
    """
    names = {thread.native_id: _part(thread) for thread in threading.enumerate()}
    seconds: dict[str, float] = {}
    for task in _TASKS.iterdir() if _TASKS.is_dir() else ():
        try:
            nanoseconds = int((task / "schedstat").read_text().split()[0])
        except (OSError, IndexError):  # it has just ended
            continue
        part = names.get(int(task.name), "rest")
        seconds[part] = seconds.get(part, 0.0) + nanoseconds / 1e9
    return seconds


def _part(thread: threading.Thread) -> str:
    if thread is threading.main_thread():
        return "window"
    if thread.name == "detecting":
        return "detector"
    return "camera" if thread.name.startswith("camera ") else "rest"
