"""Work that leaves the GUI thread and comes back to it: jobs with progress and cancel."""

from __future__ import annotations

import collections
import itertools
import logging
import os
import queue
import threading
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, Qt, QThread, Signal

from labeler.errors import UserError

Work = Callable[[Callable[..., None], Callable[[], bool]], Any]
"""fn(report_progress, should_stop): a pure function that touches no widget, pixmap or store."""

DEADLINE_S = 3.0
"""So long a closing window waits for its jobs."""

_log = logging.getLogger(__name__)


class Job:
    """One piece of work under way. It ends with exactly one of on_done and on_error.

    A cancelled job ends as well: its function sees should_stop() and returns what it has so far.
    """

    def __init__(self, work: Work, number: int) -> None:
        self.is_over = False
        self._work: Work | None = work
        self._number = number
        self._stop = threading.Event()
        self._progress: tuple[Any, ...] | None = None
        self._lock = threading.Lock()

    def cancel(self) -> None:
        """Asks the function to stop soon. Returns at once; safe to call twice or too late."""
        self._stop.set()

    def _put_progress(self, values: tuple[Any, ...]) -> bool:
        """Keeps the newest. True where nothing was waiting, so that the GUI has to be woken."""
        with self._lock:
            was_empty, self._progress = self._progress is None, values
        return was_empty

    def _take_progress(self) -> tuple[Any, ...] | None:
        with self._lock:
            values, self._progress = self._progress, None
        return values


def run_in_background(
    fn: Work,
    *,
    on_done: Callable[[Any], None],
    on_error: Callable[[Exception], None],
    on_progress: Callable[..., None] | None = None,
    owner: QObject | None = None,
) -> Job:
    """Runs fn(report_progress, should_stop) on a worker thread. Call it from the GUI thread.

    All callbacks come on the GUI thread: on_done(result) or on_error(exception) once, and
    on_progress(*values) for the newest report_progress(*values); those in between are dropped.
    Nothing is called for a listener that was deleted meanwhile: the QObject whose method the
    callback is, and owner, which is to be given where the callback is a lambda.
    """
    return _pool().submit(fn, _Callbacks(on_done, on_error, on_progress, owner))


def finish_jobs(deadline_s: float = DEADLINE_S) -> bool:
    """Asks all jobs to stop and waits for them. False where one still runs after the deadline.

    Their callbacks are not called any more. Happens by itself when the application quits.
    """
    return _the_pool is None or _the_pool.finish(deadline_s)


def is_idle() -> bool:
    """Whether no job runs or waits, and every outcome was told."""
    return _the_pool is None or not _the_pool._listeners


@dataclass(frozen=True, slots=True)
class _Callbacks:
    on_done: Callable[[Any], None]
    on_error: Callable[[Exception], None]
    on_progress: Callable[..., None] | None
    owner: QObject | None

    def call(self, callback: Callable[..., None], *values: Any) -> None:
        """Calls back, unless the widget that wanted to know is gone."""
        for listener in (self.owner, getattr(callback, "__self__", None)):
            if isinstance(listener, QObject) and not shiboken6.isValid(listener):
                return
        callback(*values)


class _Pool(QObject):
    """A few daemon threads and the way back.

    Not QThreadPool: QCoreApplication waits for that one without a limit, so that a hanging job
    would keep a closed window's process alive. Callbacks, and what the function holds, are let go
    on the GUI thread alone, so that no widget is ever destroyed on a worker.
    """

    _outcome_arrived = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._waiting: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._outcomes: collections.deque[Callable[[], None]] = collections.deque()
        self._listeners: dict[int, tuple[Job, _Callbacks | None]] = {}
        self._numbers = itertools.count()
        self._threads: list[threading.Thread] = []
        self._unfinished = 0
        self._changed = threading.Condition()
        self._gate = threading.Lock()
        self._is_ended = False
        self._outcome_arrived.connect(self._deliver_one, Qt.ConnectionType.QueuedConnection)

    def submit(self, work: Work, callbacks: _Callbacks) -> Job:
        if QThread.currentThread() is not self.thread():
            raise RuntimeError("run_in_background belongs on the GUI thread")
        job = Job(work, next(self._numbers))
        self._listeners[job._number] = (job, callbacks)
        with self._changed:
            self._unfinished += 1
            needs_thread = len(self._threads) < min(self._unfinished, _worker_count())
        self._waiting.put(job)
        if needs_thread:
            thread = threading.Thread(target=self._labour, daemon=True, name="background")
            self._threads.append(thread)
            thread.start()
        return job

    def finish(self, deadline_s: float) -> bool:
        for number, (job, _) in self._listeners.items():
            job.cancel()
            self._listeners[number] = (job, None)
        with self._changed:
            done = self._changed.wait_for(lambda: self._unfinished == 0, deadline_s)
        if not done:
            _log.warning("background work still runs after %.1f s", deadline_s)
        return done

    def end(self) -> None:
        """The application quits: what still runs after the deadline has nobody to tell."""
        self.finish(DEADLINE_S)
        with self._gate:
            self._is_ended = True

    def _labour(self) -> None:
        while True:
            job = self._waiting.get()
            outcome = self._outcome(job)
            del job
            self._send(outcome)
            del outcome
            with self._changed:  # last of all: whoever waited for this may end the program
                self._unfinished -= 1
                self._changed.notify_all()

    def _outcome(self, job: Job) -> Callable[[], None]:
        """Does the work, on a worker thread. Returns what the GUI thread has to do then."""
        number, work = job._number, job._work
        assert work is not None

        def report_progress(*values: Any) -> None:
            if job._put_progress(values):
                self._send(lambda: self._tell_progress(number))

        try:
            result = work(report_progress, job._stop.is_set)
        except Exception as error:
            failure = _without_frames(error)
            return lambda: self._end(number, failure, failed=True)
        return lambda: self._end(number, result, failed=False)

    def _send(self, outcome: Callable[[], None]) -> None:
        with self._gate:
            if self._is_ended:
                return
            self._outcomes.append(outcome)
            self._outcome_arrived.emit()

    def _deliver_one(self) -> None:
        self._outcomes.popleft()()

    def _tell_progress(self, number: int) -> None:
        job, callbacks = self._listeners.get(number, (None, None))
        values = job._take_progress() if job is not None else None
        if values is not None and callbacks is not None and callbacks.on_progress is not None:
            callbacks.call(callbacks.on_progress, *values)

    def _end(self, number: int, result: Any, *, failed: bool) -> None:
        job, callbacks = self._listeners.pop(number)
        job.is_over, job._work = True, None
        if callbacks is not None:
            callbacks.call(callbacks.on_error if failed else callbacks.on_done, result)


_the_pool: _Pool | None = None


def _pool() -> _Pool:
    global _the_pool
    if _the_pool is None:
        _the_pool = _Pool()
        application = QCoreApplication.instance()
        if application is not None:
            application.aboutToQuit.connect(_the_pool.end)
    return _the_pool


def _without_frames(error: Exception) -> Exception:
    """The error with its traceback as a note: frames would keep the function's objects alive."""
    if not isinstance(error, UserError):
        _log.error("background work failed", exc_info=error)
        error.add_note("".join(traceback.format_exception(error)))
    return error.with_traceback(None)


def _worker_count() -> int:
    return max(4, os.cpu_count() or 1)
