"""The history: what was done in words, newest first, across starts, and back to any entry."""

from __future__ import annotations

import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw, verify
from labeler.dataset.history import History
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.gui import large_edit
from labeler.gui.background import is_idle
from labeler.gui.document import Document
from labeler.gui.history_list import LINE_ROLE, PAGE, HistoryList, Standing
from labeler.gui.history_panel import HistoryPanel
from labeler.gui.main_window import MainWindow
from tests.gui.label_window import Hand, add_plain_pictures, close, open_window

CONTROL = Qt.KeyboardModifier.ControlModifier
DAY = 86_400.0


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two pictures, a class and a box of an earlier start."""
    with Dataset.create(tmp_path / "table") as dataset:
        add_plain_pictures(dataset, 2)
        dataset.apply(add_category(dataset, "mug"))
        dataset.apply(draw(dataset, 1, 1, BBox(10, 10, 50, 40)))
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


@pytest.fixture
def panel(window: MainWindow, hand: Hand) -> HistoryPanel:
    hand.label.show_image(2)
    for left in (100, 200, 300):
        hand.drag((left, 80), (left + 60, 200))
    hand.press(Qt.Key.Key_H, CONTROL)
    assert window.history.panel.isVisible()
    return window.history.panel


def texts(entries: HistoryList) -> list[str]:
    return [entries.index(row).data() for row in range(entries.rowCount())]


def choose(panel: HistoryPanel, row: int) -> None:
    panel.list.scrollTo(panel.entries.index(row))
    place = panel.list.visualRect(panel.entries.index(row)).center()
    QTest.mouseClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)


def standings(panel: HistoryPanel) -> list[Standing]:
    lines = [panel.entries.index(row).data(LINE_ROLE) for row in range(panel.entries.rowCount())]
    return [panel.entries.standing(line.entry) for line in lines if line.entry]


def test_it_shows_the_newest_first_and_tells_earlier_starts_apart(panel: HistoryPanel) -> None:
    assert texts(panel.entries) == [
        "Today",
        *["Draw mug"] * 3,
        "Before this start",
        "Draw mug",
        "Add class mug",
    ]


def test_an_entry_says_what_where_who_and_when(panel: HistoryPanel) -> None:
    line = panel.entries.index(1).data(LINE_ROLE)
    told = panel.entries.index(1).data(Qt.ItemDataRole.AccessibleTextRole)
    assert told == f"Draw mug, 1.jpg, {line.entry.author}, {time.strftime('%H:%M')}"


def test_back_to_here_takes_edits_back_and_forth_again(panel: HistoryPanel, hand: Hand) -> None:
    boxes = hand.boxes
    choose(panel, 3)
    assert panel.steps.text() == "Takes 2 edits back."
    QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
    assert hand.boxes == boxes[:1]
    assert standings(panel)[:3] == [Standing.UNDONE, Standing.UNDONE, Standing.LAST]
    assert panel.steps.text() == "This is where you are."
    choose(panel, 1)
    assert (panel.steps.text(), panel.button.text()) == ("Does 2 edits again.", "Forward to here")
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert hand.boxes == boxes


def test_going_far_back_leaves_the_window_alive_and_refuses_edits_meanwhile(
    qtbot: QtBot, panel: HistoryPanel, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(large_edit, "FAR", 1)
    boxes = hand.boxes
    choose(panel, 3)
    with hand.window.document.dataset.transaction():  # the worker has to wait for it
        QTest.mouseClick(panel.button, Qt.MouseButton.LeftButton)
        hand.drag((400, 80), (460, 200))
    assert "Wait a moment" in hand.window.banner.message.text()
    qtbot.waitUntil(lambda: hand.boxes == boxes[:1] and is_idle())
    assert standings(panel)[:3] == [Standing.UNDONE, Standing.UNDONE, Standing.LAST]
    hand.drag((400, 80), (460, 200))
    assert len(hand.boxes) == 2


def test_going_back_beyond_this_start_works_from_the_keyboard(
    panel: HistoryPanel, window: MainWindow
) -> None:
    for _ in range(4):
        QTest.keyClick(panel.list, Qt.Key.Key_Down)
    QTest.keyClick(panel.list, Qt.Key.Key_Down)
    assert panel.steps.text() == "Takes 4 edits back."
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert list(window.document.dataset.all_annotations()) == []


def test_a_double_click_goes_back_and_a_click_shows_the_image(
    panel: HistoryPanel, hand: Hand, window: MainWindow
) -> None:
    choose(panel, 5)
    assert hand.label.editor.image_id == 1
    window.show_workspace("train")
    choose(panel, 2)
    assert window.current is hand.label
    assert hand.label.editor.image_id == 2
    place = panel.list.visualRect(panel.entries.index(2)).center()
    QTest.mouseDClick(panel.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert len(hand.boxes) == 2


def test_it_follows_what_happens_while_it_is_open(panel: HistoryPanel, hand: Hand) -> None:
    hand.press(Qt.Key.Key_Z, CONTROL)
    assert standings(panel)[:2] == [Standing.UNDONE, Standing.LAST]
    hand.drag((400, 80), (460, 200))
    assert texts(panel.entries)[:3] == ["Today", "Draw mug", "Draw mug"]
    assert standings(panel)[:3] == [Standing.LAST, Standing.UNDONE, Standing.STANDS]
    choose(panel, 2)
    assert not panel.button.isEnabled()
    assert "cannot be done again" in panel.steps.text()


def test_what_came_from_outside_is_told_and_not_undone(
    panel: HistoryPanel, window: MainWindow
) -> None:
    window.document.dataset.note("Import x.json: 1 image, 0 boxes")
    window.document.history_changed.emit()
    assert texts(panel.entries)[1] == "Import x.json: 1 image, 0 boxes"
    choose(panel, 1)
    assert not panel.button.isEnabled()
    assert "from outside" in panel.steps.text()


def test_escape_closes_it_and_gives_the_keys_back(
    panel: HistoryPanel, window: MainWindow, hand: Hand
) -> None:
    QTest.keyClick(panel.list, Qt.Key.Key_Escape)
    assert not panel.isVisible()
    assert window.focusWidget() is hand.label.canvas  # so that arrows move boxes again
    hand.press(Qt.Key.Key_H, CONTROL)
    assert panel.isVisible()
    hand.press(Qt.Key.Key_H, CONTROL)
    assert not panel.isVisible()


def test_it_opens_where_one_is_not_at_what_was_undone(
    panel: HistoryPanel, window: MainWindow, hand: Hand
) -> None:
    hand.press(Qt.Key.Key_H, CONTROL)
    hand.press(Qt.Key.Key_Z, CONTROL)
    boxes = hand.boxes
    hand.press(Qt.Key.Key_H, CONTROL)
    assert panel.steps.text() == "This is where you are."
    QTest.keyClick(panel.list, Qt.Key.Key_Return)
    assert hand.boxes == boxes


def test_it_opens_from_the_menu_which_tells_its_key(window: MainWindow) -> None:
    window.menu._fill()
    (action,) = (each for each in window.menu.menu().actions() if each.text() == "History")
    assert action.shortcut().toString() == "Ctrl+H"
    action.trigger()
    assert window.history.panel.isVisible()


def test_a_small_window_keeps_its_size_and_shows_all_of_it(
    panel: HistoryPanel, window: MainWindow
) -> None:
    window.resize(640, 400)
    assert window.size().width() == 640
    assert window.rect().contains(panel.geometry())
    assert panel.rect().contains(panel.button.geometry())
    window.resize(1280, 800)
    assert panel.geometry().right() == window.stack.geometry().right()


def test_another_dataset_brings_its_own_history(
    panel: HistoryPanel, window: MainWindow, tmp_path: Path
) -> None:
    window.document.open(Dataset.create(tmp_path / "other"))
    assert texts(panel.entries) == []
    assert not panel.button.isEnabled()


def test_days_are_headings_and_the_order_survives_a_clock_that_jumps_back(
    qtbot: QtBot, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Dataset.open(folder) as dataset:
        now = time.time()
        for place, days in enumerate((-1, +3, -2, 0)):
            late = now + days * DAY
            monkeypatch.setattr("labeler.dataset.store.time.time", partial(float, late))
            dataset.apply(verify(dataset, 2, verified=place % 2 == 0))
        monkeypatch.undo()
        assert dataset.image(2).last_edit == dataset.journal(1)[0].id
        entries = HistoryList(Document(dataset))
        entries.show()
        told = texts(entries)
        assert told[:2] == ["Before this start", "Today"]
        assert told[2::2][:4] == [
            "Withdraw confirmation",
            "Nothing here",
            "Withdraw confirmation",
            "Nothing here",
        ]
        assert told[7] == "Yesterday"
        assert History(dataset).undo() is not None


def test_a_long_history_is_read_a_page_at_a_time(qtbot: QtBot, dataset: Dataset) -> None:
    with dataset.transaction():
        dataset._writer.execute(
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) "
            "INSERT INTO edit (at, description, changes) "
            'SELECT i, \'Edit \' || i, \'{"description": "", "changes": []}\' FROM n'
        )
    entries = HistoryList(Document(dataset))
    entries.show()
    assert entries.rowCount() <= PAGE + 3
    entries.fetchMore(entries.index(-1))
    assert 2 * PAGE <= entries.rowCount() <= 2 * PAGE + 3
    assert entries.index(entries.rowCount() - 1).data() == f"Edit {100_000 - 2 * PAGE + 1}"
    row = entries.row_of(99_990)
    assert row is not None
    assert entries.index(row).data() == "Edit 99990"
    assert entries.row_of(5) is None


def test_without_an_edit_it_says_that_nothing_was_changed_yet(qtbot: QtBot, tmp_path: Path) -> None:
    Dataset.create(tmp_path / "new").close()
    window = open_window(tmp_path / "new", tmp_path / "settings.ini")
    qtbot.addWidget(window)
    Hand(window).press(Qt.Key.Key_H, CONTROL)
    panel = window.history.panel
    assert panel.steps.text() == "Nothing was changed here yet."
    assert not panel.button.isEnabled()
    window.document.perform(add_category(window.document.dataset, "mug"))
    assert panel.steps.text() == "Choose an entry to go back to."
    close(window)
