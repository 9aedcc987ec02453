"""Which model looks: the runs of the dataset, the newest first, or any file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from labeler.gui import model_names
from labeler.gui.left_out import offer_left_out
from labeler.runs.detector import EVERYDAY, READY_MADE, VECTOR
from labeler.runs.history import MODEL, LeftOut, RunSummary


class ModelBox(QComboBox):
    """model_chosen carries the path that the person chose; open_requested: another file.

    renamed: the model in use may be called otherwise from now on.
    """

    renamed = Signal()
    model_chosen = Signal(object)
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunSummary] = []
        self._left_out: Sequence[LeftOut] = ()
        self._model: Path | None = None
        self.setAccessibleName(self.tr("Model"))
        self.setToolTip(self.tr("The detector in use. The newest run is at the top"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._choose)

    @property
    def newest(self) -> Path | None:
        """The model of the newest run that has one."""
        return self._runs[0].path / MODEL if self._runs else None

    @property
    def name(self) -> str:
        """Of the model in use, as it stands here; empty where there is none."""
        return self.currentText()

    def show_runs(self, runs: Sequence[RunSummary], left_out: Sequence[LeftOut] = ()) -> None:
        """left_out: runs that cannot be read are shown, and not to be chosen."""
        self._runs = [run for run in runs if run.has_model]
        self._left_out = left_out
        self._fill()
        self.renamed.emit()

    def show_model(self, model: Path | None) -> None:
        """Marks it, whether it is one of the runs or not."""
        self._model = model
        self._fill()

    def _fill(self) -> None:
        self.clear()
        paths = [run.path / MODEL for run in self._runs]
        for run, path in zip(self._runs, paths, strict=True):
            self.addItem(model_names.of_run(run), str(path))
        told = {
            EVERYDAY: self.tr(
                "What COCO's 80 classes name, from person to toothbrush: works at once"
            ),
            VECTOR: self.tr(
                "Vector and his cube, learned from simulated pictures: works at once, and is not "
                "measured on real pictures"
            ),
        }
        for model in READY_MADE:
            self.addItem(model_names.of_file(model), str(model))
            self.setItemData(self.count() - 1, told[model], Qt.ItemDataRole.ToolTipRole)
        if self._model is not None and self._model not in (*paths, *READY_MADE):
            self.insertItem(0, model_names.of_file(self._model), str(self._model))
        offer_left_out(self, self._left_out)
        self.insertSeparator(self.count())
        self.addItem(self.tr("Open model.onnx…"), None)
        self.setPlaceholderText(self.tr("No model yet"))
        self.setCurrentIndex(-1 if self._model is None else self.findData(str(self._model)))

    def _choose(self, index: int) -> None:
        path = self.itemData(index)
        self._fill()  # the mark stays where it was until the choice is taken
        if path is None:
            self.open_requested.emit()
        else:
            self.model_chosen.emit(Path(path))
