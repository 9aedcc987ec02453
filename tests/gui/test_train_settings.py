"""What is asked of a run: budgets, detector, start, and the drawer of an expert."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.train import last_wish
from labeler.gui.train.settings_panel import SettingsPanel
from labeler.gui.train.workspace import TrainWorkspace
from labeler.runs.budgets import Budget, Length, budget_of, with_budget
from labeler.runs.history import RunState, RunSummary
from labeler.runs.prepare import Wish
from trainer.config import COCO_START, DEFAULT_DETECTOR, IMAGENET_START, OFFERED, RunConfig


@pytest.fixture
def panel(qtbot: QtBot) -> SettingsPanel:
    shown = SettingsPanel()
    qtbot.addWidget(shown)
    with qtbot.waitExposed(shown):
        shown.show()
    return shown


def test_one_click_asks_for_a_minute_and_leaves_the_rest_to_the_recipe(
    panel: SettingsPanel,
) -> None:
    assert panel.wish() == Wish()
    panel.instant.click()
    assert panel.wish() == Wish(seconds=10)
    panel.good.click()
    assert panel.wish() == Wish(seconds=300)
    panel.best.click()
    assert panel.wish() == Wish(seconds=3600, budget="best")
    panel.scratch.click()
    assert panel.wish().start == "scratch"


def test_every_detector_can_be_chosen_and_says_what_must_be_fetched(panel: SettingsPanel) -> None:
    assert panel.pretrained.detail == "no download"
    panel.detector.setFocus()
    assert panel.detector.currentText() == "Built in"
    QTest.keyClick(panel.detector, Qt.Key.Key_Home)
    assert panel.wish() == Wish(detector="nanodet")
    assert panel.starts.pretrained.isChecked()
    QTest.keyClick(panel.detector, Qt.Key.Key_Down)
    assert panel.wish().detector == "dfine_n"
    assert panel.pretrained.detail == "15 MB, once"


def test_a_detector_that_is_not_installed_is_shown_and_says_how_to_get_it(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "transformers", None)  # as where it is not installed
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.show()
    assert panel.missing.isHidden()
    QTest.keyClick(panel.detector, Qt.Key.Key_Home)
    QTest.keyClick(panel.detector, Qt.Key.Key_Down)
    assert panel.detector.currentText() == "D-FINE-N (to install)"
    assert panel.missing.isVisible()
    assert panel.missing.text() == (
        'D-FINE-N has to be installed: pip install "vector-labeler[detectors]"'
    )
    QTest.keyClick(panel.detector, Qt.Key.Key_Up)
    assert panel.missing.isHidden()


def test_a_detector_that_is_installed_is_like_any_other(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("transformers", "scipy"):
        there = ModuleType(name)
        there.__spec__ = ModuleSpec(name, None)
        monkeypatch.setitem(sys.modules, name, there)
    panel = SettingsPanel()
    qtbot.addWidget(panel)
    panel.show()
    panel.detector.setCurrentIndex(panel.detector.findData("dfine_s"))
    panel.detector.activated.emit(panel.detector.currentIndex())
    assert panel.detector.currentText() == "D-FINE-S (GPU)"
    assert panel.missing.isHidden()
    assert panel.pretrained.detail == "41 MB, once"


def test_the_drawer_decides_every_setting(qtbot: QtBot, panel: SettingsPanel) -> None:
    assert not panel.drawer.isVisible()
    qtbot.mouseClick(panel.adjust, Qt.MouseButton.LeftButton)
    drawer = panel.drawer
    assert drawer.isVisible()
    assert drawer.batch.text() == "Auto"
    drawer.device.setCurrentIndex(1)
    drawer.threads.setValue(2)
    drawer.longest_side.setValue(320)
    drawer.batch.setValue(4)
    drawer.learning_rate.setValue(0.002)
    drawer.augmentation.setCurrentIndex(1)
    drawer.seed.setValue(7)
    drawer.epochs.setValue(12)
    wish = Wish(
        device="cpu",
        threads=2,
        longest_side=320,
        batch=4,
        learning_rate=0.002,
        augmentation="off",
        seed=7,
        budget="epochs",
        epochs=12,
    )
    assert panel.wish() == wish
    assert panel.adjust.text() == "Adjust (8 changed)"
    assert panel.quick.detail == "see Adjust"
    qtbot.mouseClick(drawer.reset, Qt.MouseButton.LeftButton)
    assert panel.wish() == Wish()
    assert not drawer.reset.isEnabled()
    assert panel.adjust.text() == "Adjust"


def test_the_wheel_over_a_field_does_not_change_it_by_accident(panel: SettingsPanel) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent
    from PySide6.QtWidgets import QApplication

    panel.adjust.toggle()
    field, middle = panel.drawer.batch, QPointF(5, 5)
    field.clearFocus()
    turn = QWheelEvent(
        middle,
        middle,
        QPoint(0, 0),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(field, turn)
    assert field.value() == 0


def test_a_field_on_auto_tells_what_was_chosen_for_the_run_on_show(panel: SettingsPanel) -> None:
    panel.drawer.show_choices(["Pictures are seen at 256x320 pixels: the objects need no more."])
    assert "256x320 pixels: the objects need no more." in panel.drawer.longest_side.toolTip()
    assert "The run on show" not in panel.drawer.batch.toolTip()
    panel.drawer.show_choices([])
    assert "256x320" not in panel.drawer.longest_side.toolTip()


@pytest.mark.parametrize("budget", list(Budget))
@pytest.mark.parametrize("length", [Length(), Length(minutes=7), Length(epochs=30)])
def test_a_budget_is_known_again_from_its_wish(budget: Budget, length: Length) -> None:
    wish = with_budget(Wish(), budget, length)
    RunConfig("", "", budget=wish.budget, seconds=wish.seconds, epochs=wish.epochs)
    assert with_budget(Wish(), *budget_of(wish)) == wish


@pytest.mark.parametrize(
    ("seconds", "budget", "minutes"),
    [(7.0, Budget.INSTANT, 0), (45.0, Budget.QUICK, 0), (420.0, Budget.QUICK, 7)],
)
def test_a_remembered_length_that_no_budget_has_is_that_of_the_nearest_one_or_of_the_drawer(
    seconds: float, budget: Budget, minutes: int, panel: SettingsPanel
) -> None:
    panel.show_wish(Wish(seconds=seconds))
    assert budget_of(panel.wish()) == (budget, Length(minutes))


def test_a_run_that_is_gone_gives_way_to_pretrained_weights_and_never_to_another_run(
    panel: SettingsPanel,
) -> None:
    panel.show_runs([_run("newer"), _run("older")])
    panel.starts.own.click()
    panel.starts.runs.setCurrentIndex(1)
    panel.starts.runs.activated.emit(1)
    panel.show_runs([_run("newest"), _run("newer"), _run("older")])
    assert panel.wish().parent == str(Path("older"))
    told: list[Wish] = []
    panel.changed.connect(lambda: told.append(panel.wish()))
    panel.show_runs([_run("newest"), _run("newer")])
    assert told == [Wish()]
    assert panel.wish() == Wish()


def test_a_runs_detector_is_only_lent_and_the_persons_own_comes_back(panel: SettingsPanel) -> None:
    panel.detector.setFocus()
    QTest.keyClick(panel.detector, Qt.Key.Key_End)
    own = panel.wish().detector
    panel.show_runs([_run("other", "fcos_resnet50_fpn")])
    panel.starts.own.click()
    assert panel.wish().detector == "fcos_resnet50_fpn"
    assert panel.lasting_wish() == Wish(detector=own)
    panel.starts.pretrained.click()
    assert panel.wish() == Wish(detector=own)
    assert own not in (DEFAULT_DETECTOR, "fcos_resnet50_fpn")


def test_ready_made_vector_is_a_start_and_brings_its_own_detector(panel: SettingsPanel) -> None:
    panel.detector.setFocus()
    QTest.keyClick(panel.detector, Qt.Key.Key_End)
    own = panel.wish().detector
    panel.starts.vector.click()
    assert panel.wish() == Wish(start="vector")
    assert not panel.detector.isEnabled()
    assert panel.lasting_wish() == Wish(detector=own)
    panel.show_wish(Wish(start="vector"))
    assert panel.starts.vector.isChecked()
    panel.starts.pretrained.click()
    assert panel.wish() == Wish()


def test_a_run_of_an_earlier_version_learns_on_with_its_detector_which_is_else_not_offered(
    panel: SettingsPanel,
) -> None:
    offered = [panel.detector.itemData(row) for row in range(panel.detector.count())]
    assert tuple(offered) == OFFERED
    panel.show_runs([_run("before", IMAGENET_START), _run("now")])
    panel.starts.own.click()
    assert panel.wish().detector == IMAGENET_START
    assert panel.detector.currentText() == "Built in, from ImageNet"
    panel.starts.runs.setCurrentIndex(1)
    panel.starts.runs.activated.emit(1)
    assert panel.wish().detector == DEFAULT_DETECTOR
    assert panel.detector.findData(IMAGENET_START) < 0
    panel.starts.runs.setCurrentIndex(0)
    panel.starts.runs.activated.emit(0)
    panel.scratch.click()
    assert panel.wish() == Wish(start="scratch")
    assert panel.detector.findData(IMAGENET_START) < 0


def _run(name: str, detector: str = DEFAULT_DETECTOR) -> RunSummary:
    return RunSummary(
        name=name,
        path=Path(name),
        started=1.0,
        start="pretrained",
        detector=detector,
        images_train=8,
        images_val=2,
        ap=0.5,
        ap50=0.7,
        seconds=60.0,
        state=RunState.FINISHED,
        message="",
        has_model=True,
        has_weights=True,
    )


def test_the_settings_are_as_they_were_at_the_next_start_but_for_random_weights(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "table") as dataset:
        first = TrainWorkspace(Document(dataset))
        qtbot.addWidget(first)
        first.settings.best.click()
        first.settings.drawer.batch.setValue(4)
        first.settings.scratch.click()
        assert first.settings.wish().start == "scratch"
        second = TrainWorkspace(Document(dataset))
        qtbot.addWidget(second)
        assert second.settings.wish() == Wish(seconds=3600, budget="best", batch=4)
        assert second.settings.best.isChecked()
        finish_jobs()


@pytest.mark.parametrize("detector", [IMAGENET_START, "a detector of another version"])
def test_settings_of_an_earlier_version_go_on_with_the_usual_detector_where_theirs_is_not_offered(
    detector: str,
) -> None:
    kept = {**asdict(Wish()), "detector": detector, "seconds": 300.0, "batch": 4}
    file = last_wish._file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(kept), encoding="utf-8")
    assert last_wish.last() == Wish(seconds=300.0, batch=4)


@pytest.mark.parametrize("detector", OFFERED)
def test_a_detector_that_the_person_chose_is_kept(detector: str) -> None:
    last_wish.keep(Wish(detector=detector))
    assert last_wish.last().detector == detector


def test_who_left_the_detector_to_the_program_gets_the_one_that_it_has_now() -> None:
    """Whatever it was in the version that kept the settings."""
    file = last_wish._file()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"format": 2, "seconds": 300.0}), encoding="utf-8")
    assert last_wish.last() == Wish(seconds=300.0, detector=COCO_START)


@pytest.mark.parametrize("text", ["", "[]", '{"seconds": -3}', '{"batch": "four"}', "\x00"])
def test_settings_that_make_no_sense_are_those_of_one_click(text: str) -> None:
    last_wish.keep(Wish(batch=4))
    file = last_wish._file()
    file.write_text(text, encoding="utf-8")
    assert last_wish.last() == Wish()
