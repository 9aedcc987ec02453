"""OpenCV's threads at the end of the process, which is aborted where one comes back too late."""

from __future__ import annotations

import atexit
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from labeler.cameras.deadline import GLANCE

PATIENCE = 0.5
"""Seconds. A thread that waits for a silent camera takes longer, and does not come back at all."""

_inside: dict[threading.Thread, Callable[[], object]] = {}


@contextmanager
def in_opencv(end: Callable[[], object]) -> Iterator[None]:
    """Around all that a daemon thread does with a capture. end asks it to come back soon."""
    me = threading.current_thread()
    _inside[me] = end
    try:
        yield
    finally:
        del _inside[me]


@atexit.register
def end_all() -> None:
    """Asks all of them, and waits for those that come."""
    deadline = time.monotonic() + PATIENCE
    while (inside := _inside.copy()) and (left := deadline - time.monotonic()) > 0:
        for end in inside.values():
            end()
        next(iter(inside)).join(min(left, GLANCE))
