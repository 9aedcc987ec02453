"""Labelling as a person does it: the real window, driven by mouse and keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox, ImageState
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.label.workspace import LabelWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.settings import Settings
from labeler.gui.side_panel import SidePanel
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window
from tests.gui.live_waits import Heard

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 4)
        dataset.apply(add_category(dataset, "vector"))
        dataset.apply(add_category(dataset, "mug"))
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


def close_to(expected: BBox, tolerance: float = 1.0) -> object:
    return pytest.approx(expected.as_list(), abs=tolerance)


def test_a_drag_on_the_picture_draws_a_box_of_the_current_class(hand: Hand) -> None:
    hand.drag((100, 80), (300, 200))
    assert [each.as_list() for each in hand.boxes] == [close_to(BBox(100, 80, 200, 120))]
    assert hand.label.canvas.boxes[0].name == "vector"


def test_a_box_is_on_disk_when_the_mouse_is_released(hand: Hand, window: MainWindow) -> None:
    hand.drag((100, 80), (300, 200))
    with Dataset.open(window.document.dataset.folder, read_only=True) as other:
        assert len(other.annotations(other.images()[0].id)) == 1


def test_a_box_moves_with_a_drag_and_resizes_by_a_corner(hand: Hand) -> None:
    hand.drag((100, 80), (300, 200))
    hand.drag((200, 140), (240, 160))
    assert hand.boxes[0].as_list() == close_to(BBox(140, 100, 200, 120), 2)
    hand.drag((340, 220), (400, 300))
    assert hand.boxes[0].as_list() == close_to(BBox(140, 100, 260, 200), 2)


def test_a_corner_dragged_past_its_opposite_turns_the_box_over(hand: Hand) -> None:
    hand.drag((200, 150), (300, 250))
    hand.drag((300, 250), (120, 80))
    assert hand.boxes[0].as_list() == close_to(BBox(120, 80, 80, 70), 2)


def test_a_box_stays_inside_the_image(hand: Hand) -> None:
    hand.drag((500, 300), (900, 700))
    box = hand.boxes[0]
    assert (box.right, box.bottom) == pytest.approx((640, 360))
    hand.drag((570, 330), (700, 500))
    assert (hand.boxes[0].right, hand.boxes[0].bottom) == pytest.approx((640, 360))


def test_undo_and_redo_bring_the_very_same_box(hand: Hand, window: MainWindow) -> None:
    hand.drag((100, 80), (300, 200))
    image_id = hand.label.editor.image_id
    assert image_id is not None
    drawn = window.document.dataset.annotations(image_id)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []
    hand.press(Qt.Key.Key_Y, CONTROL)
    assert window.document.dataset.annotations(image_id) == drawn


def test_undo_goes_back_to_the_image_it_changes(hand: Hand) -> None:
    first = hand.label.editor.image_id
    hand.drag((100, 80), (300, 200))
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_D)
    assert hand.label.editor.image_id != first
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.label.editor.image_id == first
    assert hand.boxes == []


def test_a_number_gives_the_selected_box_and_the_next_one_its_class(hand: Hand) -> None:
    hand.drag((100, 80), (200, 200))
    hand.press(Qt.Key.Key_2)
    hand.drag((300, 80), (400, 200))
    assert [box.name for box in hand.label.canvas.boxes] == ["mug", "mug"]


def test_a_new_class_is_made_by_typing_its_name(hand: Hand, window: MainWindow) -> None:
    hand.drag((100, 80), (200, 200))
    hand.press(Qt.Key.Key_N)
    QTest.keyClicks(hand.label.classes.field, "cube d")
    QTest.keyClick(hand.label.classes.field, Qt.Key.Key_Return)
    assert [category.name for category in window.document.dataset.categories()] == [
        "vector",
        "mug",
        "cube d",
    ]
    assert hand.label.canvas.boxes[0].name == "cube d"


def test_letters_typed_into_a_field_are_no_commands(hand: Hand) -> None:
    current = hand.label.editor.image_id
    hand.press(Qt.Key.Key_N)
    QTest.keyClicks(hand.label.classes.field, "dad 2")
    assert hand.label.classes.field.text() == "dad 2"
    assert hand.label.editor.image_id == current


def test_delete_takes_the_selected_box_and_space_confirms_the_emptiness(
    hand: Hand, window: MainWindow
) -> None:
    first = hand.label.editor.image_id
    assert first is not None
    hand.drag((100, 80), (300, 200))
    hand.press(Qt.Key.Key_Delete)
    assert hand.boxes == []
    assert window.document.dataset.image(first).state is ImageState.UNLABELLED
    hand.press(Qt.Key.Key_Space)
    assert window.document.dataset.image(first).state is ImageState.EMPTY
    assert hand.label.editor.image_id != first


def test_nothing_here_does_not_throw_boxes_away(hand: Hand, window: MainWindow) -> None:
    said: list[str] = []
    window.document.said.connect(said.append)
    hand.drag((100, 80), (300, 200))
    hand.label.nothing_button.click()
    assert len(hand.boxes) == 1
    assert "Delete them first" in said[-1]


def test_the_smallest_box_under_the_pointer_is_picked_and_tab_goes_on(hand: Hand) -> None:
    hand.drag((100, 60), (500, 300))
    hand.press(Qt.Key.Key_W)
    hand.drag((200, 120), (300, 200))
    large, small = (box.id for box in hand.label.canvas.boxes)
    hand.click(30, 330)
    hand.click(250, 160)
    assert hand.label.canvas.selection == (small,)
    hand.press(Qt.Key.Key_Tab)
    assert hand.label.canvas.selection == (large,)


def test_several_boxes_are_selected_with_shift_and_deleted_as_one(hand: Hand) -> None:
    hand.drag((50, 50), (150, 150))
    hand.drag((300, 50), (400, 150))
    hand.click(100, 100)
    hand.click(350, 100, shift=True)
    assert len(hand.label.canvas.selection) == 2
    hand.press(Qt.Key.Key_Delete)
    assert hand.boxes == []
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert len(hand.boxes) == 2


def test_arrows_move_and_resize_by_pixels(hand: Hand) -> None:
    hand.drag((100, 80), (200, 180))
    x, y, width, height = hand.boxes[0].as_list()
    hand.press(Qt.Key.Key_Right)
    hand.press(Qt.Key.Key_Down, SHIFT)
    hand.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert hand.boxes[0].as_list() == pytest.approx([x + 1, y + 10, width - 1, height])


def test_the_boxes_of_the_image_before_are_copied_once(hand: Hand) -> None:
    hand.drag((50, 50), (150, 150))
    hand.drag((300, 50), (400, 150))
    before = hand.boxes
    hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == before
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == before
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.boxes == []


def test_a_typed_number_reshapes_the_selected_box_and_nothing_else(hand: Hand) -> None:
    hand.drag((100, 80), (200, 180))
    drawn = hand.boxes[0]
    field = hand.label.boxes.fields["w"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "55.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert hand.boxes[0].as_list() == pytest.approx([drawn.x, drawn.y, 55.5, drawn.height])


def test_the_filter_shows_images_of_one_state(qtbot: QtBot, hand: Hand) -> None:
    hand.drag((100, 80), (200, 180))
    strip = hand.label.filmstrip
    strip.filter.setCurrentIndex(2)
    assert strip.images.rowCount() == 1
    strip.filter.setCurrentIndex(1)
    assert strip.images.rowCount() == 3
    qtbot.waitUntil(lambda: strip.filter.itemText(1) == "To do (3)")


def test_next_not_yet_labelled_skips_what_is_done(hand: Hand, window: MainWindow) -> None:
    images = window.document.dataset.images()
    hand.press(Qt.Key.Key_D)
    hand.drag((100, 80), (200, 180))
    hand.press(Qt.Key.Key_A)
    hand.press(Qt.Key.Key_D, CONTROL | SHIFT)
    assert hand.label.editor.image_id == images[2].id


def test_escape_gives_up_a_drag_without_a_box(hand: Hand) -> None:
    canvas = hand.label.canvas
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=hand.at(100, 100))
    QTest.mouseMove(canvas, hand.at(200, 200))
    assert canvas.drag is not None
    hand.press(Qt.Key.Key_Escape)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=hand.at(200, 200))
    assert hand.boxes == []


@pytest.mark.parametrize(
    ("key", "held"), [(Qt.Key.Key_Delete, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_Z, CONTROL)]
)
def test_a_box_that_goes_away_in_mid_drag_is_let_go(
    hand: Hand, window: MainWindow, key: Qt.Key, held: Qt.KeyboardModifier
) -> None:
    canvas = hand.label.canvas
    hand.drag((100, 100), (200, 200))
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=hand.at(150, 150))
    QTest.mouseMove(canvas, hand.at(180, 170))
    hand.press(key, held)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=hand.at(190, 170))
    assert hand.boxes == []
    assert not window.banner.isVisible()


def test_a_second_mouse_button_leaves_no_drag_behind(hand: Hand) -> None:
    canvas, place = hand.label.canvas, hand.at(100, 100)
    left, middle = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
    for button in (left, middle):
        QTest.mousePress(canvas, button, pos=place)
    for button in (left, middle):
        QTest.mouseRelease(canvas, button, pos=place)
    QTest.mouseMove(canvas, hand.at(200, 200))
    assert canvas.drag is None


def test_panning_by_h_ends_when_the_focus_goes_elsewhere(hand: Hand) -> None:
    canvas = hand.label.canvas
    QTest.keyPress(canvas, Qt.Key.Key_H)
    hand.label.classes.field.setFocus()
    QTest.keyRelease(hand.label.classes.field, Qt.Key.Key_H)
    canvas.setFocus()
    hand.drag((100, 80), (300, 200))
    assert len(hand.boxes) == 1


def test_escape_leaves_the_field_of_a_new_class(hand: Hand) -> None:
    hand.press(Qt.Key.Key_N)
    field = hand.label.classes.field
    QTest.keyClicks(field, "half a na")
    hand.press(Qt.Key.Key_Escape, widget=field)
    assert (field.text(), hand.label.canvas.hasFocus()) == ("", True)


@pytest.mark.parametrize(("key", "x"), [(Qt.Key.Key_Return, 33.0), (Qt.Key.Key_Escape, 100.0)])
def test_enter_takes_a_typed_number_escape_drops_it_and_gives_the_keys_back(
    hand: Hand, key: Qt.Key, x: float
) -> None:
    hand.drag((100, 80), (300, 200))
    field = hand.label.boxes.fields["x"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "33")
    hand.press(key, widget=field)
    assert hand.label.canvas.hasFocus() == (key == Qt.Key.Key_Escape)
    assert hand.boxes[0].x == pytest.approx(x, abs=1)


def test_zoom_keeps_the_point_under_the_pointer_and_boxes_land_right(hand: Hand) -> None:
    canvas = hand.label.canvas
    place = hand.at(320, 180)
    QTest.mouseMove(canvas, place)
    for _ in range(3):
        hand.press(Qt.Key.Key_Plus)
    assert hand.at(320, 180) == place
    hand.drag((300, 170), (340, 190))
    assert hand.boxes[0].as_list() == close_to(BBox(300, 170, 40, 20), 0.5)


def test_a_missing_picture_is_said_and_its_boxes_are_kept(
    hand: Hand, window: MainWindow, folder: Path
) -> None:
    dataset = window.document.dataset
    second = dataset.images()[1]
    hand.press(Qt.Key.Key_D)
    hand.drag((100, 80), (200, 180))
    hand.press(Qt.Key.Key_A)
    dataset.path_of(second).unlink()
    hand.label._pictures.clear()
    hand.press(Qt.Key.Key_D)
    assert "missing" in hand.label.canvas.message
    assert len(hand.boxes) == 1


def test_closed_and_opened_again_everything_is_still_there(
    qtbot: QtBot, hand: Hand, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    hand.drag((100, 80), (300, 200))
    hand.press(Qt.Key.Key_2)
    kept = hand.boxes
    hand.press(Qt.Key.Key_Space)
    close(window)
    again = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(again)
    other = Hand(again)
    other.label.show_image(again.document.dataset.images()[0].id)
    assert other.boxes == kept
    assert other.label.canvas.boxes[0].name == "mug"
    assert again.document.dataset.images()[0].verified
    close(again)


def test_the_first_box_of_a_dataset_asks_for_the_name_of_its_class(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "bare") as dataset:
        add_plain_pictures(dataset, 1)
    window = open_window(tmp_path / "bare", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    hand = Hand(window)
    hand.drag((100, 80), (300, 200))
    assert hand.boxes == []
    assert hand.label.canvas.pending is not None
    hand.name("vector")
    assert len(hand.boxes) == 1
    assert hand.label.canvas.boxes[0].name == "vector"
    close(window)


def test_a_read_only_dataset_shows_boxes_and_draws_none(qtbot: QtBot, folder: Path) -> None:
    with Dataset.open(folder, read_only=True) as dataset:
        label = LabelWorkspace(Document(dataset))
        qtbot.addWidget(label)
        label.resize(1000, 600)
        label.show()
        at = label.canvas.rect().center()
        QTest.mousePress(label.canvas, Qt.MouseButton.LeftButton, pos=at)
        QTest.mouseMove(label.canvas, at * 1.3)
        QTest.mouseRelease(label.canvas, Qt.MouseButton.LeftButton, pos=at * 1.3)
        assert label.canvas.pending is None
        assert dataset.counts().labelled == 0
        assert not label.verify_button.isEnabled()
        assert not label.classes.list.item(0).flags() & Qt.ItemFlag.ItemIsEditable
        label.shut_down()
        finish_jobs()


@pytest.mark.parametrize(
    ("key", "text", "steps"), [(Qt.Key.Key_Space, " ", 1), (Qt.Key.Key_D, "d", 3)]
)
def test_a_space_held_down_confirms_one_image_and_d_held_down_goes_on_through_them(
    hand: Hand, window: MainWindow, key: Qt.Key, text: str, steps: int
) -> None:
    canvas, images = hand.label.canvas, window.document.dataset.images()
    for is_repeat in (False, True, True):
        QTest.simulateEvent(
            canvas, True, key.value, Qt.KeyboardModifier.NoModifier, text, is_repeat
        )
    QTest.keyRelease(canvas, key)
    assert hand.label.editor.image_id == images[steps].id
    assert window.document.counts.empty == (1 if key is Qt.Key.Key_Space else 0)


def test_boxes_copied_in_one_dataset_are_not_pasted_into_another(
    hand: Hand, window: MainWindow, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "hall") as other:
        add_plain_pictures(other, 1)
        other.apply(add_category(other, "cube"))  # with the number that "vector" has here
    hand.put(BBox(100, 80, 200, 120))
    hand.press(Qt.Key.Key_A, CONTROL)
    hand.press(Qt.Key.Key_C, CONTROL)
    window.actions_of_dataset.open(tmp_path / "hall")
    hand.label.canvas.setFocus()
    hand.press(Qt.Key.Key_V, CONTROL)
    assert hand.boxes == []
    assert window.status.sentence.text() == "The previous image has no boxes to copy."


def test_in_a_read_only_dataset_the_mouse_selects_boxes_and_moves_none(
    qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    with Dataset.open(folder) as dataset:
        dataset.apply(draw(dataset, 1, 1, BBox(100, 80, 200, 120)))
    window = MainWindow(
        Document(Dataset.open(folder, read_only=True)), Settings(tmp_path / "settings.ini")
    )
    qtbot.addWidget(window)
    window.backups.stop()
    window.resize(1280, 800)
    window.show()
    window.show_workspace("label")
    hand = Hand(window)
    hand.label.show_image(1)
    canvas, heard = hand.label.canvas, Heard(window.document)
    (box,) = canvas.boxes
    for start in ((200, 140), (300, 200), (400, 300)):  # the box, its corner, beside it
        QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=hand.at(*start))
        QTest.mouseMove(canvas, hand.at(start[0] + 40, start[1] + 20))
        assert canvas.drag is None
        QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=hand.at(440, 320))
        assert canvas.selection == (() if start[0] == 400 else (box.id,))
    assert (canvas.boxes, canvas.pending, heard.failures) == ((box,), None, [])
    close(window)


def test_brightness_and_contrast_have_keys_and_are_told_while_they_are_on(
    hand: Hand, window: MainWindow
) -> None:
    told: list[str] = []
    hand.label.detail_changed.connect(told.append)
    canvas = hand.label.canvas
    for key, modifier in (
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_BracketRight, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_BracketLeft, Qt.KeyboardModifier.NoModifier),
        (Qt.Key.Key_BracketRight, SHIFT),
    ):
        hand.press(key, modifier)
    assert (canvas.tone.brightness, canvas.tone.contrast) == (1, 1)
    assert "brightness +1, contrast +1" in told[-1]
    hand.press(Qt.Key.Key_D)
    assert canvas.tone.brightness == 1
    hand.press(Qt.Key.Key_Backslash)
    assert canvas.tone.is_neutral
    assert "brightness" not in told[-1]
    hand.press(Qt.Key.Key_M)
    assert canvas.magnifies


def test_a_small_window_cuts_nothing_off_at_its_right(hand: Hand, window: MainWindow) -> None:
    window.resize(640, 400)
    QApplication.processEvents()
    panel = hand.label.findChild(SidePanel)
    assert panel is not None
    assert panel.geometry().right() < window.width()
    assert panel.widget().width() <= panel.viewport().width()


def test_the_first_page_fits_a_small_window(qtbot: QtBot, tmp_path: Path) -> None:
    Dataset.create(tmp_path / "bare").close()
    window = open_window(tmp_path / "bare", tmp_path / "bare.ini")
    qtbot.addWidget(window)
    page = Hand(window).label.empty_page
    assert page.simulated.y() == page.pictures.y()
    window.resize(640, 400)
    QApplication.processEvents()
    assert page.simulated.y() < page.pictures.y()
    assert all(page.rect().contains(each.geometry()) for each in (page.text, page.pictures))
    close(window)
