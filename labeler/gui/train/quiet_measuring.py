"""Runs that ended early are measured by themselves, gently, while nothing trains."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.gui.errand import Errand
from labeler.gui.train.shown_run import ShownRun
from labeler.gui.train.trainer import Trainer
from labeler.runs.analysis import FILES
from labeler.runs.history import RunState
from labeler.runs.turns import is_anything_training
from trainer.names import is_there

_AGAIN_MS = 10_000
"""So long until it looks again whether a pair, or another window or a shell, trains."""
_EARLY = (RunState.STOPPED, RunState.FAILED, RunState.INTERRUPTED)


class QuietMeasuring(QObject):
    """A run that learns to its end measures itself; one that was stopped has nobody to do it.

    measured carries the run's folder.
    """

    measured = Signal(object)

    def __init__(self, document: Document, trainer: Trainer, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document, self._trainer = document, trainer
        self._wanted: Path | None = None
        self._given_up: set[Path] = set()
        self._is_asking = False
        self._errand = Errand(self)
        self._errand.done.connect(self._take)
        self._errand.failed.connect(self._give_up)
        self._errand.ended.connect(self._begin)  # it may have been stopped for another run
        self._again = QTimer(self, singleShot=True, interval=_AGAIN_MS)
        self._again.timeout.connect(self._begin)
        trainer.ended.connect(lambda _run: self._again.start())
        trainer.began.connect(lambda _run: self._errand.stop())

    def consider(self, shown: ShownRun) -> None:
        """Measures it where it ended early, has a model and was not measured yet."""
        is_due = shown.state in _EARLY and shown.has_model
        if not is_due or shown.path in self._given_up or is_there(shown.path / FILES["val"]):
            return
        if shown.path != self._wanted:
            self._errand.stop()
        self._wanted = shown.path
        self._begin()

    def let_go(self, run: Path) -> None:
        """Somebody measures it by hand."""
        if run == self._wanted:
            self.forget()

    def forget(self) -> None:
        """Nothing is to be measured any more."""
        self._wanted = None
        self._errand.stop()

    def stop_and_wait(self) -> None:
        """For closing the window."""
        self._wanted = None
        self._errand.stop_and_wait()

    def _begin(self) -> None:
        run = self._wanted
        if run is None or self._is_asking or self._trainer.is_running:
            return
        self._is_asking = True
        run_in_background(
            lambda _report, _stop: is_anything_training(run.parent),
            on_done=self._start_if_free,
            on_error=self._miss,
            owner=self,
        )

    def _start_if_free(self, is_training: bool) -> None:
        self._is_asking = False
        run = self._wanted
        if is_training or self._trainer.is_running:
            self._errand.stop()
            self._again.start()
        elif run is not None:
            if not self._errand.is_running:
                self._errand.start("analyse", run.absolute(), "--gently")
            self._again.start()  # what begins to train meanwhile comes first

    def _miss(self, error: Exception) -> None:
        self._is_asking = False
        raise error

    def _take(self, _answer: str) -> None:
        run, self._wanted = self._wanted, None
        self.measured.emit(run)

    def _give_up(self, error: UserError) -> None:
        """Not again in this sitting; the page of its results goes on offering it."""
        if self._wanted is not None:
            self._given_up.add(self._wanted)
        self._wanted = None
        self._document.say(str(error))
