"""Finding actions and changing their keys in a whole window, by the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.gui import theme
from labeler.gui.key_dialog import KeyDialog
from labeler.gui.key_map import KeyMap
from labeler.gui.key_map_file import read_key_map
from labeler.gui.key_presets import PRESETS
from labeler.gui.keys_page import KeysPage
from labeler.gui.label.class_row import KEY
from labeler.gui.main_window import MainWindow
from labeler.gui.outlines import outline
from labeler.gui.pages import pages
from labeler.gui.palette import Palette
from labeler.gui.settings import Settings
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NAME = Qt.ItemDataRole.UserRole
Enabled = Qt.ItemFlag.ItemIsEnabled


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


def open_palette(window: MainWindow) -> Palette:
    QTest.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
    return next(each for each in window.findChildren(Palette) if each.isVisible())


def names(palette: Palette) -> list[str]:
    return [palette.list.item(row).data(NAME) for row in range(palette.list.count())]


def find(window: MainWindow, words: str) -> Palette:
    palette = open_palette(window)
    QTest.keyClicks(palette.field, words)
    return palette


def do(window: MainWindow, words: str) -> None:
    QTest.keyClick(find(window, words).field, Qt.Key.Key_Return)


def open_dialog(window: MainWindow) -> KeyDialog:
    window.keys.change_keys()
    dialog = window.findChildren(KeyDialog)[-1]
    assert isinstance(dialog, KeyDialog)
    return dialog


def press(dialog: KeyDialog, action: str, key: Qt.Key) -> None:
    """Marks an action and presses a new key for it."""
    dialog.select(action)
    dialog.editor.press.setFocus()
    QTest.keyClick(dialog.editor.press, key)


# The palette


def test_the_palette_finds_an_action_and_does_it(window: MainWindow) -> None:
    first = Hand(window).label.editor.image_id
    do(window, "next ima")
    assert Hand(window).label.editor.image_id != first


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("track", "label.carry"),
        ("interpolate", "label.fill_between"),
        ("unlabelled", "label.next_unlabelled"),
    ],
)
def test_the_palette_knows_the_words_of_other_programs(
    window: MainWindow, word: str, name: str
) -> None:
    assert names(find(window, word))[0] == name


def test_every_action_that_can_be_done_is_in_the_palette(window: MainWindow) -> None:
    found = set(names(open_palette(window)))
    for page in pages():
        for action in window.workspace(page.id).actions_table():
            assert action.slot is None or f"{page.id}.{action.id}" in found
    assert {"everywhere.undo", "everywhere.import_coco", "everywhere.appearance_dark"} <= found


def test_the_palette_goes_to_the_workspace_of_the_action(window: MainWindow) -> None:
    palette = find(window, "new session")
    spoken = palette.list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "New session, go to Capture, N"
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.current is window.workspace("capture")
    assert window.status.sentence.text().startswith("New session:")


def test_a_workspace_that_is_not_built_tells_the_same_actions(window: MainWindow) -> None:
    for page in pages():
        told = [(each.id, each.text, each.keys, each.group) for each in outline(page.id)]
        real = window.workspace(page.id).actions_table()
        assert page.id == "label" or told == [(e.id, e.text, e.keys, e.group) for e in real]


def test_names_are_given_once_and_no_usual_key_means_two_things(window: MainWindow) -> None:
    for page in pages():
        window.workspace(page.id)
    usual = window.keys.book.key_map()
    names = [command.name for command in usual.commands]
    assert len(set(names)) == len(names)
    assert usual.keys() == {command.name: command.keys for command in usual.commands}


def test_opening_the_palette_builds_no_workspace(window: MainWindow) -> None:
    open_palette(window)
    assert window.stack.count() == 1


def test_what_was_done_last_stands_first(window: MainWindow) -> None:
    for words in ("whole picture", "class names"):
        do(window, words)
    assert names(open_palette(window))[:2] == ["label.names", "label.fit"]


def test_the_arrows_move_and_the_field_keeps_the_letters(window: MainWindow) -> None:
    palette = find(window, "image")
    before = names(palette)
    QTest.keyClick(palette.field, Qt.Key.Key_Down)
    assert palette.list.currentRow() == 1
    assert palette.field.accessibleDescription().startswith(
        palette.list.item(1).data(NAME + 1).text
    )
    for _ in range(2):
        QTest.keyClick(palette.field, Qt.Key.Key_Up)
    assert palette.list.currentRow() == len(before) - 1  # around
    QTest.keyClick(palette.field, Qt.Key.Key_PageUp)
    assert palette.list.currentRow() == max(0, len(before) - 1 - 11)


def test_an_action_that_cannot_be_done_says_why_and_does_nothing(window: MainWindow) -> None:
    palette = find(window, "redo")
    item = palette.list.item(0)
    assert item.data(NAME) == "everywhere.redo"
    assert item.data(NAME + 1).beside == "There is nothing to do again."
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    palette.reject()
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 10, 50, 50)))
    window.document.undo()
    do(window, "redo")
    assert len(window.document.dataset.annotations(1)) == 1


def test_where_a_dataset_may_only_be_read_the_palette_offers_looking_and_greys_out_every_edit(
    window: MainWindow,
) -> None:
    window.document.attempt(lambda dataset: draw(dataset, 1, 1, BBox(10, 10, 50, 50)))
    window.document.open(Dataset.open(window.document.dataset.folder, read_only=True))
    Hand(window).press(Qt.Key.Key_A, CONTROL)
    palette = open_palette(window)
    told = {
        item.data(NAME): (item.data(NAME + 1).beside, bool(item.flags() & Enabled))
        for item in map(palette.list.item, range(palette.list.count()))
    }
    of_label = {name: row for name, row in told.items() if name.startswith("label.")}
    refused = {name for name, row in of_label.items() if row[0] == "This dataset is read-only."}
    assert {name for name, row in of_label.items() if row[1]} == of_label.keys() - refused
    assert {f"label.{name}" for name in _LOOKING.split()} == of_label.keys() - refused
    palette.reject()
    do(window, "last image")
    assert Hand(window).label.editor.image_id == window.document.dataset.images()[-1].id


_LOOKING = """
next previous next_unlabelled next_suggested first last go_to filter show_all
select_all copy cancel suggestions
zoom_in zoom_out fit actual_size names crosshair magnifier
brighter darker more_contrast less_contrast plain_tone
"""
"""What can be done in Label without a change of the dataset."""


def test_behind_a_filter_that_no_image_passes_the_palette_still_shows_all_of_them(
    window: MainWindow,
) -> None:
    hand = Hand(window)
    hand.label.filmstrip.filter.setCurrentIndex(2)  # none is labelled yet
    hand.press(Qt.Key.Key_D)
    assert hand.label.filmstrip.images.rowCount() == 0
    do(window, "show all images")
    assert hand.label.filmstrip.images.rowCount() == 3


def test_an_action_of_elsewhere_that_cannot_be_done_is_told_there(window: MainWindow) -> None:
    do(window, "keep the best")
    assert window.current is window.workspace("train")
    assert window.status.sentence.text() == "No training is running."


def test_escape_closes_the_palette_and_nothing_is_found_for_nonsense(window: MainWindow) -> None:
    palette = find(window, "qqqq")
    assert palette.hint.text() == "No action is called that."
    QTest.keyClick(palette.field, Qt.Key.Key_Return)
    assert palette.isVisible()
    QTest.keyClick(palette.field, Qt.Key.Key_Escape)
    assert not palette.isVisible()


# The person's own keys


def test_a_new_key_works_at_once_and_after_a_restart(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    hand, dialog = Hand(window), open_dialog(window)
    press(dialog, "label.next", Qt.Key.Key_J)
    dialog.reject()
    first = hand.label.editor.image_id or 0
    hand.press(Qt.Key.Key_J)
    assert hand.label.editor.image_id == first + 1
    hand.press(Qt.Key.Key_D)  # the second key of two
    assert hand.label.editor.image_id == first + 2
    assert read_key_map(tmp_path / "keys.json") == {"label.next": ("D", "PgDown", "J")}
    close(window)
    again = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(again)
    assert "J" in again.keys.book.keys("label.next")
    Hand(again).press(Qt.Key.Key_Home)
    before = Hand(again).label.editor.image_id or 0
    Hand(again).press(Qt.Key.Key_J)
    assert Hand(again).label.editor.image_id == before + 1
    close(again)


def test_a_clash_is_named_and_waits_for_an_answer(window: MainWindow) -> None:
    dialog = open_dialog(window)
    press(dialog, "label.draw", Qt.Key.Key_D)
    editor = dialog.editor
    assert editor.clash.text() == 'D already means "Next image".'
    assert (editor.give.text(), editor.other.text()) == ("Give D to this", "Choose another")
    assert window.keys.book.changes == {}
    QTest.keyClick(editor.other, Qt.Key.Key_Space)
    assert window.keys.book.changes == {}
    press(dialog, "label.draw", Qt.Key.Key_D)
    QTest.keyClick(editor.give, Qt.Key.Key_Space)
    assert window.keys.book.keys("label.draw") == ("W", "R", "D")
    assert window.keys.book.keys("label.next") == ("PgDown",)
    dialog.reject()
    first = Hand(window).label.editor.image_id
    Hand(window).press(Qt.Key.Key_D)
    assert Hand(window).label.editor.image_id == first
    assert Hand(window).label.canvas.draws_next


def test_a_key_of_the_canvas_stays_with_it(window: MainWindow) -> None:
    dialog = open_dialog(window)
    press(dialog, "label.draw", Qt.Key.Key_H)
    assert dialog.editor.clash.text() == 'H stays with "Move the picture". Choose another.'
    assert not dialog.editor.give.isVisible()
    dialog.select("label.pan")
    assert not dialog.editor.press.isEnabled()
    assert "cannot be changed" in dialog.editor.clash.text()


def test_tab_goes_through_the_dialog_from_top_to_bottom(qtbot: QtBot, window: MainWindow) -> None:
    dialog = open_dialog(window)
    dialog.select("label.draw")
    dialog.select("label.next")
    dialog.activateWindow()
    dialog.field.setFocus()
    qtbot.waitUntil(dialog.field.hasFocus)
    seen: list[Any] = []
    while (focus := QApplication.focusWidget()) is not None and focus not in seen:
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    assert [each.accessibleName() or each.text() for each in seen] == [
        *("Find an action", "Actions and their keys", "Take D away", "Take PgDown away"),
        *("Press a new key", "Reset all…", "Keys as in another program"),
        *("Import…", "Export…", "Close"),
    ]


def test_a_key_is_taken_away_and_reset(window: MainWindow) -> None:
    dialog = open_dialog(window)
    dialog.select("label.draw")
    remove = next(
        button
        for button in dialog.editor.findChildren(QPushButton)
        if button.accessibleName() == "Take R away"
    )
    QTest.keyClick(remove, Qt.Key.Key_Space)
    assert window.keys.book.keys("label.draw") == ("W",)
    QTest.keyClick(dialog.editor.reset, Qt.Key.Key_Space)
    assert window.keys.book.keys("label.draw") == ("W", "R")
    press(dialog, "label.draw", Qt.Key.Key_J)
    dialog.reset_all()
    assert window.keys.book.changes == {}


def test_page_tooltips_menu_and_palette_tell_the_new_key(window: MainWindow) -> None:
    dialog, label = open_dialog(window), Hand(window).label
    assert label.verify_button.text() == "Looks right, next   Space"
    assert label.verify_button.accessibleName() == "Looks right, next"
    press(dialog, "label.verify", Qt.Key.Key_V)
    window.keys._store({**window.keys.book.changes, "label.verify": ("V",)})
    window.keys._store({**window.keys.book.changes, "everywhere.new_dataset": ("F7",)})
    dialog.reject()
    assert label.verify_button.text() == "Looks right, next   V"
    assert (
        label.verify_button.toolTip()
        == "Confirm that this image is right, even if empty, and go on (V)"
    )
    window.menu._fill()
    new = next(each for each in window.menu.menu().actions() if each.text() == "New…")
    assert new.shortcut().toString() == "F7"
    window.keys.show_keys()
    page = window.findChild(KeysPage)
    assert page is not None
    keys = {each.text() for each in page.findChildren(QLabel) if each.property("role") == "key"}
    assert {"V", "F7"} <= keys
    assert not {"Space", "Ctrl+N"} & keys
    page.reject()
    spoken = find(window, "right next").list.item(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "Looks right, next, V"


def test_the_classes_tell_the_keys_that_choose_them_now(window: MainWindow) -> None:
    row = Hand(window).label.classes.list.item(0)
    assert row.data(KEY) == "1"
    window.keys._store({"label.class_1": ("F2",)})
    assert row.data(KEY) == "F2"
    assert row.toolTip() == "mug, 0 boxes, key F2"
    window.keys._store({})
    assert row.toolTip() == "mug, 0 boxes, key 1"


def test_the_page_of_keys_is_searched(window: MainWindow) -> None:
    QTest.keyClick(window, Qt.Key.Key_F1)
    page = window.findChild(KeysPage)
    assert page is not None
    QTest.keyClicks(page.field, "delete")
    words = {each.text() for each in page._content.findChildren(QLabel)}
    assert words == {"Boxes", "Del", "Backspace", "Delete box"}
    QTest.keyClick(page.field, Qt.Key.Key_Return)
    assert page.isVisible()
    page.reject()


def test_keys_go_to_another_window_as_a_file(window: MainWindow, tmp_path: Path) -> None:
    dialog, file = open_dialog(window), tmp_path / "mine.json"
    press(dialog, "label.draw", Qt.Key.Key_J)
    dialog.export_to(file)
    assert (dialog.written.sentence.text(), dialog.written.path) == ("Exported the keys.", file)
    QTest.mouseClick(dialog.written.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == str(file)
    assert dialog.note.text() == f"Copied: {file}"
    dialog.reset_all()
    dialog.import_from(file)
    assert window.keys.book.keys("label.draw") == ("W", "R", "J")
    assert dialog.note.text() == "The keys of mine.json are in use."


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("{", "is no usable key map: line 1 is not JSON"),
        ('{"label.next": ["J"], "label.draw": ["J"]}', 'gives J to two actions: "Draw a box" and'),
        ('{"label.draw": ["H"]}', 'gives H to two actions: "Move the picture" and "Draw a box"'),
    ],
)
def test_a_broken_file_of_keys_changes_nothing(
    window: MainWindow, tmp_path: Path, text: str, fault: str
) -> None:
    dialog, file = open_dialog(window), tmp_path / "mine.json"
    press(dialog, "label.draw", Qt.Key.Key_J)
    before = window.keys.book.changes
    file.write_text(f'{{"format": "vector-labeler keys", "version": 1, "keys": {text}}}')
    dialog.import_from(file)
    assert str(file) in dialog.note.text()
    assert fault in dialog.note.text()
    assert window.keys.book.changes == before


def test_actions_that_are_not_known_here_are_kept_and_told(
    window: MainWindow, tmp_path: Path
) -> None:
    dialog, file = open_dialog(window), tmp_path / "mine.json"
    file.write_text(
        '{"format": "vector-labeler keys", "version": 1,'
        ' "keys": {"label.of_tomorrow": ["D"], "label.draw": ["J"]}}'
    )
    dialog.import_from(file)
    assert dialog.note.text().endswith("for a program that knows them: label.of_tomorrow.")
    assert window.keys.book.keys("label.next") == ("D", "PgDown")
    dialog.export_to(file)
    assert read_key_map(file)["label.of_tomorrow"] == ("D",)


def test_keys_that_cannot_be_kept_are_told_and_not_taken(
    window: MainWindow, tmp_path: Path
) -> None:
    (tmp_path / "keys.json.new").mkdir()  # where it is written first
    dialog = open_dialog(window)
    press(dialog, "label.draw", Qt.Key.Key_J)
    assert "could not be written" in dialog.note.text()
    assert window.keys.book.changes == {}


def test_a_broken_file_at_the_start_is_told_and_the_usual_keys_work(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    close(window)
    (tmp_path / "keys.json").write_text("broken")
    again = open_window(tmp_path / "kitchen", tmp_path / "settings.ini")
    qtbot.addWidget(again)
    assert "keys.json is no usable key map" in again.banner.message.text()
    first = Hand(again).label.editor.image_id
    Hand(again).press(Qt.Key.Key_D)
    assert Hand(again).label.editor.image_id != first
    close(again)


def test_sentences_name_the_keys_as_they_are_now(window: MainWindow) -> None:
    window.document.say("2 boxes deleted. Ctrl+Z brings them back, Ctrl+Shift+Z does not.")
    assert window.status.sentence.text().endswith("Ctrl+Z brings them back, Ctrl+Shift+Z does not.")
    window.keys._store({"everywhere.undo": ("F7",), "everywhere.redo": ("Ctrl+Z",)})
    window.document.say("2 boxes deleted. Ctrl+Z brings them back, Ctrl+Shift+Z does not.")
    assert window.status.sentence.text().endswith("F7 brings them back, Ctrl+Z does not.")


def test_an_action_without_any_key_is_named_in_a_sentence(window: MainWindow) -> None:
    window.keys._store({"everywhere.undo": ()})
    window.document.say("Deleted. Ctrl+Z brings it back.")
    assert window.status.sentence.text() == 'Deleted. "Undo" brings it back.'


def test_a_preset_gives_the_keys_of_another_program(window: MainWindow) -> None:
    dialog = open_dialog(window)
    dialog.use_preset("CVAT")
    dialog.reject()
    hand = Hand(window)
    first = hand.label.editor.image_id or 0
    hand.press(Qt.Key.Key_F)
    assert hand.label.editor.image_id == first + 1
    hand.press(Qt.Key.Key_D)
    assert hand.label.editor.image_id == first
    hand.press(Qt.Key.Key_N)
    assert hand.label.canvas.draws_next


@pytest.mark.parametrize("program", PRESETS)
def test_a_preset_knows_its_actions_and_has_no_clash(window: MainWindow, program: str) -> None:
    usual = window.keys.book.key_map()
    preset = KeyMap(usual.commands, PRESETS[program])
    assert preset.unknown() == []
    assert preset.double() is None
    keys = preset.keys()
    assert all(keys[name] == wished for name, wished in PRESETS[program].items())
    keyless = {each.name for each in usual.commands if each.keys and not keys[each.name]}
    assert keyless == set()


def test_what_needs_a_box_says_so_and_the_arrows_go_past_it(window: MainWindow) -> None:
    palette = find(window, "duplicate box")
    assert palette.list.item(0).data(NAME + 1).beside == "Select a box first."
    palette.field.setText("box")
    for row in range(4):
        assert palette.list.currentRow() == row
        where = palette.list.visualItemRect(palette.list.item(row))
        marked = palette.list.viewport().grab(where).toImage().pixelColor(1, 5)
        assert marked == QColor(theme.colors().accent)
        QTest.keyClick(palette.field, Qt.Key.Key_Down)


def test_a_letter_for_everywhere_is_still_typed_in_fields(window: MainWindow) -> None:
    window.keys._store({"everywhere.full_screen": ("F", "F11"), "label.fit": ("J",)})
    field = Hand(window).label.classes.field
    field.setFocus()
    QTest.keyClicks(field, "f")
    assert field.text() == "f"
    assert not window.isFullScreen()


def test_a_photo_from_the_palette_is_one_photo(window: MainWindow) -> None:
    window.show_workspace("capture")
    do(window, "take photo")
    assert not window.current.photographer.shutter._is_down  # type: ignore[attr-defined]


def test_the_store_of_keys_stands_beside_the_settings(tmp_path: Path) -> None:
    assert Settings(tmp_path / "s.ini").key_map_file == tmp_path / "keys.json"
    with pytest.raises(UserError):
        read_key_map(tmp_path / "keys.json")
