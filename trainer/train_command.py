"""The verb train: events on stdout, faults as sentences, an end when stdin ends."""

from __future__ import annotations

import contextlib
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event as Flag
from typing import Any

from trainer.events import Failed
from trainer.faults import TrainerError
from trainer.run_folder import Reporter, log, start_log, watch_stdin


def train_command(run: Path) -> int:
    """Exit code 0 where the run is Finished, 1 where it Failed."""
    if not run.is_dir():
        sys.stderr.write(f"{run}: there is no such run folder.\n")
        return 1
    stop = Flag()
    start_log(run)
    reporter = Reporter(run, sys.stdout, stop)
    watch_stdin(stop)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stopper(stop))
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _train(run, reporter, stop)
    except Exception as error:
        log.exception("the run failed")
        reporter.emit(Failed(_sentence(error)))
        return 1
    finally:
        reporter.close()
    return 0


def _train(run: Path, reporter: Reporter, stop: Flag) -> None:
    try:
        from trainer.train import train
    except ImportError as error:
        raise TrainerError(
            f"Training needs more than is installed ({error.name} is missing). Install it with "
            'pip install "vector-labeler[train]".'
        ) from error
    train(run, reporter.emit, stop.is_set)


def _stopper(stop: Flag) -> Callable[[int, Any], None]:
    def on_signal(_number: int, _frame: Any) -> None:
        stop.set()

    return on_signal


def _sentence(error: Exception) -> str:
    """For the person; the traceback is in log.txt."""
    if isinstance(error, MemoryError) or "memory" in str(error).lower():
        return "The machine ran out of memory. Close other programs and train again."
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename or 'A file'}: {error.strerror}."
    if isinstance(error, TrainerError):
        return str(error)
    return f"The trainer has a fault ({type(error).__name__}). The log says more."
