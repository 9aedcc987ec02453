"""The Compare workspace: a real pair is trained, watched while it learns, stopped, found again."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

import labeler.gui.compare.pair_trainer
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.compare.workspace import CompareWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.runs.history import RunState, attend
from labeler.runs.pair import SCRATCH, attended, list_pairs
from labeler.runs.prepare import Wish, new_run_folder, prepare_run_from_dataset
from tests.gui.live_waits import Heard, until
from tests.gui.pair_makers import PRETRAINED_CURVE, SCRATCH_CURVE, scored, write_pair
from tests.runs.run_makers import add_scenes
from trainer.config import COCO_START, IMAGENET_START, load_config
from trainer.events import Failed, Progressed, Warned

PATIENCE = 90_000
"""Milliseconds: a crowded machine may need minutes for what takes seconds."""


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_scenes(fresh, 12, session="morning")
        add_scenes(fresh, 6, session="evening")
        yield fresh
        finish_jobs()


@pytest.fixture
def document(qtbot: QtBot, dataset: Dataset) -> Document:
    return Document(dataset)


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


def _shown(qtbot: QtBot, document: Document) -> CompareWorkspace:
    workspace = CompareWorkspace(document, LiveCamera())
    qtbot.addWidget(workspace, before_close_func=lambda shown: shown.shut_down())
    workspace.resize(1280, 740)
    with qtbot.waitExposed(workspace):
        workspace.show()
    workspace.activated()
    return workspace


def _press_train(qtbot: QtBot, workspace: CompareWorkspace) -> None:
    qtbot.mouseClick(workspace.panel.train_button, Qt.MouseButton.LeftButton)
    if workspace.shown is None:
        assert workspace.empty.title.text() == "Getting ready to train both"
    qtbot.waitUntil(lambda: workspace.trainer.is_running, timeout=PATIENCE)


def _ended(workspace: CompareWorkspace) -> bool:
    return not workspace.trainer.is_running and workspace.panel.train_button.isEnabled()


def test_one_button_trains_both_through_a_pause_and_both_curves_grow(
    qtbot: QtBot,
    document: Document,
    dataset: Dataset,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workspace = _shown(qtbot, document)
    view = workspace.view
    wish = workspace.panel.wish()
    assert wish.seconds == 60
    short = replace(wish, budget="epochs", epochs=1, longest_side=64)
    monkeypatch.setattr(workspace.panel, "wish", lambda: short)
    _press_train(qtbot, workspace)
    assert not workspace.panel.train_button.isEnabled()
    until(qtbot, lambda: view.pause_button.isVisible())
    assert workspace.closing_question()

    qtbot.mouseClick(view.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: view.pause_button.text() == "Resume", timeout=PATIENCE)
    assert view.title.text().startswith(("Paused after", "Getting ready"))
    qtbot.mouseClick(view.pause_button, Qt.MouseButton.LeftButton)

    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    until(qtbot, lambda: view.title.text().startswith("Both learned for"))
    assert heard.has("Both learned for")
    (summary,) = list_pairs(dataset.runs_folder)
    assert summary.state is RunState.FINISHED
    assert summary.has_models
    assert all(view.by_time.points.values())
    ends = [points[-1][0] for points in view.by_epochs.points.values()]
    assert ends[0] == ends[1] >= 1
    assert "from COCO against" in view.sentence.text()
    assert load_config(summary.path / SCRATCH).detector == COCO_START
    assert view.watch_button.isEnabled()
    assert workspace.obstacle_to_go_on()
    until(qtbot, lambda: workspace.panel.list.count() == 1)


def test_a_killed_trainer_is_a_sentence_in_both_runs(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    workspace = _shown(qtbot, document)
    _press_train(qtbot, workspace)
    os.kill(workspace.trainer.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    until(qtbot, lambda: workspace.view.title.text().startswith("Failed"))
    assert "log.txt" in workspace.view.sentence.text()
    (pair,) = list_pairs(dataset.runs_folder)
    assert (pair.pretrained.state, pair.scratch.state) == (RunState.FAILED,) * 2
    assert not workspace.view.watch_button.isEnabled()
    assert not workspace.view.go_on_button.isVisible()  # nothing was saved yet


def test_a_pair_that_ended_early_goes_on_with_its_curves_as_they_were(
    qtbot: QtBot, document: Document, dataset: Dataset, heard: Heard
) -> None:
    pair = write_pair(dataset, scratch=[*scored(SCRATCH_CURVE[:2]), Failed("It broke down.")])
    workspace = _shown(qtbot, document)
    view = workspace.view
    until(qtbot, lambda: view.sentence.text() == "It broke down.")
    assert workspace.obstacle_to_go_on()
    (pair / "scratch" / "state.safetensors").write_bytes(b"a state, as far as the window knows")
    workspace.panel.pair_chosen.emit(pair)
    until(qtbot, lambda: view.go_on_button.isVisible())
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    lock = attend(run)
    qtbot.mouseClick(view.go_on_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: heard.failures)
    assert "Another training of this dataset is running" in heard.failures[0]
    assert not workspace.trainer.is_running
    lock.release()
    qtbot.mouseClick(view.go_on_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: workspace.trainer.is_running)
    assert workspace.trainer.pair == pair
    assert not view.go_on_button.isVisible()
    assert view.stop_button.isVisible()
    assert [x for x, _ in view.by_time.points["scratch"]] == [10.0, 30.0]
    workspace.shut_down()


_DEAF = "import time\nwhile True: time.sleep(60)"
"""A trainer that still gets ready, for ever."""


def test_a_pair_that_still_gets_ready_stops_at_once_and_keeps_nothing(
    qtbot: QtBot, document: Document, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        labeler.gui.compare.pair_trainer,
        "trainer_command",
        lambda *_words: [sys.executable, "-c", _DEAF],
    )
    workspace = _shown(qtbot, document)
    _press_train(qtbot, workspace)
    until(qtbot, lambda: workspace.view.stop_button.isVisible())
    qtbot.mouseClick(workspace.view.stop_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: _ended(workspace))
    until(
        qtbot,
        lambda: workspace.view.title.text() == "Stopped before they had learned anything",
    )
    (pair,) = list_pairs(dataset.runs_folder)
    assert pair.state is RunState.STOPPED


def test_closing_the_window_ends_the_pair(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    workspace = _shown(qtbot, document)
    _press_train(qtbot, workspace)
    workspace.shut_down()
    assert workspace.trainer.pid == 0
    (pair,) = list_pairs(dataset.runs_folder)
    assert pair.state is not RunState.RUNNING


def test_a_pair_of_yesterday_shows_its_curves_and_what_they_tell(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    write_pair(dataset)
    workspace = _shown(qtbot, document)
    view = workspace.view
    until(qtbot, lambda: view.by_time.points["scratch"])
    assert [x for x, _ in view.by_epochs.points["scratch"]] == [1.0, 3.0, 6.0]
    assert view.by_time.points["scratch"][-1] == (60.0, pytest.approx(0.15))
    assert view.legend.scores["pretrained"].text() == "AP50 0.93, AP 0.62"
    assert "After 60 s: AP50 0.93 pretrained against 0.15 from scratch." in view.sentence.text()
    qtbot.mouseClick(view.scores.button("ap"), Qt.MouseButton.LeftButton)
    assert list(view.by_time.points["pretrained"]) == list(PRETRAINED_CURVE)
    assert view.legend.scores["scratch"].text() == "AP50 0.15, AP 0.10"
    item = workspace.panel.list.item(0)
    assert "AP50 0.93 : 0.15" in item.data(Qt.ItemDataRole.AccessibleTextRole)


@pytest.mark.parametrize(
    ("detector", "name", "told"),
    [
        (IMAGENET_START, "Pretrained", "AP50 0.93 pretrained against 0.15"),
        (COCO_START, "From COCO", "AP50 0.93 from COCO against 0.15"),
    ],
)
def test_a_pair_says_what_its_learned_start_has_learned_and_an_old_one_as_it_did(
    qtbot: QtBot, document: Document, dataset: Dataset, detector: str, name: str, told: str
) -> None:
    write_pair(dataset, detector=detector)
    workspace = _shown(qtbot, document)
    view = workspace.view
    until(qtbot, lambda: told in view.sentence.text())
    assert [label.text() for label in view.legend.names.values()] == [name, "Random weights"]
    assert view.by_time.accessibleDescription() == f"{name}: 0.93, Random weights: 0.15"
    assert name.lower() in workspace.panel.list.item(0).toolTip().lower()


def test_what_both_scored_on_the_same_drawn_images_decides(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    pair = write_pair(dataset)
    unknown = {key: {"value": None, "low": None, "high": None} for key in ("ap", "ap50", "ar")}
    apart: dict[str, object] = {**unknown, "ap50": {"value": 0.05, "low": -0.1, "high": 0.2}}
    scores = {"boxes": 40, "difference": apart, "pretrained": unknown, "scratch": unknown}
    told = json.dumps(scores)
    (pair / "scores.json").write_text(told, encoding="utf-8")
    workspace = _shown(qtbot, document)
    until(qtbot, lambda: "may be chance" in workspace.view.sentence.text())
    (pair / "scores.json").write_text(told.replace("-0.1", "0.1"), encoding="utf-8")
    workspace.panel.pair_chosen.emit(pair)
    until(qtbot, lambda: "may be chance" not in workspace.view.sentence.text())


def test_a_pair_of_a_dead_program_is_said_to_be_interrupted(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    warning = Warned("One picture could not be read.")
    write_pair(
        dataset,
        pretrained=[*scored(PRETRAINED_CURVE[:2]), warning],
        scratch=[*scored(SCRATCH_CURVE[:1]), warning],
    )
    workspace = _shown(qtbot, document)
    view = workspace.view
    until(qtbot, lambda: view.title.text() == "Interrupted after 10 s each")
    assert "without notice" in view.sentence.text()
    assert "The best of both so far is kept." in view.sentence.text()
    assert view.notes.text().count("One picture could not be read.") == 1
    assert view.watch_button.isEnabled()
    assert "interrupted" in workspace.panel.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_pair_that_another_window_trains_is_running_here_too(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    pair = write_pair(dataset, pretrained=[], scratch=[], with_models=False)
    with attended(pair):
        workspace = _shown(qtbot, document)
        until(qtbot, lambda: workspace.view.title.text() == "Getting ready")
        finish_jobs()


def test_time_left_is_that_of_both_as_they_measured_it(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    told = Progressed("Learning", 20.0, 80.0, 1.0, 30.0, 0.5, seconds_left=70.0)
    later = replace(told, seconds=40.0, seconds_left=50.0)
    pair = write_pair(dataset, pretrained=[told], scratch=[later], with_models=False)
    with attended(pair):
        workspace = _shown(qtbot, document)
        until(qtbot, lambda: workspace.view.detail.text() == "2:00 min left")
        assert workspace.view.bar.value() / workspace.view.bar.maximum() == pytest.approx(0.375)
        for width in (1024, 1280):  # in full also where the bar has no room
            workspace.resize(width, 640)
            qtbot.waitUntil(lambda: workspace.view.bar.isVisible() is (workspace.width() > 1024))
            detail = workspace.view.detail
            assert detail.width() >= detail.fontMetrics().horizontalAdvance(detail.text())
        finish_jobs()


def test_two_trainings_never_take_each_others_time(
    qtbot: QtBot, document: Document, dataset: Dataset, heard: Heard
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    lock = attend(run)
    workspace = _shown(qtbot, document)
    qtbot.mouseClick(workspace.panel.train_button, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: heard.failures)
    assert "Another training of this dataset is running" in heard.failures[0]
    assert list_pairs(dataset.runs_folder) == []
    assert workspace.panel.train_button.isEnabled()
    lock.release()


def test_pairs_are_chosen_from_the_list_and_go_to_the_wastebasket(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    older = write_pair(dataset, "2026-01-01_10-00_pair", scratch=[Failed("It went wrong.")])
    write_pair(dataset, "2026-01-02_10-00_pair")
    workspace = _shown(qtbot, document)
    until(qtbot, lambda: workspace.panel.list.count() == 2)
    until(qtbot, lambda: workspace.view.title.text().startswith("Both learned"))
    workspace.panel.list.setCurrentRow(1)
    until(qtbot, lambda: workspace.view.sentence.text() == "It went wrong.")
    workspace.trash()
    until(qtbot, lambda: workspace.panel.list.count() == 1)
    assert not older.exists()
    until(qtbot, lambda: workspace.view.title.text().startswith("Both learned"))


def test_too_few_images_lead_to_label(qtbot: QtBot, tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "empty") as empty:
        workspace = _shown(qtbot, Document(empty))
        assert not workspace.panel.train_button.isEnabled()
        assert "2 more images" in workspace.empty.text.text()
        with qtbot.waitSignal(workspace.labelling_requested):
            qtbot.mouseClick(workspace.empty.label_button, Qt.MouseButton.LeftButton)
        finish_jobs()


def test_every_control_of_compare_has_a_name_and_a_tooltip(
    qtbot: QtBot, document: Document
) -> None:
    workspace = _shown(qtbot, document)
    panel, view = workspace.panel, workspace.view
    controls: list[QWidget] = [panel.train_button, panel.budget, panel.list, view.watch_button]
    controls += [
        view.stop_button,
        view.pause_button,
        view.go_on_button,
        view.scores.button("ap"),
        workspace.empty.label_button,
    ]
    assert all(control.accessibleName() and control.toolTip() for control in controls)
    keys = [key for action in workspace.actions_table() for key in action.keys]
    assert len(keys) == len(set(keys))
