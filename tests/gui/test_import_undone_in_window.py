"""Ctrl+Z after an import takes the import back, and nothing of ten minutes before."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.history_list import LINE_ROLE
from labeler.gui.import_question import MANY
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    with qtbot.waitActive(shown):
        pass
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


def photos(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        stream = io.BytesIO()
        Pillow.new("RGB", (64, 48), (number % 256, 50, 60)).save(stream, "PNG")
        (folder / f"{number:03}.png").write_bytes(stream.getvalue())
    return folder


def finish(window: MainWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.jobs.is_busy)
    finish_jobs()
    QApplication.processEvents()


def bring(window: MainWindow, qtbot: QtBot, folder: Path) -> None:
    window.actions_of_dataset.add_pictures([folder])
    finish(window, qtbot)


def question() -> QMessageBox:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    return box


def answer(box: QMessageBox, words: str) -> None:
    (button,) = [each for each in box.buttons() if each.text() == words]
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def listed(hand: Hand) -> list[int]:
    return list(hand.label.filmstrip.images.image_ids)


def test_undo_goes_back_by_what_happened_last_an_import_of_few_without_a_question(
    qtbot: QtBot, window: MainWindow, hand: Hand, tmp_path: Path
) -> None:
    dataset = window.document.dataset
    hand.put(BBox(10, 10, 50, 50))
    before = listed(hand)
    bring(window, qtbot, photos(tmp_path / "few", MANY - 1))
    assert window.document.counts.total == 3 + MANY - 1
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert window.document.counts.total == 3
    assert listed(hand) == before
    assert len(list(dataset.all_annotations())) == 1  # the box of before stands
    said = window.status.sentence.text()
    assert said == f"Undo: Import few: {MANY - 1} images. Kept."
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert list(dataset.all_annotations()) == []
    assert window.status.sentence.text() == "Undo: Draw mug, on 0.jpg. Kept."
    hand.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    hand.press(Qt.Key.Key_Z, CONTROL | SHIFT)
    assert window.document.counts.total == 3 + MANY - 1
    assert len(listed(hand)) == 3 + MANY - 1
    assert check(dataset) == []


def test_an_import_of_many_is_taken_back_after_a_question_in_words(
    qtbot: QtBot, window: MainWindow, hand: Hand, tmp_path: Path
) -> None:
    bring(window, qtbot, photos(tmp_path / "many", 40))
    hand.press(Qt.Key.Key_Z, CONTROL)
    box = question()
    assert box.text().startswith("Take back the import of 40 pictures?")
    assert "Redo brings all of it back" in box.text()
    QTest.keyClick(box, Qt.Key.Key_Escape)
    assert window.document.counts.total == 43
    hand.press(Qt.Key.Key_Z, CONTROL)
    answer(question(), "Take it back")
    assert window.document.counts.total == 3
    hand.press(Qt.Key.Key_Y, CONTROL)
    assert window.document.counts.total == 43


def test_the_image_on_show_may_be_one_that_goes(
    qtbot: QtBot, window: MainWindow, hand: Hand, tmp_path: Path
) -> None:
    before = listed(hand)
    bring(window, qtbot, photos(tmp_path / "many", 12))
    hand.press(Qt.Key.Key_End)
    shown = hand.label.editor.image_id
    assert shown not in before
    hand.put(BBox(5, 5, 20, 20))
    hand.press(Qt.Key.Key_Z, CONTROL)  # first the box, which came later
    assert window.document.counts.total == 15
    hand.press(Qt.Key.Key_Z, CONTROL)
    answer(question(), "Take it back")
    assert hand.label.editor.image_id == before[-1]
    assert listed(hand) == before
    hand.press(Qt.Key.Key_H, CONTROL)  # the box is in the history, on an image that is gone
    panel = window.history.panel
    texts = [panel.entries.index(row, 0).data() for row in range(panel.entries.rowCount())]
    assert "Import many: 12 images" in texts
    row = texts.index("Draw mug")
    panel.image_requested.emit(panel.entries.index(row, 0).data(LINE_ROLE).entry.image_id)
    assert window.status.sentence.text() == "That image is not in the dataset any more."
    assert hand.label.editor.image_id == before[-1]


def test_an_import_into_an_empty_dataset_leaves_the_empty_page(
    qtbot: QtBot, tmp_path: Path
) -> None:
    Dataset.create(tmp_path / "empty").close()
    window = open_window(tmp_path / "empty", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    hand = Hand(window)
    window.show_workspace("label")
    bring(window, qtbot, photos(tmp_path / "many", 12))
    assert hand.label.editor.image_id is not None
    window.history.undo()
    answer(question(), "Take it back")
    assert hand.label.editor.image_id is None
    assert hand.label.empty_page.isVisible()
    window.history.redo()
    assert len(listed(hand)) == 12
    close(window)


def test_a_large_import_is_taken_back_away_from_the_gui_thread(
    qtbot: QtBot, window: MainWindow, hand: Hand, tmp_path: Path
) -> None:
    folder = photos(tmp_path / "many", 100)
    coco = {
        "images": [{"id": n, "file_name": f"{n:03}.png"} for n in range(100)],
        "annotations": [
            {"id": n, "image_id": n % 100, "category_id": 1, "bbox": [1, 2, 30, 20]}
            for n in range(1500)
        ],
        "categories": [{"id": 1, "name": "plate"}],
    }
    (folder / "labels.json").write_text(json.dumps(coco))
    window.menu.import_coco(folder / "labels.json")
    finish(window, qtbot)
    assert window.document.counts.labelled == 100
    hand.press(Qt.Key.Key_Z, CONTROL)
    with qtbot.waitSignal(window.document.edit_replayed):
        answer(question(), "Take it back")
    assert window.document.counts.total == 3
    assert [each.name for each in window.document.dataset.categories()] == ["mug"]
    with qtbot.waitSignal(window.document.edit_replayed):
        window.history.redo()
    assert window.document.counts.labelled == 100
    assert check(window.document.dataset) == []


@pytest.mark.parametrize(
    ("name", "text", "kind"),
    [
        ("v0.xml", "<annotation><filename>a.jpg</filename></annotation>", "Pascal VOC"),
        ("v0.json", '{"shapes": [], "imagePath": "a.jpg"}', "labelme"),
    ],
)
def test_a_file_that_is_no_coco_is_named_before_anything_is_asked(
    window: MainWindow,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    text: str,
    kind: str,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(
        QFileDialog, "getExistingDirectory", lambda _, title, *__: asked.append(title) or ""
    )
    (tmp_path / name).write_text(text)
    window.menu.import_coco(tmp_path / name)
    assert asked == []
    assert window.banner.message.text().startswith(f"{name} holds {kind} labels.")


def test_a_folder_of_yolo_data_is_told_in_the_window(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    folder = photos(tmp_path / "yolo", 2)
    for n in range(2):
        (folder / f"{n:03}.txt").write_text("0 0.5 0.5 0.2 0.2\n")
    (folder / "<b>again<b>.png").write_bytes((folder / "000.png").read_bytes())
    bring(window, qtbot, folder)
    assert window.status.sentence.text() == "2 pictures added, 1 of 3 was already there. Kept."
    told = window.banner.message
    assert told.text().startswith("Labels were seen and not taken: YOLO (2 files, such as 000.txt)")
    assert told.textFormat() is Qt.TextFormat.PlainText


def test_the_filter_offers_no_session_that_a_killed_import_left_empty(
    window: MainWindow, hand: Hand
) -> None:
    window.document.dataset.add_session("left by a kill", "import")
    hand.label.travel.open_filter()
    box = hand.label.filmstrip.filters.panel.session
    assert [box.itemText(place) for place in range(box.count())] == ["Any", "table"]
