"""A right click in Label: what can be done with a box, a suggestion or the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.document import Document
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

LEFT_BOX, RIGHT_BOX = BBox(50, 60, 80, 70), BBox(300, 40, 100, 90)
RIGHT = Qt.MouseButton.RightButton
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "vector"))
        dataset.apply(add_category(dataset, "salt & pepper"))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


def _press_right(hand: Hand, x: float, y: float) -> None:
    """As a platform sends it: the press, the wish for a menu, and the release to the menu."""
    canvas, at = hand.label.canvas, hand.at(x, y)
    QTest.mousePress(canvas, RIGHT, NONE, at)
    reason = QContextMenuEvent.Reason.Mouse
    QApplication.sendEvent(canvas, QContextMenuEvent(reason, at, canvas.mapToGlobal(at)))


def _open(hand: Hand, x: float, y: float) -> QMenu:
    _press_right(hand, x, y)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def _entry(menu: QMenu, words: str) -> QAction:
    return next(each for each in menu.actions() if each.text().partition("\t")[0] == words)


def _choose(menu: QMenu, words: str) -> None:
    """By the mouse, as a person does."""
    place = menu.actionGeometry(_entry(menu, words)).center()
    QTest.mouseMove(menu, place)
    QTest.mouseClick(menu, Qt.MouseButton.LeftButton, NONE, place)


def _suggest(hand: Hand) -> None:
    dataset, image_id = hand.window.document.dataset, hand.label.editor.image_id
    assert image_id is not None
    kind = dataset.categories()[0].id
    offered = Suggestion(dataset.new_suggestion_id(), image_id, kind, RIGHT_BOX, 0.9, "me")
    dataset.offer("me", [image_id], [offered])
    hand.window.document.notify_images_changed([image_id])


def test_a_right_click_on_a_box_selects_it_and_lists_what_can_be_done_with_its_keys(
    hand: Hand,
) -> None:
    _first, second = hand.put(LEFT_BOX, RIGHT_BOX)
    hand.click(90, 95)
    menu = _open(hand, 350, 80)
    assert hand.label.canvas.selection == (second,)
    assert not hand.label.canvas.is_held  # the release went to the menu
    told = [each.text() for each in menu.actions()]
    for words in ("Duplicate box\tCtrl+D", "Delete box\tDel", "Track boxes to the next image\tT"):
        assert words in told
    _choose(menu, "Delete box")
    assert hand.boxes == [LEFT_BOX]
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.boxes == [LEFT_BOX, RIGHT_BOX]


def test_several_selected_boxes_stay_selected_and_get_the_class_that_the_menu_shows(
    hand: Hand,
) -> None:
    both = tuple(hand.put(LEFT_BOX, RIGHT_BOX))
    hand.press(Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    menu = _open(hand, 350, 80)
    classes = _entry(menu, "Class").menu()
    assert isinstance(classes, QMenu)
    told = [each.text() for each in classes.actions() if not each.isSeparator()]
    assert told == ["vector\t1", "salt && pepper\t2", "Another class…\tC"]
    assert [each.isChecked() for each in classes.actions()][:2] == [True, False]
    classes.actions()[1].trigger()
    menu.close()
    assert hand.label.canvas.selection == both
    assert {each.category_id for each in hand.annotations} == {
        hand.window.document.dataset.categories()[1].id
    }


@pytest.mark.parametrize(("words", "boxes"), [("Accept suggestion", 1), ("Reject suggestion", 0)])
def test_a_suggestion_is_answered_by_the_menu(hand: Hand, words: str, boxes: int) -> None:
    _suggest(hand)
    _choose(_open(hand, 350, 80), words)
    assert len(hand.boxes) == boxes
    assert not [box for box in hand.label.canvas.boxes if box.dashed]


def test_a_right_click_beside_all_boxes_is_about_the_picture(hand: Hand) -> None:
    hand.put(LEFT_BOX)
    hand.label.travel.step(1)
    before = hand.label.editor.image_id
    _choose(_open(hand, 500, 300), "Copy the boxes of the previous image")
    assert hand.boxes == [LEFT_BOX]
    menu = _open(hand, 500, 300)
    assert hand.label.canvas.selection == ()
    assert _entry(menu, "Looks right, next").text() == "Looks right, next\tSpace"
    menu.close()
    hand.label.travel.step(1)
    empty = hand.label.editor.image()
    assert empty is not None
    assert empty.id != before
    _choose(_open(hand, 500, 300), "Nothing here, next")
    shown = hand.window.document.dataset.image(empty.id)
    assert shown is not None
    assert shown.verified


def test_what_cannot_be_done_is_grey_and_says_why(hand: Hand, qtbot: QtBot, tmp_path: Path) -> None:
    hand.put(LEFT_BOX)
    close(hand.window)
    with Dataset.open(tmp_path / "table", read_only=True) as dataset:
        shown = MainWindow(Document(dataset), Settings(tmp_path / "other.ini"))
        qtbot.addWidget(shown)
        shown.show()
        looking = Hand(shown)
        looking.label.show_image(dataset.images()[0].id)
        qtbot.waitUntil(lambda: looking.label.canvas.picture is not None)
        menu = _open(looking, 90, 95)
        assert not _entry(menu, "Delete box").isEnabled()
        assert _entry(menu, "Delete box").toolTip() == "This dataset is read-only."
        assert not _entry(menu, "Class").isEnabled()
        assert _entry(menu, "Copy boxes").isEnabled()
        menu.close()
        close(shown)


def test_no_menu_comes_in_the_middle_of_a_drag_and_the_menu_key_means_the_selected_box(
    hand: Hand,
) -> None:
    (box,) = hand.put(LEFT_BOX)
    canvas = hand.label.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, NONE, hand.at(90, 95))
    _press_right(hand, 90, 95)
    assert QApplication.activePopupWidget() is None
    QTest.mouseRelease(canvas, RIGHT, NONE, hand.at(90, 95))
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, NONE, hand.at(90, 95))
    assert canvas.selection == (box,)
    at = canvas.rect().center()
    by_key = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, at, canvas.mapToGlobal(at))
    QApplication.sendEvent(canvas, by_key)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    _choose(menu, "Duplicate box")
    assert len(hand.boxes) == 2
