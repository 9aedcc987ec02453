"""What is typed into a field goes into the field: no key of it is an action of the window."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.gui.keys_page import KeysPage
from labeler.gui.main_window import MainWindow
from labeler.gui.palette import Palette
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

TEXT = "wadrtfglxmhqeinbc120+-=[]\\?"
"""Every letter, digit and sign that is a key of an action somewhere."""
EDITING = (Qt.Key.Key_Backspace, Qt.Key.Key_Delete, Qt.Key.Key_Home, Qt.Key.Key_End)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path) -> Iterator[MainWindow]:
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 3)
        dataset.apply(add_category(dataset, "mug"))
    shown = open_window(tmp_path / "table", tmp_path / "settings.ini")
    qtbot.addWidget(shown)
    yield shown
    close(shown)


@pytest.fixture
def hand(window: MainWindow) -> Hand:
    hand = Hand(window)
    hand.put(BBox(100, 80, 60, 50))
    hand.label.canvas.select_all()
    return hand


@pytest.fixture
def fired(window: MainWindow) -> list[str]:
    """The keys that have done something in the window since the last look."""
    return listen(window)


def listen(window: MainWindow) -> list[str]:
    heard: list[str] = []

    def hear(shortcut: QShortcut) -> None:
        text = shortcut.key().toString()
        shortcut.activated.connect(lambda: heard.append(text))
        shortcut.activatedAmbiguously.connect(lambda: heard.append(text))

    for shortcut in window.findChildren(QShortcut):
        hear(shortcut)
    return heard


def type_all(field: QWidget) -> None:
    QTest.keyClicks(field, TEXT)
    for key in EDITING:
        QTest.keyClick(field, key)


def fields_of(root: QWidget) -> list[QWidget]:
    """All in which one can type now."""
    kinds = (QLineEdit, QPlainTextEdit, QTextEdit, QAbstractSpinBox, QComboBox)
    found = [
        each
        for kind in kinds
        for each in root.findChildren(kind)
        if each.isVisible() and each.isEnabled() and each.focusPolicy() != Qt.FocusPolicy.NoFocus
    ]
    return [
        each
        for each in found
        if not (isinstance(each, QComboBox) and not each.isEditable())
        and not (isinstance(each, QLineEdit | QPlainTextEdit | QTextEdit) and each.isReadOnly())
        and not isinstance(each.parentWidget(), QAbstractSpinBox | QComboBox)
    ]


@pytest.mark.parametrize("page", ["label", "capture", "train", "preview", "compare"])
def test_in_no_field_of_any_workspace_a_typed_key_is_an_action(
    window: MainWindow, hand: Hand, page: str
) -> None:
    window.show_workspace(page)
    fields = fields_of(window)
    fired = listen(window)
    for field in fields:
        QTest.mouseClick(field, Qt.MouseButton.LeftButton, pos=QPoint(12, field.height() // 2))
        assert QApplication.focusWidget() is field, field.accessibleName()
        type_all(field)
        assert fired == [], field.accessibleName()
    assert len(fields) >= {"label": 6, "capture": 1}.get(page, 0)


def test_the_field_of_a_new_class_keeps_the_keys_until_escape(
    hand: Hand, window: MainWindow, fired: list[str]
) -> None:
    hand.press(Qt.Key.Key_N)
    field = hand.label.classes.field
    fired.clear()
    for name in ("wardrobe", "ladder", "mug"):  # the last one is there already
        QTest.keyClicks(window.focusWidget(), name)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
        assert window.focusWidget() is field
        assert field.text() == ""
    QTest.keyClick(field, Qt.Key.Key_Return)  # once too often
    assert window.focusWidget() is field
    assert fired == []
    names = [each.name for each in window.document.dataset.categories()]
    assert names == ["mug", "wardrobe", "ladder"]
    assert "Esc" in field.placeholderText()
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert hand.label.canvas.hasFocus()
    assert field.placeholderText() == "New class…"


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda hand: hand.click(500, 300),
        lambda hand: hand.label.verify_button.click(),
        lambda hand: QTest.mouseClick(
            hand.label.classes.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(20, 10)
        ),
        lambda hand: QTest.mouseClick(
            hand.label.filmstrip.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(40, 250)
        ),
    ],
    ids=["the picture", "looks right", "a class", "another image"],
)
def test_a_click_elsewhere_takes_the_keys_from_the_field_of_a_new_class(
    hand: Hand, window: MainWindow, elsewhere: Callable[[Hand], object]
) -> None:
    hand.press(Qt.Key.Key_N)
    QTest.keyClicks(hand.label.classes.field, "cup")
    QTest.keyClick(hand.label.classes.field, Qt.Key.Key_Return)
    elsewhere(hand)
    assert hand.label.canvas.hasFocus()


def test_a_second_number_is_no_key_of_a_class(
    hand: Hand, window: MainWindow, fired: list[str]
) -> None:
    x, width = hand.label.boxes.fields["x"], hand.label.boxes.fields["w"]
    QTest.mouseClick(x, Qt.MouseButton.LeftButton)
    x.selectAll()
    for number in ("40", "12"):
        QTest.keyClicks(window.focusWidget(), number)
        QTest.keyClick(window.focusWidget(), Qt.Key.Key_Return)
    assert window.focusWidget() is x
    assert hand.boxes[0].x == 12
    QTest.keyClick(x, Qt.Key.Key_Tab)
    QTest.keyClick(window.focusWidget(), Qt.Key.Key_Tab)
    assert window.focusWidget() is width
    QTest.keyClicks(width, "33")
    QTest.keyClick(width, Qt.Key.Key_Escape)
    assert hand.boxes == [BBox(12, 80, 60, 50)]
    assert hand.label.canvas.hasFocus()
    assert fired == []


def test_undo_in_a_field_without_anything_to_take_back_is_that_of_the_dataset(
    hand: Hand, window: MainWindow
) -> None:
    held = Qt.KeyboardModifier.ControlModifier
    x = hand.label.boxes.fields["x"]
    QTest.mouseClick(x, Qt.MouseButton.LeftButton)
    x.selectAll()
    QTest.keyClicks(x, "40")
    QTest.keyClick(x, Qt.Key.Key_Return)
    QTest.keyClicks(x, "7")
    QTest.keyClick(x, Qt.Key.Key_Z, held)  # takes the 7 back, and nothing else
    assert hand.boxes[0].x == 40
    QTest.keyClick(x, Qt.Key.Key_Z, held)
    assert hand.boxes[0].x == 100
    QTest.keyClick(x, Qt.Key.Key_Escape)
    hand.label.canvas.select(())
    hand.press(Qt.Key.Key_N)
    field = hand.label.classes.field
    QTest.keyClicks(field, "cup")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert len(window.document.dataset.categories()) == 2
    QTest.keyClick(field, Qt.Key.Key_Z, held)
    assert [each.name for each in window.document.dataset.categories()] == ["mug"]


def test_what_is_typed_stands_while_suggestions_arrive(hand: Hand, window: MainWindow) -> None:
    field, dataset = hand.label.boxes.fields["x"], window.document.dataset
    note = hand.label.boxes.note
    image_id = hand.label.editor.image_id
    assert image_id is not None

    def arrive(at: float) -> None:
        offered = Suggestion(
            dataset.new_suggestion_id(), image_id, 1, BBox(at, 9, 40, 40), 0.9, "me"
        )
        window.document.offer(lambda _: (dataset.offer("me", [image_id], [offered]), [image_id])[1])

    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "12")
    arrive(300)
    QTest.keyClicks(field, "5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert hand.boxes[0].x == 125
    note.setFocus()
    QTest.keyClicks(note, "half ")
    arrive(400)
    QTest.keyClicks(note, "hidden")
    QTest.keyClick(note, Qt.Key.Key_Return)
    assert hand.annotations[0].note == "half hidden"


def test_a_name_is_typed_into_the_row_of_its_class(
    hand: Hand, window: MainWindow, fired: list[str], qtbot: QtBot
) -> None:
    hand.press(Qt.Key.Key_F2)
    fired.clear()
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, "wall")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert fired == []
    qtbot.waitUntil(lambda: window.document.dataset.categories()[0].name == "wall")


def test_in_fields_over_the_window_a_typed_key_is_no_action(
    hand: Hand, window: MainWindow, fired: list[str]
) -> None:
    label = hand.label
    asked: list[tuple[Callable[[], object], Callable[[], QWidget]]] = [
        (label.ask_class, lambda: label.name_field),
        (label.travel.ask_where, lambda: label.filmstrip.go_to_field.field),
        (label.travel.open_filter, lambda: label.filmstrip.filters.panel.text),
        (window.keys.show_palette, lambda: window.findChildren(Palette)[-1].field),
        (window.keys.show_keys, lambda: fields_of(window.findChildren(KeysPage)[-1])[0]),
    ]
    for ask, field_of in asked:
        ask()
        field = field_of()
        type_all(field)
        assert fired == [], field.accessibleName()
        QTest.keyClick(field, Qt.Key.Key_Escape)
    label.filmstrip.show_all()
    assert hand.boxes == [BBox(100, 80, 60, 50)]
