"""The verb twin: the events of both runs on one stdout, each line marked with its run."""

from __future__ import annotations

import contextlib
import json
import signal
import sys
from pathlib import Path
from threading import Event as Flag

from trainer.events import Event, Failed, Finished
from trainer.faults import TrainerError
from trainer.machine import loading
from trainer.run_folder import (
    STATE,
    Reporter,
    Stream,
    goes_on,
    is_complete,
    log,
    start_log,
    sweep,
)
from trainer.train_command import told
from trainer.twin_sides import SIDES, SideFailedError
from trainer.wishes import Wishes


class Marked:
    """A stream for one run's events: every line gets the key "run"."""

    def __init__(self, stream: Stream, side: str) -> None:
        self._stream = stream
        self._mark = f'{{"run": {json.dumps(side)}, '

    def write(self, line: str) -> int:
        return self._stream.write(self._mark + line.removeprefix("{"))

    def flush(self) -> None:
        self._stream.flush()


class Reporters:
    """The voices of both runs. unended: those that have not said how they ended."""

    def __init__(self, stream: Stream, stop: Flag) -> None:
        self._reporters = {side: Reporter(Marked(stream, side), stop) for side in SIDES}
        self.unended = list(SIDES)

    def keep_in(self, pair: Path) -> None:
        """A run that is complete has told its end already. Raises OSError."""
        for side, reporter in self._reporters.items():
            run = pair / side
            if is_complete(run):
                self.unended.remove(side)
            else:
                reporter.keep_in(run, goes_on=goes_on(run))

    def emit(self, side: str, event: Event) -> None:
        if isinstance(event, (Finished, Failed)) and side in self.unended:
            self.unended.remove(side)
        self._reporters[side].emit(event)

    def fail(self, side: str, error: Exception) -> None:
        """Says on stdout in any case how the run ended, and in its folder if that can be."""
        failed = Failed(told(error))
        try:
            self.emit(side, failed)
        except OSError as refused:
            log.warning("the end of the run cannot be kept: %s", refused)
            self.emit(side, failed)

    def close(self) -> None:
        for reporter in self._reporters.values():
            reporter.close()


def twin_command(pair: Path) -> int:
    """Exit code 0 where both runs are Finished, 1 where one Failed."""
    wishes = Wishes()
    reporters = Reporters(sys.stdout, wishes.stop)
    wishes.watch_stdin()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, wishes.on_signal())
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _train(pair, reporters, wishes)
    except Exception as error:
        _fail(reporters, error)
        return 1
    finally:
        reporters.close()
    return 0


def _train(pair: Path, reporters: Reporters, wishes: Wishes) -> None:
    missing = [name for name in SIDES if not (pair / name).is_dir()]
    if missing:
        raise TrainerError(f"{pair} is no pair of runs: it holds no folder {missing[0]}.")
    runs = [pair / side for side in SIDES]
    if all(is_complete(run) for run in runs):
        raise TrainerError(f"{pair} is complete. Make a new pair to train again.")
    for run in runs:
        sweep(run)
    start_log(pair, *runs, goes_on=any((run / STATE).is_file() for run in runs))
    reporters.keep_in(pair)
    try:
        with loading():
            from trainer.pair_scores import score_pair_at_the_end
            from trainer.twin import twin
    except ImportError as error:
        raise TrainerError(
            f"Training needs more than is installed ({error.name} is missing). Install it with "
            'pip install "vector-labeler[train]".'
        ) from error
    twin(pair, reporters.emit, wishes.should_stop, should_pause=wishes.should_pause)
    score_pair_at_the_end(pair, wishes.should_stop)


def _fail(reporters: Reporters, error: Exception) -> None:
    """The run that broke down says why; where none did, neither could be trained."""
    log.exception("the pair failed")
    if isinstance(error, SideFailedError):
        reporters.fail(error.side, error.cause)
        return
    for side in list(reporters.unended):
        reporters.fail(side, error)
