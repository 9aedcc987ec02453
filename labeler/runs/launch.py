"""How the trainer is called, and what is missing where it cannot be."""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
from pathlib import Path

import trainer
from labeler.errors import UserError
from labeler.runs.history import LOG
from labeler.runs.record import UNKNOWN, RunRecord, append_event, read_events
from trainer.events import Failed, Finished
from trainer.names import is_plain_file, open_plain

INSTALL_COMMAND = 'pip install "vector-labeler[train]"'

TRAINER_FOLDER = Path(trainer.__file__).parents[1]
"""The working folder of the child: Python looks there first, so that it finds our trainer."""

_log = logging.getLogger(__name__)
_NEEDED = ("torch", "torchvision", "pycocotools", "onnx", "safetensors")
_OUT_OF_MEMORY = ("MemoryError", "not enough memory", "out of memory")


def training_available() -> bool:
    """Whether what training needs is installed. Imports none of it: that takes seconds."""
    importlib.invalidate_caches()
    return all(importlib.util.find_spec(name) is not None for name in _NEEDED)


def require_training() -> None:
    """Raises UserError that says what to install."""
    if not training_available():
        raise UserError(f"Training needs PyTorch, which is not installed. Type: {INSTALL_COMMAND}")


def trainer_command(*words: str | Path) -> list[str]:
    """trainer_command("train", run) trains a prepared run, and so on with the trainer's verbs.

    Run it in TRAINER_FOLDER, with absolute paths. A training tells events on stdout; closing its
    stdin stops it softly.
    """
    return [sys.executable, "-m", "trainer", *map(str, words)]


def ended_badly(log: Path, code: int, last_words: str) -> str:
    """A sentence for a trainer that ended without one of its own. code < 0: by a signal."""
    where = f"What it wrote last stands in {log}."
    if code == -9 or any(words in last_words for words in _OUT_OF_MEMORY):
        return f"The training was ended from outside, perhaps for want of memory. {where}"
    return f"The training ended unexpectedly (code {code}). {where}"


def note_stop(run: Path) -> Finished:
    """Writes into the run's folder that somebody stopped it, which its trainer could not say any
    more. Gives what it has come to: nothing where it was still getting ready.
    """
    record = RunRecord.of(read_events(run))
    if isinstance(record.end, Finished):  # it went on, and had learned nothing since
        return record.end
    best = record.best
    scores = (best.ap, best.ap50) if best else (UNKNOWN, UNKNOWN)
    end = Finished(*scores, record.seconds, record.epoch, stopped_early=True)
    try:
        append_event(run, end)
    except OSError as error:
        _log.warning("cannot write into %s: %s", run, error)
    return end


def note_crash(run: Path, failure: Failed, code: int, last_words: str) -> None:
    """Writes into the run's folder what the trainer could not: how it ended, and its last words."""
    try:
        log = run / LOG
        known = log.read_text(encoding="utf-8", errors="replace") if is_plain_file(log) else ""
        with open_plain(log, "a") as stream:
            if last_words.strip() not in known:
                stream.write(f"\n{last_words}\n")
            stream.write(f"The process ended with code {code}.\n")
        append_event(run, failure)
    except OSError as error:
        _log.warning("cannot write into %s: %s", run, error)
