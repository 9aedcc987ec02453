"""The window's daily backup, and going back to one from the menu."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtWidgets import QApplication, QInputDialog, QMessageBox
from pytestqt.qtbot import QtBot

from labeler.dataset import backups
from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.no_dataset import NoDataset
from labeler.dataset.store import Dataset
from labeler.gui import backup_keeper
from labeler.gui.background import is_idle
from labeler.gui.dataset_opening import open_or_create
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 2)
        dataset.apply(add_category(dataset, "mug"))
        dataset.apply(draw(dataset, 1, 1, BBox(10, 10, 50, 40)))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


def made(window: MainWindow) -> list[backups.Backup]:
    return backups.backups_of(window.document.dataset.folder)


def test_opening_makes_a_backup_in_the_background_once(qtbot: QtBot, window: MainWindow) -> None:
    for _ in range(2):
        window.backups.look()
        qtbot.waitUntil(is_idle)
        assert len(made(window)) == 1
    assert not window.banner.isVisible()


def test_a_dataset_that_is_open_read_only_gets_no_backup_and_one_that_can_be_written_does(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup_keeper, "_AFTER_MS", 0)
    folder, document = window.document.dataset.folder, window.document
    for read_only in (True, False):
        document.open(Dataset.open(folder, read_only=read_only))
        QApplication.processEvents()
        qtbot.waitUntil(is_idle)
        assert len(made(window)) == (0 if read_only else 1)


def test_a_backup_that_fails_is_told_and_labelling_goes_on(
    qtbot: QtBot, window: MainWindow
) -> None:
    (window.document.dataset.folder / backups.FOLDER).write_text("in the way")
    window.backups.look()
    qtbot.waitUntil(window.banner.isVisible)
    assert "The backup of table failed" in window.banner.message.text()
    hand = Hand(window)
    hand.label.show_image(2)
    hand.drag((100, 80), (300, 200))
    assert len(hand.boxes) == 1


def test_going_back_from_the_menu_shows_the_old_boxes(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    window.menu.ask_restore()
    assert "no backup yet" in window.status.sentence.text()
    window.backups.look()
    qtbot.waitUntil(is_idle)
    hand = Hand(window)
    hand.label.show_image(2)
    hand.drag((100, 80), (300, 200))
    monkeypatch.setattr(
        QInputDialog, "getItem", lambda *args: (args[3][0], True)
    )  # the person takes the first
    window.menu.ask_restore()
    qtbot.waitUntil(is_idle)
    assert not window.document.dataset.read_only
    assert len(list(window.document.dataset.all_annotations())) == 1
    assert not window.banner.isVisible()
    hand.label.show_image(2)
    hand.drag((100, 80), (300, 200))
    assert len(hand.boxes) == 1
    assert len(list(made(window)[0].path.parent.glob("replaced-*.sqlite"))) == 1


def test_a_damaged_dataset_is_offered_its_newest_backup(
    qtbot: QtBot, window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.create(tmp_path / "hall") as dataset:
        add_plain_pictures(dataset, 1)
        dataset.apply(add_category(dataset, "cup"))
    backups.make(tmp_path / "hall")
    (tmp_path / "hall" / "dataset.sqlite").write_bytes(b"no database " * 500)
    asked: list[str] = []

    def answer(*words: object) -> QMessageBox.StandardButton:
        asked.append(str(words[2]))
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", answer)
    readers: list[threading.Thread] = []
    contents_of = backups.contents_of

    def reading(path: Path) -> backups.Contents:
        readers.append(threading.current_thread())
        return contents_of(path)

    monkeypatch.setattr(backups, "contents_of", reading)
    window.actions_of_dataset.open(tmp_path / "hall")
    assert "is damaged or not a dataset" in window.banner.message.text()
    qtbot.waitUntil(lambda: window.document.dataset.name == "hall")
    assert "with 1 image and 0 boxes?" in asked[0]
    assert readers[0] is not threading.main_thread()
    assert [each.name for each in window.document.dataset.categories()] == ["cup"]
    qtbot.waitUntil(is_idle)


def test_an_import_and_a_merge_leave_a_backup_of_themselves(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.backups.look()
    qtbot.waitUntil(lambda: is_idle() and len(made(window)) == 1)
    beside = tmp_path / "more"
    beside.mkdir()
    Pillow.new("RGB", (64, 48), "navy").save(beside / "new.png")
    window.actions_of_dataset.add_pictures([beside])
    qtbot.waitUntil(lambda: is_idle() and len(made(window)) == 2)
    assert backups.contents_of(made(window)[0].path).images == 3
    window.document.dataset.apply(add_category(window.document.dataset, "cup"))
    window.document.classes_merged.emit()
    qtbot.waitUntil(lambda: is_idle() and len(made(window)) == 3)


@pytest.mark.parametrize("how", ["gone", "empty", "garbage"])
def test_a_lost_database_is_offered_its_backup(
    qtbot: QtBot,
    window: MainWindow,
    tmp_path: Path,
    how: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "lost"
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, 2)
    backups.make(folder)
    database = folder / "dataset.sqlite"
    database.unlink() if how == "gone" else database.write_bytes(b"x" * 9000 * (how == "garbage"))
    opened = open_or_create(folder)
    assert opened.damaged == folder
    assert isinstance(opened.dataset, NoDataset)
    asked: list[str] = []

    def says_yes(_window: object, _title: str, question: str, *_more: object) -> object:
        asked.append(question)
        return QMessageBox.StandardButton.Yes

    monkeypatch.setattr(QMessageBox, "question", says_yes)
    window.actions_of_dataset.open(folder)
    qtbot.waitUntil(lambda: window.document.dataset.folder == folder and is_idle())
    assert "2 images" in asked[0]
    assert window.document.dataset.counts().total == 2
    assert not window.document.dataset.read_only


def test_a_dataset_of_a_stranger_is_shown_read_only_with_the_reason(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = tmp_path / "theirs"
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, 3)
    with closing(sqlite3.connect(folder / "dataset.sqlite")) as connection, connection:
        connection.execute("UPDATE image SET file_name = '../../x' WHERE id = 2")
        connection.execute("CREATE TRIGGER evil AFTER INSERT ON edit BEGIN SELECT 1; END")
    window.actions_of_dataset.open(folder)
    assert window.document.dataset.read_only
    assert window.document.dataset.counts().total == 2
    assert "evil" in window.banner.message.text()
    assert "read-only" in window.banner.message.text()
    hand = Hand(window)
    hand.label.show_image(1)
    hand.label.show_image(3)
    window.actions_of_dataset.export(tmp_path / "out.zip")
    qtbot.waitUntil(is_idle)
    assert "Nothing was exported" in window.banner.message.text()
    assert not (tmp_path / "out.zip").exists()
