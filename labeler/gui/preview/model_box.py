"""Which model looks: the runs of the dataset, the newest first, or any file."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, Signal
from PySide6.QtWidgets import QComboBox, QWidget

from labeler.runs.history import MODEL, NEWEST, RunSummary


class ModelBox(QComboBox):
    """model_chosen carries the path that the person chose; open_requested: another file."""

    model_chosen = Signal(object)
    open_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunSummary] = []
        self._model: Path | None = None
        self.setAccessibleName(self.tr("Model"))
        self.setToolTip(self.tr("The detector that looks. The newest run stands on top"))
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(12)
        self.activated.connect(self._choose)

    @property
    def newest(self) -> Path | None:
        """The model of the newest run that has one."""
        return self._runs[0].path / MODEL if self._runs else None

    def show_runs(self, runs: list[RunSummary]) -> None:
        self._runs = [run for run in runs if run.has_model]
        self._fill()

    def show_model(self, model: Path | None) -> None:
        """Marks it, whether it is one of the runs or not."""
        self._model = model
        self._fill()

    def _fill(self) -> None:
        self.clear()
        paths = [run.path / MODEL for run in self._runs]
        for run, path in zip(self._runs, paths, strict=True):
            self.addItem(run_words(run), str(path))
        if self._model is not None and self._model not in paths:
            self.insertItem(0, file_words(self._model), str(self._model))
        if self.count():
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


def run_words(run: RunSummary) -> str:
    """As in "today 17:04, AP 0.78"."""
    then = datetime.fromtimestamp(run.started)
    words = f"{_day(then)} {then:%H:%M}"
    return words if run.ap is None else _tr("{0}, AP {1:.2f}").format(words, run.ap)


def _day(then: datetime) -> str:
    days = (datetime.now().date() - then.date()).days
    if days in (0, 1):
        return (_tr("today"), _tr("yesterday"))[days]
    return f"{then.day} {QLocale().monthName(then.month, QLocale.FormatType.ShortFormat)}"


def file_words(path: Path) -> str:
    """A run's file is always called the same, so its folder tells more."""
    if path.name == NEWEST:
        return _tr("{0}, learning").format(path.parent.name)
    return f"{path.parent.name}/{path.name}" if path.name == MODEL else path.name


def _tr(text: str) -> str:
    return QCoreApplication.translate("ModelBox", text)
