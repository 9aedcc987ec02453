"""What Label offers where it has no image to show: only what makes sense now."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState
from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.cameras.camera_wire import Wire
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

SIMULATED = "Use the simulated robot"
FIRST_PHOTO = "Go to Capture and take the first photo"
IMPORT = "Import pictures…"


def offered(window: MainWindow) -> list[str]:
    page = Hand(window).label.empty_page
    assert page.isVisible()
    shown = [each for each in page.findChildren(QPushButton) if each.isVisible()]
    return [each.text() for each in sorted(shown, key=lambda each: (each.y(), each.x()))]


def test_a_connected_robot_is_not_offered_again_but_its_first_photo_is(
    qtbot: QtBot, tmp_path: Path, known_robot: str, wire: Wire
) -> None:
    Dataset.create(tmp_path / "bare").close()
    window = open_window(tmp_path / "bare", tmp_path / "s.ini")
    qtbot.addWidget(window)
    assert offered(window)[0] == SIMULATED
    window.live.choose(known_robot)
    qtbot.waitUntil(lambda: window.live.status.state is CameraState.LIVE)
    assert offered(window) == [FIRST_PHOTO, IMPORT]
    page = Hand(window).label.empty_page
    assert page.text.text().startswith(f"{window.live.name} is connected.")
    wire.cut()
    qtbot.waitUntil(lambda: window.live.status.state is not CameraState.LIVE)
    assert FIRST_PHOTO not in offered(window)
    assert SIMULATED not in offered(window) or window.live.status.state is CameraState.FAILED
    wire.mend()
    qtbot.waitUntil(lambda: window.live.status.state is CameraState.LIVE)
    QTest.mouseClick(page.photo, Qt.MouseButton.LeftButton)
    assert window.current is window.workspace("capture")
    window.show_workspace("label")
    assert offered(window) == [FIRST_PHOTO, IMPORT]
    close(window)


def test_without_a_picture_nothing_can_be_confirmed(qtbot: QtBot, tmp_path: Path) -> None:
    Dataset.create(tmp_path / "bare").close()
    window = open_window(tmp_path / "bare", tmp_path / "s.ini")
    qtbot.addWidget(window)
    label = Hand(window).label
    answers = (label.verify_button, label.nothing_button)
    assert not any(each.isEnabled() for each in answers)
    images = add_plain_pictures(window.document.dataset, 1)
    window.document.notify_images_added([each.id for each in images])
    qtbot.waitUntil(lambda: all(each.isEnabled() for each in answers))
    close(window)


def test_where_nothing_can_be_added_nothing_is_offered(qtbot: QtBot, tmp_path: Path) -> None:
    Dataset.create(tmp_path / "bare").close()
    window = MainWindow(
        Document(Dataset.open(tmp_path / "bare", read_only=True)), Settings(tmp_path / "s.ini")
    )
    qtbot.addWidget(window)
    window.show()
    assert offered(window) == []
    assert "read-only" in Hand(window).label.empty_page.text.text()
    close(window)


def test_where_all_is_labelled_the_list_of_what_is_to_do_leads_on_to_training(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "table") as dataset:
        images = add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
        for image in images[:2]:
            dataset.apply(draw(dataset, image.id, 1, BBox(9, 9, 40, 40)))
    window = open_window(tmp_path / "table", tmp_path / "s.ini")
    qtbot.addWidget(window)
    hand = Hand(window)
    hand.label.filmstrip.filter.setCurrentIndex(3)  # empty ones: there are none
    assert offered(window) == ["Show all images"]
    window.document.perform(verify(window.document.dataset, images[2].id))
    hand.label.filmstrip.filter.setCurrentIndex(1)
    page = hand.label.empty_page
    assert page.title.text() == "Everything is labelled"
    assert page.text.text() == "2 images labelled, 1 confirmed empty."
    assert offered(window) == ["Show all images", "Go to Train"]
    QTest.mouseClick(page.train, Qt.MouseButton.LeftButton)
    assert window.current is window.workspace("train")
    close(window)
