"""The one thread that draws. A daemon, unlike an executor's: it never holds up the exit."""

from __future__ import annotations

import ctypes
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

LAST_PICTURE, LAST_CALL = 0.5, 5.0
"""Seconds in which the picture that is being drawn may be finished, and then one call of it."""
P = ParamSpec("P")
T = TypeVar("T")


class _ClosedError(BaseException):
    """Nobody waits for what is being drawn."""


class DrawingThread:
    """Does one job after the other until close()."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._work, daemon=True, name="drawing")
        self._thread.start()

    def submit(self, job: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        future: Future[T] = Future()

        def run() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                future.set_result(job(*args, **kwargs))
            except _ClosedError:
                raise
            except BaseException as error:  # whoever awaits the future gets it
                future.set_exception(error)

        self._jobs.put(run)
        return future

    def close(self) -> None:
        """Lets a picture be finished, or breaks off what takes longer: ending the process inside
        OpenCV would abort it."""
        self._jobs.put(None)
        self._thread.join(LAST_PICTURE)
        if self._thread.is_alive() and self._thread.ident is not None:
            thread, error = ctypes.c_ulong(self._thread.ident), ctypes.py_object(_ClosedError)
            ctypes.pythonapi.PyThreadState_SetAsyncExc(thread, error)
            self._thread.join(LAST_CALL)

    def _work(self) -> None:
        with suppress(_ClosedError):
            while (job := self._jobs.get()) is not None:
                job()
