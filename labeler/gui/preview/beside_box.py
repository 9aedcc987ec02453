"""Which second model looks at the same pictures, if any; a pair of Compare brings both."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QFileDialog, QWidget

from labeler.gui import model_names
from labeler.gui.background import run_in_background
from labeler.gui.document import Document
from labeler.runs.history import MODEL, RunSummary, list_runs
from labeler.runs.pair import SIDES, PairSummary, list_pairs

_NONE, _FILE = "none", "file"


class BesideBox(QComboBox):
    """chosen carries a path or None; pair_chosen the paths of both sides of a pair.

    renamed: the model in use may be called otherwise from now on.
    """

    renamed = Signal()
    chosen = Signal(object)
    pair_chosen = Signal(object, object)

    def __init__(self, document: Document, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self._document = document
        self._runs: list[RunSummary] = []
        self._pairs: list[PairSummary] = []
        self.setAccessibleName(self.tr("Second model"))
        self.setToolTip(self.tr("A second detector on the very same pictures"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._choose)
        document.dataset_opened.connect(self._forget)
        self._fill()

    @property
    def name(self) -> str:
        """Of the second model, as it stands here."""
        return self.currentText()

    def refresh(self) -> None:
        """Reads runs and pairs again."""
        folder = self._document.dataset.runs_folder
        run_in_background(
            lambda _report, _stop: (list_runs(folder), list_pairs(folder)),
            on_done=lambda found: self._take(folder, *found),
            on_error=self._ignore,
            owner=self,
        )

    def use(self, model: Path | None) -> None:
        """As if the person had chosen it."""
        self.path = model
        self._fill()
        self.chosen.emit(model)

    def _forget(self) -> None:
        self._runs, self._pairs = [], []
        if self.path is not None:
            self.use(None)
        self._fill()

    def _take(self, folder: Path, runs: list[RunSummary], pairs: list[PairSummary]) -> None:
        if folder == self._document.dataset.runs_folder:
            self._runs = [run for run in runs if run.has_model]
            self._pairs = [pair for pair in pairs if all(_models(pair))]
            self._fill()
            self.renamed.emit()

    def _ignore(self, error: Exception) -> None:
        """The list of runs in the box above tells what is wrong with the folder."""
        if not isinstance(error, (OSError, ValueError)) and not hasattr(error, "details"):
            raise error

    def _fill(self) -> None:
        self.clear()
        self.addItem(self.tr("No second model"), _NONE)
        paths = [run.path / MODEL for run in self._runs]
        if self.path is not None and self.path not in paths:
            self.addItem(model_names.of_file(self.path), str(self.path))
        for run, path in zip(self._runs, paths, strict=True):
            self.addItem(model_names.of_run(run), str(path))
        for place, pair in enumerate(self._pairs):
            self.addItem(model_names.of_pair(pair), place)
        self.insertSeparator(self.count())
        self.addItem(self.tr("Open model.onnx…"), _FILE)
        self.setCurrentIndex(0 if self.path is None else self.findData(str(self.path)))

    def _choose(self, index: int) -> None:
        data = self.itemData(index)
        self._fill()  # the mark stays where it was until the choice is taken
        if data == _FILE:
            self._ask()
        elif data == _NONE:
            self.use(None)
        elif isinstance(data, int):
            first, second = _models(self._pairs[data])
            self.pair_chosen.emit(first, second)
        else:
            self.use(Path(data))

    def _ask(self) -> None:
        dialog = QFileDialog(self, self.tr("Open a model"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setDirectory(str(self._document.dataset.runs_folder))
        dialog.setNameFilters([self.tr("Models (*.onnx)"), self.tr("All files (*)")])
        dialog.fileSelected.connect(lambda path: self.use(Path(path)))
        dialog.open()


def _models(pair: PairSummary) -> tuple[Path | None, Path | None]:
    """Of both sides; None where one has not got one yet."""
    files = [pair.path / side / MODEL for side in SIDES]
    first, second = (file if file.is_file() else None for file in files)
    return first, second
