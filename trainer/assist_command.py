"""The verb assist: orders on stdin, answers on stdout, at low priority, until stdin ends."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Callable
from queue import Empty, SimpleQueue
from threading import Event as Flag
from threading import Lock, Thread
from typing import BinaryIO, TextIO

from trainer.assist_lines import (
    Answer,
    Failed,
    Know,
    Label,
    Learn,
    Order,
    Pause,
    Ready,
    Refused,
    Resume,
    Suggest,
    order_from,
    to_line,
)
from trainer.faults import TrainerError
from trainer.machine import loading, processor_count, step_back

_LONGEST_LINE = 64_000_000
_MOST_THREADS = 2

log = logging.getLogger("trainer")


def assist_command() -> int:
    """Exit code 0: stdin ended; 1: it Failed, which was said."""
    logging.basicConfig(level=logging.INFO, stream=sys.stderr)
    step_back()
    voice = _Voice(sys.stdout)
    inbox = Inbox(sys.stdin.buffer, voice.say)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            _serve(inbox, voice.say)
    except Exception as error:
        log.exception("the assistant failed")
        voice.say(Failed(_told(error)))
        return 1
    return 0


def _serve(inbox: Inbox, say: Callable[[Answer], None]) -> None:
    try:
        with loading():
            import torch

            from trainer.assist_sight import KEPT_BYTES
            from trainer.assistant import Assistant
    except ImportError as error:
        raise TrainerError(
            f"Learning needs more than is installed ({error.name} is missing). Install it with "
            'pip install "vector-labeler[train]".'
        ) from error
    threads = min(_MOST_THREADS, processor_count())
    torch.set_num_threads(threads)
    torch.set_flush_denormal(True)
    assistant = Assistant(say, inbox.breathe, inbox.is_learning_awaited)
    say(Ready(threads, KEPT_BYTES))
    while True:
        inbox.breathe()
        order = inbox.next(wait=not assistant.look_ahead())
        if isinstance(order, Know):
            assistant.know(order)
        elif isinstance(order, Label):
            assistant.label(order)
        elif isinstance(order, Learn):
            assistant.learn(order.seconds, order.steps)
        elif isinstance(order, Suggest):
            assistant.suggest(order.ids)


class Inbox:
    """Orders, read on a thread of its own. Pause and Resume count at once, all others in turn.

    When the stream ends, the window has gone or wants no more: the process ends there and then,
    whatever it is doing, for nothing has to be saved.
    """

    def __init__(self, stream: BinaryIO, say: Callable[[Answer], None]) -> None:
        self._stream = stream
        self._say = say
        self._orders: SimpleQueue[Order] = SimpleQueue()
        self._may_work = Flag()
        self._may_work.set()
        self._asked = self._taken = 0  # orders to learn; each counted by one thread alone
        Thread(target=self._read, daemon=True, name="orders").start()

    def breathe(self) -> None:
        """Comes back when work may go on."""
        self._may_work.wait()

    def next(self, *, wait: bool) -> Order | None:
        """The next order; None where there is none and nobody waits for one."""
        try:
            order = self._orders.get(block=wait)
        except Empty:
            return None
        self._taken += isinstance(order, Learn)
        return order

    def is_learning_awaited(self) -> bool:
        """Whether an order to learn waits for its turn."""
        return self._asked > self._taken

    def _read(self) -> None:
        try:
            while line := self._stream.readline(_LONGEST_LINE):
                self._take(line)
        finally:
            os._exit(0)

    def _take(self, line: bytes) -> None:
        if not line.endswith(b"\n") and len(line) == _LONGEST_LINE:
            self._say(Refused(f"An order is longer than {_LONGEST_LINE} bytes."))
            while line and not line.endswith(b"\n"):
                line = self._stream.readline(_LONGEST_LINE)
            return
        try:
            order = order_from(line.decode("utf-8"))
        except ValueError as error:
            self._say(Refused(str(error)))
            return
        if isinstance(order, Pause):
            self._may_work.clear()
        elif isinstance(order, Resume):
            self._may_work.set()
        else:
            self._asked += isinstance(order, Learn)
            self._orders.put(order)


class _Voice:
    """Says answers, whole lines from any thread. Where nobody listens, the process ends."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._lock = Lock()

    def say(self, answer: Answer) -> None:
        with self._lock:
            try:
                self._stream.write(to_line(answer) + "\n")
                self._stream.flush()
            except OSError:
                os._exit(0)


def _told(error: Exception) -> str:
    if isinstance(error, TrainerError):
        return str(error)
    if isinstance(error, MemoryError) or "memory" in str(error):
        return "The machine ran out of memory. Close other programs and try again."
    return f"The assistant has a fault ({type(error).__name__}) and cannot go on."
