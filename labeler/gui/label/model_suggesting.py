"""Suggests boxes with the model of a finished run, in the background, until it is stopped."""

from __future__ import annotations

from pathlib import Path
from queue import Empty, SimpleQueue

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui import model_names
from labeler.gui.background import run_in_background
from labeler.gui.counts import counted
from labeler.gui.document import Document
from labeler.gui.job_bar import JobBar
from labeler.gui.label.along_keeper import OfferKeeper
from labeler.gui.label.along_orders import unlabelled_from
from labeler.gui.label.canvas import Canvas
from labeler.gui.label.model_run import Found, Outcome, detect
from labeler.gui.label.travel import Travel
from labeler.gui.left_out import unreadable
from labeler.runs.history import MODEL, LeftOut, RunSummary, look_through

_MOST_RUNS = 12


class ModelSuggesting(QObject):
    """One look through the images that are to do at a time. What was found stays."""

    def __init__(
        self, document: Document, canvas: Canvas, travel: Travel, bar: JobBar, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.menu: QMenu | None = None
        self._document = document
        self._travel = travel
        self._bar = bar
        self._window = parent
        self._dataset: Dataset | None = None
        self._found: SimpleQueue[Found] = SimpleQueue()
        self.keeper = OfferKeeper(document, canvas, travel, self)
        self.keeper.failed.connect(bar.stop)
        bar.progressed.connect(self._take)
        bar.failed.connect(self._fail)
        document.dataset_opened.connect(self.stop)

    @property
    def is_running(self) -> bool:
        return self._bar.is_busy

    def ask(self) -> None:
        """Which model? The newest runs of this dataset, or any file."""
        if self.is_running:
            self._document.say(self.tr("A model is already running. Esc stops it."))
        elif self._document.dataset.read_only:
            self._document.say(self.tr("This dataset is open read-only: nothing can be kept."))
        else:
            folder = self._document.dataset.runs_folder
            run_in_background(
                lambda _report, _stop: look_through(folder),
                on_done=lambda found: self._show_menu(*found),
                on_error=self._fail,
                owner=self,
            )

    def use(self, model: Path, name: str) -> None:
        """Looks at all images that are to do, from the current one on. name: of the model."""
        dataset = self._document.dataset
        ids = unlabelled_from(dataset, self._travel.image_id)
        if not ids:
            self._document.say(self.tr("Every image is labelled. Well done."))
            return
        found: SimpleQueue[Found] = SimpleQueue()
        self._found, self._dataset = found, dataset
        self.keeper.begin(name)
        self._bar.run(
            self.tr("Suggesting with {0}").format(model_names.of_file(model)),
            lambda report, should_stop: detect(dataset, model, ids, found.put, report, should_stop),
            self._end,
        )

    def stop(self) -> bool:
        """Asks it to end. False where it does not run."""
        if self._dataset is not self._document.dataset:
            self.keeper.drop()  # also what a look that is over has left to be stored
        if not self.is_running:
            return False
        self._bar.stop()
        return True

    def _show_menu(self, runs: list[RunSummary], left_out: list[LeftOut]) -> None:
        menu = self.menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.setAccessibleName(self.tr("Models to suggest with"))
        for run in [each for each in runs if each.has_model][:_MOST_RUNS]:
            action = menu.addAction(model_names.of_run(run))
            action.triggered.connect(lambda _checked, run=run: self.use(run.path / MODEL, run.name))
        menu.setToolTipsVisible(True)
        for each in left_out[:_MOST_RUNS]:
            action = menu.addAction(unreadable(each))
            action.setEnabled(False)
            action.setToolTip(each.why)
        if menu.actions():
            menu.addSeparator()
        menu.addAction(self.tr("Open model.onnx…")).triggered.connect(self._ask_file)
        middle = QPoint(self._window.width() // 2, self._window.height() // 3)
        menu.popup(self._window.mapToGlobal(middle))
        menu.setActiveAction(next(each for each in menu.actions() if each.isEnabled()))

    def _ask_file(self) -> None:
        dialog = QFileDialog(self._window, self.tr("Open a model"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setDirectory(str(self._document.dataset.runs_folder))
        dialog.setNameFilters([self.tr("Models (*.onnx)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.use(Path(path), _name_of(Path(path))))
        dialog.open()

    def _take(self) -> None:
        while self._dataset is self._document.dataset:
            try:
                self.keeper.add(*self._found.get_nowait())
            except Empty:
                return

    def _end(self, outcome: Outcome) -> None:
        if self._dataset is not self._document.dataset:
            return
        if outcome.is_foreign:
            words = self.tr("This model finds {0}, but this dataset has no class of that name.")
            self._document.report(UserError(words.format(", ".join(outcome.unknown))))
            return
        self._take()
        self.keeper.store()
        self.keeper.when_done(lambda: self._tell(outcome))

    def _tell(self, outcome: Outcome) -> None:
        words = (
            self.tr("Stopped after {all}. What was found stays.")
            if outcome.stopped
            else self.tr("Suggestions on {n} of {all}.")
        ).format(n=self.keeper.count, all=counted(outcome.images, "image"))
        sentence, faults = outcome.unreadable
        if outcome.unknown:
            words += self.tr(" Not in this dataset: {0}.").format(", ".join(outcome.unknown))
        if faults:
            words += self.tr(" Left out: {n}. {why}").format(
                n=counted(faults, "image"), why=sentence
            )
        self._document.say(words)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        self._document.report(error)


def _name_of(model: Path) -> str:
    return model.parent.name if model.name == MODEL else model.stem
