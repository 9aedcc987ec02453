"""What can be done with runs in the table: compare two, keep notes, give a model away."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from labeler.gui.train.comparison_dialog import ComparisonDialog
from labeler.gui.train.run_shelf import RunShelf
from labeler.gui.train.runs_page import RunsPage


class RunsDesk(QObject):
    """Does what the page asks for and what needs no other part of the workspace."""

    def __init__(self, shelf: RunShelf, page: RunsPage) -> None:
        super().__init__(page)
        self._shelf, self._page = shelf, page
        shelf.loaded.connect(lambda: page.show_runs(shelf.runs))
        page.compare_requested.connect(self._compare)
        page.folder_requested.connect(
            lambda run: QDesktopServices.openUrl(QUrl.fromLocalFile(str(run)))
        )
        page.note_written.connect(shelf.write_note)

    def _compare(self, first: Path, second: Path) -> None:
        runs = {run.path: run for run in self._shelf.runs}
        ComparisonDialog(runs[first], runs[second], self._page).open()
