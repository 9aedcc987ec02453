"""Boxes proposed before anything is learned, in the real window: seen, taken, and never counted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CLASSES = ("ball", "cube")


@pytest.fixture(scope="module")
def room() -> tuple[bytes, BBox]:
    """A picture of the simulated world, and where the ball is in it."""
    world = World(5)
    for _ in range(150):
        world.step(1 / 15)
    drawn = Renderer(5).draw(world.scene())
    (ball,) = (box for box in drawn.truth.boxes if box.name == "ball")
    stream = io.BytesIO()
    Pillow.fromarray(np.ascontiguousarray(drawn.pixels[..., ::-1])).save(stream, "PNG")
    return stream.getvalue(), BBox(ball.x, ball.y, ball.width, ball.height)


@pytest.fixture
def ball(room: tuple[bytes, BBox]) -> BBox:
    return room[1]


@pytest.fixture
def folder(tmp_path: Path, room: tuple[bytes, BBox]) -> Path:
    """The room, and then two plain pictures."""
    with Dataset.create(tmp_path / "table") as dataset:
        session = dataset.add_session("room", "test", 0.0)
        add_picture(
            dataset, room[0], original_name="room.png", session_id=session.id, captured_at=0.0
        )
        add_plain_pictures(dataset, 2)
        for name in CLASSES:
            dataset.apply(add_category(dataset, name))
    return tmp_path / "table"


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    Settings().set_number("proposals", 1)
    shown = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(qtbot: QtBot, window: MainWindow) -> Hand:
    """When all is proposed on the room."""
    hand = Hand(window)
    qtbot.waitUntil(lambda: bool(proposed(hand)) and not hand.label.proposing.is_seeking)
    return hand


def proposed(hand: Hand) -> tuple[BBox, ...]:
    return hand.label.canvas.faint.boxes


def point(hand: Hand, x: float, y: float) -> None:
    """With the mouse, at a place of the picture."""
    QTest.mouseMove(hand.label.canvas, hand.at(x - 2, y))
    QTest.mouseMove(hand.label.canvas, hand.at(x, y))


def middle(bbox: BBox) -> tuple[float, float]:
    return bbox.x + bbox.width / 2, bbox.y + bbox.height / 2


def test_a_click_on_a_faint_box_makes_it_a_box_of_the_next_class_that_undo_takes_back(
    hand: Hand, ball: BBox
) -> None:
    assert 1 <= len(proposed(hand)) <= 10
    point(hand, *middle(ball))
    hand.click(*middle(ball))
    (box,) = hand.annotations
    assert box.bbox.iou(ball) > 0.8
    assert (box.bbox.x, box.bbox.width) == (round(box.bbox.x), round(box.bbox.width))
    assert hand.label.canvas.selection == (box.id,)
    assert not any(each.iou(box.bbox) >= 0.5 for each in proposed(hand))
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.boxes == []
    assert any(each.iou(ball) > 0.8 for each in proposed(hand))


def test_the_surest_is_aimed_at_from_wherever_the_pointer_comes(hand: Hand, ball: BBox) -> None:
    faint = hand.label.canvas.faint
    point(hand, *middle(ball))
    surest = faint.aimed
    assert surest is not None
    assert surest.iou(ball) > 0.8
    assert faint.turn()
    larger = faint.aimed
    assert larger is not None
    assert larger != surest
    point(hand, middle(ball)[0] + 3, middle(ball)[1])
    assert faint.aimed == larger  # the person turned to it, and the same lie under the pointer
    inside = next(
        (x, y)
        for x in range(round(larger.x) + 4, round(larger.right) - 4, 8)
        for y in range(round(larger.y) + 4, round(larger.bottom) - 4, 8)
        if not surest.contains(x, y)
    )
    point(hand, *inside)
    faint.aimed = larger  # as where it is the surest there
    point(hand, *middle(ball))
    assert faint.aimed == surest


def test_the_full_stop_takes_the_one_under_the_pointer_and_else_the_surest(
    hand: Hand, ball: BBox
) -> None:
    hand.label.editor.choose_named("cube")
    surest = proposed(hand)[0]
    hand.press(Qt.Key.Key_Period)
    assert hand.boxes == [surest]
    rest = [each for each in proposed(hand) if each.iou(surest) < 0.5]
    point(hand, *middle(rest[-1]))
    aimed = hand.label.canvas.faint.aimed
    hand.press(Qt.Key.Key_Period)
    assert aimed is None or hand.boxes[-1] == aimed
    assert {each.category_id for each in hand.annotations} == {
        hand.window.document.dataset.categories()[1].id
    }


def test_what_nobody_has_taken_is_no_box_anywhere(hand: Hand) -> None:
    dataset = hand.window.document.dataset
    assert proposed(hand)
    assert list(dataset.all_annotations()) == []
    assert dataset.suggestions(hand.label.editor.image_id or 0) == []
    assert hand.label.boxes.list.count() == 0
    hand.press(Qt.Key.Key_Space)
    (first, *_) = dataset.images()
    assert first.verified
    assert first.annotation_count == 0


def test_the_wheel_goes_through_nested_ones_and_still_zooms_with_ctrl(hand: Hand) -> None:
    outer, inner = BBox(300, 100, 200, 200), BBox(350, 150, 60, 60)
    canvas = hand.label.canvas
    canvas.faint.show([outer, inner], 1)
    point(hand, 370, 170)
    assert canvas.faint.aimed == outer
    scale = canvas.viewport.scale
    turn_wheel(hand, (370, 170), -120)
    assert canvas.faint.aimed == inner
    turn_wheel(hand, (370, 170), -120)
    assert canvas.faint.aimed == outer
    hand.press(Qt.Key.Key_Comma)
    assert canvas.faint.aimed == inner
    assert canvas.viewport.scale == scale
    turn_wheel(hand, (370, 170), 120, Qt.KeyboardModifier.ControlModifier)
    assert canvas.viewport.scale > scale
    point(hand, 370, 170)
    place = canvas.viewport.y
    turn_wheel(hand, (370, 170), -120)
    assert canvas.viewport.y != place
    turn_wheel(hand, (370, 170), -120, Qt.KeyboardModifier.ShiftModifier)
    point(hand, 371, 171)
    hand.click(371, 171)
    assert hand.boxes in ([inner], [outer])


def turn_wheel(
    hand: Hand,
    at: tuple[float, float],
    by: int,
    held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier,
) -> None:
    canvas, place = hand.label.canvas, QPointF(hand.at(*at))
    event = QWheelEvent(
        place,
        QPointF(canvas.mapToGlobal(place.toPoint())),
        QPoint(),
        QPoint(0, by),
        Qt.MouseButton.NoButton,
        held,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_a_box_drawn_roughly_is_fitted_to_its_thing_by_one_key(hand: Hand, ball: BBox) -> None:
    rough = BBox(ball.x - 12, ball.y + 5, ball.width + 16, ball.height + 6)
    hand.press(Qt.Key.Key_W)
    hand.drag((rough.x, rough.y), (rough.right, rough.bottom))
    assert hand.boxes[0].iou(ball) < 0.8
    hand.press(Qt.Key.Key_S)
    assert hand.boxes[0].iou(ball) > 0.85
    hand.press(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert hand.boxes[0].iou(rough) > 0.95


def test_a_box_or_a_suggestion_wins_over_the_proposal_that_it_overlaps(
    hand: Hand, ball: BBox
) -> None:
    document, image_id = hand.window.document, hand.label.editor.image_id or 0
    count = len(proposed(hand))
    offer(hand, "tracker", ball)
    document.suggestions_changed.emit([image_id])
    assert 0 < len(proposed(hand)) < count
    document.dataset.offer("tracker", [image_id], [])
    offer(hand, "detector", BBox(5, 5, 20, 20))
    document.suggestions_changed.emit([image_id])
    assert proposed(hand) == (), "where a trained model has looked nothing is proposed"


def offer(hand: Hand, source: str, bbox: BBox) -> None:
    dataset, image_id = hand.window.document.dataset, hand.label.editor.image_id or 0
    kind = dataset.categories()[0].id
    number = dataset.new_suggestion_id()
    dataset.offer(source, [image_id], [Suggestion(number, image_id, kind, bbox, 0.9, source)])


def test_switched_off_they_stay_off_in_the_next_window(
    qtbot: QtBot, hand: Hand, folder: Path, tmp_path: Path
) -> None:
    switch = hand.label.proposals
    assert switch.button.isChecked()
    assert "a click takes one" in switch.line.text()
    assert "(P)" in switch.button.toolTip()
    hand.press(Qt.Key.Key_P)
    assert proposed(hand) == ()
    assert not switch.button.isChecked()
    close(hand.window)
    again = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(again)
    other = Hand(again)
    assert not other.label.proposing.is_seeking
    QTest.mouseClick(other.label.proposals.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(proposed(other)))
    close(again)


def test_a_confirmed_image_has_none_and_one_come_back_to_has_them_at_once(
    qtbot: QtBot, hand: Hand
) -> None:
    offered = proposed(hand)
    hand.press(Qt.Key.Key_D)
    qtbot.waitUntil(lambda: not hand.label.proposing.is_seeking)
    hand.press(Qt.Key.Key_A)
    assert proposed(hand) == offered
    hand.press(Qt.Key.Key_Space)
    hand.press(Qt.Key.Key_A)
    assert hand.label.editor.image() is not None
    assert hand.label.editor.image().verified
    assert proposed(hand) == ()
