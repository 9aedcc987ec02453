"""Suggestions in the real window: seen, accepted, corrected, rejected, and never passed over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, ImageState, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
MUG, CUBE = BBox(100, 80, 120, 90), BBox(350, 150, 100, 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Four pictures; the first has a suggested mug and a suggested cube."""
    with Dataset.create(tmp_path / "table") as dataset:
        first, *_ = add_plain_pictures(dataset, 4)
        dataset.apply(add_category(dataset, "mug"))
        dataset.apply(add_category(dataset, "cube"))
        mug, cube = (category.id for category in dataset.categories())
        offered = [(mug, MUG, 0.91), (cube, CUBE, 0.6)]
        dataset.offer(
            "tracker",
            [first.id],
            [
                Suggestion(dataset.new_suggestion_id(), first.id, kind, bbox, score, "tracker")
                for kind, bbox, score in offered
            ],
        )
    return tmp_path / "table"


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    shown = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


def waiting(hand: Hand) -> list[Suggestion]:
    assert hand.label.editor.image_id is not None
    return hand.window.document.dataset.suggestions(hand.label.editor.image_id)


def names(hand: Hand) -> list[str]:
    """The classes of the boxes of the current image."""
    dataset, image_id = hand.window.document.dataset, hand.label.editor.image_id
    assert image_id is not None
    known = {category.id: category.name for category in dataset.categories()}
    return [known[each.category_id] for each in dataset.annotations(image_id)]


def close_to(expected: BBox, tolerance: float = 2.0) -> object:
    return pytest.approx(expected.as_list(), abs=tolerance)


def test_suggestions_are_shown_dashed_with_their_score_and_listed_as_such(hand: Hand) -> None:
    shown = hand.label.canvas.boxes
    assert [(box.plate, box.dashed) for box in shown] == [("mug 0.91", True), ("cube 0.60", True)]
    rows = [hand.label.boxes.list.item(row) for row in range(2)]
    spoken = Qt.ItemDataRole.AccessibleTextRole
    assert [row.data(spoken) for row in rows] == ["mug 0.91, suggestion", "cube 0.60, suggestion"]


def test_a_box_and_a_suggestion_of_one_number_are_told_apart(hand: Hand) -> None:
    hand.drag((500, 40), (560, 100))
    dataset = hand.window.document.dataset
    drawn = dataset.annotations(hand.label.editor.image_id or 0)[0]
    assert drawn.id in [each.id for each in waiting(hand)]
    hand.click(400, 200)
    hand.press(Qt.Key.Key_Delete)
    hand.click(530, 70)
    hand.press(Qt.Key.Key_2)
    assert names(hand) == ["cube"]
    assert [each.bbox for each in waiting(hand)] == [MUG]


def test_enter_accepts_the_selected_suggestion(hand: Hand) -> None:
    hand.click(400, 200)
    hand.press(Qt.Key.Key_Return)
    assert names(hand) == ["cube"]
    assert hand.boxes == [CUBE]
    assert [each.bbox for each in waiting(hand)] == [MUG]


def test_enter_accepts_one_after_the_other_where_none_is_selected(hand: Hand) -> None:
    QTest.mouseMove(hand.label.canvas, hand.at(600, 340))
    hand.press(Qt.Key.Key_Return)
    assert names(hand) == ["mug"]
    hand.press(Qt.Key.Key_Return)
    assert names(hand) == ["mug", "cube"]
    said: list[str] = []
    hand.window.document.said.connect(said.append)
    hand.press(Qt.Key.Key_Return)
    assert said == ["This image has no suggestions."]


def test_enter_prefers_the_suggestion_under_the_pointer(hand: Hand) -> None:
    QTest.mouseMove(hand.label.canvas, hand.at(400, 200))
    hand.press(Qt.Key.Key_Return)
    assert names(hand) == ["cube"]


def test_shift_enter_accepts_all_and_undo_brings_the_very_same_ones_back(hand: Hand) -> None:
    before = waiting(hand)
    hand.press(Qt.Key.Key_Return, SHIFT)
    assert hand.boxes == [MUG, CUBE]
    assert waiting(hand) == []
    drawn = hand.window.document.dataset.annotations(hand.label.editor.image_id or 0)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert waiting(hand) == before
    assert hand.boxes == []
    hand.press(Qt.Key.Key_Y, CONTROL)
    assert hand.window.document.dataset.annotations(hand.label.editor.image_id or 0) == drawn


def test_what_two_machines_suggest_becomes_one_box(hand: Hand) -> None:
    dataset, image_id = hand.window.document.dataset, hand.label.editor.image_id
    assert image_id is not None
    near = BBox(MUG.x + 4, MUG.y, MUG.width, MUG.height)
    number, kind = dataset.new_suggestion_id(), waiting(hand)[0].category_id
    hand.window.document.offer(
        lambda dataset: [
            each.image_id
            for each in dataset.offer(
                "detector", [image_id], [Suggestion(number, image_id, kind, near, 0.97, "detector")]
            )
        ]
    )
    before = waiting(hand)
    assert len(before) == 3
    hand.press(Qt.Key.Key_Return, SHIFT)
    assert hand.boxes == [CUBE, near]
    assert waiting(hand) == []
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert (hand.boxes, waiting(hand)) == ([], before)


def test_delete_rejects_a_suggestion_for_good_and_undo_brings_it_back(hand: Hand) -> None:
    before = waiting(hand)
    hand.click(160, 120)
    hand.press(Qt.Key.Key_Delete)
    assert [each.bbox for each in waiting(hand)] == [CUBE]
    dataset = hand.window.document.dataset
    again = [Suggestion(dataset.new_suggestion_id(), *_values(before[0]))]
    assert dataset.offer("tracker", [before[0].image_id], [*again, before[1]]) == [before[1]]
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert waiting(hand) == before


def test_delete_asks_for_no_click_where_one_alone_waits(hand: Hand, window: MainWindow) -> None:
    hand.press(Qt.Key.Key_Delete)
    assert len(waiting(hand)) == 2
    assert len(hand.label.canvas.selection) == 1
    assert window.status.sentence.text().startswith("2 suggestions waiting. Press Del again")
    hand.press(Qt.Key.Key_Delete)
    hand.press(Qt.Key.Key_Escape)
    assert (len(waiting(hand)), hand.label.canvas.selection) == (1, ())
    hand.press(Qt.Key.Key_Delete)
    assert waiting(hand) == []
    hand.press(Qt.Key.Key_Delete)
    assert window.status.sentence.text() == "No box is selected. Click one first."


def test_a_box_and_a_suggestion_go_together_by_one_delete(hand: Hand) -> None:
    hand.drag((500, 40), (560, 100))
    hand.click(160, 120, shift=True)
    hand.press(Qt.Key.Key_Delete)
    assert hand.boxes == []
    assert [each.bbox for each in waiting(hand)] == [CUBE]
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(hand.boxes) == 1
    assert len(waiting(hand)) == 2


def test_a_suggestion_that_is_moved_becomes_a_box_in_one_edit(hand: Hand) -> None:
    hand.drag((160, 120), (180, 130))
    assert [box.as_list() for box in hand.boxes] == [close_to(BBox(120, 90, 120, 90))]
    assert [each.bbox for each in waiting(hand)] == [CUBE]
    assert len(hand.label.canvas.selection) == 1  # the box that it became
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []
    assert len(waiting(hand)) == 2


def test_a_suggestion_becomes_a_box_by_a_corner_a_nudge_a_number_or_a_typed_value(
    hand: Hand,
) -> None:
    hand.click(160, 120)
    hand.drag((220, 170), (240, 200))
    assert hand.boxes[0].as_list() == close_to(BBox(100, 80, 140, 120))
    hand.click(400, 200)
    hand.press(Qt.Key.Key_Right, SHIFT)
    assert hand.boxes[1] == BBox(360, 150, 100, 100)
    hand.press(Qt.Key.Key_Right, SHIFT)  # it is still selected
    assert hand.boxes[1] == BBox(370, 150, 100, 100)
    for _ in range(3):
        hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(waiting(hand)) == 2
    hand.click(160, 120)
    hand.press(Qt.Key.Key_2)
    assert names(hand) == ["cube"]
    hand.press(Qt.Key.Key_Z, CONTROL)
    hand.click(400, 200)
    hand.label.boxes.fields["w"].setValue(50)
    assert hand.boxes == [BBox(350, 150, 50, 100)]


def test_what_is_said_of_a_suggestion_accepts_it(hand: Hand) -> None:
    hand.click(160, 120)
    hand.press(Qt.Key.Key_Q)
    image_id = hand.label.editor.image_id
    assert image_id is not None
    (drawn,) = hand.window.document.dataset.annotations(image_id)
    assert (drawn.bbox, drawn.occluded) == (MUG, True)
    assert hand.label.canvas.selection == (drawn.id,)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(waiting(hand)) == 2


def test_tab_goes_through_boxes_and_suggestions(hand: Hand) -> None:
    QTest.mouseMove(hand.label.canvas, hand.at(600, 340))
    chosen: list[int] = []
    for _ in range(2):
        hand.press(Qt.Key.Key_Tab)
        chosen += hand.label.canvas.selection
    assert chosen == [box.id for box in hand.label.canvas.boxes]


@pytest.mark.parametrize("button", ["space", "nothing"])
def test_an_image_with_waiting_suggestions_is_not_passed_as_right(hand: Hand, button: str) -> None:
    said: list[str] = []
    hand.window.document.said.connect(said.append)
    first = hand.label.editor.image_id
    assert first is not None
    if button == "space":
        hand.press(Qt.Key.Key_Space)
    else:
        hand.label.nothing_button.click()
    assert said == ["2 suggestions are unanswered: Shift+Enter accepts all, Del rejects one."]
    assert hand.label.editor.image_id == first
    assert hand.window.document.dataset.image(first).state is ImageState.UNLABELLED
    for _ in range(2):
        hand.press(Qt.Key.Key_Delete)  # as the sentence says, one after the other
    hand.press(Qt.Key.Key_Space)
    assert hand.window.document.dataset.image(first).state is ImageState.EMPTY
    assert hand.label.editor.image_id != first


def test_hidden_suggestions_still_wait_and_show_themselves(hand: Hand) -> None:
    hand.press(Qt.Key.Key_L, SHIFT)
    assert hand.label.canvas.boxes == ()
    hand.press(Qt.Key.Key_Space)
    assert len(hand.label.canvas.boxes) == 2


def test_the_status_tells_how_many_images_have_suggestions(hand: Hand, window: MainWindow) -> None:
    assert "1 with suggestions" in window.status.counts.text()
    hand.press(Qt.Key.Key_Return, SHIFT)
    assert "suggestions" not in window.status.counts.text()


def test_what_only_waits_is_not_exported(hand: Hand, window: MainWindow, tmp_path: Path) -> None:
    from labeler.dataset.coco import export_coco

    dataset = window.document.dataset
    with_box = dataset.images()[1].id
    dataset.apply(draw(dataset, with_box, dataset.categories()[0].id, MUG))
    report = export_coco(dataset, tmp_path / "out", include_unlabelled=True)
    assert report.annotations == 1


def _values(offered: Suggestion) -> tuple[Any, ...]:
    return (
        offered.image_id,
        offered.category_id,
        offered.bbox,
        offered.score,
        offered.source,
        offered.model,
    )


def test_one_key_accepts_all_and_goes_on(hand: Hand) -> None:
    dataset = hand.window.document.dataset
    first = hand.label.editor.image_id
    assert first is not None
    hand.press(Qt.Key.Key_Return, CONTROL)
    assert [each.bbox for each in dataset.annotations(first)] == [MUG, CUBE]
    assert dataset.image(first).verified
    assert hand.label.editor.image_id != first
    here = hand.label.editor.image_id
    hand.press(Qt.Key.Key_Return, CONTROL)  # nothing waits here: it stays
    assert hand.label.editor.image_id == here
    assert not dataset.image(here or 0).verified


def test_what_was_carried_too_far_is_dropped_at_once_and_comes_back(hand: Hand) -> None:
    dataset = hand.window.document.dataset
    first, second, *_ = (image.id for image in dataset.images())
    offered = Suggestion(dataset.new_suggestion_id(), second, 1, MUG, 0.9, "tracker")
    dataset.offer("tracker", [second], [offered])
    before = waiting(hand)
    hand.press(Qt.Key.Key_Delete, SHIFT)
    assert dataset.suggestions(first) == dataset.suggestions(second) == []
    assert dataset.rejected_suggestions(first) == []
    assert hand.window.status.sentence.text().startswith("3 suggestions dropped")
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert dataset.suggestions(first) == before
    assert dataset.suggestions(second) == [offered]


def test_undo_in_the_middle_of_a_drag_leaves_nothing_of_the_drag(hand: Hand) -> None:
    hand.put(BBox(300, 200, 60, 50))
    canvas, left = hand.label.canvas, Qt.MouseButton.LeftButton
    QTest.mousePress(canvas, left, pos=hand.at(330, 225))
    for x in (340, 360, 380):
        QTest.mouseMove(canvas, hand.at(x, 235))
    hand.press(Qt.Key.Key_Z, CONTROL)
    QTest.mouseRelease(canvas, left, pos=hand.at(380, 235))
    assert hand.boxes == []
    assert hand.window.document.can_redo
