"""Which model is used: what the person chose, the one that trains now, the newest run's, or else
the one of everyday things, which needs no training."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QWidget

from labeler.errors import UserError
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.gui.preview.model_box import ModelBox
from labeler.runs.detector import EVERYDAY
from labeler.runs.history import MODEL, NEWEST, LeftOut, RunSummary, is_same_run, look_through


class ModelChoice(QObject):
    """Keeps the box and the model in step.

    model_changed carries a path or None, and whether it is another checkpoint of the run whose
    model was in use before.
    """

    model_changed = Signal(object, bool)

    def __init__(self, document: Document, box: ModelBox, parent: QWidget) -> None:
        super().__init__(parent)
        self.model: Path | None = None
        self._document = document
        self._box = box
        self._window = parent
        self._announced: set[Path] = set()  # folders of runs
        self._was_chosen = self._is_broken = False
        box.model_chosen.connect(self.choose)
        box.open_requested.connect(self.ask)
        document.dataset_opened.connect(self._change_dataset)

    def refresh(self) -> None:
        """Reads the runs again; where none was chosen yet, the newest run's is used from now on."""
        dataset = self._document.dataset
        run_in_background(
            lambda _report, _stop: look_through(dataset.runs_folder),
            on_done=lambda found: self._show_runs(*found),
            on_error=self._tell_unreadable,
        )

    def follow(self, model: Path, *, is_watched: bool) -> None:
        """A training told of this model.

        It is used, unless the person is watching, has chosen another one, and heard of it before:
        each new checkpoint of a run is told anew. Who chose the newest of this very run follows it;
        who chose its best keeps that, which is read again whenever there is a better one.
        """
        is_news = model.parent not in self._announced
        self._announced.add(model.parent)
        same = self.model.name if self.model and is_same_run(model, self.model) else ""
        keeps_best = self._was_chosen and same == MODEL
        if not keeps_best and (is_news or not (self._was_chosen and is_watched)):
            self._was_chosen = False
            self._use(model)
        elif same == NEWEST:
            self._use(model)  # the newest is gone once the run has ended
        self.refresh()

    def choose(self, model: Path) -> None:
        """The person wants this one."""
        self._was_chosen = True
        self._use(model)

    def mark_broken(self) -> None:
        """It cannot be used: chosen again, or told of again, it is tried again."""
        self._is_broken = True

    def ask(self) -> None:
        """Opens the dialog for any model file."""
        dialog = QFileDialog(self._window, self.tr("Open a model"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setDirectory(str(self._document.dataset.runs_folder))
        dialog.setNameFilters([self.tr("Models (*.onnx)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.choose(Path(path)))
        dialog.open()

    def _use(self, model: Path | None) -> None:
        self._box.show_model(model)
        before = self.model
        if model != before or self._is_broken:
            self.model, self._is_broken = model, False
            self.model_changed.emit(model, model != before and is_same_run(model, before))

    def _change_dataset(self) -> None:
        self._announced.clear()
        self._was_chosen = False
        self._box.show_runs([])
        self._use(None)
        self.refresh()

    def _show_runs(self, runs: list[RunSummary], left_out: list[LeftOut]) -> None:
        self._box.show_runs(runs, left_out)
        self._use_what_there_is()

    def _tell_unreadable(self, error: Exception) -> None:
        if isinstance(error, (UserError, OSError)):
            self._document.say(self.tr("The runs cannot be listed: {0}").format(error))
            self._use_what_there_is()
            return
        raise error

    def _use_what_there_is(self) -> None:
        if self.model is None or (self.model == EVERYDAY and not self._was_chosen):
            self._use(self._box.newest or EVERYDAY)
