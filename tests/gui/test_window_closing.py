"""Closing the window while it works."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.pages import TRAIN
from labeler.gui.train.workspace import TrainWorkspace
from labeler.gui.workspace import Workspace
from tests.gui.endless_training import begin_endless_training
from tests.gui.label_window import add_plain_pictures, close, open_window
from tests.runs.run_makers import add_labelled


@pytest.mark.parametrize("answer", [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes])
def test_a_running_training_is_asked_about_before_the_window_closes(
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: QMessageBox.StandardButton,
) -> None:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 1)
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    asked: list[str] = []

    def question(parent: object, title: str, text: str, buttons: object) -> object:
        asked.append(text)
        return answer

    monkeypatch.setattr(QMessageBox, "question", question)
    monkeypatch.setattr(Workspace, "closing_question", lambda workspace: "Still at work?")
    window.close()
    assert asked == ["Still at work?"]
    assert window.isVisible() is (answer is QMessageBox.StandardButton.No)
    monkeypatch.undo()
    close(window)


def test_a_training_goes_on_until_the_person_agrees_to_close_the_window(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.create(tmp_path / "table") as dataset:
        add_labelled(dataset, 4, session="morning", name="mug")
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    train = window.workspace(TRAIN)
    assert isinstance(train, TrainWorkspace)
    begin_endless_training(train, window.document.dataset)
    answers, asked = [QMessageBox.StandardButton.No, QMessageBox.StandardButton.Yes], list[str]()

    def question(_window: object, _title: str, text: str, *_more: object) -> object:
        asked.append(text)
        return answers.pop(0)

    monkeypatch.setattr(QMessageBox, "question", question)
    window.close()
    assert "A training is running." in asked[0]
    assert "The best is kept" in asked[0]
    assert window.isVisible()
    assert train.trainer.is_running
    window.close()
    assert not window.isVisible()
    assert not train.trainer.is_running
    close(window)
