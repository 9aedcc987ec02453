"""Classes as a person works them: the list, its menu, its dialogs and the field on the picture."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import PALETTE, add_categories
from labeler.dataset.edits import draw, together
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui import large_edit, theme
from labeler.gui.background import finish_jobs
from labeler.gui.document import Document
from labeler.gui.label import class_desk
from labeler.gui.label.class_dialogs import ClassChoice, ColorDialog
from labeler.gui.label.workspace import LabelWorkspace
from labeler.gui.main_window import MainWindow
from labeler.gui.picture_view import text_color
from labeler.gui.side_panel import SidePanel
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
MUG, CUP, BALL = 1, 2, 3


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with Dataset.create(tmp_path / "table") as dataset:
        images = add_plain_pictures(dataset, 3)
        dataset.apply(add_categories(dataset, ["mug", "cup", "ball"]))
        boxes = [
            draw(dataset, image.id, category, BBox(40.0 * place + 10, 20, 30, 30))
            for image in images[:2]
            for place, category in enumerate((MUG, MUG, CUP))
        ]
        dataset.apply(together("Draw", boxes))
        offered = Suggestion(dataset.new_suggestion_id(), 3, MUG, BBox(90, 1, 30, 30), 0.5, "x")
        dataset.offer("x", [3], [offered])
    return tmp_path / "table"


@pytest.fixture
def window(qtbot: QtBot, folder: Path, tmp_path: Path) -> Iterator[MainWindow]:
    shown = open_window(folder, tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    found = Hand(window)
    found.label.show_image(1)
    return found


@pytest.fixture
def said(window: MainWindow) -> list[str]:
    sentences: list[str] = []
    window.document.said.connect(sentences.append)
    return sentences


def names(window: MainWindow) -> list[str]:
    return [category.name for category in window.document.dataset.categories()]


def rows(hand: Hand) -> list[str]:
    """What the list shows, each row as a screen reader tells it."""
    return [row.toolTip() for row in hand.label.classes.list.rows() if not row.isHidden()]


def menu_of(hand: Hand, category_id: int) -> QMenu:
    """Opened by a right click on the row of a class."""
    listed = hand.label.classes.list
    row = next(row for row in listed.rows() if row.data(Qt.ItemDataRole.UserRole) == category_id)
    at = listed.visualItemRect(row).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, listed.viewport().mapToGlobal(at))
    QApplication.sendEvent(listed.viewport(), event)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


def entry(menu: QMenu, *path: str) -> QAction:
    """The entry whose text begins so, through submenus."""
    action = next(each for each in menu.actions() if each.text().startswith(path[0]))
    if len(path) == 1:
        return action
    below = action.menu()
    assert isinstance(below, QMenu)
    return entry(below, *path[1:])


def pick(hand: Hand, category_id: int, *path: str) -> None:
    menu = menu_of(hand, category_id)
    entry(menu, *path).trigger()
    menu.close()


def asked() -> QMessageBox:
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox)
    return box


def answer(box: QMessageBox, words: str) -> None:
    next(button for button in box.buttons() if words in button.text()).click()


def test_a_row_tells_name_boxes_and_key(hand: Hand) -> None:
    assert rows(hand) == ["mug, 4 boxes, key 1", "cup, 2 boxes, key 2", "ball, 0 boxes, key 3"]


def test_the_count_follows_a_drawn_box(hand: Hand, qtbot: QtBot) -> None:
    hand.drag((300, 200), (400, 300))
    qtbot.waitUntil(lambda: rows(hand)[0] == "mug, 5 boxes, key 1")


def test_a_given_key_chooses_the_class_and_stands_beside_it(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    pick(hand, BALL, "Key", "1")
    assert said[-1] == "Give key 1 to ball. Kept."
    assert rows(hand) == ["mug, 4 boxes, key 2", "cup, 2 boxes, key 3", "ball, 0 boxes, key 1"]
    hand.press(Qt.Key.Key_1)
    hand.drag((300, 200), (400, 300))
    assert window.document.dataset.annotations(1)[-1].category_id == BALL
    pick(hand, BALL, "Key", "By place")
    assert rows(hand)[0] == "mug, 4 boxes, key 1"


def test_renamed_in_its_row_by_f2(
    hand: Hand, window: MainWindow, said: list[str], qtbot: QtBot
) -> None:
    listed = hand.label.classes.list
    listed.setFocus()
    listed.set_current_category(CUP)
    QTest.keyClick(listed, Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "beaker")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["mug", "beaker", "ball"])
    assert said[-1] == "Rename class cup to beaker. Kept."
    window.document.undo()
    assert rows(hand)[1] == "cup, 2 boxes, key 2"


def test_a_name_that_is_taken_is_refused_and_the_row_goes_back(
    hand: Hand, window: MainWindow
) -> None:
    hand.label.classes.list.rows()[CUP - 1].setText("Mug")
    assert names(window) == ["mug", "cup", "ball"]
    assert hand.label.classes.list.rows()[CUP - 1].text() == "cup"
    assert window.banner.isVisible()


def test_moved_by_keys_by_menu_and_by_dragging(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    listed = hand.label.classes.list
    listed.setFocus()
    listed.set_current_category(MUG)
    QTest.keyClick(listed, Qt.Key.Key_Down, CONTROL)
    assert names(window) == ["cup", "mug", "ball"]
    assert said[-1] == "Reorder classes. Kept."
    QTest.keyClick(listed, Qt.Key.Key_Down, CONTROL)
    assert names(window) == ["cup", "ball", "mug"]
    pick(hand, BALL, "Move up")
    assert names(window) == ["ball", "cup", "mug"]
    listed.set_current_category(BALL)
    place = listed.visualItemRect(listed.rows()[2]).bottomLeft() + QPoint(20, -2)
    drop = QDropEvent(
        QPointF(place),
        Qt.DropAction.MoveAction,
        QMimeData(),
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    listed.dropEvent(drop)
    assert names(window) == ["cup", "mug", "ball"]
    for _ in range(4):
        window.document.undo()
    assert names(window) == ["mug", "cup", "ball"]


def test_the_first_cannot_go_up_nor_the_last_down(hand: Hand) -> None:
    assert not entry(menu_of(hand, MUG), "Move up").isEnabled()
    assert not entry(menu_of(hand, BALL), "Move down").isEnabled()


def test_recoloured_with_a_colour_that_everybody_tells_apart(
    hand: Hand, window: MainWindow
) -> None:
    pick(hand, MUG, "Colour")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ColorDialog)
    assert [button.isChecked() for button in dialog.buttons].index(True) == 0
    next(each for each in dialog.buttons if each.accessibleName() == "Vermilion").click()
    assert window.document.dataset.categories()[0].color == "#d55e00"
    assert hand.label.canvas.boxes[0].color == "#d55e00"


def test_any_other_colour_comes_by_more(hand: Hand, window: MainWindow, qtbot: QtBot) -> None:
    pick(hand, MUG, "Colour")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ColorDialog)
    dialog.more.click()
    picker = QApplication.activeModalWidget()
    assert picker is not dialog
    picker.setCurrentColor(QColor("#123456"))  # type: ignore[union-attr]
    picker.accept()  # type: ignore[union-attr]
    assert window.document.dataset.categories()[0].color == "#123456"


def test_a_class_in_use_is_deleted_after_a_question_and_comes_back(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    before = list(window.document.dataset.all_annotations())
    pick(hand, MUG, "Delete mug")
    box = asked()
    assert box.text() == (
        "Delete mug? Its 4 boxes on 2 images and 1 suggestion go with it. Ctrl+Z brings them back."
    )
    answer(box, "Cancel")
    assert names(window) == ["mug", "cup", "ball"]
    pick(hand, MUG, "Delete mug")
    answer(asked(), "Delete 4 boxes")
    assert names(window) == ["cup", "ball"]
    assert said[-1] == "Class mug deleted with its 4 boxes. Ctrl+Z brings them back."
    assert [each.name for each in hand.label.canvas.boxes] == ["cup"]
    window.document.undo()
    assert list(window.document.dataset.all_annotations()) == before
    assert window.document.dataset.image(3).suggestion_count == 1


def test_escape_keeps_the_class(hand: Hand, window: MainWindow) -> None:
    pick(hand, CUP, "Delete cup")
    QTest.keyClick(asked(), Qt.Key.Key_Escape)
    assert names(window) == ["mug", "cup", "ball"]


def test_a_class_that_is_not_used_goes_without_a_question(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    pick(hand, BALL, "Delete ball")
    assert names(window) == ["mug", "cup"]
    assert said[-1] == "Class ball deleted. Ctrl+Z brings it back."


def test_merged_after_a_question_and_taken_back(
    hand: Hand, window: MainWindow, said: list[str]
) -> None:
    hand.label.editor.choose(MUG)
    pick(hand, MUG, "Merge into", "cup")
    box = asked()
    assert "become cup, and the class mug is deleted" in box.text()
    answer(box, "Merge 4 boxes")
    assert names(window) == ["cup", "ball"]
    assert {each.name for each in hand.label.canvas.boxes} == {"cup"}
    assert said[-1] == "Class mug merged into cup: 4 boxes. Ctrl+Z takes it back."
    category = hand.label.editor.category()
    assert category is not None
    assert category.id == CUP
    window.document.undo()
    assert [each.name for each in hand.label.canvas.boxes] == ["mug", "mug", "cup"]


def test_all_boxes_of_a_class_in_the_image_are_selected(hand: Hand, said: list[str]) -> None:
    pick(hand, MUG, "Select its boxes")
    assert hand.label.canvas.selection == tuple(box.id for box in hand.label.canvas.boxes[:2])
    assert said[-1] == "2 boxes of mug selected."
    pick(hand, BALL, "Select its boxes")
    assert hand.label.canvas.selection == ()


@pytest.mark.parametrize(
    ("key", "held"),
    [(Qt.Key.Key_Menu, Qt.KeyboardModifier.NoModifier), (Qt.Key.Key_F10, SHIFT)],
)
def test_the_menu_opens_by_key(hand: Hand, key: Qt.Key, held: Qt.KeyboardModifier) -> None:
    listed = hand.label.classes.list
    listed.setFocus()
    QTest.keyClick(listed, key, held)
    assert isinstance(QApplication.activePopupWidget(), QMenu)


def test_keys_reach_the_marked_class_from_the_picture(
    hand: Hand, window: MainWindow, qtbot: QtBot
) -> None:
    hand.label.editor.choose(CUP)
    hand.press(Qt.Key.Key_F10, SHIFT)
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    assert entry(menu, "Delete cup").isEnabled()
    menu.close()
    hand.press(Qt.Key.Key_F2)
    editor = QApplication.focusWidget()
    assert editor is not None
    QTest.keyClicks(editor, "beaker")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["mug", "beaker", "ball"])


def test_without_a_class_the_actions_say_so(qtbot: QtBot, tmp_path: Path, said: list[str]) -> None:
    Dataset.create(tmp_path / "bare").close()
    bare = open_window(tmp_path / "bare", tmp_path / "settings.ini")
    qtbot.addWidget(bare)
    bare.document.said.connect(said.append)
    actions = {action.id: action for action in bare.workspace("label").actions_table()}
    delete = actions["delete_class"]
    assert delete.obstacle is not None
    assert delete.slot is not None
    assert delete.obstacle() == "There is no class yet. Press N to name one."
    delete.slot()
    assert said[-1] == delete.obstacle()
    close(bare)


def test_the_menu_opens_by_its_button_for_the_marked_class(hand: Hand, window: MainWindow) -> None:
    hand.label.editor.choose(BALL)
    hand.label.classes.menu_button.click()
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    entry(menu, "Delete ball").trigger()
    assert names(window) == ["mug", "cup"]


def test_typing_shows_what_fits_and_says_what_enter_does(hand: Hand, window: MainWindow) -> None:
    hand.press(Qt.Key.Key_N)
    field, hint = hand.label.classes.field, hand.label.classes.hint
    QTest.keyClicks(field, "u")
    assert [row.split(",")[0] for row in rows(hand)] == ["mug", "cup"]
    assert hint.text() == 'Enter: new class "u"'
    field.clear()
    QTest.keyClicks(field, "MUG")
    assert hint.text() == 'Enter: choose "mug"'
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert names(window) == ["mug", "cup", "ball"]
    assert not hint.isVisible()
    assert field.hasFocus()
    assert len(rows(hand)) == 3


def test_down_goes_from_the_field_into_the_rows_and_enter_chooses(hand: Hand) -> None:
    hand.press(Qt.Key.Key_N)
    QTest.keyClicks(hand.label.classes.field, "u")
    QTest.keyClick(hand.label.classes.field, Qt.Key.Key_Down)
    listed = hand.label.classes.list
    assert listed.hasFocus()
    QTest.keyClick(listed, Qt.Key.Key_Down)
    QTest.keyClick(listed, Qt.Key.Key_Return)
    category = hand.label.editor.category()
    assert category is not None
    assert category.name == "cup"
    assert hand.label.canvas.hasFocus()
    assert hand.label.classes.field.text() == ""


def test_c_asks_at_the_selected_box_and_down_marks_a_class(hand: Hand, window: MainWindow) -> None:
    box = hand.label.canvas.boxes[0]
    hand.label.canvas.select((box.id,))
    hand.press(Qt.Key.Key_C)
    field = hand.label.name_field
    assert field.isVisible()
    assert field.matches.isVisible()
    QTest.keyClicks(field, "l")
    QTest.keyClick(field, Qt.Key.Key_Down)
    assert field.matches.hint.text() == 'Enter: choose "ball"'
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert window.document.dataset.annotations(1)[0].category_id == BALL
    assert not field.matches.isVisible()
    assert hand.label.canvas.hasFocus()


def test_a_click_on_a_match_chooses_it(hand: Hand, window: MainWindow) -> None:
    hand.label.canvas.select((hand.label.canvas.boxes[0].id,))
    hand.press(Qt.Key.Key_C)
    matches = hand.label.name_field.matches
    at = matches.list.visualItemRect(matches.list.item(1)).center()
    QTest.mouseClick(
        matches.list.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at
    )
    assert window.document.dataset.annotations(1)[0].category_id == CUP


def test_escape_leaves_the_class_as_it_was(hand: Hand, window: MainWindow) -> None:
    hand.label.canvas.select((hand.label.canvas.boxes[0].id,))
    hand.press(Qt.Key.Key_C)
    QTest.keyClicks(hand.label.name_field, "ball")
    QTest.keyClick(hand.label.name_field, Qt.Key.Key_Escape)
    assert window.document.dataset.annotations(1)[0].category_id == MUG
    assert not hand.label.name_field.matches.isVisible()


def test_many_classes_are_merged_through_a_field(
    hand: Hand, window: MainWindow, tmp_path: Path
) -> None:
    list_of_names = tmp_path / "classes.txt"
    list_of_names.write_text("".join(f"thing {n}\n" for n in range(80)), encoding="utf-8")
    hand.label.desk.add_from_file(list_of_names)
    pick(hand, BALL, "Merge into…")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, ClassChoice)
    QTest.keyClicks(dialog.field, "thing 77")
    QTest.keyClick(dialog.field, Qt.Key.Key_Return)
    assert "ball" not in names(window)
    assert len(names(window)) == 82


def test_half_a_screen_shows_the_panel_and_the_matches_whole(
    hand: Hand, window: MainWindow, tmp_path: Path, qtbot: QtBot
) -> None:
    list_of_names = tmp_path / "classes.txt"
    list_of_names.write_text("".join(f"thing {n}\n" for n in range(80)), encoding="utf-8")
    hand.label.desk.add_from_file(list_of_names)
    window.resize(640, 400)  # as 1280x800 at 200 %
    panel = hand.label.findChild(SidePanel)
    assert panel is not None
    qtbot.waitUntil(lambda: panel.widget().width() <= panel.viewport().width())
    for box in hand.label.canvas.boxes:
        hand.label.canvas.select((box.id,))
        hand.label.desk.ask_class()
        matches = hand.label.name_field.matches
        assert hand.label.canvas.rect().contains(matches.geometry())
        assert not matches.geometry().intersects(hand.label.name_field.geometry())


def test_classes_come_from_a_file_as_one_edit(
    hand: Hand, window: MainWindow, said: list[str], tmp_path: Path
) -> None:
    path = tmp_path / "predefined_classes.txt"
    path.write_bytes(b"\xef\xbb\xbfdog\r\n Mug \r\n\r\nlamp\nbad\x07name\ndog\n")
    hand.label.desk.add_from_file(path)
    assert names(window) == ["mug", "cup", "ball", "dog", "lamp"]
    assert "2 classes added from predefined_classes.txt, 1 already here." in said
    assert window.banner.isVisible()  # the line that is no name
    window.document.undo()
    assert names(window) == ["mug", "cup", "ball"]


def test_a_file_that_is_no_list_is_told(hand: Hand, window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "photo.txt"
    path.write_bytes(bytes(range(256)))
    hand.label.desk.add_from_file(path)
    assert window.banner.isVisible()
    assert names(window) == ["mug", "cup", "ball"]


def test_a_class_on_very_many_boxes_goes_while_the_window_lives(
    hand: Hand, window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_desk, "MANY", 4)
    monkeypatch.setattr(large_edit, "LARGE_ENTRY", 10)
    failures: list[str] = []
    window.document.failed.connect(lambda sentence, details: failures.append(sentence))
    pick(hand, MUG, "Delete mug")
    changed, dataset = window.document.categories_changed, window.document.dataset
    with qtbot.waitSignal(changed), dataset.transaction():  # the worker waits for its turn
        answer(asked(), "Delete 4 boxes")
        assert hand.label.classes.list.count() == 3
        hand.press(Qt.Key.Key_W)
        hand.drag((300, 200), (400, 300))
        assert "Wait a moment" in failures[-1]
    assert names(window) == ["cup", "ball"]
    assert QApplication.overrideCursor() is None
    history = window.history
    for step, left in ((history.undo, 3), (history.redo, 2), (history.undo, 3)):
        with qtbot.waitSignal(window.document.edit_replayed):
            step()
        assert len(names(window)) == left
    assert len(hand.boxes) == 3
    assert window.document.dataset.faults() == []


def test_a_read_only_dataset_has_classes_but_no_menu(
    qtbot: QtBot, folder: Path, tmp_path: Path
) -> None:
    with Dataset.open(folder, read_only=True) as dataset:
        label = LabelWorkspace(Document(dataset))
        qtbot.addWidget(label)
        label.show()
        assert label.classes.list.count() == 3
        assert not label.classes.menu_button.isEnabled()
        label.classes.menu_requested.emit(MUG, QPoint(0, 0))
        assert QApplication.activePopupWidget() is None
        label.desk.ask_class()
        assert not label.name_field.isVisible()
        label.shut_down()
        finish_jobs()


def contrast(one: QColor, other: QColor) -> float:
    """WCAG's ratio, 1 to 21: https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio."""

    def luminance(color: QColor) -> float:
        parts = [
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
            for part in (color.redF(), color.greenF(), color.blueF())
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("scheme", [theme.LIGHT, theme.DARK])
def test_numbers_and_keys_can_be_read_on_every_row(scheme: theme.Colors) -> None:
    for ground in (scheme.window, scheme.raised):
        assert contrast(QColor(scheme.faint), QColor(ground)) >= 4.5


@pytest.mark.parametrize("color", [*PALETTE, "#000000", "#ffffff", "#777777"])
def test_a_name_can_be_read_on_the_plate_of_its_colour(color: str) -> None:
    assert contrast(text_color(QColor(color)), QColor(color)) >= 4.5


def test_a_click_on_a_class_takes_the_keys_from_a_note_that_was_being_typed(hand: Hand) -> None:
    note = hand.label.boxes.note
    note.setFocus()
    QTest.keyClicks(note, "blue")
    rows = hand.label.classes.list
    QTest.mouseClick(
        rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualItemRect(rows.item(1)).center()
    )
    assert hand.label.canvas.hasFocus()
    assert hand.window.document.dataset.image(1).note == "blue"
