"""Moving through the images: the list, its filters and orders, jumps, and the last place."""

from __future__ import annotations

import shutil
from array import array
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.changes import Edit, ImageNoteChange
from labeler.dataset.edits import draw, verify
from labeler.dataset.filters import ImageFilter, Order
from labeler.dataset.model import BBox, Flaw, Image, ImageState, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.label import image_list, last_place
from labeler.gui.label.image_list import IMAGE_ROLE, ImageList
from labeler.gui.label.last_place import Place, View
from labeler.gui.label.thumbnails import MOST_BYTES
from labeler.gui.label.workspace import LabelWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.theme import DARK, LIGHT, Colors, use
from tests.dataset.many_images import filled
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
BOX = BBox(10, 20, 100, 80)
MANY = 20_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Six images, 0.jpg to 5.jpg; boxes on the second and third, the last confirmed empty."""
    with Dataset.create(tmp_path / "table") as dataset:
        images = add_plain_pictures(dataset, 6)
        for name in ("mug", "vector"):
            dataset.apply(add_category(dataset, name))
        dataset.apply(draw(dataset, images[1].id, 1, BOX))
        for category in (2, 2):
            dataset.apply(draw(dataset, images[2].id, category, BOX))
        dataset.apply(verify(dataset, images[5].id))
        offer(dataset, images[3])
    return tmp_path / "table"


def offer(dataset: Dataset, image: Image) -> list[int]:
    number = dataset.new_suggestion_id()
    dataset.offer("tracker", [image.id], [Suggestion(number, image.id, 1, BOX, 0.5, "tracker")])
    return [image.id]


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    shown = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    return Hand(window)


@pytest.fixture
def images(window: MainWindow) -> list[Image]:
    return window.document.dataset.images()


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Far more images than are looked through on the spot; to be copied."""
    return filled(tmp_path_factory.mktemp("shelf") / "many", MANY)


@pytest.fixture
def many(qtbot: QtBot, shelf: Path, tmp_path: Path) -> Iterator[MainWindow]:
    """A window on a copy of them."""
    shutil.copytree(shelf, tmp_path / "many")
    shown = open_window(tmp_path / "many", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    qtbot.waitUntil(lambda: Hand(shown).label.filmstrip.images.rowCount() == MANY)
    yield shown
    close(shown)


def listed(hand: Hand) -> list[int]:
    return list(hand.label.filmstrip.images.image_ids)


def choose(hand: Hand, **wanted: object) -> None:
    """As if it had been chosen in the row and the panel."""
    panel, bar = hand.label.filmstrip.filters.panel, hand.label.filmstrip.filters
    bar.opened.emit()
    panel.show_view(View(replace(ImageFilter(), **{"state": None, **wanted})))  # type: ignore[arg-type]
    panel.changed.emit()


# The list


def test_only_the_rows_that_are_looked_at_are_read(many: MainWindow) -> None:
    images = Hand(many).label.filmstrip.images
    assert images.rows_in_memory() <= 4 * image_list.PAGE
    for row in range(0, MANY, 10):
        assert images.image_at(row).id == images.id_at(row)
    assert images.rows_in_memory() <= image_list.MOST_ROWS


def test_thumbnails_in_memory_are_bounded(qtbot: QtBot, hand: Hand) -> None:
    strip = hand.label.filmstrip
    qtbot.waitUntil(lambda: strip.images.thumbnails.bytes > 0)
    assert strip.images.thumbnails.bytes <= MOST_BYTES


def test_the_end_of_a_long_list_is_one_key_away(many: MainWindow) -> None:
    hand = Hand(many)
    hand.press(Qt.Key.Key_End)
    assert hand.label.editor.image_id == MANY
    hand.press(Qt.Key.Key_Home)
    assert hand.label.editor.image_id == 1


def test_the_old_list_stays_until_the_new_one_is_there(qtbot: QtBot, many: MainWindow) -> None:
    hand = Hand(many)
    choose(hand, category_id=2)
    assert len(listed(hand)) == MANY
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        pass
    assert listed(hand) == list(many.document.dataset.image_ids(ImageFilter(category_id=2)))
    assert hand.label.editor.image_id in listed(hand)


def test_only_the_newest_of_several_wishes_counts(qtbot: QtBot, many: MainWindow) -> None:
    hand = Hand(many)
    for text in ("1", "12", "123"):
        choose(hand, text=text)
    expected = list(many.document.dataset.image_ids(ImageFilter(text="123")))
    qtbot.waitUntil(lambda: listed(hand) == expected)


def test_the_next_three_are_told_in_the_direction_of_travel(
    hand: Hand, images: list[Image]
) -> None:
    hand.label.show_image(images[3].id)
    strip = hand.label.filmstrip
    assert strip.ahead(3, 1) == images[4:6]
    assert [image.id for image in strip.ahead(3, -1)] == [images[n].id for n in (2, 1, 0)]


def test_images_that_arrive_are_listed_at_the_end(
    qtbot: QtBot, hand: Hand, window: MainWindow
) -> None:
    before, current = listed(hand), hand.label.editor.image_id
    session = window.document.dataset.sessions()[0].id
    row = Image(77, "new.jpg", "new.jpg", 4, 3, "f" * 64, session, 0.0)
    window.document.dataset.add_image(row)
    window.document.notify_images_added([77])
    assert listed(hand) == [*before, 77]
    assert hand.label.editor.image_id == current
    qtbot.waitUntil(lambda: hand.label.filmstrip.filter.itemText(0) == "All (7)")


# Filters


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"category_id": 2}, [2]),
        ({"has_suggestions": True}, [3]),
        ({"verified": True}, [5]),
        ({"has_note": True}, [4]),
        ({"has_flaw": True}, [1]),
        ({"text": "5.JPG"}, [5]),
        ({"text": "%"}, []),
        ({"session_id": 1, "verified": False, "has_note": False}, [0, 1, 2, 3]),
    ],
)
def test_the_panel_filters(
    hand: Hand,
    window: MainWindow,
    images: list[Image],
    wanted: dict[str, object],
    expected: list[int],
) -> None:
    window.document.perform(Edit("Note", (ImageNoteChange(images[4].id, "", "blurred"),)))
    window.document.dataset.set_measures(images[1].id, 0.2, 90.0, Flaw.BLURRED)
    choose(hand, **wanted)
    assert listed(hand) == [images[n].id for n in expected]
    bar = hand.label.filmstrip.filters
    assert bar.found.text() == f"{len(expected)} of 6"
    assert bar.clear.isVisible()


def test_a_state_and_the_panel_combine_and_clear_takes_all_away(
    hand: Hand, images: list[Image]
) -> None:
    strip = hand.label.filmstrip
    choose(hand, text="jpg")
    strip.filter.setCurrentIndex(2)
    choose_name(hand, "2")
    assert listed(hand) == [images[2].id]
    assert strip.filters.view.wanted == ImageFilter(ImageState.LABELLED, text="2")
    strip.filters.clear.click()
    assert len(listed(hand)) == 6
    assert not strip.filters.clear.isVisible()
    assert strip.filters.panel.text.text() == ""


def choose_name(hand: Hand, text: str) -> None:
    panel = hand.label.filmstrip.filters.panel
    hand.label.filmstrip.filters.funnel.click()
    panel.text.setText(text)
    QTest.keyClick(panel.text, Qt.Key.Key_Return)


def test_the_panel_is_worked_by_the_keyboard_alone(hand: Hand, images: list[Image]) -> None:
    hand.press(Qt.Key.Key_F, CONTROL)
    panel = hand.label.filmstrip.filters.panel
    assert panel.isVisible()
    QTest.keyClicks(panel.text, "4.j")
    QTest.keyClick(panel.text, Qt.Key.Key_Return)
    assert not panel.isVisible()
    assert listed(hand) == [images[4].id]
    hand.press(Qt.Key.Key_F, CONTROL | SHIFT)
    assert len(listed(hand)) == 6
    hand.press(Qt.Key.Key_F, CONTROL)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert not panel.isVisible()


def test_every_control_of_the_filter_has_a_name_for_those_who_listen(hand: Hand) -> None:
    bar = hand.label.filmstrip.filters
    fields = (bar.state, bar.funnel, bar.clear, bar.panel.text, bar.panel.category, bar.panel.order)
    assert all(field.accessibleName() for field in fields)
    assert "Ctrl+F" in bar.funnel.toolTip()


def test_counts_of_all_states_are_right_after_an_edit_while_a_filter_is_on(
    qtbot: QtBot, hand: Hand
) -> None:
    strip = hand.label.filmstrip
    strip.filter.setCurrentIndex(1)
    assert [strip.filter.itemText(row) for row in range(4)] == [
        "All (6)", "To do (3)", "Labelled (2)", "Empty (1)"
    ]  # fmt: skip
    hand.drag((100, 80), (300, 200))
    qtbot.waitUntil(lambda: strip.filter.itemText(1) == "To do (2)")
    assert strip.filter.itemText(2) == "Labelled (3)"
    assert strip.filters.found.text() == "2 of 6"


def test_an_image_that_leaves_the_filter_stays_until_one_moves_on(
    qtbot: QtBot, hand: Hand, images: list[Image]
) -> None:
    travel = hand.label.travel
    hand.label.filmstrip.filter.setCurrentIndex(1)
    assert listed(hand) == [images[n].id for n in (0, 3, 4)]
    hand.drag((100, 80), (300, 200))
    assert hand.label.editor.image_id == images[0].id
    travel.listing.make()
    assert listed(hand) == [images[n].id for n in (0, 3, 4)]
    with qtbot.waitSignal(travel.listing.listed):
        hand.press(Qt.Key.Key_D)
    assert listed(hand) == [images[3].id, images[4].id]
    assert hand.label.editor.image_id == images[3].id


def test_undo_brings_an_image_back_into_the_filter_and_shows_it(
    qtbot: QtBot, hand: Hand, images: list[Image]
) -> None:
    hand.label.filmstrip.filter.setCurrentIndex(1)
    hand.drag((100, 80), (300, 200))
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        hand.press(Qt.Key.Key_D)
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert hand.label.editor.image_id == images[0].id
    assert listed(hand) == [images[n].id for n in (0, 3, 4)]
    assert hand.label.filmstrip.state() is ImageState.UNLABELLED


def test_what_changes_elsewhere_enters_the_filter_by_itself(
    qtbot: QtBot, hand: Hand, window: MainWindow, images: list[Image]
) -> None:
    choose(hand, has_suggestions=True)
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        window.document.offer(lambda dataset: offer(dataset, images[4]))
    assert listed(hand) == [images[3].id, images[4].id]


def test_the_list_does_not_move_under_the_eye(qtbot: QtBot, many: MainWindow) -> None:
    hand = Hand(many)
    strip = hand.label.filmstrip
    strip.filter.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(listed(hand)) < MANY)
    hand.label.show_image(listed(hand)[3000])
    bar = strip.view.verticalScrollBar()
    bar.setValue(bar.value() + 40)
    image_id = hand.label.editor.image_id
    top = strip.view.visualRect(strip.view.currentIndex()).top()
    document = many.document
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        for each in listed(hand)[:5]:
            document.attempt(lambda dataset, each=each: verify(dataset, each))  # type: ignore[misc]
    assert hand.label.editor.image_id == image_id
    assert strip.view.visualRect(strip.view.currentIndex()).top() == top


def test_an_image_that_is_asked_for_is_shown_whatever_is_filtered(
    qtbot: QtBot, hand: Hand, images: list[Image]
) -> None:
    strip = hand.label.filmstrip
    strip.filter.setCurrentIndex(1)
    hand.label.show_image(images[1].id)
    assert hand.label.editor.image_id == images[1].id
    assert listed(hand) == [images[n].id for n in (0, 1, 3, 4)]
    assert strip.filters.found.text() == "3 of 6"
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        hand.press(Qt.Key.Key_D)
    assert listed(hand) == [images[n].id for n in (0, 3, 4)]


def test_nothing_found_says_so_and_shows_all_again(hand: Hand, images: list[Image]) -> None:
    hand.label.show_image(images[4].id)
    choose(hand, text="no such name")
    page = hand.label.empty_page
    assert page.isVisible()
    assert hand.label.editor.image_id is None
    assert hand.label.filmstrip.filters.found.text() == "0 of 6"
    page.all.click()
    assert not page.isVisible()
    assert len(listed(hand)) == 6
    assert hand.label.editor.image_id == images[4].id


# Orders


def test_names_are_sorted_as_people_count_and_the_other_way_round(
    hand: Hand, images: list[Image]
) -> None:
    panel = hand.label.filmstrip.filters.panel
    panel.order.setCurrentIndex(panel.order.findData(Order.BOXES))
    assert listed(hand)[-2:] == [images[1].id, images[2].id]
    panel.direction.setCurrentIndex(1)
    assert listed(hand)[:2] == [images[2].id, images[1].id]


def test_an_order_that_follows_edits_waits_until_one_moves_on(
    qtbot: QtBot, hand: Hand, images: list[Image]
) -> None:
    panel = hand.label.filmstrip.filters.panel
    panel.order.setCurrentIndex(panel.order.findData(Order.EDITED))
    hand.label.show_image(images[0].id)
    before = listed(hand)
    hand.drag((100, 80), (300, 200))
    assert listed(hand) == before
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        hand.press(Qt.Key.Key_D)
    assert listed(hand)[-1] == images[0].id


# Jumps


def test_next_not_yet_labelled_goes_round_in_the_order_of_the_list(
    hand: Hand, images: list[Image]
) -> None:
    panel = hand.label.filmstrip.filters.panel
    panel.order.setCurrentIndex(panel.order.findData(Order.NAME))
    panel.direction.setCurrentIndex(1)
    hand.label.show_image(images[3].id)
    seen = []
    for _ in range(3):
        hand.press(Qt.Key.Key_D, CONTROL | SHIFT)
        seen.append(hand.label.editor.image_id)
    assert seen == [images[n].id for n in (0, 4, 3)]


def test_next_with_suggestions_is_found_and_else_said(
    hand: Hand, window: MainWindow, images: list[Image]
) -> None:
    said: list[str] = []
    window.document.said.connect(said.append)
    hand.label.show_image(images[0].id)
    hand.press(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hand.label.editor.image_id == images[3].id
    hand.press(Qt.Key.Key_G, CONTROL | SHIFT)
    assert hand.label.editor.image_id == images[3].id
    assert "No other image has suggestions" in said[-1]


def test_jumps_among_many_are_there_at_once(qtbot: QtBot, many: MainWindow) -> None:
    hand = Hand(many)
    hand.label.show_image(15_010)
    seen = []
    for key in (Qt.Key.Key_D, Qt.Key.Key_D, Qt.Key.Key_G, Qt.Key.Key_G):
        hand.press(key, CONTROL | SHIFT)
        seen.append(hand.label.editor.image_id)
    assert seen == [15_012, 15_015, 15_100, 15_200]


def test_a_step_before_the_list_is_there_goes_nowhere_and_says_nothing(
    qtbot: QtBot, many: MainWindow
) -> None:
    hand = Hand(many)
    said: list[str] = []
    many.document.said.connect(said.append)
    choose(hand, verified=True)
    qtbot.waitUntil(lambda: len(listed(hand)) == MANY // 10)
    with qtbot.waitSignal(hand.label.travel.listing.listed):
        hand.label.show_image(15)
        hand.press(Qt.Key.Key_D)
        assert hand.label.editor.image_id == 15
    hand.press(Qt.Key.Key_D)
    assert hand.label.editor.image_id == 20
    assert said == []


@pytest.mark.parametrize(("typed", "found"), [("3", 2), ("5.jp", 5), ("0.JPG", 0), ("99", None)])
def test_g_goes_to_a_number_or_a_name(
    hand: Hand, images: list[Image], typed: str, found: int | None
) -> None:
    hand.label.show_image(images[1].id)
    hand.press(Qt.Key.Key_G)
    field = hand.label.filmstrip.go_to_field
    QTest.keyClicks(field.field, typed)
    QTest.keyClick(field.field, Qt.Key.Key_Return)
    expected = images[1 if found is None else found].id
    assert hand.label.editor.image_id == expected
    assert field.isVisible() == (found is None)
    if found is None:
        assert "no image 99" in field.hint.text()
        QTest.keyClick(field.field, Qt.Key.Key_Escape)
        assert not field.isVisible()


def test_d_held_down_arrives_at_every_image(hand: Hand, images: list[Image]) -> None:
    seen: list[int] = []
    hand.label.show_image(images[0].id)
    hand.label.travel.arrived.connect(seen.append)
    for _ in range(7):
        hand.press(Qt.Key.Key_D)
    assert seen == [image.id for image in images[1:]]


# Where one was last


def reopened(qtbot: QtBot, folder: Path, tmp_path: Path) -> Hand:
    again = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(again)
    return Hand(again)


def test_the_next_start_is_where_one_was_with_filter_and_order(
    qtbot: QtBot, hand: Hand, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    choose(hand, text="jpg", verified=False)
    panel = hand.label.filmstrip.filters.panel
    panel.order.setCurrentIndex(panel.order.findData(Order.NAME))
    hand.press(Qt.Key.Key_D)
    view, current, rows = (
        hand.label.filmstrip.filters.view,
        hand.label.editor.image_id,
        listed(hand),
    )
    close(window)
    other = reopened(qtbot, folder, tmp_path)
    assert other.label.editor.image_id == current
    assert other.label.filmstrip.filters.view == view
    assert listed(other) == rows
    assert panel.text.text() == "jpg"
    close(other.window)


def test_the_place_is_kept_soon_after_a_step_so_that_a_crash_does_not_lose_it(
    qtbot: QtBot, hand: Hand, images: list[Image], folder: Path
) -> None:
    hand.label.show_image(images[4].id)
    qtbot.waitUntil(lambda: last_place.last(folder).image_id == images[4].id)


def test_a_place_that_is_gone_or_damaged_is_the_beginning(
    qtbot: QtBot, hand: Hand, window: MainWindow, folder: Path, tmp_path: Path
) -> None:
    close(window)
    last_place.keep(folder, Place(4711, View(ImageFilter(category_id=99))))
    other = reopened(qtbot, folder, tmp_path)
    assert other.label.editor.image_id == 1
    assert other.label.filmstrip.filters.view == View()
    close(other.window)
    for kept in (tmp_path, Path.home()):
        assert last_place.last(kept) == Place()


@pytest.mark.parametrize("text", ["", "{", "[]", '{"image_id": "x", "view": {"wanted": {}}}'])
def test_whatever_stands_in_the_file_of_the_place_is_no_harm(tmp_path: Path, text: str) -> None:
    last_place.keep(tmp_path, Place(3))
    last_place._file_of(tmp_path).write_text(text, encoding="utf-8")
    assert last_place.last(tmp_path) == Place()


def test_places_are_kept_as_they_are(tmp_path: Path) -> None:
    wanted = ImageFilter(
        ImageState.EMPTY,
        category_id=1,
        session_id=2,
        has_suggestions=True,
        verified=False,
        text="Käse %",
    )
    place = Place(12, View(wanted, Order.EDITED, descending=True))
    last_place.keep(tmp_path, place)
    assert last_place.last(tmp_path) == place
    assert last_place.last(tmp_path / "other") == Place()


def test_another_dataset_is_shown_from_its_own_place(
    qtbot: QtBot, hand: Hand, window: MainWindow, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "second") as dataset:
        second = add_plain_pictures(dataset, 3)
    last_place.keep(tmp_path / "second", Place(second[1].id))
    choose(hand, text="5")
    window.document.open(Dataset.open(tmp_path / "second"))
    assert hand.label.editor.image_id == second[1].id
    assert len(listed(hand)) == 3


def test_a_read_only_dataset_can_be_filtered_and_remembers_the_place(
    qtbot: QtBot, folder: Path
) -> None:
    with Dataset.open(folder, read_only=True) as dataset:
        label = LabelWorkspace(Document(dataset))
        qtbot.addWidget(label)
        label.filmstrip.filter.setCurrentIndex(2)
        assert label.filmstrip.images.rowCount() == 2
        label.travel.go_last()
        label.shut_down()
        assert last_place.last(dataset.folder).image_id == 3


# Marks


@pytest.fixture(params=[LIGHT, DARK], ids=["light", "dark"])
def scheme(qtbot: QtBot, request: pytest.FixtureRequest) -> Iterator[Colors]:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    palette, sheet = application.palette(), application.styleSheet()
    use(application, request.param)
    yield request.param
    application.setPalette(palette)
    application.setStyleSheet(sheet)


@pytest.mark.usefixtures("scheme")
def test_a_tile_shows_boxes_verified_suggestions_and_a_note(
    hand: Hand, window: MainWindow, images: list[Image]
) -> None:
    window.document.perform(Edit("Note", (ImageNoteChange(images[4].id, "", "blurred"),)))
    view = hand.label.filmstrip.view

    def colors_of(row: int, corner: str) -> set[str]:
        rect = view.visualRect(hand.label.filmstrip.images.index(row))
        left = rect.right() - 44
        top = rect.bottom() - 24 if corner == "below" else rect.top() + 4
        part = view.viewport().grab(QRect(left, top, 40, 20)).toImage()
        return {
            part.pixelColor(x, y).name() for x in range(part.width()) for y in range(part.height())
        }

    assert LIGHT.good in colors_of(5, "below")
    assert LIGHT.good not in colors_of(2, "below")
    assert "#ffffff" in colors_of(2, "below")
    assert DARK.accent_over in colors_of(3, "above")
    assert DARK.accent_over not in colors_of(2, "above")
    assert "#ffffff" in colors_of(4, "above")
    assert "#ffffff" not in colors_of(2, "above")
    index = hand.label.filmstrip.images.index(4)
    assert "note: blurred" in index.data(Qt.ItemDataRole.AccessibleTextRole)


def test_a_class_that_is_deleted_asks_for_nothing_any_more(hand: Hand, window: MainWindow) -> None:
    document = window.document
    document.attempt(lambda dataset: add_category(dataset, "unused"))
    choose(hand, category_id=3)
    assert listed(hand) == []
    document.undo()
    assert hand.label.filmstrip.filters.view == View()
    assert len(listed(hand)) == 6


def test_a_list_whose_dataset_is_closed_shows_blank_rows(qtbot: QtBot, tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "shelf") as dataset:
        images = add_plain_pictures(dataset, 2)
        rows = ImageList()
        rows.show(dataset, array("q", [image.id for image in images]))
    finish_jobs()
    assert rows.data(rows.index(1), IMAGE_ROLE) is None
