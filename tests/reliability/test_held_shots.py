"""Photos that a full disk cannot take are held, and kept once, in order, when there is room."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QMessageBox
from pytestqt.qtbot import QtBot

from labeler.cameras.base import Frame
from labeler.dataset.check import check
from labeler.dataset.images import Added, add_picture
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui import photo_keeper
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.pages import CAPTURE
from labeler.gui.photo_keeper import Kept, PhotoKeeper, Shot
from tests.dataset.conftest import make_picture
from tests.gui.label_window import close, open_window
from tests.reliability.test_faults import fill_up, small_disk


class Told:
    """What a keeper told."""

    def __init__(self, keeper: PhotoKeeper) -> None:
        self.kept: list[Kept] = []
        self.failures: list[str] = []
        keeper.kept.connect(self.kept.append)
        keeper.failed.connect(lambda error: self.failures.append(str(error)))


def shot(dataset: Dataset, number: int, data: bytes | None = None) -> Shot:
    frame = Frame(data or make_picture(number), number)
    return Shot(dataset, "evening", "Vector-SIM1", lambda: frame)


def test_photos_wait_in_memory_until_there_is_room_and_the_window_asks_before_it_closes(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_keeper, "RETRY_S", 0.05)
    yes = QMessageBox.StandardButton.Yes
    monkeypatch.setattr(QMessageBox, "question", lambda *_: yes)  # should it fail half-way
    with small_disk() as disk:
        Dataset.create(disk / "table").close()
        window = open_window(disk / "table", tmp_path / "settings.ini")
        qtbot.addWidget(window)
        workspace = window.workspace(CAPTURE)
        assert isinstance(workspace, CaptureWorkspace)
        keeper, dataset = workspace.photographer.keeper, window.document.dataset
        told = Told(keeper)
        keeper.keep(shot(dataset, 1))
        qtbot.waitUntil(lambda: len(told.kept) == 1)
        fill_up(disk / "holiday.mp4")
        for number in (2, 3):
            keeper.keep(shot(dataset, number))
        keeper.keep(shot(dataset, 4, b"no picture"))
        qtbot.waitUntil(lambda: len(told.failures) == 3)
        assert "no space left" in told.failures[0]
        assert "held in memory" in told.failures[0]
        assert "held in memory" not in told.failures[2]
        assert keeper.held == 2
        assert "2 photos could not be kept yet" in workspace.closing_question()
        (disk / "holiday.mp4").unlink()
        qtbot.waitUntil(lambda: len(told.kept) == 3)
        assert keeper.held == 0
        assert workspace.closing_question() == ""
        data = [dataset.path_of(image).read_bytes() for image in dataset.images()]
        assert data == [make_picture(number) for number in (1, 2, 3)]
        assert check(dataset) == []
        close(window)


def test_another_dataset_is_not_shown_unasked_while_photos_are_held(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UserError("The disk is full.")

    asked: list[str] = []
    button = QMessageBox.StandardButton
    answers = [button.Yes, button.Yes, button.No]  # the last one is the first to be given

    def answer(_parent: object, _title: str, question: str, *_: object) -> object:
        asked.append(question)
        return answers.pop()

    monkeypatch.setattr(photo_keeper, "add_picture", refuse)
    monkeypatch.setattr(QMessageBox, "question", answer)
    Dataset.create(tmp_path / "shelf").close()
    Dataset.create(tmp_path / "table").close()
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    workspace = window.workspace(CAPTURE)
    assert isinstance(workspace, CaptureWorkspace)
    keeper = workspace.photographer.keeper
    told = Told(keeper)
    keeper.keep(shot(window.document.dataset, 1))
    qtbot.waitUntil(lambda: len(told.failures) == 1)
    window.actions_of_dataset.open(tmp_path / "shelf")
    assert window.document.dataset.name == "table"
    assert "A photo could not be kept yet. Leave this dataset and lose it?" in asked
    window.actions_of_dataset.open(tmp_path / "shelf")
    assert window.document.dataset.name == "shelf"
    close(window)


def test_a_photo_whose_dataset_is_gone_is_told_as_lost(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise UserError("The disk is full.")

    monkeypatch.setattr(photo_keeper, "RETRY_S", 0.02)
    monkeypatch.setattr(photo_keeper, "add_picture", refuse)
    keeper = PhotoKeeper()
    told = Told(keeper)
    with Dataset.create(tmp_path / "table") as dataset:
        keeper.keep(shot(dataset, 1))
        qtbot.waitUntil(lambda: len(told.failures) == 1)
    qtbot.waitUntil(lambda: len(told.failures) == 2)
    assert "A photo is lost: its dataset table was closed" in told.failures[1]
    assert keeper.finish()


def test_a_fault_of_ours_with_a_photo_that_was_held_does_not_keep_later_ones_from_being_kept(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faults: list[Exception] = [UserError("The disk is full."), RuntimeError("ours")]

    def fail_twice(*given: Any, **more: Any) -> Added:
        if faults:
            raise faults.pop(0)
        return add_picture(*given, **more)

    monkeypatch.setattr(photo_keeper, "RETRY_S", 0.02)
    monkeypatch.setattr(photo_keeper, "add_picture", fail_twice)
    keeper = PhotoKeeper()
    told = Told(keeper)
    with Dataset.create(tmp_path / "table") as dataset:
        keeper.keep(shot(dataset, 1))
        qtbot.waitUntil(lambda: len(told.failures) == 2)
        assert "through a fault of this program" in told.failures[1]
        keeper.keep(shot(dataset, 2))
        qtbot.waitUntil(lambda: len(told.kept) == 1)
        assert keeper.held == 0
        assert keeper.finish()


def test_the_window_does_not_close_unasked_on_photos_that_a_slow_disk_has_not_taken_yet(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    is_free = threading.Event()
    frame = Frame(make_picture(1), 1)

    def answer(_parent: object, _title: str, question: str, *_: object) -> object:
        asked.append(question)
        return QMessageBox.StandardButton.No

    def take() -> Frame:
        is_free.wait()
        return frame

    monkeypatch.setattr(QMessageBox, "question", answer)
    Dataset.create(tmp_path / "table").close()
    window = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    workspace = window.workspace(CAPTURE)
    assert isinstance(workspace, CaptureWorkspace)
    keeper = workspace.photographer.keeper
    told = Told(keeper)
    keeper.keep(Shot(window.document.dataset, "evening", "Vector-SIM1", take))
    window.close()
    assert asked == ["A photo could not be kept yet. Close the window and lose it?"]
    assert window.isVisible()
    is_free.set()
    qtbot.waitUntil(lambda: len(told.kept) == 1)
    close(window)
    assert len(asked) == 1
