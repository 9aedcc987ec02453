"""What can be done with runs in the table: compare two, keep notes, give a model away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFileDialog

from labeler.errors import UserError
from labeler.gui.document import Document
from labeler.gui.errand import Errand
from labeler.gui.open_outside import open_outside
from labeler.gui.train.comparison_dialog import ComparisonDialog
from labeler.gui.train.run_shelf import RunShelf
from labeler.gui.train.runs_page import RunsPage
from labeler.runs.quantised import load_quantised


class RunsDesk(QObject):
    """Does what the page asks for and what needs no other part of the workspace."""

    def __init__(self, document: Document, shelf: RunShelf, page: RunsPage) -> None:
        super().__init__(page)
        self._document, self._shelf, self._page = document, shelf, page
        self._file = Path()
        self._errand = Errand(self)
        self._errand.done.connect(self._tell_exported)
        self._errand.failed.connect(document.report)
        self._errand.ended.connect(lambda: page.busy.say(""))
        shelf.loaded.connect(lambda: page.show_runs(shelf.runs, shelf.left_out))
        page.busy.cancel.clicked.connect(self._errand.stop)
        page.compare_requested.connect(self._compare)
        page.export_requested.connect(self.ask_file)
        page.folder_requested.connect(
            lambda run: open_outside(run, lambda words: document.report(UserError(words)), self)
        )
        page.note_written.connect(shelf.write_note)

    def export(self, run: Path, file: Path) -> None:
        """Writes the model of a run as a zip, with its INT8 model if that was made.

        A file that is there is replaced: it was asked.
        """
        if self._errand.is_running:
            return
        self._file = file if file.suffix else file.with_suffix(".zip")
        sentence = self.tr("Writing {0}").format(self._file.name)
        self._page.busy.say(sentence)
        self._document.say(f"{sentence}…")
        extra = self._int8(run)
        self._errand.start(
            "pack", run.absolute(), "--out", self._file.absolute(), "--overwrite", *extra
        )

    def _int8(self, run: Path) -> list[str]:
        """With the INT8 model that was made; where it is damaged that is said."""
        with self._document.reporting():
            return ["--int8"] if load_quantised(run) is not None else []
        return []

    def ask_file(self, run: Path) -> None:
        """Asks where the zip shall be, then writes it."""
        dialog = QFileDialog(self._page, self.tr("Export the model"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters([self.tr("Zip files (*.zip)")])
        dialog.setDefaultSuffix("zip")
        name = f"{self._document.dataset.name} {run.name}.zip"
        dialog.selectFile(str(Path.home() / name))
        dialog.fileSelected.connect(lambda file: self.export(run, Path(file)))
        dialog.open()

    def compare_marked(self) -> None:
        """The two runs that are marked in the table."""
        if not self.obstacle_to_comparing():
            first, second = self._page.marked()
            self._compare(first.path, second.path)

    def obstacle_to_comparing(self) -> str:
        """Why there is nothing to compare, or nothing."""
        return (
            "" if len(self._page.marked()) == 2 else self.tr("Select two runs in All runs first.")
        )

    def shut_down(self) -> None:
        self._errand.stop_and_wait()

    def _compare(self, first: Path, second: Path) -> None:
        runs = {run.path: run for run in self._shelf.runs}
        ComparisonDialog(runs[first], runs[second], self._page).open()

    def _tell_exported(self, _answer: str) -> None:
        self._document.tell_written(
            self._file, self.tr("Exported the model, with its card and a script that runs it.")
        )
