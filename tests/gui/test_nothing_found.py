"""Where a detector draws no box, the person reads why, and a button leads to what there is."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from labeler.gui.nothing_found import NothingFound, NothingWords

WORDS = NothingWords("Lower it.", "Train longer.")


@pytest.fixture
def bar(qtbot: QtBot) -> NothingFound:
    made = NothingFound()
    qtbot.addWidget(made)
    made.timer.setInterval(0)
    return made


def test_it_comes_after_a_while_and_its_button_leads_to_the_best_of_all_that_was_found(
    qtbot: QtBot, bar: NothingFound
) -> None:
    for best in (0.2, 0.318, 0.1):
        bar.take(0, best, WORDS)
        assert not bar.isVisible()
    qtbot.waitUntil(bar.isVisible)
    assert bar.sentence.text() == "Lower it."
    assert bar.lower_button.text() == "Show from 0.31"  # rounded down, or it would not be shown
    bar.take(0, 0.42, WORDS)
    with qtbot.waitSignal(bar.lower_requested) as lowered:
        qtbot.mouseClick(bar.lower_button, Qt.MouseButton.LeftButton)
    assert lowered.args == [0.42]


def test_without_anything_at_any_score_there_is_no_button(qtbot: QtBot, bar: NothingFound) -> None:
    bar.take(0, 0.0, WORDS)
    qtbot.waitUntil(bar.isVisible)
    assert bar.sentence.text() == "Train longer."
    assert not bar.lower_button.isVisible()


def test_once_a_box_was_drawn_an_empty_picture_is_no_news(qtbot: QtBot, bar: NothingFound) -> None:
    """Until the score, the detector or the source is another one."""
    bar.take(0, 0.3, WORDS)
    qtbot.waitUntil(bar.isVisible)
    bar.take(1, 0.9, WORDS)
    assert not bar.isVisible()
    bar.take(0, 0.3, WORDS)
    assert not bar.timer.isActive()
    bar.restart()
    bar.take(0, 0.2, WORDS)
    qtbot.waitUntil(bar.isVisible)
    assert bar.lower_button.text() == "Show from 0.20"
