"""The Train workspace with real trainings, real stops and real crashes."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

import labeler.runs.launch
from labeler.dataset.category_edits import add_category
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.train.log_dialog import LogDialog
from labeler.gui.train.page import Page
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.choice_lines import line_about
from labeler.runs.history import RunState, list_runs
from labeler.runs.pair import attended, new_pair_folder, prepare_pair_from_dataset
from labeler.runs.prepare import Wish, new_run_folder, prepare_run_from_dataset
from labeler.runs.record import append_event
from tests.gui.endless_training import begin_endless_training
from tests.gui.live_waits import Heard
from tests.gui.tiny_model import write_tiny_model
from tests.runs.run_makers import add_scenes
from trainer.config import DEFAULT_DETECTOR
from trainer.events import Evaluated, Failed, Paused, Progressed
from trainer.machine import BESIDE_THE_WINDOW

SSDLITE = "ssdlite320_mobilenet_v3_large"
SMALL = 64
"""Pixels of the network's input: it learns next to nothing, but at once."""
PATIENCE = 90_000
"""Milliseconds: a crowded machine may need minutes for what takes seconds."""


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        yield fresh
        finish_jobs()


@pytest.fixture
def document(qtbot: QtBot, dataset: Dataset) -> Document:
    return Document(dataset)


@pytest.fixture
def scenes(dataset: Dataset) -> None:
    add_scenes(dataset, 24, session="morning")
    add_scenes(dataset, 8, session="evening")


@pytest.fixture
def workspace(qtbot: QtBot, document: Document) -> Iterator[TrainWorkspace]:
    shown = _shown(qtbot, document)
    yield shown
    shown.shut_down()


def _shown(qtbot: QtBot, document: Document) -> TrainWorkspace:
    workspace = TrainWorkspace(document)
    qtbot.addWidget(workspace)
    workspace.resize(1280, 760)
    with qtbot.waitExposed(workspace):
        workspace.show()
    workspace.activateWindow()
    workspace.activated()
    return workspace


def _press_train(qtbot: QtBot, workspace: TrainWorkspace, minutes: int = 0) -> None:
    if minutes:
        workspace.settings.drawer.minutes.setValue(minutes)
    qtbot.mouseClick(workspace.settings.train_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: workspace.trainer.is_running, timeout=PATIENCE)


def _has(workspace: TrainWorkspace, kind: type[object]) -> bool:
    record = workspace.trainer.record
    held = [record.started, record.progress, *record.evaluations, record.end]
    return any(isinstance(event, kind) for event in held)


def _kill(workspace: TrainWorkspace) -> None:
    os.kill(workspace.trainer.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _steps_back(workspace: TrainWorkspace) -> bool:
    """Whether the window comes before its training where the machine has too much to do."""
    if sys.platform == "win32":
        return True  # nothing there that tells of another process's priority
    own, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, workspace.trainer.pid))
    return its == min(19, own + BESIDE_THE_WINDOW)


def _first_note(workspace: TrainWorkspace) -> str:
    return workspace.view.notice.text.text().splitlines()[0]


def _ended(workspace: TrainWorkspace) -> bool:
    return not workspace.trainer.is_running and workspace.settings.train_button.isEnabled()


@pytest.mark.usefixtures("scenes")
def test_one_button_trains_to_a_model_with_curves_and_pictures(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    models: list[Path] = []
    workspace.model_available.connect(models.append)
    monkeypatch.setattr(workspace.settings, "wish", lambda: Wish(seconds=3.0, longest_side=SMALL))
    workspace.settings.train_button.setFocus()
    _press_train(qtbot, workspace)
    assert not workspace.settings.train_button.isEnabled()
    qtbot.waitUntil(lambda: _has(workspace, Progressed), timeout=PATIENCE)
    assert workspace.pages.bar.button(Page.LEARNING).hasFocus()  # not what stood next to Train
    assert "of 3 s" in workspace.header.title.text()
    assert "left" in workspace.header.detail.text()
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    (run,) = list_runs(dataset.runs_folder)
    assert run.state is RunState.FINISHED
    assert run.ap is not None
    assert models[-1] == run.path / "model.onnx"
    assert models[-1].is_file()
    assert len(workspace.view.ap.points) >= 1
    assert len(workspace.view.loss.points) >= 1
    qtbot.waitUntil(lambda: bool(workspace.view.strip.rows), timeout=PATIENCE)
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1, timeout=PATIENCE)
    assert workspace.header.title.text().startswith("Finished after")


@pytest.mark.usefixtures("scenes")
def test_what_is_thin_is_said_before_train_is_pressed(
    qtbot: QtBot, workspace: TrainWorkspace, document: Document, dataset: Dataset
) -> None:
    data = workspace.settings.data
    qtbot.waitUntil(lambda: "to learn from" in data.text.text(), timeout=PATIENCE)
    first, second = data.text.text().splitlines()
    assert first == "32 labelled, 0 empty: 24 images to learn from, 8 to check with."
    assert second.startswith("Only 8 images to check with: AP is accurate to about")
    document.perform(add_category(dataset, "robot"))
    qtbot.waitUntil(data.more.isVisible, timeout=PATIENCE)
    qtbot.mouseClick(data.more, Qt.MouseButton.LeftButton)
    assert "Not learned, because no box shows it: robot." in data.text.text()


@pytest.mark.usefixtures("scenes")
def test_a_run_does_not_take_the_time_of_a_pair_that_is_compared(
    qtbot: QtBot, workspace: TrainWorkspace, document: Document, dataset: Dataset
) -> None:
    pair = prepare_pair_from_dataset(dataset, new_pair_folder(dataset.runs_folder), Wish()).path
    with attended(pair):
        qtbot.mouseClick(workspace.settings.train_button, Qt.MouseButton.LeftButton)
        with qtbot.waitSignal(document.failed, timeout=PATIENCE) as told:
            pass
    assert "Two runs are being compared" in told.args[0]
    assert not workspace.trainer.is_running
    assert workspace.settings.train_button.isEnabled()


@pytest.mark.usefixtures("scenes")
def test_preparing_a_run_can_be_called_off(
    qtbot: QtBot, workspace: TrainWorkspace, document: Document, dataset: Dataset
) -> None:
    qtbot.mouseClick(workspace.settings.train_button, Qt.MouseButton.LeftButton)
    assert not workspace.settings.train_button.isEnabled()
    workspace.preparing.cancel.click()
    with qtbot.waitSignal(document.said, timeout=PATIENCE) as told:
        pass
    assert told.args[0] == "Cancelled: no run was made."
    assert not workspace.trainer.is_running
    assert workspace.settings.train_button.isEnabled()
    assert list_runs(dataset.runs_folder) == []


@pytest.mark.usefixtures("scenes")
def test_a_killed_trainer_is_a_sentence_with_its_log(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    _press_train(qtbot, workspace)
    _kill(workspace)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    assert workspace.header.title.text().startswith("Failed")
    assert "The training" in workspace.view.notice.text.text()
    assert "log.txt" in workspace.view.notice.text.text()
    assert workspace.view.notice.buttons[0].text() == "Show log"
    qtbot.mouseClick(workspace.view.notice.buttons[0], Qt.MouseButton.LeftButton)
    shown_log = workspace.findChild(LogDialog)
    assert isinstance(shown_log, LogDialog)
    assert "ended with code" in shown_log.text.toPlainText()
    shown_log.close()
    (run,) = list_runs(dataset.runs_folder)
    assert run.state is RunState.FAILED
    assert "ended with code" in (run.path / "log.txt").read_text(encoding="utf-8")


@pytest.mark.usefixtures("scenes")
def test_a_download_that_fails_offers_the_built_in_detector(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish(detector=SSDLITE))
    append_event(run, Failed("The weights could not be downloaded."))
    workspace = _shown(qtbot, document)
    detector = workspace.settings.detector
    detector.setCurrentIndex(detector.findData(SSDLITE))
    detector.activated.emit(detector.currentIndex())
    qtbot.waitUntil(lambda: len(workspace.view.notice.buttons) == 2)
    assert _first_note(workspace) == "The weights could not be downloaded."
    qtbot.mouseClick(workspace.view.notice.buttons[1], Qt.MouseButton.LeftButton)
    assert workspace.settings.wish().detector == DEFAULT_DETECTOR
    qtbot.waitUntil(lambda: workspace.trainer.is_running, timeout=PATIENCE)
    workspace.shut_down()


@pytest.mark.usefixtures("scenes")
def test_closing_the_window_ends_the_training(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    _press_train(qtbot, workspace, minutes=30)
    workspace.shut_down()
    assert not workspace.trainer.is_running
    assert workspace.trainer.pid == 0
    (run,) = list_runs(dataset.runs_folder)
    assert run.state is not RunState.RUNNING


@pytest.mark.usefixtures("scenes")
def test_a_run_of_a_dead_window_is_shown_as_interrupted_with_its_curve(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    append_event(run, Evaluated(10.0, 1.0, 0.9, 0.25, 0.5, 1e-3, is_best=True))
    append_event(run, Evaluated(20.0, 2.0, 0.7, 0.50, 0.8, 1e-3, is_best=True))
    workspace = _shown(qtbot, document)
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1)
    assert workspace.header.title.text() == "Interrupted after 20 s"
    assert list(workspace.view.ap.points) == [(10.0, 0.25), (20.0, 0.5)]
    assert workspace.settings.train_button.isEnabled()


@pytest.mark.usefixtures("scenes")
def test_an_interrupted_run_that_left_its_state_can_go_on(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    append_event(run, Evaluated(10.0, 2.0, 0.9, 0.25, 0.5, 1e-3, is_best=True))
    append_event(run, Progressed("Learning", 11.0, 60.0, 2.2, 99.0, 0.5, 1e-3, 38.0))
    append_event(run, Paused(11.0, 2.2))  # it stood still when the computer stopped
    (run / "state.safetensors").write_bytes(b"")
    workspace = _shown(qtbot, document)
    qtbot.waitUntil(workspace.header.go_on_button.isVisible)
    assert "interrupted at epoch 2" in workspace.view.notice.text.text()
    assert workspace.obstacle_to_go_on() == ""
    pair = prepare_pair_from_dataset(dataset, new_pair_folder(dataset.runs_folder), Wish()).path
    with attended(pair), qtbot.waitSignal(document.failed, timeout=PATIENCE) as told:
        qtbot.mouseClick(workspace.header.go_on_button, Qt.MouseButton.LeftButton)
    assert "Two runs are being compared" in told.args[0]
    assert not workspace.trainer.is_running
    qtbot.mouseClick(workspace.header.go_on_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: workspace.trainer.is_running, timeout=PATIENCE)
    assert workspace.trainer.run == run
    assert workspace.trainer.record.ap == 0.25
    assert workspace.header.title.text() == "Getting ready"
    assert not workspace.header.pause_button.isEnabled()
    assert workspace.obstacle_to_go_on() == "A training is running."
    workspace.shut_down()


_OBEDIENT = """
import sys
from trainer.events import Finished, Paused, Progressed, Resumed, to_line
def tell(event):
    print(to_line(event), flush=True)
tell(Progressed("Learning", 20.0, 60.0, 3.5, 99.0, 0.5, 1e-3, 38.0))
for line in sys.stdin:
    tell({"pause": Paused, "resume": Resumed}[line.strip()](20.0, 3.5))
tell(Finished(0.5, 0.8, 21.0, 3.6, True))
"""
"""A trainer that does what it is told and takes no time for it."""


@pytest.mark.usefixtures("scenes")
def test_a_training_stands_still_and_goes_on(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    workspace.trainer.start(run, [sys.executable, "-c", _OBEDIENT])
    workspace.stage.show(run)
    header = workspace.header
    qtbot.waitUntil(header.pause_button.isEnabled, timeout=PATIENCE)
    assert header.title.text() == "Learning, 20 of 60 s"
    assert header.detail.text() == "38 s left, 99 images a second, epoch 3.5"
    qtbot.mouseClick(header.pause_button, Qt.MouseButton.LeftButton)
    assert not header.pause_button.isEnabled()
    qtbot.waitUntil(lambda: header.pause_button.text() == "Resume", timeout=PATIENCE)
    assert header.title.text() == "Paused at epoch 3.5"
    qtbot.mouseClick(header.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: header.pause_button.text() == "Pause", timeout=PATIENCE)
    qtbot.mouseClick(header.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    assert header.title.text() == "Stopped after 21 s, the best is kept"
    assert not header.pause_button.isVisible()


_SCORED_AT_FIVE_SECONDS = """
import shutil
import sys
from trainer.events import Evaluated, Finished, Progressed, Started, to_line
def tell(event):
    print(to_line(event), flush=True)
tell(Started(24, 50, ("cube",), 60.0, ()))
tell(Progressed("Learning", 5.0, 60.0, 0.5, 99.0, 0.5, 1e-3, 55.0))
sys.stdin.readline()
shutil.copy(sys.argv[1], sys.argv[2])
tell(Evaluated(5.1, 0.5, 0.5, 0.52, 0.81, 1e-3, True, 0.4, 0.6, 0.7, 0.9, images=16))
sys.stdin.readline()
tell(Evaluated(20.0, 0.5, 0.5, 0.48, 0.80, 1e-3, True, 0.4, 0.6, 0.7, 0.9))
for line in sys.stdin:
    pass
tell(Finished(0.48, 0.8, 21.0, 3.6, True))
"""


@pytest.mark.usefixtures("scenes")
def test_a_run_is_offered_to_preview_from_its_first_score_on_while_it_learns(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, tmp_path: Path
) -> None:
    run = new_run_folder(dataset.runs_folder)
    prepare_run_from_dataset(dataset, run, Wish())
    models = str(write_tiny_model(tmp_path / "first.onnx")), str(run / "model.onnx")
    workspace.trainer.start(run, [sys.executable, "-c", _SCORED_AT_FIVE_SECONDS, *models])
    workspace.stage.show(run)
    button = workspace.header.preview_button
    qtbot.waitUntil(lambda: _has(workspace, Progressed), timeout=PATIENCE)
    assert not button.isVisible()
    workspace.trainer.pause()  # a line for it to read
    qtbot.waitUntil(button.isVisible, timeout=PATIENCE)
    assert "On 16 of 50 images it never saw" in workspace.view.ap.title.text()
    assert workspace.trainer.is_running
    with qtbot.waitSignals([workspace.model_chosen, workspace.preview_requested]):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    workspace.trainer.is_pausing = False
    workspace.trainer.pause()
    told = workspace.view.ap.title
    qtbot.waitUntil(lambda: "On 50 images it never saw" in told.text(), timeout=PATIENCE)
    assert workspace.trainer.record.ap == 0.48  # all pictures count, the few no longer
    workspace.stop()
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)


@pytest.mark.usefixtures("scenes")
def test_a_training_that_still_gets_ready_stops_at_once_and_keeps_nothing(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    begin_endless_training(workspace, dataset)
    assert workspace.header.title.text() == "Getting ready"
    qtbot.mouseClick(workspace.header.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    assert workspace.header.title.text() == "Stopped before it had learned anything"
    (summary,) = list_runs(dataset.runs_folder)
    assert summary.state is RunState.STOPPED
    assert not summary.can_resume


@pytest.mark.usefixtures("scenes")
def test_a_run_that_trains_goes_to_the_wastebasket_only_once_it_was_stopped(
    qtbot: QtBot, workspace: TrainWorkspace, document: Document, dataset: Dataset
) -> None:
    heard = Heard(document)
    run = begin_endless_training(workspace, dataset)
    workspace.shelf.load()
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1)
    to_wastebasket = workspace.run_list.actions()[1]
    to_wastebasket.trigger()
    assert heard.sentences == ["This run is still training. Stop it first."]
    assert (run / "config.json").is_file()
    assert workspace.trainer.is_running
    qtbot.mouseClick(workspace.header.stop_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    to_wastebasket.trigger()
    assert not run.exists()


@pytest.mark.usefixtures("scenes")
def test_the_settings_stand_while_a_training_runs_and_can_be_changed_when_it_ended(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    settings, drawer, left = (
        workspace.settings,
        workspace.settings.drawer,
        Qt.MouseButton.LeftButton,
    )

    def change_all() -> None:
        qtbot.mouseClick(settings.good, left)
        qtbot.mouseClick(settings.scratch, left)
        drawer.batch.setFocus()
        qtbot.keyClick(drawer.batch, Qt.Key.Key_Up)
        settings.detector.setFocus()
        qtbot.keyClick(settings.detector, Qt.Key.Key_Down)

    qtbot.mouseClick(settings.adjust, left)
    before = settings.wish()
    begin_endless_training(workspace, dataset)
    change_all()
    assert settings.wish() == before
    qtbot.mouseClick(workspace.header.stop_button, left)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    change_all()
    assert settings.wish() == Wish(seconds=300, start="scratch", batch=1, detector="dfine_n")


@pytest.mark.usefixtures("scenes")
def test_a_training_is_paused_killed_goes_on_and_stops_with_its_best(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset
) -> None:
    header, trainer = workspace.header, workspace.trainer
    workspace.settings.drawer.longest_side.setValue(SMALL)
    _press_train(qtbot, workspace, minutes=30)
    qtbot.waitUntil(header.pause_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(header.pause_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trainer.record.is_paused, timeout=PATIENCE)
    assert header.title.text().startswith("Paused at epoch")
    assert _steps_back(workspace)
    epoch = trainer.record.epoch
    _kill(workspace)
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    qtbot.mouseClick(header.go_on_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: trainer.record.epoch > epoch, timeout=PATIENCE)
    assert trainer.record.end is None
    assert _steps_back(workspace)
    started = trainer.record.started
    assert started is not None
    assert {name for name in _TOLD if not line_about(name, started.choices)} == set()
    qtbot.mouseClick(header.stop_button, Qt.MouseButton.LeftButton)
    assert not header.stop_button.isEnabled()
    qtbot.waitUntil(lambda: _ended(workspace), timeout=PATIENCE)
    assert "the best is kept" in header.title.text()
    (run,) = list_runs(dataset.runs_folder)
    assert run.state is RunState.STOPPED
    assert run.has_model
    assert workspace.obstacle_to_go_on() == ""


_TOLD = ("device", "longest_side", "batch", "learning_rate", "augmentation")
"""The settings of which the trainer tells what it chose."""


@pytest.mark.usefixtures("scenes")
def test_another_run_is_shown_when_it_is_chosen_and_goes_to_the_wastebasket(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    runs = [dataset.runs_folder / name for name in ("2026-01-01_10-00", "2026-01-02_10-00")]
    for run in runs:
        prepare_run_from_dataset(dataset, run, Wish())
        append_event(run, Failed(f"{run.name} went wrong."))
    workspace = _shown(qtbot, document)
    qtbot.waitUntil(lambda: workspace.run_list.count() == 2)
    assert _first_note(workspace) == "2026-01-02_10-00 went wrong."
    workspace.run_list.setCurrentRow(1)
    assert _first_note(workspace) == "2026-01-01_10-00 went wrong."
    workspace.run_list.actions()[1].trigger()
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1)
    assert not runs[0].exists()
    assert _first_note(workspace) == "2026-01-02_10-00 went wrong."


@pytest.mark.usefixtures("scenes")
def test_a_run_whose_folder_is_gone_is_a_sentence_and_another_is_shown(
    qtbot: QtBot, document: Document, dataset: Dataset
) -> None:
    runs = [dataset.runs_folder / name for name in ("2026-01-01_10-00", "2026-01-02_10-00")]
    for run in runs:
        prepare_run_from_dataset(dataset, run, Wish())
        append_event(run, Failed(f"{run.name} went wrong."))
    workspace = _shown(qtbot, document)
    qtbot.waitUntil(lambda: workspace.run_list.count() == 2)
    shutil.rmtree(runs[1])
    with qtbot.waitSignal(document.failed) as told:
        workspace.pages.turn_to(Page.RESULT)
    assert "config.json" in told.args[0]
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1)
    assert _first_note(workspace) == "2026-01-01_10-00 went wrong."


def test_an_empty_dataset_says_how_many_images_are_missing(
    qtbot: QtBot, workspace: TrainWorkspace, document: Document, dataset: Dataset
) -> None:
    assert not workspace.settings.train_button.isEnabled()
    assert "2 more images" in workspace.empty.text.text()
    with qtbot.waitSignal(workspace.labelling_requested):
        qtbot.mouseClick(workspace.empty.buttons[0], Qt.MouseButton.LeftButton)
    add_scenes(dataset, 2, session="morning")
    document.notify_images_added([1, 2])
    qtbot.waitUntil(workspace.settings.train_button.isEnabled)
    assert workspace.empty.title.text() == "Ready to train"


@pytest.mark.usefixtures("scenes")
def test_without_torch_it_says_what_to_install(
    qtbot: QtBot, workspace: TrainWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(labeler.runs.launch, "_NEEDED", ("a_module_nobody_has",))
    workspace.activated()
    assert not workspace.settings.train_button.isEnabled()
    assert 'pip install "vector-labeler[train]"' in workspace.empty.text.text()
    monkeypatch.undo()
    qtbot.mouseClick(workspace.empty.buttons[1], Qt.MouseButton.LeftButton)
    assert workspace.settings.train_button.isEnabled()


def test_every_control_has_a_name_and_a_tooltip(workspace: TrainWorkspace) -> None:
    settings = workspace.settings
    drawer = settings.drawer
    controls = [
        *(settings.train_button, settings.quick, settings.good, settings.best),
        *(settings.detector, settings.pretrained, settings.scratch, settings.adjust),
        *(drawer.minutes, drawer.epochs, drawer.device, drawer.threads, drawer.longest_side),
        *(drawer.batch, drawer.learning_rate, drawer.augmentation, drawer.seed, drawer.reset),
        *(workspace.header.stop_button, workspace.header.preview_button),
        *(workspace.header.pause_button, workspace.header.go_on_button),
    ]
    assert all(control.accessibleName() and control.toolTip() for control in controls)
    keys = [key for action in workspace.actions_table() for key in action.keys]
    assert len(keys) == len(set(keys))
