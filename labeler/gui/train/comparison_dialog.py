"""Two runs beside each other: their scores, and what they differ in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from labeler.gui import times
from labeler.gui.background import run_in_background
from labeler.gui.theme import set_role
from labeler.gui.train import words
from labeler.gui.train.runs_model import state_words
from labeler.runs.analysis import Analysis, Measure, load_analysis
from labeler.runs.difference import Asked, Difference, difference
from labeler.runs.history import RunSummary

Row = tuple[str, str, str]


class ComparisonDialog(QDialog):
    """The scores stand at once; the files are compared in the background."""

    def __init__(self, first: RunSummary, second: RunSummary, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Two runs compared"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(680, 460)
        self._runs = first, second
        self.verdict = QLabel(self.tr("Comparing their images…"), self)
        self.verdict.setWordWrap(True)
        self.table = QTableWidget(0, 3, self)
        self._set_up_table(first, second)
        self._show(_scores(first, second))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 16)
        layout.addWidget(self.verdict)
        layout.addWidget(self.table, 1)
        layout.addWidget(buttons)
        run_in_background(
            lambda _report, _stop: (
                difference(first.path, second.path),
                [load_analysis(run.path) for run in (first, second)],
            ),
            on_done=self._take,
            on_error=self._miss,
            owner=self,
        )

    def _take(self, told: tuple[Difference, list[Analysis | None]]) -> None:
        found, analyses = told
        scores = [*_scores(*self._runs), *_measured(*analyses)]
        self._show([*scores, *_settings(found), *_data(found)])
        self.verdict.setText(verdict(*self._runs, found))

    def _miss(self, error: Exception) -> None:
        self.verdict.setText(str(error))
        set_role(self.verdict, "bad")

    def _set_up_table(self, first: RunSummary, second: RunSummary) -> None:
        names = [times.day_and_time(run.started) for run in (first, second)]
        self.table.setHorizontalHeaderLabels(["", *names])
        self.table.setAccessibleName(self.tr("What the runs differ in"))
        self.table.verticalHeader().hide()
        self.table.setShowGrid(False)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = self.table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def _show(self, rows: Sequence[Row]) -> None:
        self.table.setRowCount(len(rows))
        for place, row in enumerate(rows):
            for column, text in enumerate(row):
                self.table.setItem(place, column, QTableWidgetItem(text))


def verdict(first: RunSummary, second: RunSummary, found: Difference) -> str:
    """Whether the scores may be compared, and what they say."""
    if first.ap is None or second.ap is None:
        return _tr("One of them has no score to compare.")
    if not found.is_comparable:
        return _tr(
            "They were checked on different images, boxes or classes, so a difference "
            "between their scores says little."
        )
    if first.ap_interval is None or second.ap_interval is None:
        return _tr(
            "They were checked on the same images. How much of the difference is chance "
            "is not known."
        )
    apart = (
        first.ap_interval[0] > second.ap_interval[1] or second.ap_interval[0] > first.ap_interval[1]
    )
    if apart:
        return _tr(
            "They were checked on the same images, and their intervals do not overlap: "
            "the difference is hardly chance."
        )
    return _tr(
        "They were checked on the same images. Their intervals overlap, so the "
        "difference may be chance."
    )


def _scores(first: RunSummary, second: RunSummary) -> list[Row]:
    def row(title: str, tell: Callable[[RunSummary], str]) -> Row:
        return title, tell(first), tell(second)

    return [
        row(
            _tr("AP"),
            lambda run: "–" if run.ap is None else words.score(run.ap, run.ap_interval),
        ),
        row(
            _tr("AP50"),
            lambda run: "–" if run.ap50 is None else words.score(run.ap50, run.ap50_interval),
        ),
        row(_tr("Time"), lambda run: times.duration(run.seconds)),
        row(_tr("State"), lambda run: state_words(run.state)),
    ]


def _measured(first: Analysis | None, second: Analysis | None) -> list[Row]:
    """What only the analysis after a run tells."""
    if first is None and second is None:
        return []

    def row(title: str, measure: Callable[[Analysis], Measure]) -> Row:
        told = [_told(None if each is None else measure(each)) for each in (first, second)]
        return title, told[0], told[1]

    return [
        row(_tr("AR"), lambda analysis: analysis.ar),
        row(_tr("Baseline: one fixed box"), lambda analysis: Measure(analysis.constant_ap)),
    ]


def _told(measure: Measure | None) -> str:
    if measure is None or measure.value is None:
        return "–"
    return words.score(measure.value, measure.interval)


def _settings(found: Difference) -> list[Row]:
    if not found.asked:
        return [(_tr("Settings"), _tr("the same"), _tr("the same"))]
    return [_setting(asked) for asked in found.asked]


def _setting(asked: Asked) -> Row:
    titles = {
        "start": _tr("Start"),
        "detector": _tr("Detector"),
        "seconds": _tr("Seconds asked for"),
        "seed": _tr("Seed"),
        "budget": _tr("Length by"),
        "epochs": _tr("Epochs asked for"),
        "recipe": _tr("Recipe"),
        "device": _tr("Device"),
        "threads": _tr("Threads"),
        "longest_side": _tr("Resolution"),
        "batch": _tr("Batch"),
        "learning_rate": _tr("Learning rate"),
        "augmentation": _tr("Augmentation"),
        "parent": _tr("The run it started from"),
        "root": _tr("Where that run started from"),
    }
    tells: dict[str, Callable[[Any], str]] = {
        "start": words.start,
        "detector": words.detector,
        "seed": str,
        "parent": lambda name: words.run_name(name) or "–",
        "root": lambda name: words.start(name) if name else "–",
    }
    tell = tells.get(asked.field, _value)
    return titles.get(asked.field, asked.field), tell(asked.first), tell(asked.second)


def _value(value: Any) -> str:
    """0 in a setting leaves it to the recipe."""
    if isinstance(value, float):
        return f"{value:g}" if value else _tr("Auto")
    return _tr("Auto") if value in (0, "auto") else str(value)


def _data(found: Difference) -> list[Row]:
    rows: list[Row] = []
    for part in found.parts:
        title = _tr("Images to learn from") if part.part == "train" else _tr("Images to check with")
        rows.append((title, str(part.images[0]), str(part.images[1])))
        if part.same:
            continue
        title = _tr("Boxes in them")
        rows.append((title, str(part.boxes[0]), str(part.boxes[1])))
        if part.only_first or part.only_second:
            title = _tr("Images that the other run did not have")
            rows.append((title, str(part.only_first), str(part.only_second)))
    if not found.categories_same:
        rows.append((_tr("Classes"), _tr("others"), _tr("others")))
    return rows


def _tr(text: str) -> str:
    return QCoreApplication.translate("Comparison", text)
