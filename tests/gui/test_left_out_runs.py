"""A damaged run or pair is named with its fault wherever runs are listed, and hides no good one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.compare.workspace import CompareWorkspace
from labeler.gui.document import Document
from labeler.gui.left_out import LeftOutLabel
from labeler.gui.live import LiveCamera
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.gui.train.page import Page
from labeler.gui.train.workspace import TrainWorkspace
from tests.gui.live_waits import show
from tests.gui.pair_makers import write_pair
from tests.gui.tiny_model import write_tiny_model
from tests.runs.run_makers import add_labelled, write_weights
from tests.runs.test_runs_history import BEST, STARTED, make_run
from trainer.events import Finished, to_line

GOOD, SEED, WORDS = "2026-01-01_10-00", "2026-01-02_10-00", "2026-01-03_10-00"


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "stranger") as fresh:
        add_labelled(fresh, 14, session="morning", name="mug")
        for name in (GOOD, SEED, WORDS):
            run = make_run(
                fresh.runs_folder / name, STARTED, BEST, Finished(0.5, 0.8, 60, 6, False)
            )
            write_tiny_model(run / "model.onnx")
            write_weights(run)
        spoilt = fresh.runs_folder / SEED / "config.json"
        spoilt.write_text(spoilt.read_text().replace('"seed": 0', f'"seed": {10**400}'))
        with (fresh.runs_folder / WORDS / "events.jsonl").open("a") as stream:
            stream.write(json.dumps({**json.loads(to_line(BEST)), "seconds": "soon"}) + "\n")
        yield fresh
        finish_jobs()


def greyed(box: QComboBox) -> dict[str, str]:
    """The items that cannot be chosen, and their tooltips."""
    model = box.model()
    found = {}
    for row in range(box.count()):
        index = model.index(row, 0)
        if box.itemText(row) and not index.flags() & index.flags().ItemIsEnabled:
            found[box.itemText(row)] = str(index.data(3))
    return found


def test_train_lists_the_good_run_and_names_the_damaged_ones(
    qtbot: QtBot, dataset: Dataset
) -> None:
    train = TrainWorkspace(Document(dataset))
    qtbot.addWidget(train)
    train.resize(1280, 760)
    with qtbot.waitExposed(train):
        train.show()
    for _ in range(2):  # at each visit
        train.activated()
        train.shelf.load()
        qtbot.waitUntil(lambda: train.run_list.count() == 1 and train.panel.left_out.isVisible())
    assert train.stage.run == dataset.runs_folder / GOOD
    train.pages.turn_to(Page.ALL_RUNS)
    for label in (train.panel.left_out, train.pages.table.left_out):
        assert isinstance(label, LeftOutLabel)
        assert f"{SEED} cannot be read: config.json is damaged: the number 1000" in label.text()
        assert "1 more cannot be read either." in label.text()
        assert "line 4: seconds is 'soon', not a number" in label.toolTip()
    assert [run.name for run in train.pages.table.model.runs] == [GOOD]
    choices = greyed(train.settings.starts.runs)
    assert list(choices) == [f"{SEED} (cannot be read)", f"{WORDS} (cannot be read)"]
    assert "config.json is damaged" in choices[f"{SEED} (cannot be read)"]
    train.shut_down()


def test_preview_takes_the_good_model_and_names_the_damaged_runs(
    qtbot: QtBot, dataset: Dataset, live: LiveCamera
) -> None:
    preview = PreviewWorkspace(Document(dataset), live)
    show(qtbot, preview)
    qtbot.waitUntil(lambda: preview.models.model == dataset.runs_folder / GOOD / "model.onnx")
    assert list(greyed(preview.controls.model)) == [
        f"{SEED} (cannot be read)",
        f"{WORDS} (cannot be read)",
    ]


def test_compare_names_a_damaged_pair_beside_a_good_one(
    qtbot: QtBot, dataset: Dataset, live: LiveCamera
) -> None:
    write_pair(dataset)
    odd = dataset.runs_folder / "2026-01-05_10-00_pair"
    odd.mkdir()
    (odd / "pair.json").write_text('{"date": Infinity}')
    compare = CompareWorkspace(Document(dataset), live)
    qtbot.addWidget(compare)
    compare.show()
    qtbot.waitUntil(lambda: compare.panel.list.count() == 1 and compare.panel.left_out.isVisible())
    assert f"{odd.name} cannot be read: pair.json is damaged" in compare.panel.left_out.text()
    compare.shut_down()
