"""The runs of the open dataset: read away from the GUI thread, and put into the wastebasket."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QFile, QObject, Signal

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.runs.history import LeftOut, RunSummary, forget_newest, look_through
from labeler.runs.note import write_note
from labeler.runs.trash import put_aside


class RunShelf(QObject):
    """loaded: runs and left_out hold the newest lists; removed carries the folder of
    a run that is gone.
    """

    loaded = Signal()
    removed = Signal(object)

    def __init__(self, document: Document, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.runs: list[RunSummary] = []
        self.left_out: list[LeftOut] = []
        self._document = document
        self._loads = 0

    def load(self) -> None:
        """Reads them all again. A reading that is overtaken by a later one is not told."""
        folder = self._document.dataset.runs_folder
        self._loads += 1
        number = self._loads
        run_in_background(
            lambda _report, _stop: _tidied(folder),
            on_done=lambda found: self._take(number, folder, *found),
            on_error=self._miss,
            owner=self,
        )

    def clear(self) -> None:
        """Another dataset is open."""
        self.runs, self.left_out = [], []

    def trash(self, run: Path) -> bool:
        """Moves a run to the system's wastebasket, or to the dataset's own where there is none.

        False where neither can be; that is reported.
        """
        told = self.tr("Moved {0} to the wastebasket. It can be put back from there.")
        if QFile.moveToTrash(str(run)):
            self._document.say(told.format(run.name))
        else:
            try:
                aside = put_aside(run)
            except UserError as error:
                self._document.report(error)
                return False
            told = self.tr("There is no wastebasket here, so {0} was moved to {1}.")
            self._document.say(told.format(run.name, aside.parent))
        self.removed.emit(run)
        self.load()
        return True

    def write_note(self, run: Path, text: str) -> None:
        """Keeps what the person wrote about a run."""
        with self._document.reporting():
            write_note(run, text)
        self.load()

    def _take(
        self, number: int, folder: Path, runs: list[RunSummary], left_out: list[LeftOut]
    ) -> None:
        if number == self._loads and folder == self._document.dataset.runs_folder:
            self.runs, self.left_out = runs, left_out
            self.loaded.emit()

    def _miss(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)


def _tidied(folder: Path) -> tuple[list[RunSummary], list[LeftOut]]:
    runs, left_out = look_through(folder)
    forget_newest(runs)
    return runs, left_out
