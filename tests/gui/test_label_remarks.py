"""What is said of boxes and images: attributes by key and button, notes that are never dropped."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui.label.box_row import WORD_ROLE
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
LEFT_BOX, RIGHT_BOX = BBox(50, 60, 80, 70), BBox(300, 40, 100, 90)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 2)
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


def image_note(window: MainWindow) -> str:
    return window.document.dataset.images()[0].note


def write(hand: Hand, text: str) -> None:
    """Into the note, without Enter."""
    field = hand.label.boxes.note
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)


@pytest.mark.parametrize(
    ("key", "attribute", "words"),
    [
        (Qt.Key.Key_Q, "occluded", "mug  occluded"),
        (Qt.Key.Key_E, "truncated", "mug  cut off"),
        (Qt.Key.Key_I, "difficult", "mug  difficult"),
    ],
)
def test_a_key_says_it_of_all_selected_boxes_and_takes_it_back(
    hand: Hand, key: Qt.Key, attribute: str, words: str
) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.click(90, 95)
    hand.press(key)
    assert [getattr(each, attribute) for each in hand.annotations] == [True, False]
    assert [box.plate for box in hand.label.canvas.boxes] == [words, "mug"]
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(key)
    assert [getattr(each, attribute) for each in hand.annotations] == [True, True]
    hand.press(key)
    assert [getattr(each, attribute) for each in hand.annotations] == [False, False]
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert [getattr(each, attribute) for each in hand.annotations] == [True, True]


def test_buttons_show_what_all_have_and_what_some_have(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    button = hand.label.boxes.attributes.buttons["occluded"]
    assert not button.isEnabled()
    hand.click(90, 95)
    button.click()
    assert button.isChecked()
    hand.press(Qt.Key.Key_A, CONTROL)
    some = "Occluded, some of the boxes"
    assert (button.isChecked(), button.accessibleName()) == (False, some)
    button.click()
    assert (button.isChecked(), button.accessibleName()) == (True, "Occluded")
    assert button.text() == "Occluded Q"
    assert [each.occluded for each in hand.annotations] == [True, True]


def test_a_key_without_a_box_says_what_to_do(hand: Hand, window: MainWindow) -> None:
    said: list[str] = []
    window.document.said.connect(said.append)
    hand.press(Qt.Key.Key_Q)
    assert said == ["No box is selected. Click one first."]


def test_a_note_without_a_selection_is_the_images(hand: Hand, window: MainWindow) -> None:
    field = hand.label.boxes.note
    assert field.placeholderText() == "Note on this image…"
    write(hand, "dark corner")
    hand.press(Qt.Key.Key_Return, widget=field)
    assert image_note(window) == "dark corner"
    assert hand.label.canvas.hasFocus()
    hand.press(Qt.Key.Key_D)
    assert field.text() == ""
    hand.press(Qt.Key.Key_A)
    assert field.text() == "dark corner"


def test_a_note_goes_to_the_selected_boxes_and_is_marked_in_the_list(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.click(90, 95)
    hand.press(Qt.Key.Key_E)
    write(hand, "handle hidden")
    hand.click(350, 80)
    assert [each.note for each in hand.annotations] == ["handle hidden", ""]
    rows = hand.label.boxes.list
    assert [rows.item(row).data(WORD_ROLE) for row in range(2)] == ["cut off, note", ""]
    assert hand.label.boxes.note.text() == ""
    hand.press(Qt.Key.Key_A, CONTROL)
    assert hand.label.boxes.note.placeholderText() == "Several notes…"


def test_different_notes_stay_until_one_is_typed(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.click(90, 95)
    write(hand, "first")
    hand.label.canvas.setFocus()
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.label.boxes.note.setFocus()
    hand.label.canvas.setFocus()
    assert [each.note for each in hand.annotations] == ["first", ""]
    write(hand, "both")
    hand.label.canvas.setFocus()
    assert [each.note for each in hand.annotations] == ["both", "both"]


def test_escape_drops_what_was_typed(hand: Hand, window: MainWindow) -> None:
    write(hand, "never mind")
    hand.press(Qt.Key.Key_Escape, widget=hand.label.boxes.note)
    hand.press(Qt.Key.Key_D)
    assert image_note(window) == ""


def test_a_half_typed_note_is_kept_by_another_image_and_closing(
    hand: Hand, window: MainWindow, tmp_path: Path
) -> None:
    write(hand, "half")
    hand.label.show_image(window.document.dataset.images()[1].id)
    assert image_note(window) == "half"
    hand.label.show_image(window.document.dataset.images()[0].id)
    write(hand, "half a word")
    close(window)
    with Dataset.open(tmp_path / "table", read_only=True) as dataset:
        assert dataset.images()[0].note == "half a word"


def test_undo_takes_a_note_back(hand: Hand, window: MainWindow) -> None:
    write(hand, "one")
    hand.label.canvas.setFocus()
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert (image_note(window), hand.label.boxes.note.text()) == ("", "")


def test_numbers_of_several_boxes_are_not_typed(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    fields = hand.label.boxes.fields.values()
    assert not any(field.isEnabled() for field in fields)
    assert [field.text() for field in fields] == ["x –", "y –", "w –", "h –"]
    hand.click(90, 95)
    assert [field.value() for field in fields] == [50, 60, 80, 70]


def test_a_number_past_the_edge_moves_the_box_as_far_as_it_goes(hand: Hand) -> None:
    hand.put(LEFT_BOX)
    hand.click(90, 95)
    field = hand.label.boxes.fields["x"]
    for _ in range(2):  # the second time nothing changes, and the number goes back all the same
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, "630")
        hand.press(Qt.Key.Key_Return, widget=field)
        assert hand.boxes == [BBox(560, 60, 80, 70)]
        assert field.value() == 560


def test_a_key_begins_a_note(hand: Hand) -> None:
    hand.press(Qt.Key.Key_N, SHIFT)
    assert hand.label.boxes.note.hasFocus()


def test_a_click_on_another_image_ends_a_note_and_takes_the_keys(hand: Hand) -> None:
    note = hand.label.boxes.note
    hand.press(Qt.Key.Key_N, SHIFT)
    QTest.keyClicks(note, "blurred")
    hand.label.show_image(hand.window.document.dataset.images()[1].id)
    assert hand.window.focusWidget() is hand.label.canvas
    assert hand.window.document.dataset.images()[0].note == "blurred"
    assert hand.window.document.dataset.images()[1].note == ""
