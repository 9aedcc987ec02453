"""Closing the window while it works."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from labeler.dataset.store import Dataset
from labeler.gui.workspace import Workspace
from tests.gui.label_window import add_plain_pictures, close, open_window


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
