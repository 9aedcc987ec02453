"""Bugs: written to the log, shown in a banner, and the program goes on."""

from __future__ import annotations

import logging
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType

import platformdirs
from PySide6.QtCore import QObject, Signal

from labeler.gui.settings import APPLICATION

_LARGEST = 1_000_000
_log = logging.getLogger(__name__)


class CaughtBugs(QObject):
    """caught carries a sentence and the details. It may come from any thread."""

    caught = Signal(str, str)

    def __init__(self, log_file: Path, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.log_file = log_file
        self._inside = threading.local()

    def install(self) -> None:
        """From now on no bug ends the program."""
        sys.excepthook = self._handle
        threading.excepthook = self._handle_thread

    def _handle(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        if getattr(self._inside, "handling", False):  # the banner itself fails: the log must do
            _log.critical("while telling a bug", exc_info=(kind, error, trace))
            return
        self._inside.handling = True
        try:
            _log.critical("bug", exc_info=(kind, error, trace))
            sys.__excepthook__(kind, error, trace)  # for those who watch a terminal
            self._tell("".join(traceback.format_exception(kind, error, trace)))
        finally:
            self._inside.handling = False

    def _handle_thread(self, told: threading.ExceptHookArgs) -> None:
        if told.exc_value is not None:
            self._handle(told.exc_type, told.exc_value, told.exc_traceback)

    def _tell(self, details: str) -> None:
        sentence = self.tr(
            "Something went wrong inside the program. Your work is kept. "
            "The log file {file} tells more."
        )
        self.caught.emit(sentence.format(file=self.log_file), details)


def log_file() -> Path:
    """Where the window's log is written."""
    return platformdirs.user_log_path(APPLICATION, appauthor=False) / "window.log"


def start_log() -> Path:
    """Sends the program's log to a file in the person's log folder; the last one is kept too."""
    file = log_file()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists() and file.stat().st_size > _LARGEST:
            file.replace(file.with_suffix(".old.log"))
        handler: logging.Handler = logging.FileHandler(file, encoding="utf-8", delay=True)
    except OSError:  # no place to write: the banner's details still tell everything
        handler = logging.StreamHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    return file
