"""What a run learned: measured by the trainer itself, shown, and led back to the images."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDesktopServices, QImage
from PySide6.QtWidgets import QMessageBox, QPushButton
from pytestqt.qtbot import QtBot

from labeler.dataset.files import sha256_of
from labeler.dataset.store import Dataset
from labeler.gui import errand, open_outside
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.pages import LABEL, TRAIN
from labeler.gui.settings import Settings
from labeler.gui.train.page import Page
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.analysis import Case, load_analysis
from labeler.runs.pair import attended, prepare_pair_from_dataset
from labeler.runs.prepare import Wish, prepare_run_from_dataset
from labeler.runs.record import append_event
from tests.gui.live_waits import Heard
from tests.gui.tiny_model import write_tiny_model
from tests.runs.pair_makers import write_analysis
from tests.runs.run_makers import add_labelled
from trainer.config import load_config, save_config
from trainer.events import Finished

PATIENCE = 90_000


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "table") as fresh:
        add_labelled(fresh, 8, session="morning", name="mug")
        add_labelled(fresh, 6, session="evening", name="mug")
        yield fresh
        finish_jobs()


@pytest.fixture
def run(dataset: Dataset) -> Path:
    """Finished, with a model that finds something everywhere and is mostly wrong."""
    run = dataset.runs_folder / "2026-01-02_10-00"
    prepare_run_from_dataset(dataset, run, Wish())
    write_tiny_model(run / "model.onnx", threshold=0.2)
    append_event(run, Finished(0.1, 0.2, 60.0, 6.0, False))
    return run


@pytest.fixture
def workspace(qtbot: QtBot, dataset: Dataset, run: Path) -> Iterator[TrainWorkspace]:
    workspace = TrainWorkspace(Document(dataset))
    qtbot.addWidget(workspace)
    workspace.resize(1280, 760)
    with qtbot.waitExposed(workspace):
        workspace.show()
    workspace.activated()
    qtbot.waitUntil(lambda: workspace.run_list.count() == 1)
    workspace.pages.turn_to(Page.RESULT)
    yield workspace
    workspace.shut_down()


def _measure(qtbot: QtBot, workspace: TrainWorkspace) -> None:
    qtbot.mouseClick(workspace.pages.result.empty.buttons[0], Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(workspace.pages.result.basis.text()), timeout=PATIENCE)


def test_an_unmeasured_run_is_measured_and_its_mistakes_lead_to_their_images(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, run: Path
) -> None:
    page = workspace.pages.result
    assert page.empty.title.text() == "Not measured yet"
    _measure(qtbot, workspace)
    analysis = load_analysis(run)
    assert analysis is not None
    assert page.tiles.ap.value.text() == f"{analysis.ap.value:.2f}"
    assert page.tiles.constant.below.text() == f"AP50 {analysis.constant_ap50:.2f}"
    assert "that it never saw" in page.basis.text()
    assert page.classes.item(0, 0).text() == "mug"
    assert page.sizes.rowCount() == len(analysis.sizes)
    interval = analysis.classes[0].ap_interval
    assert interval is not None
    told = f"95 % interval: {interval[0]:.2f} to {interval[1]:.2f}"
    assert page.classes.item(0, 2).toolTip() == told
    assert f"{analysis.threshold:.2f}" in page.curve.words.text()
    kinds = {each.kind: each for each in analysis.mistakes}
    kind = max(kinds.values(), key=lambda each: len(each.cases))
    qtbot.mouseClick(page.mistakes.bar.button(kind.kind), Qt.MouseButton.LeftButton)
    gallery = page.mistakes.gallery
    assert gallery.count() == len(kind.cases)
    assert gallery._job is not None
    qtbot.waitUntil(lambda: gallery._job is None)
    assert _is_painted(gallery.item(0).icon().pixmap(gallery.iconSize()).toImage())
    with qtbot.waitSignal(workspace.image_requested) as asked:
        gallery.itemActivated.emit(gallery.item(0))
    image = dataset.image(asked.args[0])
    assert image.file_name == kind.cases[0].file_name


def test_a_run_that_was_stopped_is_measured_by_itself_once_nothing_trains(
    qtbot: QtBot, workspace: TrainWorkspace, dataset: Dataset, run: Path
) -> None:
    pair = prepare_pair_from_dataset(dataset, dataset.runs_folder / "a_pair", Wish()).path
    append_event(run, Finished(0.1, 0.2, 30.0, 3.0, stopped_early=True))
    page, measuring = workspace.pages.result, workspace.stage.measuring
    with attended(pair):
        workspace.pages.turn_to(Page.RESULT)
        assert "measured by itself" in page.empty.text.text()
        qtbot.waitUntil(measuring._again.isActive, timeout=PATIENCE)
        assert not measuring._errand.is_running
    measuring._again.timeout.emit()
    qtbot.waitUntil(lambda: bool(page.basis.text()), timeout=PATIENCE)
    assert load_analysis(run) is not None


def test_each_score_stands_under_its_own_name_with_its_own_interval(
    workspace: TrainWorkspace, run: Path
) -> None:
    measured = {"ap": (0.41, 0.33, 0.5), "ap50": (0.72, 0.61, 0.8), "ar": (0.56, 0.47, 0.65)}
    write_analysis(run, constant_ap=0.1, constant_ap50=0.2, **measured)
    workspace.stage.redraw()
    tiles = workspace.pages.result.tiles
    assert [each.accessibleName() for each in (tiles.ap, tiles.ap50, tiles.ar)] == [
        "AP 0.41 0.33 to 0.50",
        "AP50 0.72 0.61 to 0.80",
        "AR 0.56 0.47 to 0.65",
    ]
    assert (tiles.constant.value.text(), tiles.constant.below.text()) == ("0.10", "AP50 0.20")


def test_where_nothing_is_found_no_share_of_it_is_told(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    write_analysis(run, constant_ap=0.1, constant_ap50=0.2)
    workspace.stage.redraw()
    words = workspace.pages.result.curve.words.text()
    assert "it finds nothing of what is there" in words
    assert "%" not in words


def test_nothing_is_cut_off_on_a_small_screen(qtbot: QtBot, workspace: TrainWorkspace) -> None:
    _measure(qtbot, workspace)
    page = workspace.pages.result
    tiles = (page.tiles.ap, page.tiles.constant)
    assert tiles[0].y() == tiles[1].y()
    workspace.resize(640, 400)
    content = page.report_button.parentWidget()
    assert content is not None
    shown = content.parentWidget()
    qtbot.waitUntil(lambda: content.width() <= shown.width() < 400)
    assert tiles[0].y() < tiles[1].y()
    for button in (page.report_button, page.int8.make_button):
        assert button.mapTo(content, button.rect().topRight()).x() < shown.width()
    workspace.resize(1280, 760)
    qtbot.waitUntil(lambda: tiles[0].y() == tiles[1].y())


def test_in_the_window_a_mistake_opens_its_image_in_label(
    qtbot: QtBot, dataset: Dataset, run: Path, tmp_path: Path
) -> None:
    window = MainWindow(Document(dataset), Settings(tmp_path / "window.ini"))
    qtbot.addWidget(window)
    with qtbot.waitExposed(window):
        window.show()
    window.show_workspace(TRAIN)
    train: Any = window.current
    image = dataset.images()[3]
    train.results._bring(Case(image.id, image.file_name, None, None, None, None, None))
    assert window.current is window.workspace(LABEL)
    label: Any = window.current
    assert label.editor.image_id == image.id
    window.close()


def test_a_mistake_on_an_image_that_is_gone_is_a_sentence(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    _measure(qtbot, workspace)
    analysis = load_analysis(run)
    assert analysis is not None
    case = next(case for each in analysis.mistakes for case in each.cases)
    document = workspace._document
    with qtbot.waitSignal(document.failed) as told:
        workspace.results._bring(replace(case, file_name="gone.jpg"))
    assert told.args[0] == "gone.jpg is not in this dataset any more."


def test_the_final_score_is_asked_for_and_taken_once(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    _set_test_part(run)
    _measure(qtbot, workspace)
    page, desk = workspace.pages.result, workspace.results
    assert page.final.text() == "Final score: not measured yet."
    qtbot.mouseClick(page.final_button, Qt.MouseButton.LeftButton)
    question = page.findChild(QMessageBox)
    assert isinstance(question, QMessageBox)
    assert load_analysis(run, "test") is None
    take = next(each for each in question.findChildren(QPushButton) if each.text() == "Score it")
    qtbot.mouseClick(take, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.final.text().startswith("Final score, measured"), timeout=PATIENCE)
    assert not page.final_button.isVisible()
    assert desk.obstacle_to_final() == "Its final score has been measured already."


def test_a_run_without_a_test_part_says_so(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    (run / "test.json").unlink(missing_ok=True)
    _measure(qtbot, workspace)
    assert workspace.pages.result.final.text().startswith("No final score")
    assert not workspace.pages.result.final_button.isVisible()


def test_measuring_can_be_called_off(qtbot: QtBot, workspace: TrainWorkspace, run: Path) -> None:
    page = workspace.pages.result
    qtbot.mouseClick(page.empty.buttons[0], Qt.MouseButton.LeftButton)
    assert page.busy.isVisible()
    qtbot.mouseClick(page.busy.cancel, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not page.busy.isVisible(), timeout=PATIENCE)
    assert page.empty.title.text() == "Not measured yet"
    assert not (run / "analysis.json").exists()


def test_a_fault_of_the_trainer_is_its_own_sentence(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    shutil.rmtree(workspace._document.dataset.images_folder)
    document = workspace._document
    with qtbot.waitSignal(document.failed, timeout=PATIENCE) as told:
        qtbot.mouseClick(workspace.pages.result.empty.buttons[0], Qt.MouseButton.LeftButton)
    assert "Traceback" not in told.args[0]
    assert told.args[0].endswith(".")


def test_a_damaged_analysis_is_a_sentence_and_is_measured_again(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    (run / "analysis.json").write_text('{"format": 1', encoding="utf-8")
    workspace.pages.turn_to(Page.RESULT)
    page = workspace.pages.result
    assert page.empty.title.text() == "Its numbers cannot be read"
    assert "analysis.json is damaged" in page.empty.text.text()
    _measure(qtbot, workspace)
    assert load_analysis(run) is not None


def test_a_damaged_final_score_hides_no_other_number(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    (run / "final.json").write_text("[]", encoding="utf-8")
    _measure(qtbot, workspace)
    page = workspace.pages.result
    assert "final.json is damaged" in page.final.text()
    assert not page.final_button.isVisible()
    assert page.classes.rowCount() == 1


def test_the_report_is_written_and_opened(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(open_outside, "_xdg_open", lambda: None)
    monkeypatch.setattr(
        QDesktopServices, "openUrl", lambda url: opened.append(url.toLocalFile()) or True
    )
    heard = Heard(workspace._document)
    _measure(qtbot, workspace)
    qtbot.mouseClick(workspace.pages.result.report_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(opened), timeout=PATIENCE)
    assert Path(opened[0]) == run / "report.html"
    assert heard.written == {run / "report.html": "Wrote the report."}
    assert (run / "report.html").is_file()


def test_the_int8_model_is_told_with_its_cost_and_used_in_preview(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path
) -> None:
    write_tiny_model(run / "quantised.onnx")
    figures = {"ap": 0.5, "ap50": 0.9, "ms_p50": 4.0, "ms_p95": 5.0, "size": 3_400_000}
    facts = {
        "format": 1,
        "source": sha256_of(run / "model.onnx"),
        "made": "2026-12-01T10:00:00+00:00",
        "calibrated": 32,
        "images": 50,
        "difference": {"value": -0.02, "low": -0.05, "high": 0.01},
        "whole": figures,
        "plain": {**figures, "ap": 0.52, "ms_p50": 8.0, "size": 12_300_000},
    }
    (run / "quantised.json").write_text(json.dumps(facts), encoding="utf-8")
    _measure(qtbot, workspace)
    row = workspace.pages.result.int8
    assert "INT8: AP 0.500, 4.0 ms a picture, 3.4 MB." in row.text.text()
    assert "AP 0.520, 8.0 ms a picture, 12.3 MB" in row.text.text()
    assert "The difference in AP, -0.020 (-0.050 to +0.010), may be chance." in row.text.text()
    with qtbot.waitSignal(workspace.model_chosen) as used:
        qtbot.mouseClick(row.use_button, Qt.MouseButton.LeftButton)
    assert used.args[0] == run / "quantised.onnx"
    write_tiny_model(run / "model.onnx", threshold=0.3)  # another one now: the facts are not its
    workspace.results.measure()
    qtbot.waitUntil(row.make_button.isVisible, timeout=PATIENCE)


def _set_test_part(run: Path) -> None:
    shutil.copy(run / "val.json", run / "test.json")
    config = load_config(run)
    save_config(run, replace(config, test_images=config.val_images))


def _is_painted(image: QImage) -> bool:
    shades = {image.pixel(x, image.height() // 2) for x in range(image.width())}
    return len(shades) > 1


def test_another_stopped_run_on_show_is_measured_in_place_of_the_one_before(
    qtbot: QtBot, workspace: TrainWorkspace, run: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def deaf(_verb: str, folder: Path, *_words: str) -> list[str]:
        asked.append(folder)
        return [sys.executable, "-c", "import time\nwhile True: time.sleep(60)"]

    monkeypatch.setattr(errand, "trainer_command", deaf)
    other = run.with_name("2026-01-03_10-00")
    shutil.copytree(run, other)
    measuring = workspace.stage.measuring
    for folder in (run, other):
        append_event(folder, Finished(0.1, 0.2, 30.0, 3.0, stopped_early=True))
        shown = workspace.stage.read(folder)
        assert shown is not None
        measuring.consider(shown)
        qtbot.waitUntil(lambda folder=folder: asked[-1:] == [folder], timeout=PATIENCE)
    measuring.forget()


def test_measuring_by_itself_makes_way_for_a_pair(
    qtbot: QtBot,
    workspace: TrainWorkspace,
    dataset: Dataset,
    run: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    deaf = [sys.executable, "-c", "import time\nwhile True: time.sleep(60)"]
    monkeypatch.setattr(errand, "trainer_command", lambda *_words: deaf)
    pair = prepare_pair_from_dataset(dataset, dataset.runs_folder / "a_pair", Wish()).path
    append_event(run, Finished(0.1, 0.2, 30.0, 3.0, stopped_early=True))
    measuring, shown = workspace.stage.measuring, workspace.stage.read(run)
    assert shown is not None
    measuring.consider(shown)
    qtbot.waitUntil(lambda: measuring._errand.is_running)
    with attended(pair):
        measuring._again.timeout.emit()
        qtbot.waitUntil(lambda: not measuring._errand.is_running)
    measuring.forget()
