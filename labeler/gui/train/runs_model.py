"""All runs as a table: a row a run, sorted by what a column means and not by how it is written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QCoreApplication,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from labeler.dataset.splits import SplitSizes
from labeler.gui import times
from labeler.gui.key_hint import wrapped
from labeler.gui.train import words
from labeler.runs.history import RunState, RunSummary

SORT_ROLE = Qt.ItemDataRole.UserRole
NOTE_COLUMN = 8
_ROLES = {
    int(role)
    for role in (
        Qt.ItemDataRole.DisplayRole,
        Qt.ItemDataRole.EditRole,
        Qt.ItemDataRole.ToolTipRole,
        Qt.ItemDataRole.TextAlignmentRole,
        SORT_ROLE,
    )
}
_NO_PARENT = QModelIndex()
Index = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True)
class _Column:
    title: str
    shown: Callable[[RunSummary], str]
    sorted_by: Callable[[RunSummary], Any]
    is_number: bool = False
    told: Callable[[RunSummary], str] = lambda run: run.message or run.name
    """In the tooltip."""
    meaning: str = ""
    """In the tooltip of the heading."""


class RunsModel(QAbstractTableModel):
    """note_written: (the run's folder, the words that somebody put into its note)."""

    note_written = Signal(object, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runs: list[RunSummary] = []
        self._columns = _columns()
        self._texts: dict[tuple[int, int], str] = {}

    @property
    def runs(self) -> Sequence[RunSummary]:
        return self._runs

    def show_runs(self, runs: Sequence[RunSummary]) -> None:
        """Tells only which rows came, went or changed: a note may be half written in another."""
        self._texts.clear()
        if not self._told_by_rows(runs):
            self.beginResetModel()
            self._runs = list(runs)
            self.endResetModel()

    def _told_by_rows(self, runs: Sequence[RunSummary]) -> bool:
        """False where there were none, or those that stay stand in another order than before."""
        if not self._runs:
            return False
        wanted = {run.path for run in runs}
        for row in reversed(range(len(self._runs))):
            if self._runs[row].path not in wanted:
                self.beginRemoveRows(QModelIndex(), row, row)
                del self._runs[row]
                self.endRemoveRows()
        known = {run.path for run in self._runs}
        if [run.path for run in self._runs] != [run.path for run in runs if run.path in known]:
            return False
        for row, run in enumerate(runs):
            if run.path not in known:
                self.beginInsertRows(QModelIndex(), row, row)
                self._runs.insert(row, run)
                self.endInsertRows()
            elif run != self._runs[row]:
                is_noted = run.note != self._runs[row].note
                self._runs[row] = run
                last = self.index(row, NOTE_COLUMN if is_noted else NOTE_COLUMN - 1)
                self.dataChanged.emit(self.index(row, 0), last)
        return True

    def run_at(self, row: int) -> RunSummary:
        return self._runs[row]

    def row_of(self, run: Path) -> int:
        """-1 where it is not there."""
        return next((row for row, each in enumerate(self._runs) if each.path == run), -1)

    def rowCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._runs)

    def columnCount(self, parent: Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        column = self._columns[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped(column.meaning) or None
        return column.title if role == Qt.ItemDataRole.DisplayRole else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role not in _ROLES:  # most of what is asked while painting
            return None
        row, place = index.row(), index.column()
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(self._columns[place])
        if role == SORT_ROLE:
            return self._columns[place].sorted_by(self._runs[row])
        run = self._runs[row]
        if role == Qt.ItemDataRole.ToolTipRole:
            return wrapped(self._columns[place].told(run))
        if role == Qt.ItemDataRole.EditRole and place == NOTE_COLUMN:
            return run.note  # all of its lines, of which the cell shows one
        return self._text(row, place)

    def _text(self, row: int, column: int) -> str:
        """Made once for each cell that is looked at."""
        known = self._texts.get((row, column))
        if known is None:
            known = self._columns[column].shown(self._runs[row])
            self._texts[row, column] = known
        return known

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE_COLUMN else flags

    def setData(  # noqa: N802 - Qt's name
        self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        """Only the note can be written; whoever keeps it shows the runs again."""
        run = self._runs[index.row()]
        if role != Qt.ItemDataRole.EditRole or index.column() != NOTE_COLUMN:
            return False
        if str(value).strip() != run.note:
            self.note_written.emit(run.path, str(value))
        return True


def _columns() -> list[_Column]:
    return [
        _Column(_tr("Date"), lambda run: times.day_and_time(run.started), lambda run: run.started),
        _Column(
            _tr("Start"),
            lambda run: words.start(run.start, run.parent, run.detector),
            lambda run: f"{run.start} {run.parent}",
        ),
        _Column(
            _tr("Detector"),
            lambda run: words.detector(run.detector),
            lambda run: words.detector(run.detector),
        ),
        _Column(
            _tr("Trained on"),
            lambda run: f"{run.images_train or '–'}",
            lambda run: run.images_train,
            True,
            _told_images,
            _tr("How many images it learned from"),
        ),
        _Column(
            _tr("AP (95 % interval)"),
            lambda run: "–" if run.ap is None else words.score(run.ap, run.ap_interval),
            lambda run: _known(run.ap),
            True,
            meaning=_tr(
                "AP (average precision) on the images to check with: 0 is useless, 1 is perfect. "
                "In brackets the range in which the true value lies in 95 of 100 cases"
            ),
        ),
        _Column(
            _tr("AP50"),
            lambda run: "–" if run.ap50 is None else f"{run.ap50:.2f}",
            lambda run: _known(run.ap50),
            True,
            _told_ap50,
            _tr("AP, counting a box as right when it overlaps the true box by half"),
        ),
        _Column(
            _tr("Time"), lambda run: times.duration(run.seconds), lambda run: run.seconds, True
        ),
        _Column(_tr("State"), lambda run: state_words(run.state), lambda run: run.state.value),
        _Column(
            _tr("Note"),
            lambda run: run.note.partition("\n")[0],
            lambda run: run.note,
            told=lambda run: run.note,
        ),
    ]


def _told_images(run: RunSummary) -> str:
    if not run.images_train:
        return run.message or run.name
    return f"{SplitSizes(run.images_train, run.images_val).told}."


def _told_ap50(run: RunSummary) -> str:
    if run.ap50 is None or run.ap50_interval is None:
        return run.message or run.name
    told = words.score(run.ap50, run.ap50_interval)
    return _tr("AP50 {0}: in brackets the 95 % interval").format(told)


def state_words(state: RunState) -> str:
    """How a run stands, in one word."""
    return {
        RunState.RUNNING: _tr("running"),
        RunState.FINISHED: _tr("finished"),
        RunState.STOPPED: _tr("stopped"),
        RunState.FAILED: _tr("failed"),
        RunState.INTERRUPTED: _tr("interrupted"),
    }[state]


def _alignment(column: _Column) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column.is_number else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _known(score: float | None) -> float:
    """What is not known is below everything."""
    return -1.0 if score is None else score


def _tr(text: str) -> str:
    return QCoreApplication.translate("Runs", text)
