"""The one thread that draws. A daemon, unlike an executor's: it never holds up the exit."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from typing import ParamSpec, TypeVar

LAST_PICTURE = 0.5
P = ParamSpec("P")
T = TypeVar("T")


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
            except BaseException as error:  # whoever awaits the future gets it
                future.set_exception(error)

        self._jobs.put(run)
        return future

    def close(self) -> None:
        """Lets a picture be finished: ending the process inside OpenCV would abort it."""
        self._jobs.put(None)
        self._thread.join(LAST_PICTURE)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            job()
