"""Boxes drawn without a drag: by arrows and Enter, or by two clicks."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category, delete_category
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.label.canvas_painter import readout
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 2)
        dataset.apply(add_category(dataset, "vector"))
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    """No mouse is over the canvas."""
    hand = Hand(window)
    QApplication.sendEvent(hand.label.canvas, QEvent(QEvent.Type.Leave))
    return hand


def cross(hand: Hand) -> tuple[float, float]:
    canvas = hand.label.canvas
    assert canvas.pointer is not None
    return canvas.viewport.to_image(canvas.pointer.x(), canvas.pointer.y())


def test_arrows_and_enter_draw_a_box_without_a_mouse(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    assert cross(hand) == pytest.approx((320, 180))
    hand.press(Qt.Key.Key_Left, CONTROL)
    hand.press(Qt.Key.Key_Up, SHIFT)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right, CONTROL)
    hand.press(Qt.Key.Key_Down, CONTROL)
    hand.press(Qt.Key.Key_Down)
    assert readout(hand.label.canvas) == "vector  50 × 51"
    hand.press(Qt.Key.Key_Enter)
    assert hand.boxes == [BBox(270, 170, 50, 51)]
    assert hand.label.canvas.selection == (hand.annotations[0].id,)


def test_enter_sets_corners_while_one_draws_and_accepts_a_suggestion_otherwise(
    hand: Hand, window: MainWindow
) -> None:
    dataset, image_id = window.document.dataset, hand.label.editor.image_id
    assert image_id is not None
    mug = dataset.categories()[1].id
    offered = Suggestion(dataset.new_suggestion_id(), image_id, mug, BBox(9, 9, 40, 40), 0.9, "me")
    dataset.offer("me", [image_id], [offered])
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right, CONTROL)
    hand.press(Qt.Key.Key_Return)
    assert [each.category_id == mug for each in hand.annotations] == [False]
    hand.press(Qt.Key.Key_Return)
    assert [each.category_id == mug for each in hand.annotations] == [False, True]


def test_without_a_class_the_name_is_asked_for_after_the_second_corner(
    hand: Hand, window: MainWindow
) -> None:
    for category in window.document.dataset.categories():
        window.document.perform(delete_category(window.document.dataset, category.id))
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right, CONTROL)
    hand.press(Qt.Key.Key_Return)
    assert hand.label.name_field.hasFocus()
    hand.name("cube")
    assert hand.label.canvas.boxes[0].name == "cube"


def test_after_the_box_the_arrows_nudge_it_again(hand: Hand) -> None:
    hand.press(Qt.Key.Key_R)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right, CONTROL)
    hand.press(Qt.Key.Key_Down, CONTROL)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Left)
    assert hand.boxes == [BBox(319, 180, 50, 50)]


def test_a_number_chooses_the_class_of_the_box_to_come_and_of_no_other(hand: Hand) -> None:
    hand.put(BBox(10, 10, 50, 50))
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_2)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right, CONTROL)
    hand.press(Qt.Key.Key_Return)
    assert [box.name for box in hand.label.canvas.boxes] == ["vector", "mug"]


def test_escape_gives_up_the_corner_and_nothing_is_drawn(hand: Hand, window: MainWindow) -> None:
    said: list[str] = []
    window.document.said.connect(said.append)
    hand.press(Qt.Key.Key_W)
    assert "Enter" in said[-1]
    hand.press(Qt.Key.Key_Return)
    assert said[-1].startswith("First corner set")
    hand.press(Qt.Key.Key_Escape)
    assert said[-1] == "Nothing drawn."
    canvas = hand.label.canvas
    assert (canvas.drag, canvas.pointer, canvas.draws_next) == (None, None, False)
    hand.press(Qt.Key.Key_Return)
    assert hand.boxes == []


def test_another_image_ends_the_drawing(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_Return)
    hand.press(Qt.Key.Key_Right)
    hand.press(Qt.Key.Key_Return)
    assert hand.boxes == []


def test_the_cross_stays_in_the_image_and_the_view_goes_with_it(hand: Hand) -> None:
    canvas = hand.label.canvas
    canvas.zoom(8.0, QPointF(canvas.width() / 2, canvas.height() / 2))
    hand.press(Qt.Key.Key_W)
    for _ in range(14):
        hand.press(Qt.Key.Key_Right, CONTROL)
    assert cross(hand)[0] == pytest.approx(640)
    assert canvas.pointer is not None
    assert canvas.rect().contains(canvas.pointer.toPoint())


def test_the_cross_stays_on_its_pixel_when_the_view_is_zoomed(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_Left, CONTROL)
    before = cross(hand)
    hand.press(Qt.Key.Key_Plus)
    hand.label.canvas.fit()
    assert cross(hand) == pytest.approx(before)


def test_a_key_held_down_goes_faster(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    canvas = hand.label.canvas
    for number in range(20):
        held = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Left, NONE, "", autorep=number > 0)
        QApplication.sendEvent(canvas, held)
    assert 320 - cross(hand)[0] > 30


def test_two_clicks_draw_a_box(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    hand.click(100, 80)
    QTest.mouseMove(hand.label.canvas, hand.at(200, 150))
    assert hand.label.canvas.drag is not None
    hand.click(200, 150)
    assert hand.boxes[0].as_list() == pytest.approx([100, 80, 100, 70], abs=1)
    assert len(hand.boxes) == 1


def test_the_mouse_takes_the_cross_over_from_the_keys(hand: Hand) -> None:
    hand.press(Qt.Key.Key_W)
    hand.press(Qt.Key.Key_Return)
    hand.drag((400, 300), (400, 300))
    assert hand.boxes[0].as_list() == pytest.approx([320, 180, 80, 120], abs=1)


def test_beside_the_pointer_stand_place_and_size_of_what_is_moved(hand: Hand) -> None:
    hand.put(BBox(100, 80, 60, 50))
    canvas = hand.label.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, NONE, hand.at(130, 105))
    QTest.mouseMove(canvas, hand.at(150, 105))
    assert readout(canvas) == "120, 80   60 × 50"
    hand.press(Qt.Key.Key_Escape)
    assert readout(canvas) == ""


def test_the_focus_is_seen_where_keys_brought_it_and_the_selection_is_told(hand: Hand) -> None:
    hand.put(BBox(100, 80, 60, 50), BBox(300, 80, 60, 50))
    canvas = hand.label.canvas
    for _ in range(12):
        hand.press(Qt.Key.Key_F6, widget=QApplication.focusWidget())
        if canvas.hasFocus():
            break
    assert canvas.shows_focus
    hand.press(Qt.Key.Key_Tab)
    hand.press(Qt.Key.Key_Tab)
    assert "Selected: vector at 300, 80" in canvas.accessibleDescription()
    hand.press(Qt.Key.Key_A, CONTROL)
    assert canvas.accessibleDescription().count("vector at") == 2
    hand.click(500, 300)
    assert not canvas.shows_focus


def test_the_keys_go_back_to_the_picture_when_no_class_is_typed(
    hand: Hand, window: MainWindow
) -> None:
    hand.press(Qt.Key.Key_C)
    assert window.focusWidget() is hand.label.name_field
    QTest.keyClick(hand.label.name_field, Qt.Key.Key_Escape)
    assert window.focusWidget() is hand.label.canvas


def test_a_drag_beside_the_picture_draws_nothing(hand: Hand, window: MainWindow) -> None:
    assert hand.at(200, -20).y() > 0
    hand.drag((200, -20), (400, -4))
    assert hand.boxes == []
    assert window.status.sentence.text() == "Nothing drawn: that was outside the picture."
    hand.drag((200, -20), (400, 30))
    assert len(hand.boxes) == 1


def test_space_on_the_last_image_always_says_something(hand: Hand, window: MainWindow) -> None:
    hand.press(Qt.Key.Key_End)
    hand.press(Qt.Key.Key_Space)
    assert window.status.sentence.text() == "Nothing here: confirmed empty. Kept."
    hand.press(Qt.Key.Key_Space)
    assert window.status.sentence.text() == "That was the last image."


def test_a_typed_number_that_is_too_large_goes_as_far_as_the_image(
    hand: Hand, window: MainWindow
) -> None:
    (box,) = hand.put(BBox(100, 100, 50, 40))
    hand.label.canvas.select((box,))
    field = hand.label.boxes.fields["x"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "1200")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert hand.boxes == [BBox(590, 100, 50, 40)]
    assert field.value() == 590


def test_the_keys_wait_while_no_image_is_shown_and_find_the_next_one(
    hand: Hand, window: MainWindow
) -> None:
    window.keys.run("label.first")
    hand.label.filmstrip.filter.setCurrentIndex(2)
    assert not hand.label.canvas.isVisible()
    hand.press(Qt.Key.Key_Space, widget=window.focusWidget())
    assert QApplication.activePopupWidget() is None
    hand.press(Qt.Key.Key_F, CONTROL | SHIFT, widget=window.focusWidget())
    assert window.focusWidget() is hand.label.canvas
