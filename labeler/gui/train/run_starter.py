"""From a wish to a training under way: the run is prepared in the background, then begun."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from labeler.dataset.progress import OnProgress, ShouldStop, Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.preparing import announce, obstacle_beside
from labeler.gui.train.trainer import Trainer
from labeler.runs.improving import prepare_improvement
from labeler.runs.looks import NO_RUN
from labeler.runs.prepare import PreparedRun, Wish, new_run_folder, prepare_run_from_dataset
from labeler.runs.turns import require_no_pair

Prepare = Callable[[Dataset, Path, OnProgress, ShouldStop], PreparedRun]
"""Makes a run ready in a new folder."""


class RunStarter(QObject):
    """began carries the folder of a new run that learns now, went_on that of an old one. missed: it
    came to nothing, which is reported.

    The bar shows how far the preparing is, where that takes longer than a moment, with Cancel.
    """

    began = Signal(object)
    went_on = Signal(object)
    missed = Signal()

    def __init__(self, document: Document, trainer: Trainer, bar: JobBar) -> None:
        super().__init__(trainer)
        self._document, self._trainer, self._bar = document, trainer, bar
        bar.failed.connect(self._miss)
        announce(self)

    @property
    def is_preparing(self) -> bool:
        return self._bar.is_busy

    def start(self, wish: Wish) -> None:
        """Prepares a new run and begins to train it."""
        self._prepare(
            lambda dataset, run, on_progress, should_stop: prepare_run_from_dataset(
                dataset, run, wish, on_progress=on_progress, should_stop=should_stop
            )
        )

    def improve(self, model: Path | None, asked: Wish) -> None:
        """As start: a quick run that goes on from a model. asked: the settings of Train."""
        self._prepare(
            lambda dataset, run, on_progress, should_stop: prepare_improvement(
                dataset, run, model, asked, on_progress=on_progress, should_stop=should_stop
            )
        )

    def go_on(self, run: Path) -> None:
        """Takes a run up again where it was interrupted, unless a pair is under way."""
        folder = self._document.dataset.runs_folder
        self._run(
            self.tr("Checking whether anything else is training"),
            lambda _on_progress, _should_stop: require_no_pair(folder),
            lambda _nothing: self._go_on(run),
        )

    def _prepare(self, prepare: Prepare) -> None:
        dataset = self._document.dataset
        self._run(
            self.tr("Dividing the images into those to learn from and those to check with"),
            lambda on_progress, should_stop: _prepared(dataset, prepare, on_progress, should_stop),
            self._begin,
        )

    def _run(
        self,
        title: str,
        work: Callable[[OnProgress, ShouldStop], Any],
        then: Callable[[Any], None],
    ) -> None:
        if obstacle := obstacle_beside(self):
            self._miss(UserError(obstacle))
        else:
            self._bar.run(title, work, then, quietly=True)

    def _go_on(self, run: Path) -> None:
        try:
            self._trainer.go_on(run)
        except UserError as error:
            self._miss(error)
            return
        self.went_on.emit(run)

    def _begin(self, prepared: PreparedRun) -> None:
        if (
            self._bar.is_stopped
        ):  # Cancel came after the last moment at which preparing looks for it
            shutil.rmtree(prepared.path, ignore_errors=True)
            self._miss(Stopped(NO_RUN))
            return
        try:
            self._trainer.start(prepared.path)
        except UserError as error:
            self._miss(error)
            return
        self._document.say(self.tr("The training begins: {0}.").format(prepared.sizes.told))
        self.began.emit(prepared.path)

    def _miss(self, error: Exception) -> None:
        self.missed.emit()
        if not isinstance(error, UserError):
            raise error
        if isinstance(error, Stopped):
            self._document.say(str(error))
        else:
            self._document.report(error)


def _prepared(
    dataset: Dataset, prepare: Prepare, on_progress: OnProgress, should_stop: ShouldStop
) -> PreparedRun:
    """Raises UserError, also while a pair is compared: a run beside it would take its time."""
    require_no_pair(dataset.runs_folder)
    return prepare(dataset, new_run_folder(dataset.runs_folder), on_progress, should_stop)
