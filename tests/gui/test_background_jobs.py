"""Jobs leave the GUI thread and come back to it, with progress, cancel and a deadline."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QObject, QThread
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from labeler.errors import UserError
from labeler.gui.background import finish_jobs, is_idle, run_in_background
from labeler.gui.garbage import GarbageCollector


class Listener(QObject):
    """Remembers what it was told, and on which thread."""

    def __init__(self) -> None:
        super().__init__()
        self.results: list[Any] = []
        self.errors: list[Exception] = []
        self.progress: list[tuple[Any, ...]] = []
        self.threads: set[QThread] = set()

    def done(self, result: Any) -> None:
        self.results.append(result)
        self.threads.add(QThread.currentThread())

    def failed(self, error: Exception) -> None:
        self.errors.append(error)

    def progressed(self, *values: Any) -> None:
        self.progress.append(values)


def _wait_for_stop(should_stop: Callable[[], bool]) -> None:
    pause = threading.Event()
    for _ in range(12_000):
        if should_stop():
            return
        pause.wait(0.005)
    raise AssertionError("nobody asked the job to stop")


def test_the_result_comes_back_on_the_gui_thread(qtbot: QtBot) -> None:
    listener = Listener()
    worker: list[int] = []

    def work(_report: object, _stop: object) -> int:
        worker.append(threading.get_ident())
        return 42

    job = run_in_background(work, on_done=listener.done, on_error=listener.failed)
    qtbot.waitUntil(lambda: job.is_over)
    assert listener.results == [42]
    assert listener.threads == {QThread.currentThread()}
    assert worker != [threading.get_ident()]


def test_an_error_is_told_once_and_the_result_never(qtbot: QtBot) -> None:
    listener = Listener()

    def work(_report: object, _stop: object) -> None:
        raise UserError("The disk is full.")

    job = run_in_background(work, on_done=listener.done, on_error=listener.failed)
    qtbot.waitUntil(lambda: job.is_over)
    assert [str(error) for error in listener.errors] == ["The disk is full."]
    assert listener.results == []


def test_a_bug_keeps_its_traceback_as_a_note(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    listener = Listener()
    job = run_in_background(
        lambda _report, _stop: 1 // 0, on_done=listener.done, on_error=listener.failed
    )
    qtbot.waitUntil(lambda: job.is_over)
    assert "ZeroDivisionError" in listener.errors[0].__notes__[0]
    assert "background work failed" in caplog.text


def test_the_newest_progress_arrives_and_a_flood_is_thinned(qtbot: QtBot) -> None:
    listener = Listener()

    def work(report: Callable[..., None], _stop: object) -> None:
        for done in range(20_000):
            report(done + 1, 20_000)

    job = run_in_background(
        work,
        on_done=listener.done,
        on_error=listener.failed,
        on_progress=listener.progressed,
    )
    qtbot.waitUntil(lambda: job.is_over)
    assert listener.progress[-1] == (20_000, 20_000)
    assert len(listener.progress) < 20_000
    assert listener.progress == sorted(listener.progress)


def test_a_cancelled_job_returns_what_it_has_so_far(qtbot: QtBot) -> None:
    listener = Listener()

    def work(_report: object, should_stop: Callable[[], bool]) -> str:
        _wait_for_stop(should_stop)
        return "half"

    job = run_in_background(work, on_done=listener.done, on_error=listener.failed)
    job.cancel()
    job.cancel()
    qtbot.waitUntil(lambda: job.is_over)
    assert listener.results == ["half"]


def test_nothing_is_told_to_a_widget_that_is_gone(qtbot: QtBot) -> None:
    told: list[object] = []
    widget, go = QWidget(), threading.Event()

    def work(_report: object, _stop: object) -> None:
        go.wait(60)

    by_owner = run_in_background(work, on_done=told.append, on_error=told.append, owner=widget)
    by_method = run_in_background(
        work, on_done=widget.setWindowTitle, on_error=lambda _error: None, owner=None
    )
    shiboken6.delete(widget)
    go.set()
    qtbot.waitUntil(lambda: by_owner.is_over and by_method.is_over)
    assert told == []


def test_a_widget_held_by_the_work_dies_on_the_gui_thread(qtbot: QtBot) -> None:
    died_on: list[QThread] = []

    def start() -> Any:
        held = QObject()
        held.destroyed.connect(lambda: died_on.append(QThread.currentThread()))
        return run_in_background(
            lambda _report, _stop: held.objectName(),
            on_done=lambda _result: None,
            on_error=lambda _error: None,
        )

    job = start()
    qtbot.waitUntil(lambda: job.is_over)
    gc.collect()
    qtbot.waitUntil(lambda: died_on == [QThread.currentThread()])


def test_objects_that_only_hold_each_other_die_on_the_gui_thread(qtbot: QtBot) -> None:
    gc.enable()
    guardian = GarbageCollector(QCoreApplication.instance() or QObject())
    died_on: list[QThread] = []
    held = Listener()
    held.destroyed.connect(lambda: died_on.append(QThread.currentThread()))
    held.results.append(held)
    del held
    made: list[list[list[int]]] = []
    job = run_in_background(
        lambda _report, _stop: [[number] for number in range(20_000)],
        on_done=made.append,
        on_error=lambda _error: None,
    )
    qtbot.waitUntil(lambda: job.is_over and bool(died_on))
    assert died_on == [QThread.currentThread()]
    assert not gc.isenabled()
    guardian.deleteLater()


def test_many_jobs_share_a_few_threads(qtbot: QtBot) -> None:
    listener = Listener()
    names: set[int] = set()

    def work(_report: object, _stop: object) -> None:
        names.add(threading.get_ident())

    for _ in range(300):
        run_in_background(work, on_done=listener.done, on_error=listener.failed)
    qtbot.waitUntil(lambda: len(listener.results) == 300)
    assert 1 <= len(names) <= 32


def test_closing_stops_jobs_and_silences_them(qtbot: QtBot) -> None:
    listener = Listener()

    def work(_report: object, should_stop: Callable[[], bool]) -> str:
        _wait_for_stop(should_stop)
        return "late"

    job = run_in_background(work, on_done=listener.done, on_error=listener.failed)
    assert finish_jobs(5.0)
    qtbot.waitUntil(lambda: job.is_over)
    assert listener.results == []


def test_closing_does_not_wait_for_a_job_that_hangs(
    qtbot: QtBot, caplog: pytest.LogCaptureFixture
) -> None:
    go = threading.Event()

    def work(_report: object, _stop: object) -> None:
        go.wait(60)

    job = run_in_background(work, on_done=lambda _r: None, on_error=lambda _e: None)
    assert not finish_jobs(0.05)
    assert "still runs" in caplog.text
    go.set()
    qtbot.waitUntil(lambda: job.is_over)


def test_jobs_start_on_the_gui_thread_only(qtbot: QtBot) -> None:
    errors: list[str] = []
    run_in_background(lambda _r, _s: None, on_done=lambda _r: None, on_error=lambda _e: None)

    def elsewhere() -> None:
        try:
            run_in_background(
                lambda _r, _s: None, on_done=lambda _r: None, on_error=lambda _e: None
            )
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=elsewhere)
    thread.start()
    thread.join()
    assert errors == ["run_in_background belongs on the GUI thread"]


def test_who_waited_for_the_jobs_finds_every_outcome_told(qtbot: QtBot) -> None:
    """A worker that still has something to tell when the program ends would take it down."""
    for _ in range(300):
        run_in_background(lambda report, should_stop: 1, on_done=print, on_error=print)
        assert finish_jobs()
        QCoreApplication.processEvents()
        assert is_idle()


def test_the_program_ends_quietly_while_workers_finish() -> None:
    code = """
from PySide6.QtCore import QCoreApplication, QTimer
from labeler.gui.background import run_in_background
application = QCoreApplication([])
def begin():
    for _ in range(8):
        run_in_background(lambda report, stop: sum(range(30_000)), on_done=id, on_error=id)
    application.quit()
QTimer.singleShot(0, begin)
application.exec()
"""
    for _ in range(6):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stderr) == (0, "")
