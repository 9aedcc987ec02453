"""Learning along: offered, switched on, heard, stored, and out of the way. A real window, and a
process that speaks as the assistant does; once the assistant itself."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Image, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.input_pause import PAUSE_S
from labeler.gui.label import along_rounds, assistant_process, learning_along
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window
from tests.trainer.assist_process import HURRIED
from tests.trainer.training_runs import write_coco
from trainer.assist_lines import Know, Label, Learn, Order, Pause, Resume, Suggest, order_from

BOX = BBox(300, 200, 80, 80)
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier

Open = Callable[..., "Pupil"]


class Pupil(Hand):
    """A hand whose work is learnt from."""

    def __init__(self, window: MainWindow, qtbot: QtBot, orders: Path) -> None:
        super().__init__(window)
        self.along = self.label.detectors.along
        self._qtbot = qtbot
        self._orders = orders
        self.said: list[str] = []
        self.failed: list[str] = []
        window.document.said.connect(self.said.append)
        window.document.failed.connect(lambda sentence, _: self.failed.append(sentence))

    @property
    def dataset(self) -> Dataset:
        return self.window.document.dataset

    @property
    def images(self) -> list[Image]:
        return self.dataset.images()

    def draw_on(self, *numbers: int) -> None:
        for number in numbers:
            document = self.window.document
            document.perform(draw(document.dataset, self.images[number].id, 1, BOX))

    def offered(self, number: int) -> list[Suggestion]:
        return self.dataset.suggestions(self.images[number].id)

    def with_suggestions(self) -> list[int]:
        return [at for at, image in enumerate(self.images) if image.suggestion_count]

    def orders(self, kind: type[Order]) -> list[Order]:
        """Those the assistant has received."""
        text = self._orders.read_text(encoding="utf-8") if self._orders.exists() else ""
        lines = text.split("\n")[:-1]
        return [order for order in map(order_from, lines) if isinstance(order, kind)]

    def wait(self, condition: Callable[[], object]) -> None:
        self._qtbot.waitUntil(lambda: bool(condition()))

    def pause(self) -> None:
        """Lets the clock of the offer go on by as long as a pause is, hands off."""
        pause = self.label.detectors.offer.pause
        then = pause.clock() + PAUSE_S
        pause.clock = lambda: then
        pause.check()

    def wait_for_round(self, number: int, *, stored: bool = True) -> None:
        self.wait(lambda: len(self.orders(Learn)) == number)
        self.wait(lambda: self.along.stage is learning_along.Stage.READY and is_idle())
        self.wait(lambda: self.along.keeper.is_done or not stored)


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    folder, orders = tmp_path / "kitchen", tmp_path / "orders"
    windows: list[MainWindow] = []
    with Dataset.create(folder) as dataset:
        add_plain_pictures(dataset, 14)
        dataset.apply(add_category(dataset, "mug"))

    def open_one(labelled: int = 0, *, dies: bool = False) -> Pupil:
        words = ["-m", "tests.gui.scripted_assistant", str(orders), *(["dies"] if dies else [])]
        monkeypatch.setattr(
            assistant_process, "trainer_command", lambda *_: [sys.executable, *words]
        )
        with Dataset.open(folder) as dataset:
            for image in dataset.images()[:labelled]:
                if not image.annotation_count:
                    dataset.apply(draw(dataset, image.id, 1, BOX))
        window = open_window(folder, tmp_path / "settings.ini")
        qtbot.addWidget(window)
        windows.append(window)
        pupil = Pupil(window, qtbot, orders)
        pupil.wait(is_idle)
        return pupil

    yield open_one
    for window in windows:
        close(window)


def test_it_is_offered_at_the_third_labelled_image_and_suggests_when_it_is_taken(
    opened: Open,
) -> None:
    hand = opened(2)
    offer = hand.label.detectors.offer
    hand.pause()
    assert not offer.isVisible()
    hand.draw_on(*range(2, 10))
    hand.pause()
    assert offer.isVisible()
    assert hand.along.pid == 0
    QTest.mouseClick(offer.yes, Qt.MouseButton.LeftButton)
    assert not offer.isVisible()
    assert hand.label.detectors.switch.button.isChecked()
    hand.wait_for_round(1)
    assert hand.with_suggestions() == [10, 11, 12, 13]
    (found,) = hand.offered(10)
    assert (found.source, found.model, found.score) == (
        "detector",
        "along-1",
        0.75,
    )
    assert found.bbox == BBox(100, 50, 60, 60)
    assert hand.said[-1] == ("Suggestions on 4 images. Ctrl+Shift+G goes to the most useful one.")


def test_what_learns_is_loaded_once_the_person_begins_and_goes_when_it_is_not_wanted(
    opened: Open,
) -> None:
    hand = opened()
    hand.along._warming.setInterval(0)
    hand.label.show_image(hand.images[0].id)
    assert hand.along.pid == 0
    hand.draw_on(0)
    hand.wait(lambda: hand.along.pid)
    pid = hand.along.pid
    hand.draw_on(1, 2)
    hand.pause()
    QTest.mouseClick(hand.label.detectors.offer.yes, Qt.MouseButton.LeftButton)
    hand.wait_for_round(1)
    assert hand.along.pid == pid
    hand.label.detectors.switch.button.click()
    assert hand.along.pid == 0


def test_it_learns_at_three_images_after_two_more_and_beyond_ten_after_five(
    opened: Open,
) -> None:
    hand = opened(2)
    hand.along.set_on(True)
    rounds = {3: 1, 4: 1, 5: 2, 6: 2, 7: 3, 8: 3, 9: 4, 10: 4, 11: 4, 12: 4, 13: 4}
    for labelled, number in rounds.items():
        hand.draw_on(labelled - 1)
        hand.wait(lambda: hand.along.is_told)
        hand.wait_for_round(number)
        assert len(hand.orders(Learn)) == number


def test_the_offer_goes_where_nothing_is_left_to_suggest_on(opened: Open) -> None:
    hand = opened(10)
    offer = hand.label.detectors.offer
    hand.pause()
    for image_id in (10, 11, 12, 13):
        assert offer.isVisible()
        assert (
            offer.text.text()
            == f"{image_id} images labelled. Learn from them to suggest better boxes?"
        )
        hand.draw_on(image_id)
    assert not offer.isVisible()


def test_the_offer_counts_on_and_goes_and_comes_with_what_is_labelled(opened: Open) -> None:
    hand = opened(3)
    offer = hand.label.detectors.offer
    hand.pause()
    hand.draw_on(3, 4)
    assert offer.text.text().startswith("5 images labelled.")
    for _ in range(2):
        hand.window.document.undo()
    assert offer.text.text().startswith("3 images labelled.")
    hand.label.show_image(hand.images[0].id)
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_Delete)  # two are left
    assert not offer.isVisible()
    hand.window.document.undo()
    hand.pause()
    assert offer.isVisible()


def test_the_offer_waits_until_mouse_and_keys_have_rested(opened: Open) -> None:
    hand = opened(2)
    offer, canvas = hand.label.detectors.offer, hand.label.canvas
    now = [100.0]
    offer.pause.clock = lambda: now[0]

    def after(seconds: float) -> bool:
        now[0] += seconds
        offer.pause.check()
        return offer.isVisible()

    hand.draw_on(2)
    assert not after(PAUSE_S - 0.1)
    hand.press(Qt.Key.Key_L)
    assert not after(PAUSE_S - 0.1)
    hand.drag((100, 80), (200, 150))
    assert not after(PAUSE_S - 0.1)
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QTest.mousePress(canvas, left, none, hand.at(20, 20))
    assert not after(60)  # a button is down, however long
    QTest.mouseRelease(canvas, left, none, hand.at(20, 20))
    for key in (Qt.Key.Key_W, Qt.Key.Key_Return):
        hand.press(key)
    assert not after(60)  # a box is half drawn
    hand.press(Qt.Key.Key_Escape)
    hand.window.show_workspace("train")
    assert not after(60)
    hand.window.show_workspace("label")
    assert not after(PAUSE_S - 0.1)
    assert after(0.2)


def test_neither_the_offer_nor_a_job_moves_the_picture(opened: Open) -> None:
    hand = opened(10)
    label = hand.label
    before = label.canvas.geometry(), label.canvas.viewport
    places = {hand.window.stack.mapTo(hand.window, hand.window.stack.rect().topLeft())}
    hand.pause()
    assert label.detectors.offer.isVisible()
    bars = (label.detectors.bar, label.carrying_bar, hand.window.jobs, hand.window.banner)
    for bar in bars:
        bar.show()
        QApplication.processEvents()
        places.add(hand.window.stack.mapTo(hand.window, hand.window.stack.rect().topLeft()))
        assert (label.canvas.geometry(), label.canvas.viewport) == before, bar
    assert len(places) == 1
    shown = label.bars.geometry()
    assert shown.height() > sum(bar.sizeHint().height() for bar in bars[:2])
    assert label.canvas.geometry().contains(shown.translated(-label.canvas.parentWidget().pos()))
    for bar in bars:
        bar.hide()
    QApplication.processEvents()
    assert label.bars.isVisible()
    QTest.mouseClick(label.detectors.offer.no, Qt.MouseButton.LeftButton)
    assert not label.bars.isVisible()
    assert (label.canvas.geometry(), label.canvas.viewport) == before


def test_its_suggestions_are_trusted_by_what_became_of_earlier_ones_and_no_others(
    opened: Open,
) -> None:
    hand = opened(10)
    hand.along.set_on(True)
    hand.wait_for_round(1)
    (found,) = hand.offered(10)
    assert hand.along.trust(found) == 0.9
    assert hand.along.trust(replace(found, score=0.5)) == 0.3
    assert hand.along.trust(replace(found, model="run-1")) == 0.0


def test_after_a_click_on_the_switch_space_still_says_that_the_image_is_right(
    opened: Open,
) -> None:
    hand = opened(10)
    hand.label.show_image(hand.images[0].id)
    hand.label.canvas.setFocus()
    QTest.mouseClick(hand.label.detectors.switch.button, Qt.MouseButton.LeftButton)
    assert hand.along.is_on
    assert hand.label.canvas.hasFocus()
    hand.press(Qt.Key.Key_Space)
    assert hand.along.is_on
    assert hand.images[0].verified


def test_the_most_useful_image_comes_first_and_then_the_next_one(opened: Open) -> None:
    hand = opened(10)
    hand.label.show_image(hand.images[0].id)
    hand.press(Qt.Key.Key_L, CONTROL)
    hand.wait_for_round(1)
    hand.press(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hand.label.editor.image_id == hand.images[13].id
    hand.press(Qt.Key.Key_Return, CONTROL)  # all is right there, and on
    hand.press(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hand.label.editor.image_id == hand.images[12].id


def test_a_refusal_is_remembered_and_so_is_the_switch(opened: Open) -> None:
    first = opened(10)
    first.pause()
    assert first.label.detectors.offer.isVisible()
    QTest.mouseClick(first.label.detectors.offer.no, Qt.MouseButton.LeftButton)
    close(first.window)
    second = opened()
    second.pause()
    assert not second.label.detectors.offer.isVisible()
    assert not second.along.is_on
    second.label.detectors.switch.button.click()
    second.wait_for_round(1)
    close(second.window)
    third = opened()
    assert third.along.is_on
    third.wait_for_round(2)
    third.label.detectors.switch.button.click()
    close(third.window)
    assert not opened().along.is_on


def test_it_learns_again_after_more_labels_and_replaces_only_what_waits_unanswered(
    opened: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(along_rounds, "_LATER", 2)
    hand = opened(10)
    hand.label.show_image(hand.images[12].id)
    hand.along.toggle()
    hand.wait_for_round(1)
    hand.label.canvas.select(())
    hand.press(Qt.Key.Key_Delete)  # the only suggestion here is wrong
    assert hand.offered(12) == []
    hand.label.show_image(hand.images[10].id)
    hand.press(Qt.Key.Key_Return, SHIFT)
    assert [box.x for box in hand.boxes] == [100]
    hand.draw_on(11)
    hand.wait_for_round(2)
    told = [each for order in hand.orders(Label)[1:] for each in order.images if each.boxes]
    assert {each.id for each in told} == {hand.images[n].id for n in (10, 11)}
    assert hand.orders(Suggest)[-1].ids == tuple(hand.images[n].id for n in (12, 13))
    assert [box.bbox.x for box in hand.offered(13)] == [200]
    assert [box.x for box in hand.boxes] == [100]


def test_what_was_rejected_is_not_offered_again(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    for number in (10, 11):
        hand.label.show_image(hand.images[number].id)
        hand.press(Qt.Key.Key_Delete)
    hand.press(Qt.Key.Key_L, CONTROL | SHIFT)
    hand.wait_for_round(2)
    assert [box.bbox.x for box in hand.offered(10)] == [200]  # elsewhere, so it is another thing
    hand.label.show_image(hand.images[0].id)
    hand.along.set_on(False)
    hand.along.set_on(True)  # its rounds begin again, and with them the old places
    hand.wait_for_round(3)
    assert hand.offered(11) == []
    assert [box.bbox.x for box in hand.offered(13)] == [100]


def test_it_pauses_while_a_button_of_the_mouse_is_down(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(hand.label.canvas, left, Qt.KeyboardModifier.NoModifier, hand.at(200, 200))
    hand.wait(lambda: hand.orders(Pause))
    assert not hand.orders(Resume)
    QTest.mouseRelease(hand.label.canvas, left, Qt.KeyboardModifier.NoModifier, hand.at(200, 200))
    hand.wait(lambda: hand.orders(Resume))


def test_it_pauses_as_well_while_a_box_is_drawn_or_moved_by_keys(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    held: list[bool] = []
    hand.label.canvas.held.connect(held.append)
    hand.click(200, 200)
    held.clear()
    for key in (Qt.Key.Key_W, Qt.Key.Key_Return, Qt.Key.Key_Right, Qt.Key.Key_Down):
        hand.press(key)
    assert held == [True]  # until the other corner
    hand.press(Qt.Key.Key_Return)
    assert held == [True, False]
    hand.label.canvas.select_all()
    QTest.keyPress(hand.label.canvas, Qt.Key.Key_Right)
    assert held == [True, False, True]
    QTest.keyRelease(hand.label.canvas, Qt.Key.Key_Right)
    assert held == [True, False, True, False]
    hand.wait(lambda: len(hand.orders(Pause)) == len(hand.orders(Resume)) == 3)


def test_suggestions_that_come_during_a_drag_wait_until_it_is_over(opened: Open) -> None:
    hand = opened(10)
    left = Qt.MouseButton.LeftButton
    QTest.mousePress(hand.label.canvas, left, Qt.KeyboardModifier.NoModifier, hand.at(20, 20))
    hand.along.toggle()
    hand.wait_for_round(1, stored=False)
    assert hand.with_suggestions() == []
    QTest.mouseRelease(hand.label.canvas, left, Qt.KeyboardModifier.NoModifier, hand.at(20, 20))
    hand.wait(lambda: hand.with_suggestions() == [10, 11, 12, 13])


def test_an_image_found_empty_counts_and_gets_no_suggestion(opened: Open) -> None:
    hand = opened(10)
    document = hand.window.document
    document.perform(verify(document.dataset, hand.images[11].id))
    hand.along.toggle()
    hand.wait_for_round(1)
    assert hand.with_suggestions() == [10, 12, 13]
    labels = {each.id: each.boxes for order in hand.orders(Label) for each in order.images}
    assert labels[hand.images[11].id] == ()
    assert len(labels[hand.images[0].id] or ()) == 1


def test_images_that_are_added_are_looked_at_as_well(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    added = [image.id for image in add_plain_pictures(hand.dataset, 16)[14:]]
    hand.window.document.notify_images_added(added)
    hand.along.learn_now()
    hand.wait_for_round(2)
    assert [image.id for order in hand.orders(Know) for image in order.images][-2:] == added
    assert hand.with_suggestions() == [10, 11, 12, 13, 14, 15]


def test_a_change_of_very_many_images_is_told_and_learnt_from_at_once(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    before = len(hand.orders(Know))
    hand.window.document.many_images_changed.emit()
    hand.wait_for_round(2)
    assert len(hand.orders(Know)) > before


def test_another_dataset_is_not_learnt_from_unless_its_own_switch_is_on(
    opened: Open, tmp_path: Path
) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    pid, first = hand.along.pid, hand.dataset.folder
    hand.window.document.open(Dataset.create(tmp_path / "other"))
    assert not hand.along.is_on
    hand.wait(lambda: not is_alive(pid))
    hand.window.document.open(Dataset.open(first))
    hand.wait_for_round(2)


def test_when_it_fails_a_sentence_says_so_and_the_switch_goes_off(opened: Open) -> None:
    hand = opened(10, dies=True)
    hand.label.detectors.switch.button.click()
    hand.wait(lambda: not hand.along.is_on)
    assert hand.failed == [
        "Learning along has stopped. The disk is made of cheese. Switch it on to try again."
    ]
    assert not hand.label.detectors.switch.button.isChecked()


def test_the_process_goes_with_the_window(opened: Open) -> None:
    hand = opened(10)
    hand.along.toggle()
    hand.wait_for_round(1)
    pid = hand.along.pid
    hand.window.close()
    assert not is_alive(pid)


def test_a_read_only_dataset_is_left_alone(opened: Open, qtbot: QtBot, tmp_path: Path) -> None:
    hand = opened(10)
    hand.window.document.open(Dataset.open(hand.dataset.folder, read_only=True))
    assert not hand.label.detectors.switch.button.isEnabled()
    hand.along.toggle()
    assert not hand.along.is_on
    assert hand.failed == ["This dataset is open read-only: nothing can be kept."]


def test_the_assistant_itself_suggests_what_was_labelled(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assistant_process, "trainer_command", lambda *_: list(HURRIED))
    monkeypatch.setattr(along_rounds, "_LATER_S", 2.0)
    coco = write_coco(tmp_path / "all.json", tmp_path / "images", 14, seed=4)
    with Dataset.create(tmp_path / "shapes") as dataset:
        session = dataset.add_session("table", "test", 0.0)
        for name in ("red square", "blue circle"):
            dataset.apply(add_category(dataset, name))
        for entry in coco["images"]:
            data = (tmp_path / "images" / entry["file_name"]).read_bytes()
            added = add_picture(
                dataset,
                data,
                original_name=entry["file_name"],
                session_id=session.id,
                captured_at=float(entry["id"]),
            )
            for box in coco["annotations"] if entry["id"] <= 10 else ():
                if box["image_id"] == entry["id"]:
                    category = 1 if box["category_id"] == 3 else 2
                    dataset.apply(draw(dataset, added.image.id, category, BBox(*box["bbox"])))
    window = open_window(tmp_path / "shapes", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    hand = Pupil(window, qtbot, tmp_path / "nothing")
    hand.along.toggle()
    qtbot.waitUntil(lambda: bool(hand.label.travel.useful), timeout=240_000)
    hand.wait(lambda: hand.along.keeper.is_done)
    found = [each for number in range(10, 14) for each in hand.offered(number)]
    assert found  # how many depends on how much a busy machine could learn
    assert {each.source for each in found} == {"detector"}
    close(window)


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
