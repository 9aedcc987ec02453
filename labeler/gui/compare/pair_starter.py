"""From a wish to a pair under way: it is prepared in the background, then begun."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.compare.pair_trainer import PairTrainer
from labeler.gui.document import Document
from labeler.gui.preparing import announce, obstacle_beside
from labeler.runs.pair import PreparedPair, new_pair_folder, prepare_pair_from_dataset
from labeler.runs.prepare import Wish
from labeler.runs.turns import require_no_pair, require_no_run


class PairStarter(QObject):
    """began carries the folder of a new pair that learns now, went_on that of an old one.

    missed: it came to nothing, which is reported.
    """

    began = Signal(object)
    went_on = Signal(object)
    missed = Signal()

    def __init__(self, document: Document, trainer: PairTrainer) -> None:
        super().__init__(trainer)
        self.is_preparing = False
        self._document, self._trainer = document, trainer
        announce(self)

    def start(self, wish: Wish) -> None:
        """Prepares a new pair and begins to train it."""
        dataset = self._document.dataset
        self._prepare(lambda: _new_pair(dataset, wish), self._begin)

    def go_on(self, pair: Path) -> None:
        """Takes a pair up again from the states that it left, unless anything else trains."""
        folder = self._document.dataset.runs_folder
        self._prepare(lambda: _require_free(folder), lambda _nothing: self._go_on(pair))

    def _prepare(self, work: Callable[[], Any], then: Callable[[Any], None]) -> None:
        if obstacle := obstacle_beside(self):
            self._miss(UserError(obstacle))
            return
        self.is_preparing = True
        run_in_background(
            lambda _report, _stop: work(),
            on_done=lambda result: self._attempt(lambda: then(result)),
            on_error=self._miss,
            owner=self,
        )

    def _attempt(self, step: Callable[[], None]) -> None:
        self.is_preparing = False
        try:
            step()
        except UserError as error:
            self._miss(error)

    def _begin(self, prepared: PreparedPair) -> None:
        self._trainer.start(prepared.path)
        self._document.say(
            self.tr("Both are trained on the same images: {0}.").format(prepared.sizes.told)
        )
        self.began.emit(prepared.path)

    def _go_on(self, pair: Path) -> None:
        self._trainer.go_on(pair)
        self.went_on.emit(pair)

    def _miss(self, error: Exception) -> None:
        self.is_preparing = False
        self.missed.emit()
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)


def _new_pair(dataset: Dataset, wish: Wish) -> PreparedPair:
    """Raises UserError, also while another training would take its time from both."""
    _require_free(dataset.runs_folder)
    return prepare_pair_from_dataset(dataset, new_pair_folder(dataset.runs_folder), wish)


def _require_free(runs_folder: Path) -> None:
    """Raises UserError while a run or another pair learns, whoever trains it."""
    require_no_run(runs_folder)
    require_no_pair(runs_folder)
