"""A line on the terminal that counts on while a verb works."""

from __future__ import annotations

import sys
import time
from types import TracebackType

_EVERY = 0.1
"""Seconds between two updates of the line."""


class ProgressLine:
    """Shows "Exporting 40 %" on stderr, only where that is a terminal; gone at the end.

    Call update(done, total) as often as you like.
    """

    def __init__(self, verb: str) -> None:
        self._verb = verb
        self._shown = ""
        self._next = 0.0

    def update(self, done: int, total: int) -> None:
        if not sys.stderr.isatty() or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + _EVERY
        self._show(f"{self._verb} {100 * done // max(total, 1)} %")

    def _show(self, text: str) -> None:
        sys.stderr.write(f"\r{text.ljust(len(self._shown))}")
        sys.stderr.flush()
        self._shown = text

    def __enter__(self) -> ProgressLine:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown:
            self._show("")
            sys.stderr.write("\r")
