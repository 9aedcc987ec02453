"""The pairs of the open dataset: read away from the GUI thread, and put into the wastebasket."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.compare.shown_pair import ShownPair
from labeler.gui.document import Document
from labeler.runs.history import LeftOut
from labeler.runs.pair import PairSummary, look_through_pairs
from labeler.runs.trash import put_aside


class PairShelf(QObject):
    """listed: pairs and left_out hold the newest lists. read carries a ShownPair;
    removed a pair's folder.
    """

    listed = Signal()
    read = Signal(object)
    removed = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.pairs: list[PairSummary] = []
        self.left_out: list[LeftOut] = []
        self._document = document
        self._waiting = 0
        self._lists = 0
        self._opens = 0

    @property
    def is_reading(self) -> bool:
        """Whether more will be known in a moment."""
        return self._waiting > 0

    def load(self) -> None:
        """Reads them all again. A reading that is overtaken by a later one is not told."""
        folder = self._document.dataset.runs_folder
        self._waiting += 1
        self._lists += 1
        number = self._lists
        run_in_background(
            lambda _report, _stop: look_through_pairs(folder),
            on_done=lambda found: self._take_list(number, folder, *found),
            on_error=self._miss,
            owner=self,
        )

    def open(self, pair: Path) -> None:
        """Reads what one has told. A reading that is overtaken by a later one is not told."""
        self._waiting += 1
        self._opens += 1
        number = self._opens
        run_in_background(
            lambda _report, _stop: ShownPair.read(pair),
            on_done=lambda shown: self._take_pair(number, shown),
            on_error=self._miss,
            owner=self,
        )

    def trash(self, pair: Path) -> None:
        """Moves it to the system's wastebasket, or to the dataset's own where there is none."""
        told = self.tr("Moved {0} to the wastebasket. It can be put back from there.")
        if QFile.moveToTrash(str(pair)):
            self._document.say(told.format(pair.name))
        else:
            try:
                aside = put_aside(pair)
            except UserError as error:
                self._document.report(error)
                return
            told = self.tr("There is no wastebasket here, so {0} was moved to {1}.")
            self._document.say(told.format(pair.name, aside.parent))
        self.removed.emit(pair)
        self.load()

    def _take_list(
        self, number: int, folder: Path, pairs: list[PairSummary], left_out: list[LeftOut]
    ) -> None:
        self._waiting -= 1
        if number == self._lists and folder == self._document.dataset.runs_folder:
            self.pairs, self.left_out = pairs, left_out
            self.listed.emit()

    def _take_pair(self, number: int, shown: ShownPair) -> None:
        self._waiting -= 1
        if number == self._opens:
            self.read.emit(shown)

    def _miss(self, error: Exception) -> None:
        self._waiting -= 1
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)
