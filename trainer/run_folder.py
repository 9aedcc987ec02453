"""The run's folder and its voice: events, log, and how far it came."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from pathlib import Path
from threading import Event as Flag
from typing import IO, Protocol

from trainer.events import (
    EVENTS,
    Evaluated,
    Event,
    Failed,
    Finished,
    Paused,
    Resumed,
    Started,
    read_events,
    to_line,
)
from trainer.faults import TrainerError
from trainer.names import open_plain

STATE = "state.safetensors"
"""What a run needs to go on; it stays until the run is complete."""

NEWEST = "newest.onnx"
"""The model as of the newest look, better or not, for whoever watches a run while it learns."""

log = logging.getLogger("trainer")
_LINE = "%(asctime)s %(levelname)s %(message)s"
_TO_SURVIVE = (Evaluated, Paused, Finished, Failed)
"""Events that reach the disk before the run goes on, so that no power cut takes them."""


class Stream(Protocol):
    """Where lines go."""

    def write(self, line: str, /) -> int: ...

    def flush(self) -> None: ...


class Reporter:
    """Says events on a stream and, from keep_in on, keeps them in RUN/events.jsonl as well.

    Where nobody listens any more (the window died), `stop` is set. emit raises OSError once where
    an event cannot be kept; later ones go to the stream alone, so that it hears the end.
    """

    def __init__(self, stream: Stream, stop: Flag) -> None:
        self._file: IO[str] | None = None
        self._path = Path()
        self._stream = stream
        self._stop = stop
        self._heard = True

    def keep_in(self, run: Path, *, goes_on: bool = False) -> None:
        """goes_on: behind what the run has told before. Raises OSError."""
        self._path = run / EVENTS
        torn = goes_on and _is_torn(self._path)
        self._file = file = open_plain(self._path, "a" if goes_on else "w")
        if torn:
            file.write("\n")

    def emit(self, event: Event) -> None:
        line = to_line(event) + "\n"
        self._keep(line, survives=isinstance(event, _TO_SURVIVE))
        log.info(line.strip())
        if self._heard:
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError:
                self._heard = False
                self._stop.set()

    def _keep(self, line: str, *, survives: bool) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line)
            self._file.flush()
            if survives:
                os.fsync(self._file.fileno())
        except OSError as error:
            self.close()
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # emit has raised it already
                file.close()


def start_log(*folders: Path, goes_on: bool = False) -> None:
    """To stderr and each folder's log.txt; what libraries print goes to stderr, not among events.

    goes_on: behind what the log holds. Raises OSError where a log.txt cannot be written; stderr
    has the log in any case.
    """
    logging.raiseExceptions = False  # a full disk shall end the run, not fill stderr
    logging.basicConfig(
        level=logging.INFO, format=_LINE, handlers=[logging.StreamHandler(sys.stderr)], force=True
    )
    logging.captureWarnings(True)
    for folder in folders:
        with open_plain(folder / "log.txt", "a" if goes_on else "w"):
            pass  # raises where it is a link out of the folder, and empties what was there
        file = logging.FileHandler(folder / "log.txt", mode="a", encoding="utf-8")
        file.setFormatter(logging.Formatter(_LINE))
        logging.getLogger().addHandler(file)


def goes_on(run: Path) -> bool:
    """Whether an earlier process has left a state to go on from.

    Raises TrainerError where the run is complete: nothing shall be written over. Raises OSError.
    """
    if is_complete(run):
        raise TrainerError(f"{run} is complete. Make a new run to train again.")
    return (run / STATE).is_file()


def is_complete(run: Path) -> bool:
    """Whether its budget was used up. A run that somebody stopped may go on."""
    last = _last_turn(run / EVENTS)
    return isinstance(last, Finished) and not last.stopped_early


def sweep(run: Path) -> None:
    """Takes away what a killed process has half written."""
    for part in run.glob(".*.part"):
        part.unlink(missing_ok=True)


def _last_turn(path: Path) -> Event | None:
    """The last event that says whether the run is under way. Raises OSError."""
    last = None
    if not path.is_file():
        return None
    for event in read_events(path.parent):
        last = event if isinstance(event, (Started, Resumed, Finished, Failed)) else last
    return last


def _is_torn(path: Path) -> bool:
    if not path.is_file() or not path.stat().st_size:
        return False
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) != b"\n"
