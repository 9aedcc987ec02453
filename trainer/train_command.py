"""The verb train: events on stdout, faults as sentences, an end when stdin ends."""

from __future__ import annotations

import contextlib
import signal
import sys
from pathlib import Path

from trainer.events import Failed
from trainer.faults import TrainerError, is_for_want_of_memory, sentence_of
from trainer.machine import loading
from trainer.run_folder import Reporter, goes_on, log, start_log, sweep
from trainer.wishes import Wishes


def train_command(run: Path) -> int:
    """Exit code 0 where the run is Finished, 1 where it Failed."""
    wishes = Wishes()
    reporter = Reporter(sys.stdout, wishes.stop)
    if not run.is_dir():
        reporter.emit(Failed(f"{run}: there is no such run folder."))
        return 1
    wishes.watch_stdin()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, wishes.on_signal())
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _open_run(run, reporter)
            _train(run, reporter, wishes)
    except Exception as error:
        log.exception("the run failed")
        _say_last(reporter, Failed(told(error)))
        return 1
    finally:
        reporter.close()
    return 0


def _open_run(run: Path, reporter: Reporter) -> None:
    is_begun = goes_on(run)
    sweep(run)
    start_log(run, goes_on=is_begun)
    reporter.keep_in(run, goes_on=is_begun)


def _say_last(reporter: Reporter, failed: Failed) -> None:
    """On stdout in any case, and into the run's folder if that can be."""
    try:
        reporter.emit(failed)
    except OSError as error:
        log.warning("the end of the run cannot be kept: %s", error)
        reporter.emit(failed)


def _train(run: Path, reporter: Reporter, wishes: Wishes) -> None:
    try:
        with loading():
            from trainer.train import train
    except ImportError as error:
        raise TrainerError(
            f"Training needs more than is installed ({error.name} is missing). Install it with "
            'pip install "vector-labeler[train]".'
        ) from error
    train(run, reporter.emit, wishes.should_stop, should_pause=wishes.should_pause)


def told(error: Exception) -> str:
    """For the person; the traceback is in log.txt."""
    if isinstance(error, TrainerError):
        text = str(error)
        return text if text.endswith((".", "!", "?")) else f"{text}."
    if is_for_want_of_memory(error):
        return "The machine ran out of memory. Close other programs and train again."
    if isinstance(error, OSError):
        return sentence_of(error)
    return (
        f"The trainer has a fault ({type(error).__name__}) and cannot go on; you did nothing "
        "wrong. The run's log.txt says more."
    )
