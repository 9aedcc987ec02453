"""Waiting for foreign code that may never return."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TypeVar

T = TypeVar("T")
GLANCE = 0.02
"""Seconds between two looks at whether the waiting still makes sense."""


class StoppedError(Exception):
    """The camera is being stopped; nothing went wrong."""


def in_background(work: Callable[[], T], name: str) -> Future[T]:
    """Runs work on a daemon thread, so that it can be left behind and never delays the exit."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            result = work()
        except BaseException as error:  # the waiting thread raises it
            future.set_exception(error)
        else:
            future.set_result(result)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future


def wait_for(future: Future[T], timeout: float, stop: threading.Event) -> T:
    """The future's result. Raises TimeoutError when it is late, StoppedError when stop is set."""
    deadline = time.monotonic() + timeout
    while True:
        if stop.is_set():
            raise StoppedError
        try:
            return future.result(timeout=GLANCE)
        except CancelledError as error:
            raise TimeoutError("cancelled") from error
        except FutureTimeout:
            if future.done():
                raise  # the work's own TimeoutError
            if time.monotonic() >= deadline:
                raise TimeoutError(f"no result within {timeout:g} s") from None
