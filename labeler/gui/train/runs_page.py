"""All runs of the dataset in one table, and what can be done with the marked ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from labeler.gui.left_out import LeftOutLabel
from labeler.gui.theme import set_role
from labeler.gui.train.busy_line import BusyLine
from labeler.gui.train.button_rows import ButtonRows
from labeler.gui.train.runs_model import NOTE_COLUMN, SORT_ROLE, RunsModel
from labeler.runs.history import LeftOut, RunState, RunSummary

_WIDTHS = (120, 125, 105, 70, 160, 65, 80, 95)
_ROOM = "QTableView::item { padding: 0 6px; } QHeaderView::section { padding: 4px 8px; }"


class RunsPage(QWidget):
    """Each wish carries the folder of one run; compare_requested those of two, in the order of
    the table. chosen: the run is to be shown.
    """

    chosen = Signal(object)
    compare_requested = Signal(object, object)
    preview_requested = Signal(object)
    export_requested = Signal(object)
    folder_requested = Signal(object)
    trash_requested = Signal(object)
    note_written = Signal(object, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = RunsModel(self)
        self.model.note_written.connect(self.note_written)
        self._order = QSortFilterProxyModel(self)
        self._order.setSourceModel(self.model)
        self._order.setSortRole(SORT_ROLE)
        self.table = _Table(self)
        self.table.setModel(self._order)
        self.count = QLabel(self)
        set_role(self.count, "faint")
        self.busy = BusyLine(self)
        self.left_out = LeftOutLabel(self)
        self._buttons: list[tuple[QPushButton, Callable[[Sequence[RunSummary]], bool]]] = []
        self._make_buttons()
        self._set_up_table()
        self._lay_out()

    def show_runs(self, runs: Sequence[RunSummary], left_out: Sequence[LeftOut] = ()) -> None:
        """The marks stay where they were."""
        self.left_out.show_left_out(left_out)
        marked = [run.path for run in self.marked()]
        self.model.show_runs(runs)
        kept = [run for run in marked if self.model.row_of(run) >= 0]
        if [run.path for run in self.marked()] != kept:  # marking ends what is written in a cell
            self.mark(kept)
        self._show_marked()

    def mark(self, runs: Sequence[Path]) -> None:
        """Marks these, and no others."""
        selection = QItemSelection()
        for run in runs:
            row = self.model.row_of(run)
            if row >= 0:
                index = self._order.mapFromSource(self.model.index(row, 0))
                selection.select(index, index)
        flags = QItemSelectionModel.SelectionFlag
        model = self.table.selectionModel()
        model.select(selection, flags.ClearAndSelect | flags.Rows)
        if selection.indexes():
            model.setCurrentIndex(selection.indexes()[0], flags.NoUpdate)

    def mark_if_none(self, run: Path) -> None:
        """So that something can be done at once."""
        if not self.marked():
            self.mark([run])

    def marked(self) -> list[RunSummary]:
        """From top to bottom."""
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self._run_in(row) for row in rows]

    def _run_in(self, row: int) -> RunSummary:
        return self.model.run_at(self._order.mapToSource(self._order.index(row, 0)).row())

    def _make_buttons(self) -> None:
        def one(runs: Sequence[RunSummary]) -> bool:
            return len(runs) == 1

        def with_model(runs: Sequence[RunSummary]) -> bool:
            return one(runs) and runs[0].has_model

        def at_rest(runs: Sequence[RunSummary]) -> bool:
            return bool(runs) and all(run.state is not RunState.RUNNING for run in runs)

        self.show_button = self._button(
            self.tr("Show"),
            self.tr("How it learned and what (Enter, or a double click)"),
            one,
            lambda: self._tell(self.chosen.emit),
        )
        self.compare_button = self._button(
            self.tr("Compare two"),
            self.tr("How the two selected runs differ in settings, data and scores"),
            lambda runs: len(runs) == 2,
            self._tell_two,
        )
        self.preview_button = self._button(
            self.tr("Use in Preview"),
            self.tr("Watch this run's detector at work"),
            with_model,
            lambda: self._tell(self.preview_requested.emit),
        )
        self.export_button = self._button(
            self.tr("Export model…"),
            self.tr("A zip with the model, its classes, a model card and a script that runs it"),
            with_model,
            lambda: self._tell(self.export_requested.emit),
        )
        self.folder_button = self._button(
            self.tr("Open folder"),
            self.tr("Show the run's folder with all its files"),
            one,
            lambda: self._tell(self.folder_requested.emit),
        )
        self.trash_button = self._button(
            self.tr("Move to the wastebasket"),
            self.tr(
                "The selected runs go to the system's wastebasket and can be put back "
                "from there (Del)"
            ),
            at_rest,
            lambda: self._tell(self.trash_requested.emit),
        )

    def _button(
        self,
        text: str,
        tooltip: str,
        allowed: Callable[[Sequence[RunSummary]], bool],
        do: Callable[[], None],
    ) -> QPushButton:
        button = QPushButton(text, self)
        button.setToolTip(tooltip)
        button.setAccessibleName(text)
        button.clicked.connect(lambda _checked: do())
        self._buttons.append((button, allowed))
        return button

    def _tell(self, tell: Callable[[Path], object]) -> None:
        for run in self.marked():
            tell(run.path)

    def _tell_two(self) -> None:
        first, second = self.marked()
        self.compare_requested.emit(first.path, second.path)

    def _show_marked(self) -> None:
        runs = self.marked()
        for button, allowed in self._buttons:
            button.setEnabled(allowed(runs))
        total = len(self.model.runs)
        words = self.tr("{0} runs").format(total) if total != 1 else self.tr("1 run")
        marked = self.tr("{0} selected").format(len(runs)) if len(runs) > 1 else ""
        self.count.setText(", ".join(filter(None, [words, marked])))

    def _set_up_table(self) -> None:
        table = self.table
        table.setAccessibleName(self.tr("All runs"))
        table.setSortingEnabled(True)
        table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
        header = table.horizontalHeader()
        for column, width in enumerate(_WIDTHS):
            table.setColumnWidth(column, max(width, header.sectionSizeHint(column)))
        header.setSectionResizeMode(NOTE_COLUMN, QHeaderView.ResizeMode.Stretch)
        table.selectionModel().selectionChanged.connect(self._show_marked)
        table.chosen.connect(lambda: self._tell(self.chosen.emit))
        table.thrown.connect(self.trash_button.click)

    def _lay_out(self) -> None:
        buttons = ButtonRows(self)
        for button, _ in self._buttons:
            buttons.add(button)
        row = QHBoxLayout()
        row.addWidget(buttons, 1)
        self.count.setMinimumHeight(self.show_button.sizeHint().height())
        row.addWidget(self.count, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addLayout(row)
        layout.addWidget(self.busy)
        layout.addWidget(self.left_out)
        layout.addWidget(self.table, 1)


class _Table(QTableView):
    """Rows are marked; a double click or Enter chooses, F2 writes the note, Del throws away."""

    chosen = Signal()
    thrown = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.SelectedClicked
        )
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(self.fontMetrics().height() + 12)
        self.horizontalHeader().setHighlightSections(False)
        self.setStyleSheet(_ROOM)
        self.doubleClicked.connect(self._choose_by_click)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_writing = isinstance(self.focusWidget(), QLineEdit)  # a note, which takes Return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not is_writing:
            self.chosen.emit()
        elif event.key() == Qt.Key.Key_F2 and self.currentIndex().isValid():
            self.edit(self.currentIndex().siblingAtColumn(NOTE_COLUMN))
        elif event.key() == Qt.Key.Key_Delete:
            self.thrown.emit()
        else:
            super().keyPressEvent(event)

    def _choose_by_click(self) -> None:
        if self.currentIndex().column() != NOTE_COLUMN:
            self.chosen.emit()
