"""From a wish to a training under way: the run is prepared in the background, then begun."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.gui.train.trainer import Trainer
from labeler.runs.prepare import PreparedRun, Wish, new_run_folder, prepare_run_from_dataset


class RunStarter(QObject):
    """began carries the folder of a run that learns now; missed: it came to nothing, reported."""

    began = Signal(object)
    missed = Signal()

    def __init__(self, document: Document, trainer: Trainer) -> None:
        super().__init__(trainer)
        self.is_preparing = False
        self._document, self._trainer = document, trainer

    def start(self, wish: Wish) -> None:
        """Prepares a new run and begins to train it."""
        self.is_preparing = True
        dataset = self._document.dataset
        run_in_background(
            lambda _report, _stop: prepare_run_from_dataset(
                dataset, new_run_folder(dataset.runs_folder), wish
            ),
            on_done=self._begin,
            on_error=self._miss,
        )

    def go_on(self, run: Path) -> None:
        """Takes a run up again where it was interrupted."""
        try:
            self._trainer.go_on(run)
        except UserError as error:
            self._miss(error)
            return
        self.began.emit(run)

    def _begin(self, prepared: PreparedRun) -> None:
        self.is_preparing = False
        try:
            self._trainer.start(prepared.path)
        except UserError as error:
            self._miss(error)
            return
        self._document.say(
            self.tr("Learning from {0} images, checking with {1}.").format(
                prepared.images_train, prepared.images_val
            )
        )
        self.began.emit(prepared.path)

    def _miss(self, error: Exception) -> None:
        self.is_preparing = False
        self.missed.emit()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)
