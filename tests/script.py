"""Runs a script that measures or tries something, so that it always ends.

An exception in a slot or in a thread is printed and forgotten by Qt and by Python, and whoever
waits for what it should have done waits for ever. Here it ends the script with the exit code 1, and
so does time that is up, with what each thread was doing then. Nothing heavy is imported.
"""

from __future__ import annotations

import faulthandler
import sys
import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, NoReturn

GRACE = 10.0
"""Seconds in which a script may clean up after an exception that nobody caught."""
PATIENCE = 60.0
"""Seconds that one wait may last, where it names none: the machine may be crowded."""

LACKING = 77
"""The exit code of a script that wants programs which are not here, as automake has it: `make
bench` goes on."""

_uncaught: list[BaseException] = []


def run(main: Callable[[], int | None], *, hours: float = 2.0) -> NoReturn:
    """Calls main and ends the process with its code; with 1 where something was not caught."""
    guard(3600 * hours)
    code = main()
    faulthandler.cancel_dump_traceback_later()
    sys.exit(1 if _uncaught else code)


def guard(seconds: float) -> None:
    """From now on this process ends by itself: see the head of this file."""
    sys.excepthook = _ended_by
    threading.excepthook = _ended_in_thread
    faulthandler.dump_traceback_later(seconds, exit=True)


def until(condition: Callable[[], Any], seconds: float = PATIENCE) -> None:
    """Lets Qt work until it is so. Raises TimeoutError, and RuntimeError where something failed."""
    from PySide6.QtCore import QCoreApplication, QEventLoop

    end = time.monotonic() + seconds
    while not condition():
        if _uncaught:
            raise RuntimeError("A slot or a thread failed meanwhile.") from _uncaught[0]
        if time.monotonic() > end:
            raise TimeoutError(f"It did not come in {seconds:.0f} s.")
        QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.0005)


def _ended_by(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    sys.__excepthook__(kind, error, trace)
    sys.stderr.flush()
    _uncaught.append(error)
    faulthandler.dump_traceback_later(GRACE, exit=True)
    core = sys.modules.get("PySide6.QtCore")
    if core is not None:
        core.QCoreApplication.exit(1)


def _ended_in_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_value is not None:
        _ended_by(told.exc_type, told.exc_value, told.exc_traceback)
