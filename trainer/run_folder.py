"""The run's folder and its voice: events, log, and the wish to stop."""

from __future__ import annotations

import contextlib
import logging
import os
import stat
import sys
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Protocol, TextIO

from trainer.events import Event, to_line

log = logging.getLogger("trainer")
_LINE = "%(asctime)s %(levelname)s %(message)s"


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
        self._file: TextIO | None = None
        self._path = Path()
        self._stream = stream
        self._stop = stop
        self._heard = True

    def keep_in(self, run: Path) -> None:
        """Raises OSError."""
        self._path = run / "events.jsonl"
        self._file = self._path.open("w", encoding="utf-8")

    def emit(self, event: Event) -> None:
        line = to_line(event) + "\n"
        self._keep(line)
        log.info(line.strip())
        if self._heard:
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError:
                self._heard = False
                self._stop.set()

    def _keep(self, line: str) -> None:
        if self._file is None:
            return
        try:
            self._file.write(line)
            self._file.flush()
        except OSError as error:
            self.close()
            raise OSError(error.errno, error.strerror, str(self._path)) from error

    def close(self) -> None:
        file, self._file = self._file, None
        if file is not None:
            with contextlib.suppress(OSError):  # emit has raised it already
                file.close()


def start_log(*folders: Path) -> None:
    """To stderr and each folder's log.txt; what libraries print goes to stderr, not among events.

    Raises OSError where a log.txt cannot be written; stderr has the log in any case.
    """
    logging.raiseExceptions = False  # a full disk shall end the run, not fill stderr
    logging.basicConfig(
        level=logging.INFO, format=_LINE, handlers=[logging.StreamHandler(sys.stderr)], force=True
    )
    logging.captureWarnings(True)
    for folder in folders:
        file = logging.FileHandler(folder / "log.txt", mode="w", encoding="utf-8")
        file.setFormatter(logging.Formatter(_LINE))
        logging.getLogger().addHandler(file)


def watch_stdin(stop: Flag) -> None:
    """Sets stop once stdin's other end is closed: a wish to stop, or the parent's death.

    A terminal, a file or nothing as stdin is nobody's wish.
    """
    try:
        descriptor = sys.stdin.fileno()
        mode = os.fstat(descriptor).st_mode
    except (AttributeError, OSError, ValueError):  # there is no stdin
        return
    if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
        Thread(target=_wait_for_end, args=(descriptor, stop), daemon=True).start()


def _wait_for_end(descriptor: int, stop: Flag) -> None:
    try:
        while os.read(descriptor, 4096):
            log.debug("something came on stdin; only its end counts")
    finally:
        stop.set()
