"""The run's folder and its voice: events, log, and the wish to stop."""

from __future__ import annotations

import logging
import os
import stat
import sys
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import TextIO

from trainer.events import Event, to_line

log = logging.getLogger("trainer")


class Reporter:
    """Says events on a stream and keeps them in RUN/events.jsonl.

    Where nobody listens any more (the window died), `stop` is set.
    """

    def __init__(self, run: Path, stream: TextIO, stop: Flag) -> None:
        self._file = (run / "events.jsonl").open("w", encoding="utf-8")
        self._stream = stream
        self._stop = stop
        self._heard = True

    def emit(self, event: Event) -> None:
        line = to_line(event) + "\n"
        self._file.write(line)
        self._file.flush()
        log.info(line.strip())
        if self._heard:
            try:
                self._stream.write(line)
                self._stream.flush()
            except OSError:
                self._heard = False
                self._stop.set()

    def close(self) -> None:
        self._file.close()


def start_log(run: Path) -> None:
    """To stderr and RUN/log.txt; whatever libraries print goes to stderr, never among events."""
    logging.basicConfig(
        level=logging.INFO,
        format="%(asctime)s %(levelname)s %(message)s",
        handlers=[
            logging.StreamHandler(sys.stderr),
            logging.FileHandler(run / "log.txt", mode="w", encoding="utf-8"),
        ],
        force=True,
    )
    logging.captureWarnings(True)


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
