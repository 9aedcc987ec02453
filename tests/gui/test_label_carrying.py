"""Boxes carried through real pictures in the real window, as suggestions."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.main_window import MainWindow
from labeler.runs.prepare import Wish, prepare_run_from_dataset
from tests.gui.label_window import Hand, close, open_window
from tests.gui.moving_pictures import add_sequence, place, second_place

SHIFT, ALT = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.AltModifier

Open = Callable[..., "Watcher"]


class Watcher(Hand):
    """A hand that waits for what it set going, and hears what was said."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        super().__init__(window)
        self._qtbot = qtbot
        self.said: list[str] = []
        window.document.said.connect(self.said.append)

    @property
    def dataset(self) -> Dataset:
        return self.window.document.dataset

    @property
    def number(self) -> int:
        """Which image of the sequence is on show, from 0."""
        ids = [image.id for image in self.dataset.images()]
        assert self.label.editor.image_id is not None
        return ids.index(self.label.editor.image_id)

    def show(self, number: int) -> None:
        self.label.show_image(self.dataset.images()[number].id)

    def offered(self, number: int) -> list[Suggestion]:
        return self.dataset.suggestions(self.dataset.images()[number].id)

    def with_suggestions(self) -> list[int]:
        """The numbers of the images on which something waits."""
        images = self.dataset.images()
        return [place for place, image in enumerate(images) if image.suggestion_count]

    def carry(
        self, key: Qt.Key = Qt.Key.Key_T, modifier: Qt.KeyboardModifier | None = None
    ) -> None:
        """Presses T, or another key, and waits until all is carried."""
        self.press(key, modifier or Qt.KeyboardModifier.NoModifier)
        self.wait()

    def wait(self) -> None:
        self._qtbot.waitUntil(is_idle)


def box(dataset: Dataset, number: int, bbox: BBox, category: int = 0) -> None:
    """Draws a box on an image of the sequence."""
    kind = dataset.categories()[category].id
    dataset.apply(draw(dataset, dataset.images()[number].id, kind, bbox))


@pytest.fixture
def opened(qtbot: QtBot, tmp_path: Path) -> Iterator[Open]:
    """Opens the window on a sequence; the first image has a box "mug"."""
    windows: list[MainWindow] = []

    def open_on(
        count: int, prepare: Callable[[Dataset], None] | None = None, **how: object
    ) -> Watcher:
        with Dataset.create(tmp_path / "table") as dataset:
            add_sequence(dataset, count, **how)  # type: ignore[arg-type]
            dataset.apply(add_category(dataset, "mug"))
            dataset.apply(add_category(dataset, "cube"))
            box(dataset, 0, place(0))
            if prepare is not None:
                prepare(dataset)
        window = open_window(tmp_path / "table", tmp_path / "settings.ini")
        qtbot.addWidget(window)
        windows.append(window)
        hand = Watcher(window, qtbot)
        hand.show(0)
        hand.wait()
        return hand

    yield open_on
    for window in windows:
        close(window)


def is_at(suggestion: Suggestion, where: BBox) -> bool:
    return suggestion.bbox.iou(where) > 0.8


def test_t_suggests_the_box_on_the_next_image_and_goes_there(opened: Open) -> None:
    hand = opened(4)
    hand.carry()
    assert hand.number == 1
    (offered,) = hand.offered(1)
    assert is_at(offered, place(1))
    assert (offered.source, offered.category_id) == ("tracker", hand.dataset.categories()[0].id)
    assert 0.5 < offered.score <= 1
    assert hand.label.canvas.boxes[0].plate == f"mug {offered.score:.2f}"
    assert hand.with_suggestions() == [1]
    assert hand.said[-1] == "1 box tracked. Enter accepts, Del rejects."


def test_what_was_said_of_the_box_does_not_travel(opened: Open) -> None:
    hand = opened(2)
    hand.click(*_middle(place(0)))
    hand.press(Qt.Key.Key_Q)
    hand.press(Qt.Key.Key_Escape)
    hand.carry()
    hand.press(Qt.Key.Key_Return)
    drawn = [hand.dataset.annotations(image.id)[0] for image in hand.dataset.images()]
    assert [each.occluded for each in drawn] == [True, False]


def test_t_again_carries_on_what_still_waits(opened: Open) -> None:
    hand = opened(4)
    for _ in range(3):
        hand.carry()
    assert hand.number == 3
    assert is_at(hand.offered(3)[0], place(3))
    hand.carry()
    assert hand.said[-1] == "This is the last image of its session."
    assert hand.number == 3


def test_shift_t_carries_the_box_to_the_end_of_the_session(opened: Open) -> None:
    hand = opened(12)
    hand.carry(modifier=SHIFT)
    assert hand.number == 1
    assert hand.with_suggestions() == list(range(1, 12))
    assert all(is_at(hand.offered(number)[0], place(number)) for number in range(1, 12))
    assert hand.said[-1] == "Tracked through 11 images, to the end of the session."


def test_only_the_selected_boxes_are_carried(opened: Open) -> None:
    hand = opened(3, lambda dataset: box(dataset, 0, second_place(0), 1), with_second=True)
    hand.click(*_middle(second_place(0)))
    hand.carry()
    assert [each.category_id for each in hand.offered(1)] == [hand.dataset.categories()[1].id]
    hand.show(0)
    hand.press(Qt.Key.Key_Escape)
    hand.carry()
    assert sorted(each.category_id for each in hand.offered(1)) == [
        category.id for category in hand.dataset.categories()
    ]


def test_a_lost_box_is_not_suggested_and_is_said(opened: Open) -> None:
    hand = opened(10, gone=range(6, 10))
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 2, 3, 4, 5]
    assert hand.said[-1] == (
        "Lost mug after 5 images, on 6.png: nothing there looks enough like it."
    )


def test_it_stops_before_a_long_pause_and_says_why(opened: Open) -> None:
    hand = opened(8, pause_after=3)
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 2, 3]
    assert hand.said[-1] == "Tracked through 3 images, up to a pause of 30 s."
    hand.show(3)
    hand.carry()
    assert hand.number == 3
    assert hand.said[-1] == (
        "The next image was taken 30 s later: nothing is tracked over such a pause."
    )


WHY = {
    "unlike": "nothing in this image looks enough like it",
    "size": "another size than the one before",
    "confirmed": "you confirmed this image without such a box",
    "other class": "the box at its place is of the class cube",
    "elsewhere": "too far from where it was expected",
    "session": "the last image of its session",
    "pause": "the next image was taken 30 s later",
    "picture": "missing",
}


@pytest.mark.parametrize(
    ("why", "ends_on"),
    [
        ("unlike", 3),
        ("size", 3),
        ("confirmed", 3),
        ("other class", 3),
        ("elsewhere", 3),
        ("session", 5),
        ("pause", 3),
        ("picture", 3),
    ],
)
def test_the_image_where_tracking_ended_says_why_and_what_to_do(
    opened: Open, why: str, ends_on: int
) -> None:
    def prepare(dataset: Dataset) -> None:
        if why == "other class":
            box(dataset, 3, place(3), 1)
        if why == "elsewhere":
            for at in (20, 170):  # one alone would be taken for it
                box(dataset, 3, BBox(250, at, 30, 30))
        if why in ("confirmed", "other class", "elsewhere"):
            dataset.apply(verify(dataset, dataset.images()[3].id))
        if why == "size":
            path = dataset.path_of(dataset.images()[3])
            with Pillow.open(path) as picture:
                picture.resize((300, 240)).save(path, "PNG")
        if why == "picture":
            dataset.path_of(dataset.images()[3]).unlink()

    how: dict[str, object] = {"gone": range(3, 6)} if why == "unlike" else {}
    how |= {"pause_after": 3} if why == "pause" else {}
    hand = opened(6, prepare, **how)
    note = hand.label.carrying_note
    hand.carry(modifier=SHIFT)
    assert hand.number == 1
    assert note.isVisible() == (why != "session")  # all is well: the status line says so
    if why != "session":
        QTest.mouseClick(note.go, Qt.MouseButton.LeftButton)
        assert hand.number == ends_on
    hand.show(ends_on)
    assert note.isVisible()
    assert note.text.text().startswith("Tracking ")
    assert WHY[why] in note.text.text()
    if why not in ("session", "picture"):
        assert "Shift+T" in note.text.text()
    assert not note.go.isVisible()
    hand.press(Qt.Key.Key_A)
    assert not note.isVisible()
    hand.press(Qt.Key.Key_D)
    QTest.mouseClick(note.close_button, Qt.MouseButton.LeftButton)
    assert not note.isVisible()
    hand.press(Qt.Key.Key_A)
    hand.press(Qt.Key.Key_D)
    assert not note.isVisible()


def test_two_boxes_that_end_on_two_images_have_a_note_each_and_a_new_run_takes_them_away(
    opened: Open,
) -> None:
    def prepare(dataset: Dataset) -> None:
        box(dataset, 0, second_place(0), 1)
        box(dataset, 2, place(2))
        dataset.apply(verify(dataset, dataset.images()[2].id))  # the cube is not there, it says
        dataset.apply(verify(dataset, dataset.images()[4].id))  # nor the mug here

    hand = opened(6, prepare, with_second=True)
    note = hand.label.carrying_note
    hand.carry(modifier=SHIFT)
    for number, name in ((2, "cube"), (4, "mug")):
        hand.show(number)
        assert note.text.text().startswith(f"Tracking of {name} ended here")
    hand.show(3)
    assert not note.isVisible()
    hand.show(0)
    hand.carry()
    for number in (2, 4):
        hand.show(number)
        assert not note.isVisible()


def test_the_note_names_the_key_as_the_person_has_it_and_the_way_back(opened: Open) -> None:
    hand = opened(6, lambda dataset: box(dataset, 5, place(5)), gone=range(3))
    hand.show(5)
    hand.carry(modifier=SHIFT | ALT)
    hand.show(2)
    assert "Alt+Shift+T" in hand.label.carrying_note.text.text()
    hand.window.keys.book.use({"label.carry_back_on": ("Ctrl+U",)})
    assert "Ctrl+U" in hand.label.carrying_note.text.text()


def test_backwards(opened: Open) -> None:
    hand = opened(6, lambda dataset: box(dataset, 5, place(5)))
    hand.show(5)
    hand.carry(modifier=ALT)
    assert hand.number == 4
    assert is_at(hand.offered(4)[0], place(4))
    hand.carry(modifier=ALT | SHIFT)
    assert hand.with_suggestions() == [1, 2, 3, 4]
    assert is_at(hand.offered(1)[0], place(1))
    assert hand.number == 3


def test_the_filter_on_show_does_not_change_what_comes_next(opened: Open) -> None:
    hand = opened(4)
    labelled = hand.label.filmstrip.filter
    labelled.setCurrentIndex(2)
    hand.show(0)
    hand.carry()
    assert hand.number == 1
    assert hand.with_suggestions() == [1]


def test_a_correction_is_gone_on_from_and_older_suggestions_ahead_are_replaced(
    opened: Open,
) -> None:
    hand = opened(8)
    hand.carry(modifier=SHIFT)
    before = hand.offered(5)
    hand.show(3)
    right = hand.offered(3)[0].bbox
    hand.click(*_middle(right))
    hand.drag((right.right, right.bottom), (right.right - 20, right.bottom - 20))
    corrected = hand.boxes[0]
    assert corrected.width == pytest.approx(40, abs=2)
    hand.carry(modifier=SHIFT)
    (after,) = hand.offered(5)
    assert after.id != before[0].id
    assert after.bbox.width == pytest.approx(40, abs=4)
    assert hand.offered(2)[0].bbox.width == pytest.approx(60, abs=4)  # behind it nothing changed


def test_a_correction_of_one_thing_leaves_the_suggestions_of_another(opened: Open) -> None:
    hand = opened(6, lambda dataset: box(dataset, 0, second_place(0), 1), with_second=True)
    hand.carry(modifier=SHIFT)
    cubes = [each for each in hand.offered(4) if is_at(each, second_place(4))]
    assert len(cubes) == 1
    hand.show(2)
    hand.click(*_middle(place(2)))
    hand.press(Qt.Key.Key_Left)
    hand.carry(modifier=SHIFT)
    assert cubes[0] in hand.offered(4)
    assert len(hand.offered(4)) == 2


def test_what_a_person_drew_ahead_is_kept_and_gone_on_from(opened: Open) -> None:
    smaller = BBox(place(3).x, place(3).y, 40, 40)
    hand = opened(6, lambda dataset: box(dataset, 3, smaller))
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 2, 4, 5]
    assert [a.bbox for a in hand.dataset.annotations(hand.dataset.images()[3].id)] == [smaller]
    assert hand.offered(2)[0].bbox.width == pytest.approx(60, abs=4)
    assert hand.offered(5)[0].bbox.width == pytest.approx(40, abs=4)


def test_another_thing_of_the_class_ahead_is_not_taken_for_the_followed_one(opened: Open) -> None:
    def prepare(dataset: Dataset) -> None:
        box(dataset, 0, second_place(0))  # two mugs here
        box(dataset, 2, second_place(2))  # and only one of them drawn there

    hand = opened(4, prepare, with_second=True)
    hand.carry(modifier=SHIFT)
    assert [is_at(each, place(2)) for each in hand.offered(2)] == [True]
    assert len(hand.offered(3)) == 2


def test_nothing_is_suggested_on_an_image_that_a_person_found_empty(opened: Open) -> None:
    def confirm(dataset: Dataset) -> None:
        dataset.apply(verify(dataset, dataset.images()[3].id))

    hand = opened(6, confirm)
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 2]
    assert hand.said[-1] == (
        "Lost mug after 2 images, on 3.png: that image is confirmed without it."
    )


def test_what_was_rejected_is_not_suggested_again(opened: Open) -> None:
    hand = opened(4)
    hand.carry(modifier=SHIFT)
    hand.show(2)
    hand.click(*_middle(place(2)))
    hand.press(Qt.Key.Key_Delete)
    hand.show(0)
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 3]
    hand.show(1)
    hand.carry()
    assert hand.number == 2
    assert hand.said[-1] == "Nothing new to suggest here: drawn, confirmed or rejected already."


def test_hidden_suggestions_are_shown_when_new_ones_are_made(opened: Open) -> None:
    hand = opened(2)
    hand.press(Qt.Key.Key_L, SHIFT)
    hand.carry()
    assert len(hand.label.canvas.boxes) == 1


def test_what_is_lost_after_a_correction_leaves_nothing_old_behind(opened: Open) -> None:
    hand = opened(6)
    hand.carry(modifier=SHIFT)
    hand.show(2)
    hand.press(Qt.Key.Key_Return, SHIFT)
    first = hand.dataset.annotations(hand.dataset.images()[2].id)[0]
    hand.label.canvas.select((first.id,))
    hand.label.editor.reshape({first.id: BBox(2, 2, 12, 12)})  # on the bare table's corner
    for number in range(3, 6):
        _wipe(hand.dataset, number)
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1]
    assert hand.said[-1].startswith("Lost mug")


def test_escape_stops_and_keeps_what_was_found(opened: Open, qtbot: QtBot) -> None:
    hand = opened(40)
    hand.press(Qt.Key.Key_T, SHIFT)
    assert hand.label.carrying_bar.isVisible()
    qtbot.waitUntil(lambda: bool(hand.with_suggestions()))
    hand.press(Qt.Key.Key_Escape)
    hand.wait()
    found = hand.with_suggestions()
    assert found == list(range(1, len(found) + 1))
    assert 0 < len(found) < 39
    assert hand.said[-1] == f"Stopped after {len(found)} images. What was found stays."
    assert not hand.label.carrying_bar.isVisible()


def test_the_window_answers_while_boxes_are_carried(opened: Open, qtbot: QtBot) -> None:
    hand = opened(40)
    hand.press(Qt.Key.Key_T, SHIFT)
    qtbot.waitUntil(lambda: hand.number == 1)
    assert hand.label.carrying.is_running
    hand.press(Qt.Key.Key_Return)
    assert len(hand.boxes) == 1
    hand.press(Qt.Key.Key_T, SHIFT)
    assert hand.said[-1] == "Boxes are being tracked already. Esc stops that."
    hand.press(Qt.Key.Key_D)
    assert hand.number == 2
    hand.press(Qt.Key.Key_Escape)
    hand.wait()
    assert len(hand.dataset.annotations(hand.dataset.images()[1].id)) == 1
    assert hand.offered(1) == []


def test_another_dataset_may_be_opened_meanwhile(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    hand = opened(40)
    hand.press(Qt.Key.Key_T, SHIFT)
    qtbot.waitUntil(lambda: bool(hand.with_suggestions()))
    before = hand.dataset
    heard = len(hand.said)
    hand.window.document.open(Dataset.create(tmp_path / "other"))
    hand.wait()
    assert not hand.label.carrying.is_running
    assert hand.said[heard:] == []
    with Dataset.open(before.folder) as again:
        found = [image for image in again.images() if image.suggestion_count]
        assert 0 < len(found) < 39
        assert again.faults() == []


def test_a_picture_that_is_gone_ends_it_with_a_sentence(opened: Open) -> None:
    hand = opened(6)
    hand.dataset.path_of(hand.dataset.images()[3]).unlink()
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 2]
    assert hand.said[-1].startswith("Stopped after 2 images: ")
    assert "missing" in hand.said[-1]


def test_an_image_without_boxes_has_nothing_to_carry(opened: Open) -> None:
    hand = opened(3)
    hand.show(2)
    hand.carry()
    assert hand.said[-1] == "There is no box on this image to track."


def test_the_boxes_between_two_drawn_ones_are_suggested_on_a_straight_line(opened: Open) -> None:
    hand = opened(5, lambda dataset: box(dataset, 4, BBox(140, 100, 80, 60)))
    hand.show(4)
    hand.click(180, 130)
    hand.carry(Qt.Key.Key_B)
    start = place(0)
    for number in (1, 2, 3):
        (offered,) = hand.offered(number)
        share = number / 4
        assert offered.bbox.as_list() == pytest.approx(
            [
                start.x + (140 - start.x) * share,
                start.y + (100 - start.y) * share,
                start.width + (80 - start.width) * share,
                start.height,
            ]
        )
        assert offered.source == "interpolation"
    assert hand.number == 4
    assert hand.said[-1] == '"mug" suggested on 3 images between two boxes.'
    hand.show(2)
    assert hand.label.canvas.boxes[0].plate == "mug"  # a straight line is neither sure nor unsure


def test_between_two_boxes_the_line_takes_the_place_of_what_was_tracked(opened: Open) -> None:
    def prepare(dataset: Dataset) -> None:
        box(dataset, 4, place(4))
        dataset.apply(verify(dataset, dataset.images()[2].id))

    hand = opened(5, prepare)
    hand.carry()
    assert [each.source for each in hand.offered(1)] == ["tracker"]
    hand.show(4)
    hand.click(*_middle(place(4)))
    hand.carry(Qt.Key.Key_B)
    assert [each.source for each in hand.offered(1)] == ["interpolation"]
    assert hand.with_suggestions() == [1, 3]  # image 2 was confirmed empty


def test_there_is_nothing_to_fill_in_without_an_earlier_box(opened: Open) -> None:
    hand = opened(3)
    hand.press(Qt.Key.Key_Escape)
    hand.carry(Qt.Key.Key_B)
    assert hand.said[-1] == "Select one box first: it is the end of the way."
    hand.click(*_middle(place(0)))
    hand.carry(Qt.Key.Key_B)
    assert hand.said[-1] == 'No earlier image of this session has a box "mug".'


def test_suggestions_never_train(opened: Open, tmp_path: Path) -> None:
    def prepare(dataset: Dataset) -> None:
        for number in (2, 4, 6, 7):
            box(dataset, number, place(number))

    hand = opened(8, prepare)
    hand.carry(modifier=SHIFT)
    assert hand.with_suggestions() == [1, 3, 5]
    prepared = prepare_run_from_dataset(hand.dataset, tmp_path / "run", Wish())
    sides = [json.loads(path.read_text()) for path in (tmp_path / "run").glob("*.json")]
    names = {image["file_name"] for side in sides for image in side.get("images", ())}
    assert prepared is not None
    assert len(names) == 5


def _middle(bbox: BBox) -> tuple[float, float]:
    return bbox.x + bbox.width / 2, bbox.y + bbox.height / 2


def _wipe(dataset: Dataset, number: int) -> None:
    """The picture is noise now: nothing of the image before can be found on it."""
    import numpy as np
    from PIL import Image as Pillow

    noise = np.random.default_rng(number).integers(0, 255, (240, 320, 3), dtype=np.uint8)
    Pillow.fromarray(noise).save(dataset.path_of(dataset.images()[number]))
