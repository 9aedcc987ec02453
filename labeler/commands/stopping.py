"""Ctrl+C and the system's request to end, as what work understands: stop soon, leave all whole."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

from labeler.dataset.progress import ShouldStop, Stopped

_SIGNALS = tuple(
    number
    for name in ("SIGINT", "SIGTERM", "SIGHUP")
    if (number := getattr(signal, name, None)) is not None
)
_ENDED = 128
"""A shell adds this to the number of the signal that ended a program."""


class Ended(KeyboardInterrupt):
    """The system asked the program to end, as Ctrl+C does."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number


def exit_code(error: BaseException) -> int:
    """130 after Ctrl+C, 143 after SIGTERM; of Stopped as well, which stoppable() has seen."""
    ended = error if isinstance(error, Ended) else error.__cause__
    return _ENDED + (ended.number if isinstance(ended, Ended) else signal.SIGINT)


@contextmanager
def ending_as_interrupted() -> Iterator[None]:
    """While the block lasts, SIGTERM and a closed terminal come as Ctrl+C does: as an exception.

    So what stands half done is cleared away on the way out.
    """

    def end(number: int, _frame: FrameType | None) -> None:
        raise Ended(number)

    with _handling(end, _SIGNALS[1:]):
        yield


@contextmanager
def stoppable() -> Iterator[ShouldStop]:
    """Gives should_stop, which is true once Ctrl+C or SIGTERM came. A second one interrupts."""
    came: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        came.append(number)
        if len(came) > 1:
            raise Ended(number)
        with suppress(OSError, ValueError, RuntimeError):  # the terminal may be gone
            sys.stderr.write("\rStopping. Once more ends it at once.\n")

    with _handling(ask, _SIGNALS):
        try:
            yield lambda: bool(came)
        except Stopped as error:
            raise error from (Ended(came[0]) if came else None)


@contextmanager
def _handling(handler: Any, numbers: tuple[int, ...]) -> Iterator[None]:
    """Sets the handler, and at the end the ones before; nothing where a signal was to be ignored,
    as under nohup, or on a thread that may not set any.
    """
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for number in numbers:
            if signal.getsignal(number) not in (signal.SIG_IGN, None):
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, earlier in before.items():
            signal.signal(number, earlier)
