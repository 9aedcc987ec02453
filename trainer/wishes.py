"""What the person wants of a run under way: to learn, to stand still, to end."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Callable
from threading import Event as Flag
from threading import Thread
from typing import Any


class Wishes:
    """Set by signals and by lines on stdin, read by the loop between two steps."""

    def __init__(self) -> None:
        self.stop = Flag()
        self._pauses = False

    def should_stop(self) -> bool:
        return self.stop.is_set()

    def should_pause(self) -> bool:
        return self._pauses and not self.should_stop()

    def hear(self, line: str) -> None:
        """Takes "pause" and "resume"; anything else is nobody's wish."""
        self._pauses = {"pause": True, "resume": False}.get(line.strip(), self._pauses)

    def on_signal(self) -> Callable[[int, Any], None]:
        """A handler of signals that wishes for the end."""
        return lambda _number, _frame: self.stop.set()

    def watch_stdin(self) -> None:
        """Hears its lines; its end is a wish to stop, or the parent's death.

        A terminal, a file or nothing as stdin is nobody's wish.
        """
        try:
            descriptor = sys.stdin.fileno()
            mode = os.fstat(descriptor).st_mode
        except (AttributeError, OSError, ValueError):  # there is no stdin
            return
        if stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode):
            Thread(target=self._listen, args=(descriptor,), daemon=True).start()

    def _listen(self, descriptor: int) -> None:
        rest = b""
        try:
            while data := os.read(descriptor, 4096):
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self.hear(line.decode("ascii", errors="replace"))
        finally:
            self.stop.set()
