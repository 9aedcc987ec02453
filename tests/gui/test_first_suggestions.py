"""Suggestions from the first box: a real window, real pictures of a room, COCO's own detector."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.detected import DETECTOR, Detected, offer_detected
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.main_window import MainWindow
from labeler.runs import launch
from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.gui.label_window import Hand, close, open_window

BALL = 1
PICTURES = 6


@cache
def room() -> list[tuple[bytes, BBox]]:
    """JPEGs of a room a fifth of a second apart, and where the ball lies in each."""
    world, camera = World(5), Renderer(5)
    for _ in range(150):
        world.step(1 / 15)
    made = []
    for _ in range(PICTURES):
        drawn = camera.draw(world.scene())
        stream = io.BytesIO()
        pixels = np.ascontiguousarray(drawn.pixels[..., ::-1])
        Pillow.fromarray(pixels).save(stream, "JPEG", quality=92)
        (ball,) = (each for each in drawn.truth.boxes if each.name == "ball")
        made.append((stream.getvalue(), BBox(ball.x, ball.y, ball.width, ball.height)))
        for _ in range(3):
            world.step(1 / 15)
    return made


def made_dataset(folder: Path) -> None:
    with Dataset.create(folder) as dataset:
        session = dataset.add_session("room", "test", 0.0)
        for number, (data, _) in enumerate(room()):
            add_picture(
                dataset,
                data,
                original_name=f"{number}.jpg",
                session_id=session.id,
                captured_at=float(number),
            )
        dataset.apply(add_category(dataset, "ball"))


class Beginner(Hand):
    """Draws the first boxes of a dataset."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        super().__init__(window)
        self._qtbot = qtbot

    @property
    def dataset(self) -> Dataset:
        return self.window.document.dataset

    @property
    def line(self) -> str:
        return self.label.detectors.switch.line.text()

    def go(self, number: int) -> None:
        self.label.show_image(self.dataset.images()[number].id)

    def draw_ball(self, number: int) -> None:
        """With the mouse."""
        self.go(number)
        ball = room()[number][1]
        self.drag((ball.x, ball.y), (ball.right, ball.bottom))

    def offered(self, number: int) -> list[Suggestion]:
        return self.dataset.suggestions(self.dataset.images()[number].id)

    def wait(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def wait_until_looked(self) -> None:
        first = self.label.detectors.first
        self.wait(lambda: first.is_at_rest and is_idle())


Open = Callable[..., Beginner]


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    windows: list[MainWindow] = []

    def open_one(name: str = "room") -> Beginner:
        folder = tmp_path / name
        if not folder.exists():
            made_dataset(folder)
        window = open_window(folder, tmp_path / "settings.ini")
        qtbot.addWidget(window)
        windows.append(window)
        beginner = Beginner(window, qtbot)
        beginner.wait(is_idle)
        return beginner

    yield open_one
    for window in windows:
        close(window)


def test_one_box_brings_suggestions_on_the_next_pictures_and_nothing_is_trained(
    opened: Open,
) -> None:
    hand = opened()
    assert hand.line == ""
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    for number in range(1, PICTURES):
        (found,) = hand.offered(number)
        assert (found.source, found.model, found.category_id) == (DETECTOR, "first-boxes", BALL)
        assert found.bbox.iou(room()[number][1]) > 0.7
    assert hand.line == "Suggests what looks like your first boxes"
    assert hand.label.detectors.along.pid == 0
    assert [each.annotation_count for each in hand.dataset.images()] == [1, 0, 0, 0, 0, 0]


def test_what_was_boxed_is_undone_and_so_is_what_it_suggested(opened: Open) -> None:
    hand = opened()
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    hand.window.document.undo()
    hand.wait(lambda: not any(hand.offered(number) for number in range(PICTURES)))
    hand.window.document.redo()
    hand.wait(lambda: hand.offered(1))


def test_what_was_undone_suggests_nothing_either_where_the_person_went_at_once(
    opened: Open,
) -> None:
    hand = opened()
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    hand.window.document.undo()
    hand.press(Qt.Key.Key_D)
    hand.wait_until_looked()
    hand.go(3)
    hand.wait(lambda: not any(hand.offered(number) for number in (0, 1, 2, 4, 5)))


def test_another_class_of_the_box_is_another_class_of_what_is_suggested(opened: Open) -> None:
    hand = opened()
    hand.window.document.perform(add_category(hand.dataset, "orange"))
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.press(Qt.Key.Key_2)
    hand.wait(lambda: [each.category_id for each in hand.offered(1)] == [2])


def test_what_was_rejected_is_not_suggested_again(opened: Open) -> None:
    hand = opened()
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    hand.go(1)
    hand.label.canvas.select(())
    hand.press(Qt.Key.Key_Tab)
    hand.press(Qt.Key.Key_Delete)
    hand.draw_ball(2)
    hand.wait_until_looked()
    assert hand.offered(1) == []
    assert hand.offered(3)


def test_what_a_model_suggests_is_left_alone(opened: Open) -> None:
    hand = opened()
    images = hand.dataset.images()
    theirs = {images[2].id: [Detected(BALL, BBox(20, 20, 60, 60), 0.9)]}
    hand.window.document.offer(lambda dataset: offer_detected(dataset, "run-1", theirs))
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    assert [each.model for each in hand.offered(2)] == ["run-1"]


def test_who_wants_none_gets_none_in_this_dataset_and_another_begins_with_its_own_boxes(
    opened: Open,
) -> None:
    hand = opened()
    hand.label.detectors.along.decline()
    hand.draw_ball(0)
    hand.wait_until_looked()
    assert not hand.offered(1)
    assert hand.line == ""
    other = opened("other")
    assert not any(other.offered(number) for number in range(PICTURES))
    other.draw_ball(0)
    other.wait(lambda: other.offered(1))


def test_it_needs_nothing_to_train_with_and_its_switch_turns_it_off(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(launch, "_NEEDED", ("a_library_that_nobody_has",))
    hand = opened()
    switch = hand.label.detectors.switch
    hand.draw_ball(0)
    hand.wait(lambda: hand.offered(1))
    hand.wait_until_looked()
    assert switch.button.isChecked()
    QTest.mouseClick(switch.button, Qt.MouseButton.LeftButton)
    assert not switch.button.isChecked()
    assert switch.line.text() == ""
    before = [each.id for number in range(PICTURES) for each in hand.offered(number)]
    hand.draw_ball(2)
    hand.wait_until_looked()
    after = {each.id for number in range(PICTURES) for each in hand.offered(number)}
    assert after <= set(before)
    QTest.mouseClick(switch.button, Qt.MouseButton.LeftButton)
    assert switch.button.isChecked()


def test_each_picture_is_looked_at_once(opened: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    from labeler.runs.coco_detector import CocoDetector

    looks: list[int] = []
    predict = CocoDetector.predict
    monkeypatch.setattr(
        CocoDetector, "predict", lambda self, rgb: looks.append(1) or predict(self, rgb)
    )
    hand = opened()
    for number in range(4):
        hand.draw_ball(number)
        hand.wait_until_looked()
    assert len(looks) == PICTURES
