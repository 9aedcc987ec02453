"""How many images learn, check and are left out is worked out once and said the same everywhere."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.train.page import Page
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.prepare import (
    PreparedRun,
    Wish,
    new_run_folder,
    plan_split,
    prepare_run_from_dataset,
)
from labeler.runs.record import append_event
from tests.runs.run_makers import add_scenes
from trainer.events import Started
from trainer.report.page import page
from trainer.report.story import read_story

PATIENCE = 60_000
SIZES = "20 images to learn from, 6 to check with, 2 left out"


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    """One sitting of 28 photos, one a second: those next to the ones that check are left out."""
    with Dataset.create(tmp_path / "table") as fresh:
        add_scenes(fresh, 28, session="2 December, morning", every=1.0)
        yield fresh
        finish_jobs()


@pytest.fixture
def workspace(qtbot: QtBot, dataset: Dataset) -> Iterator[TrainWorkspace]:
    shown = TrainWorkspace(Document(dataset))
    qtbot.addWidget(shown)
    shown.resize(1280, 760)
    shown.show()
    shown.activated()
    qtbot.waitUntil(lambda: "learn from" in _panel(shown), timeout=PATIENCE)
    yield shown
    shown.shut_down()


def _panel(workspace: TrainWorkspace) -> str:
    return workspace.settings.data.text.text()


def _prepared(dataset: Dataset) -> PreparedRun:
    return prepare_run_from_dataset(dataset, new_run_folder(dataset.runs_folder), Wish())


def _listed(run: Path, part: str) -> int:
    return len(json.loads((run / f"{part}.json").read_text(encoding="utf-8"))["images"])


def test_what_is_planned_is_what_is_written_and_said(dataset: Dataset) -> None:
    plan = plan_split(dataset, Wish())
    prepared = _prepared(dataset)
    sizes = prepared.sizes
    assert sizes == plan.split.sizes
    assert (sizes.train, sizes.val) == tuple(_listed(prepared.path, p) for p in ("train", "val"))
    assert sizes.train + sizes.val + sizes.test + sizes.dropped == 28
    assert sizes.told == SIZES
    assert prepared.explanation.startswith(f"{SIZES}. Those to check with were taken one after")
    assert "another in session “2 December, morning”. Those left out" in prepared.explanation
    assert set(plan.warnings) <= set(prepared.warnings)


@pytest.mark.parametrize("seed", [0, 3])
def test_the_panel_says_before_what_the_run_does(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, seed: int
) -> None:
    """Also after the seed, which decides on the split, was changed."""
    workspace.settings.drawer.seed.setValue(seed)
    sizes = plan_split(dataset, Wish(seed=seed)).split.sizes
    line = f"28 labelled, 0 empty: {sizes.told}."
    qtbot.waitUntil(lambda: _panel(workspace).splitlines()[0] == line, timeout=PATIENCE)


def test_one_number_stands_in_the_panel_in_what_was_chosen_in_the_table_and_in_the_report(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    assert _panel(workspace).splitlines()[0] == f"28 labelled, 0 empty: {SIZES}."
    prepared = _prepared(dataset)
    sizes = prepared.sizes
    append_event(
        prepared.path,
        Started(sizes.train, sizes.val, ("ball", "brick"), 60.0, ("Learns on 2 threads.",)),
    )
    workspace.shelf.load()
    qtbot.waitUntil(lambda: workspace.stage.run == prepared.path, timeout=PATIENCE)
    assert workspace.settings.chosen.text.text().startswith(f"{SIZES}. ")
    assert "On 6 images" in workspace.view.ap.title.text()
    model = workspace.pages.table.model
    assert model.headerData(3, Qt.Orientation.Horizontal) == "Trained on"
    cell = model.index(0, 3)
    assert (cell.data(), cell.data(Qt.ItemDataRole.ToolTipRole)) == (
        "20",
        "20 images to learn from, 6 to check with.",
    )
    assert f"{SIZES}." in page(read_story(prepared.path))


def test_what_would_keep_a_run_from_being_made_is_said_before_train_is_pressed(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, tmp_path: Path
) -> None:
    picture = dataset.path_of(dataset.images()[3])
    away = picture.rename(tmp_path / "away.jpg")
    picture.symlink_to(away)
    workspace.activated()  # the person comes back to Train
    qtbot.waitUntil(lambda: "learn from" not in _panel(workspace), timeout=PATIENCE)
    with pytest.raises(UserError) as refused:
        plan_split(dataset, Wish())
    qtbot.waitUntil(lambda: str(refused.value) in _panel(workspace), timeout=PATIENCE)
    assert picture.name in _panel(workspace)
    away.replace(picture)
    workspace.activated()
    qtbot.waitUntil(lambda: f"{SIZES}." in _panel(workspace), timeout=PATIENCE)


def test_a_warning_stands_once_on_the_screen(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    """Beside a run that was warned of the same, the panel keeps to what the run does not say."""
    told = workspace.next_split.lines
    assert any(line.startswith("Only 6 images to check with") for line in told)
    workspace.settings.data.more.click()
    assert _panel(workspace).splitlines() == told
    prepared = _prepared(dataset)
    workspace.shelf.load()
    qtbot.waitUntil(lambda: workspace.stage.run == prepared.path, timeout=PATIENCE)
    warned = set(prepared.warnings)
    assert warned <= set(workspace.view.notice.lines)
    assert not warned.intersection(_panel(workspace).splitlines())
    assert _panel(workspace).splitlines() == [told[0]]
    workspace.pages.turn_to(Page.ALL_RUNS)  # where that bar is not to be seen
    assert warned <= set(_panel(workspace).splitlines())
