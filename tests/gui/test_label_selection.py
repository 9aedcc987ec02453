"""Several boxes at once: chosen, moved, changed and copied by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset import edits
from labeler.dataset.category_edits import add_category, set_category_key
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

NONE = Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
ALT = Qt.KeyboardModifier.AltModifier
LEFT_BOX, RIGHT_BOX = BBox(50, 60, 80, 70), BBox(300, 40, 100, 90)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "vector"))
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


@pytest.fixture
def said(window: MainWindow) -> list[str]:
    sentences: list[str] = []
    window.document.said.connect(sentences.append)
    return sentences


def test_shift_click_takes_a_box_into_the_selection_and_out_again(hand: Hand) -> None:
    first, second = hand.put(LEFT_BOX, RIGHT_BOX)
    hand.click(90, 95)
    hand.click(350, 80, shift=True)
    assert hand.label.canvas.selection == (first, second)
    hand.click(90, 95, shift=True)
    assert hand.label.canvas.selection == (second,)


def test_a_rectangle_drawn_with_shift_selects_what_it_touches(hand: Hand) -> None:
    behind, first, second, away = hand.put(
        BBox(0, 0, 640, 300), LEFT_BOX, RIGHT_BOX, BBox(500, 310, 30, 30)
    )
    hand.drag((20, 20), (310, 200), shift=True)
    assert set(hand.label.canvas.selection) == {first, second}
    hand.drag((480, 290), (560, 340), shift=True)
    assert set(hand.label.canvas.selection) == {behind, first, second, away}
    assert len(hand.boxes) == 4


def test_a_hand_that_trembles_at_a_click_neither_draws_nor_moves_a_box(hand: Hand) -> None:
    (box,) = hand.put(LEFT_BOX)
    canvas, left = hand.label.canvas, Qt.MouseButton.LeftButton
    for x, y, selection in ((350, 80, ()), (90, 95, (box,))):
        QTest.mousePress(canvas, left, NONE, hand.at(x, y))
        for tremble in (QPoint(1, 0), QPoint(1, 1), QPoint(0, -2)):
            QTest.mouseMove(canvas, hand.at(x, y) + tremble)
        QTest.mouseRelease(canvas, left, NONE, hand.at(x, y) + QPoint(0, -2))
        assert (hand.boxes, canvas.selection) == ([LEFT_BOX], selection)
    QTest.mousePress(canvas, left, NONE, hand.at(90, 95))
    QTest.mouseMove(canvas, hand.at(90, 95) + QPoint(4, 0))  # that is meant
    QTest.mouseRelease(canvas, left, NONE, hand.at(90, 95) + QPoint(4, 0))
    assert hand.boxes[0].x > LEFT_BOX.x


def test_ctrl_a_selects_all_and_a_click_on_one_of_them_means_it_alone(hand: Hand) -> None:
    first, second = hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    assert hand.label.canvas.selection == (first, second)
    hand.click(350, 80)
    assert hand.label.canvas.selection == (second,)


def test_ctrl_a_leaves_suggestions_alone(hand: Hand, window: MainWindow) -> None:
    (drawn,) = hand.put(LEFT_BOX)
    dataset, image_id = window.document.dataset, hand.annotations[0].image_id
    kind = dataset.categories()[0].id
    offered = Suggestion(dataset.new_suggestion_id(), image_id, kind, RIGHT_BOX, 0.9, "me")
    dataset.offer("me", [image_id], [offered])
    window.document.notify_images_changed([image_id])
    assert len(hand.label.canvas.boxes) == 2
    hand.press(Qt.Key.Key_A, CONTROL)
    assert hand.label.canvas.selection == (drawn,)


def test_selected_boxes_move_as_one_and_keep_their_places_at_the_edge(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.drag((350, 80), (100, 90))
    first, second = hand.boxes
    assert first.x == pytest.approx(0)
    assert second.x - first.x == pytest.approx(250)
    assert second.y - first.y == pytest.approx(-20)
    assert (first.width, second.height) == (80, 90)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == [LEFT_BOX, RIGHT_BOX]


def test_arrows_move_and_resize_all_selected_boxes_in_one_edit_each(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_Left, SHIFT)
    hand.press(Qt.Key.Key_Down)
    hand.press(Qt.Key.Key_Right, ALT | SHIFT)
    assert hand.boxes == [BBox(40, 61, 90, 70), BBox(290, 41, 110, 90)]
    for _ in range(3):
        hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == [LEFT_BOX, RIGHT_BOX]


def hold(hand: Hand, key: Qt.Key, times: int) -> None:
    """A key that is down and is not released; each repeat comes as a release and a press."""
    for number in range(times):
        kinds = [QEvent.Type.KeyRelease, QEvent.Type.KeyPress][number == 0 :]
        for kind in kinds:
            held = QKeyEvent(kind, key, NONE, "", autorep=number > 0)
            QApplication.sendEvent(hand.label.canvas, held)


def test_an_arrow_held_down_is_one_edit(hand: Hand, window: MainWindow) -> None:
    hand.put(LEFT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hold(hand, Qt.Key.Key_Right, 9)
    assert hand.boxes == [LEFT_BOX]
    assert hand.label.canvas.drag is not None
    QTest.keyRelease(hand.label.canvas, Qt.Key.Key_Right)
    assert hand.boxes == [BBox(59, 60, 80, 70)]
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == [LEFT_BOX]


def test_a_nudge_turned_round_at_the_edge_goes_back_at_once(hand: Hand) -> None:
    hand.put(BBox(2, 60, 80, 70))
    hand.press(Qt.Key.Key_A, CONTROL)
    hold(hand, Qt.Key.Key_Left, 5)
    hold(hand, Qt.Key.Key_Right, 1)
    QTest.keyRelease(hand.label.canvas, Qt.Key.Key_Right)
    assert hand.boxes == [BBox(1, 60, 80, 70)]


def test_whatever_ends_a_nudge_keeps_it_but_escape(hand: Hand, window: MainWindow) -> None:
    hand.put(LEFT_BOX)
    canvas, images = hand.label.canvas, window.document.dataset.images()
    hand.press(Qt.Key.Key_A, CONTROL)
    hold(hand, Qt.Key.Key_Right, 2)
    hand.press(Qt.Key.Key_Escape)
    QTest.keyRelease(canvas, Qt.Key.Key_Right)
    assert (hand.boxes, len(canvas.selection)) == ([LEFT_BOX], 1)
    hold(hand, Qt.Key.Key_Right, 1)
    hand.press(Qt.Key.Key_Q)
    assert [(each.bbox.x, each.occluded) for each in hand.annotations] == [(51, True)]
    hold(hand, Qt.Key.Key_Right, 1)
    hand.click(400, 300)
    assert hand.boxes[0].x == 52
    hand.click(90, 95)
    hold(hand, Qt.Key.Key_Right, 1)
    hand.label.show_image(images[1].id)
    hand.label.show_image(images[0].id)
    assert hand.boxes[0].x == 53
    hand.press(Qt.Key.Key_A, CONTROL)
    hold(hand, Qt.Key.Key_Right, 1)
    hand.label.classes.field.setFocus()
    assert hand.boxes[0].x == 54


def test_arrows_stop_the_whole_selection_at_the_edge(hand: Hand) -> None:
    hand.put(BBox(4, 60, 80, 70), RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_Left, SHIFT)
    assert [box.x for box in hand.boxes] == [0, 296]


def test_a_number_and_delete_mean_all_selected_boxes(hand: Hand) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_2)
    assert [box.name for box in hand.label.canvas.boxes] == ["mug", "mug"]
    hand.press(Qt.Key.Key_Backspace)
    assert hand.boxes == []
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(hand.boxes) == 2


def test_a_class_with_a_key_of_its_own_is_chosen_by_it(hand: Hand, window: MainWindow) -> None:
    mug = window.document.dataset.categories()[1]
    window.document.perform(set_category_key(window.document.dataset, mug.id, "7"))
    hand.put(LEFT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_7)
    assert hand.label.canvas.boxes[0].name == "mug"


def test_shift_tab_goes_back_through_the_boxes(hand: Hand) -> None:
    first, second, third = hand.put(LEFT_BOX, RIGHT_BOX, BBox(500, 200, 50, 50))
    for key, expected in (
        (Qt.Key.Key_Tab, first),
        (Qt.Key.Key_Tab, second),
        (Qt.Key.Key_Backtab, first),
        (Qt.Key.Key_Backtab, third),
    ):
        hand.press(key)
        assert hand.label.canvas.selection == (expected,)


def test_a_click_again_goes_down_through_overlapping_boxes(hand: Hand) -> None:
    large, middle, small = hand.put(
        BBox(100, 60, 400, 240), BBox(150, 100, 200, 150), BBox(200, 120, 60, 60)
    )
    seen: list[int] = []
    for _ in range(4):
        hand.click(230, 150)
        seen += hand.label.canvas.selection
    assert seen == [small, middle, large, small]


def test_copied_boxes_are_put_into_another_image_with_all_that_is_said_of_them(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    ids = hand.put(LEFT_BOX, RIGHT_BOX, BBox(500, 200, 50, 50))
    document = window.document
    document.perform(edits.set_attributes(document.dataset, ids[:1], occluded=True))
    hand.click(90, 95)
    hand.click(350, 80, shift=True)
    hand.press(Qt.Key.Key_C, CONTROL)
    assert said[-1].startswith("2 boxes copied")
    for _ in range(2):
        hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == [LEFT_BOX, RIGHT_BOX]
    assert [each.occluded for each in hand.annotations] == [True, False]
    assert said[-1] == "Paste 2 boxes. Kept."
    assert len(hand.label.canvas.selection) == 2
    hand.press(Qt.Key.Key_V, CONTROL)
    assert len(hand.boxes) == 2
    assert said[-1] == "The copied boxes are already here."


def test_ctrl_shift_v_takes_the_image_before_whatever_was_copied(
    hand: Hand, said: list[str]
) -> None:
    hand.put(LEFT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_C, CONTROL)
    hand.press(Qt.Key.Key_D)
    hand.put(RIGHT_BOX)
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_V, CONTROL | SHIFT)
    assert hand.boxes == [RIGHT_BOX]
    assert said[-1] == "Copy 1 box from the previous image. Kept."
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == [RIGHT_BOX, LEFT_BOX]


def test_only_what_is_missing_is_copied_from_the_image_before(hand: Hand, said: list[str]) -> None:
    hand.put(LEFT_BOX, RIGHT_BOX)
    hand.press(Qt.Key.Key_D)
    hand.put(LEFT_BOX)
    hand.press(Qt.Key.Key_V, CONTROL)
    assert sorted(hand.boxes, key=lambda box: box.x) == [LEFT_BOX, RIGHT_BOX]
    assert said[-1] == "Copy 1 box from the previous image. Kept."


def test_cut_boxes_come_back_where_they_are_pasted(hand: Hand) -> None:
    hand.put(LEFT_BOX)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_X, CONTROL)
    assert hand.boxes == []
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == [LEFT_BOX]


def test_duplicates_stand_beside_their_like_also_in_the_last_corner(hand: Hand) -> None:
    hand.put(BBox(560, 300, 80, 60))
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_D, CONTROL)
    assert hand.boxes == [BBox(560, 300, 80, 60), BBox(548, 288, 80, 60)]
    assert hand.label.canvas.selection == (hand.annotations[1].id,)


def test_the_cursor_says_what_a_press_would_do(hand: Hand) -> None:
    hand.put(LEFT_BOX)
    canvas, shapes = hand.label.canvas, Qt.CursorShape
    hand.click(400, 200)  # QTest still holds the keys of the test before
    QTest.mouseMove(canvas, hand.at(420, 200))
    assert canvas.cursor().shape() is shapes.CrossCursor
    QTest.mouseMove(canvas, hand.at(90, 95))
    assert canvas.cursor().shape() is shapes.SizeAllCursor
    QTest.keyPress(canvas, Qt.Key.Key_Shift)
    assert canvas.cursor().shape() is shapes.PointingHandCursor
    QTest.keyRelease(canvas, Qt.Key.Key_Shift, SHIFT)
    QTest.keyPress(canvas, Qt.Key.Key_Control)
    assert canvas.cursor().shape() is shapes.OpenHandCursor
    QTest.keyRelease(canvas, Qt.Key.Key_Control, CONTROL)
    hand.click(90, 95)
    QTest.mouseMove(canvas, hand.at(130, 130) + QPoint(3, 3))
    assert canvas.cursor().shape() is shapes.SizeFDiagCursor
    QTest.mouseMove(canvas, hand.at(90, 60))
    assert canvas.cursor().shape() is shapes.SizeVerCursor
