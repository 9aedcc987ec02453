"""The trainer as a child of the shell's verbs: its events, Ctrl+C, and how it ended."""

from __future__ import annotations

import collections
import os
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from labeler.errors import UserError
from labeler.runs.history import LOG, attend
from labeler.runs.launch import TRAINER_FOLDER, ended_badly, note_crash, trainer_command
from labeler.runs.record import RunRecord
from trainer.events import Event, Failed, Finished, from_line

_TAIL_LINES = 40
_OWN_GROUP_ON_WINDOWS: int = getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)
Child = subprocess.Popen[str]


def train_in_child(
    run: Path, on_event: Callable[[Event], None], on_stopping: Callable[[], None]
) -> Finished:
    """Trains a prepared run to its end. Ctrl+C stops it softly, a second one at once.

    Raises UserError with the trainer's own words, or where it died with the place of its log.
    """
    lock = attend(run)
    try:
        with trainer_child("train", run) as (child, tail):
            record = RunRecord()
            follow(child, lambda line: _take(line, record, on_event), on_stopping)
            code = child.wait()
    finally:
        lock.release()
    if isinstance(record.end, Finished):
        return record.end
    if isinstance(record.end, Failed):
        raise UserError(record.end.message, details=f"Its log: {run / LOG}")
    last_words = "\n".join(tail)
    failure = Failed(ended_badly(run / LOG, code, last_words))
    note_crash(run, failure, code, last_words)
    raise UserError(failure.message)


@contextmanager
def trainer_child(*words: str | Path) -> Iterator[tuple[Child, collections.deque[str]]]:
    """The trainer at work on its verb, and the last lines of its stderr.

    Gone when the block ends, however it ends.
    """
    with subprocess.Popen(
        trainer_command(*words),
        cwd=TRAINER_FOLDER,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
        # Ctrl+C is typed at the verb alone, which then asks the child to stop.
        creationflags=_OWN_GROUP_ON_WINDOWS,
        process_group=None if _OWN_GROUP_ON_WINDOWS else 0,
    ) as child:
        tail: collections.deque[str] = collections.deque(maxlen=_TAIL_LINES)
        assert child.stderr is not None
        reader = threading.Thread(target=_keep_tail, args=(child.stderr, tail), daemon=True)
        reader.start()
        try:
            yield child, tail
        finally:
            if child.poll() is None:
                child.kill()
            child.wait()
            reader.join(2.0)


def follow(child: Child, on_line: Callable[[str], None], on_stopping: Callable[[], None]) -> None:
    """Reads lines until the child closes its stdout. Ctrl+C stops it softly, a second one at once.

    Raises KeyboardInterrupt at the second one.
    """
    asked = False
    while True:
        try:
            assert child.stdout is not None
            for line in child.stdout:
                on_line(line)
            return
        except KeyboardInterrupt:
            if asked:
                raise
            asked = True
            on_stopping()
            assert child.stdin is not None
            child.stdin.close()


def _take(line: str, record: RunRecord, on_event: Callable[[Event], None]) -> None:
    try:
        event = from_line(line)
    except ValueError:  # a library's chatter
        return
    record.add(event)
    on_event(event)


def _keep_tail(stream: IO[str], tail: collections.deque[str]) -> None:
    tail.extend(line.rstrip("\n") for line in stream)
