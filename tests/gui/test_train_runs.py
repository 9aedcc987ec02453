"""All runs in a table: sorted, noted, compared, thrown away, and smooth when there are many."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PySide6.QtCore import QFile, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from labeler.gui.train import last_wish, words
from labeler.gui.train.comparison_dialog import ComparisonDialog
from labeler.gui.train.page import Page
from labeler.gui.train.run_shelf import RunShelf
from labeler.gui.train.runs_model import NOTE_COLUMN
from labeler.gui.train.runs_page import RunsPage
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.history import RunState, RunSummary, list_runs
from labeler.runs.note import read_note, write_note
from labeler.runs.prepare import Wish, prepare_run_from_dataset
from labeler.runs.record import append_event
from tests.gui.live_waits import Heard
from tests.gui.tiny_model import write_tiny_model
from tests.runs.run_makers import add_labelled, write_weights
from trainer.config import DEFAULT_DETECTOR, DETECTOR_FACTS, load_config
from trainer.events import Evaluated, Finished

NAMES = ("2026-01-01_10-00", "2026-01-02_10-00", "2026-01-03_10-00")
AP_COLUMN = 4
PATIENCE = 90_000


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_labelled(fresh, 8, session="morning", name="mug")
        add_labelled(fresh, 6, session="evening", name="mug")
        yield fresh
        finish_jobs()


@pytest.fixture
def runs(dataset: Dataset) -> list[Path]:
    """The middle one is the best, the last one started from random weights."""
    paths = [dataset.runs_folder / name for name in NAMES]
    for path, ap, wish in zip(
        paths, (0.5, 0.9, 0.1), (Wish(), Wish(batch=4), Wish(start="scratch")), strict=True
    ):
        prepare_run_from_dataset(dataset, path, wish)
        append_event(path, Evaluated(9.0, 1.0, 0.5, ap, ap, 1e-3, True, ap - 0.05, ap + 0.05))
        append_event(path, Finished(ap, ap, 60.0, 6.0, False))
    return paths


@pytest.fixture
def workspace(qtbot: QtBot, dataset: Dataset, runs: list[Path]) -> Iterator[TrainWorkspace]:
    workspace = TrainWorkspace(Document(dataset))
    qtbot.addWidget(workspace)
    workspace.resize(1280, 760)
    with qtbot.waitExposed(workspace):
        workspace.show()
    workspace.activated()
    workspace.pages.turn_to(Page.ALL_RUNS)
    qtbot.waitUntil(lambda: len(workspace.pages.table.model.runs) == 3)
    yield workspace
    workspace.shut_down()


def _column(page: RunsPage, column: int) -> list[str]:
    model = page.table.model()
    return [model.index(row, column).data() for row in range(model.rowCount())]


def test_the_newest_stands_on_top_and_scores_sort_by_their_number(
    workspace: TrainWorkspace,
) -> None:
    page, learned = workspace.pages.table, DETECTOR_FACTS[DEFAULT_DETECTOR].learned
    assert _column(page, 1) == ["Random weights", learned, learned]
    page.table.sortByColumn(AP_COLUMN, Qt.SortOrder.DescendingOrder)
    assert _column(page, AP_COLUMN) == [
        "0.90 (0.85 to 0.95)",
        "0.50 (0.45 to 0.55)",
        "0.10 (0.05 to 0.15)",
    ]


def test_enter_shows_the_marked_run(workspace: TrainWorkspace, runs: list[Path]) -> None:
    page = workspace.pages.table
    page.mark([runs[0]])
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert workspace.pages.current is Page.LEARNING
    assert workspace.run_list.current() == runs[0]
    assert "0.50" in workspace.header.detail.text()


def test_a_note_is_written_in_its_cell_and_kept_with_the_run(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path]
) -> None:
    page = workspace.pages.table
    page.mark([runs[1]])
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    field = page.table.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClicks(field, "larger batch, by the window")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: read_note(runs[1]) == "larger batch, by the window")
    qtbot.waitUntil(lambda: "larger batch, by the window" in _column(page, NOTE_COLUMN))
    assert [run.path for run in page.marked()] == [runs[1]]


def test_a_half_written_note_outlives_what_happens_to_the_runs(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, runs: list[Path]
) -> None:
    write_note(runs[1], "one line\nanother line")
    page, shelf = workspace.pages.table, workspace.shelf
    shelf.load()
    qtbot.waitUntil(lambda: "one line" in _column(page, NOTE_COLUMN))
    page.mark([runs[1]])
    page.table.setFocus()
    QTest.keyClick(page.table, Qt.Key.Key_F2)
    field = page.table.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    QTest.keyClick(field, Qt.Key.Key_End)
    QTest.keyClicks(field, ", half")
    append_event(runs[1], Finished(0.4, 0.4, 61.0, 6.0, False))  # it learned on, and ended
    prepare_run_from_dataset(dataset, dataset.runs_folder / "2026-01-04_10-00", Wish())
    shelf.trash(runs[0])
    qtbot.waitUntil(
        lambda: [run.name for run in page.model.runs] == ["2026-01-04_10-00", *NAMES[:0:-1]]
    )
    QTest.keyClicks(field, " written")
    QTest.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: read_note(runs[1]) == "one line\nanother line, half written")


@pytest.mark.parametrize("width", [1280, 640])
def test_every_button_can_be_read_on_a_small_screen_too(
    qtbot: QtBot, workspace: TrainWorkspace, width: int
) -> None:
    page = workspace.pages.table
    workspace.resize(width, 400)
    buttons = page.findChildren(QPushButton)
    qtbot.waitUntil(lambda: all(each.width() >= each.sizeHint().width() for each in buttons))
    assert len({each.y() for each in buttons if each.isVisible()}) == (1 if width == 1280 else 3)
    assert all(page.rect().contains(each.geometry()) for each in buttons)


def test_two_runs_are_compared_in_settings_data_and_scores(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path]
) -> None:
    page = workspace.pages.table
    page.mark([runs[0]])
    assert not page.compare_button.isEnabled()
    assert workspace.runs_desk.obstacle_to_comparing() == "Select two runs in All runs first."
    page.mark([runs[0], runs[1]])
    assert workspace.runs_desk.obstacle_to_comparing() == ""
    qtbot.mouseClick(page.compare_button, Qt.MouseButton.LeftButton)
    dialog = page.findChild(ComparisonDialog)
    assert isinstance(dialog, ComparisonDialog)
    qtbot.waitUntil(lambda: "same images" in dialog.verdict.text())
    assert "do not overlap" in dialog.verdict.text()
    table = dialog.table
    rows = [[table.item(row, column).text() for column in range(3)] for row in range(6)]
    assert rows[0] == ["AP", "0.90 (0.85 to 0.95)", "0.50 (0.45 to 0.55)"]
    assert ["Batch", "4", "Auto"] in rows
    dialog.close()


def test_marked_runs_go_to_the_wastebasket_and_the_button_says_when_they_cannot(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, runs: list[Path]
) -> None:
    page = workspace.pages.table
    page.table.clearSelection()
    assert not page.trash_button.isEnabled()
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    assert len(list_runs(dataset.runs_folder)) == 3
    page.mark(runs[:2])
    assert page.count.text() == "3 runs, 2 selected"
    QTest.keyClick(page.table, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: len(page.model.runs) == 1)
    assert [run.path for run in list_runs(dataset.runs_folder)] == [runs[2]]
    assert page.count.text() == "1 run"


def test_without_a_wastebasket_a_run_waits_beside_the_dataset(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QFile, "moveToTrash", lambda _path: False)
    page = workspace.pages.table
    page.mark([runs[0]])
    with qtbot.waitSignal(workspace._document.said) as told:
        qtbot.mouseClick(page.trash_button, Qt.MouseButton.LeftButton)
    aside = runs[0].parents[1] / "trash" / runs[0].name
    assert str(aside.parent) in told.args[0]
    assert (aside / "config.json").is_file()
    qtbot.waitUntil(lambda: len(page.model.runs) == 2)


def test_a_model_can_be_used_only_where_there_is_one(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path]
) -> None:
    page = workspace.pages.table
    page.mark([runs[0]])
    assert not page.preview_button.isEnabled()
    (runs[0] / "model.onnx").write_bytes(b"there")
    workspace.shelf.load()
    qtbot.waitUntil(page.preview_button.isEnabled)
    with qtbot.waitSignal(workspace.preview_requested):
        qtbot.mouseClick(page.preview_button, Qt.MouseButton.LeftButton)


def test_a_model_is_given_away_as_a_zip(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path], tmp_path: Path
) -> None:
    write_tiny_model(runs[0] / "model.onnx")
    heard = Heard(workspace._document)
    workspace.runs_desk.export(runs[0], tmp_path / "mugs")
    assert workspace.pages.table.busy.isVisible()
    assert heard.sentences == ["Writing mugs.zip…"]
    qtbot.waitUntil(lambda: bool(heard.written), timeout=PATIENCE)
    assert heard.written[tmp_path / "mugs.zip"].startswith("Exported the model")
    with zipfile.ZipFile(tmp_path / "mugs.zip") as archive:
        assert any(name.endswith("model.onnx") for name in archive.namelist())
    assert not workspace.pages.table.busy.isVisible()


def test_every_heading_can_be_read_in_full_and_the_scores_say_what_they_mean(
    workspace: TrainWorkspace,
) -> None:
    table, model = workspace.pages.table.table, workspace.pages.table.model
    header = table.horizontalHeader()
    for column in range(NOTE_COLUMN):
        assert table.columnWidth(column) >= header.sectionSizeHint(column)
    told = [
        model.headerData(column, Qt.Orientation.Horizontal, Qt.ItemDataRole.ToolTipRole)
        for column in (AP_COLUMN - 1, AP_COLUMN, AP_COLUMN + 1)
    ]
    assert told[0] == "How many images it learned from"
    assert "average precision" in told[1]
    assert "by half" in told[2]


def test_every_button_has_a_name_and_a_tooltip(workspace: TrainWorkspace) -> None:
    page = workspace.pages.table
    buttons = [button for button, _ in page._buttons]
    assert len(buttons) == 6
    assert all(button.accessibleName() and button.toolTip() for button in buttons)


def test_five_hundred_runs_are_shown_by_painting_only_what_is_seen(qtbot: QtBot) -> None:
    page = RunsPage()
    qtbot.addWidget(page)
    page.resize(1000, 600)
    with qtbot.waitExposed(page):
        page.show()
    asked: list[int] = []
    data = page.model.data

    def counting(index: object, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == Qt.ItemDataRole.DisplayRole:
            asked.append(role)
        return data(index, role)  # type: ignore[arg-type]

    page.model.data = counting  # type: ignore[method-assign]
    page.show_runs(_many(500))
    QApplication.processEvents()
    page.grab()
    assert page.table.model().rowCount() == 500
    ap50 = page.model.index(250, 5)
    assert data(ap50) == "0.50"
    assert data(ap50, Qt.ItemDataRole.ToolTipRole).startswith("AP50 0.50 (0.25 to 0.50): ")
    assert len(asked) < 100 * page.model.columnCount()


def _many(count: int) -> Sequence[RunSummary]:
    return [
        RunSummary(
            name=f"run {number}",
            path=Path(f"run{number}"),
            started=1e9 + 60 * number,
            start="pretrained",
            detector="lite",
            images_train=80,
            images_val=20,
            ap=number / 500,
            ap50=number / 500,
            seconds=60.0,
            state=RunState.FINISHED,
            message="",
            has_model=True,
            ap50_interval=(number / 1000, number / 500),
        )
        for number in range(count)
    ]


def test_a_new_run_can_start_from_one_that_left_its_weights(
    qtbot: QtBot, workspace: TrainWorkspace, runs: list[Path]
) -> None:
    settings, starts = workspace.settings, workspace.settings.starts
    assert not starts.own.isEnabled()
    for run in runs[:2]:
        write_weights(run)
    workspace.shelf.load()
    qtbot.waitUntil(starts.own.isEnabled)
    assert starts.runs.isHidden()
    starts.own.click()
    assert not starts.runs.isHidden()
    assert [starts.runs.itemData(row) for row in (0, 1)] == [str(runs[1]), str(runs[0])]
    assert settings.wish() == Wish(start="run", parent=str(runs[1]))
    assert not settings.detector.isEnabled()
    assert last_wish.last() == Wish()  # for once
    for run in runs[:2]:
        (run / "best.safetensors").unlink()
    workspace.shelf.load()
    qtbot.waitUntil(lambda: not starts.own.isEnabled())
    assert settings.wish() == Wish()
    assert settings.detector.isEnabled()


def test_what_a_killed_training_left_for_who_watched_it_goes_when_the_runs_are_listed(
    qtbot: QtBot, dataset: Dataset, runs: list[Path]
) -> None:
    left = runs[0] / "newest.onnx"
    left.write_bytes(b"")
    shelf = RunShelf(Document(dataset))
    with qtbot.waitSignal(shelf.loaded, timeout=PATIENCE):
        shelf.load()
    assert not left.exists()


def test_improve_trains_on_from_the_run_of_the_model_in_use(
    qtbot: QtBot,
    workspace: TrainWorkspace,
    runs: list[Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[Path] = []
    monkeypatch.setattr(workspace.trainer, "start", begun.append)
    workspace.improve(write_weights(runs[1]) / "model.onnx")
    qtbot.waitUntil(lambda: bool(begun))
    config = load_config(begun[0])
    assert (config.start, config.parent, config.seconds) == ("run", runs[1].name, 60.0)
    qtbot.waitUntil(lambda: len(workspace.pages.table.model.runs) == 4)
    from_there = f"From {words.run_name(runs[1].name)}"
    assert from_there.endswith("10:00")
    assert from_there in _column(workspace.pages.table, 1)


@pytest.mark.usefixtures("runs")
def test_what_the_window_says_covers_no_button_of_the_pages(
    qtbot: QtBot, dataset: Dataset, tmp_path: Path
) -> None:
    window = MainWindow(Document(dataset), Settings(tmp_path / "settings.ini"))
    window.backups.stop()
    qtbot.addWidget(window)
    window.resize(1024, 660)
    window.show()
    window.show_workspace("train")
    train = window.current
    assert isinstance(train, TrainWorkspace)
    qtbot.waitUntil(lambda: train.stage.run is not None)
    window.document.tell_written(tmp_path / "a.zip", "Exported the model.")
    for page in Page:
        train.pages.turn_to(page)
        buttons = [
            train.pages.bar,
            train.pages.header.preview_button,
            train.pages.table.show_button,
        ]

        def is_free(buttons: Sequence[QWidget] = buttons) -> bool:
            bar = window.written.mapTo(window, QPoint()).y()
            shown = [each for each in buttons if each.isVisible()]
            lowest = [each.mapTo(window, QPoint(0, each.height())).y() for each in shown]
            return max(lowest) <= bar

        qtbot.waitUntil(is_free)
    window.close()
