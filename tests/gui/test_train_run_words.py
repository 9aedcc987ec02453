"""What the line above a run says of it, for every kind of budget and end."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from labeler.gui.train import run_words
from labeler.gui.train.notice import Notice
from labeler.gui.train.run_header import RunHeader
from labeler.gui.train.shown_run import ShownRun
from labeler.runs.history import RunState
from labeler.runs.record import RunRecord
from trainer.events import MEASURING, Evaluated, Event, Failed, Finished, Progressed, Warned


def _running(*events: Event, budget: str = "time") -> ShownRun:
    record = RunRecord.of(events)
    return ShownRun(
        Path("run"),
        record,
        RunState.RUNNING,
        "lite",
        budget,
        60.0,
        12.0 if budget == "epochs" else 0.0,
        True,
    )


def _at(seconds: float, left: float | None) -> Progressed:
    return Progressed("Learning", seconds, 60.0, 3.0, 150.0, 0.5, 1e-3, left)


def test_the_time_that_is_left_is_the_measured_one(qtbot: QtBot) -> None:
    assert run_words.detail(_running(_at(20.0, 31.0))).startswith("31 s left")
    assert run_words.detail(_running(_at(20.0, None))).startswith("40 s left")


@pytest.mark.parametrize("width", [734, 990])  # beside the settings of 1024 and of 1280 pixels
def test_what_runs_and_the_time_left_are_told_in_full_in_a_small_window(
    qtbot: QtBot, width: int
) -> None:
    header = RunHeader()
    qtbot.addWidget(header)
    header.resize(width, 40)
    header.show_run(_running(_at(20.0, 31.0)))
    header.show()
    assert header.title.width() >= header.title.sizeHint().width()
    metrics = header.detail.fontMetrics()
    assert header.detail.width() >= metrics.horizontalAdvance("31 s left, 150 images a second")


def test_while_it_is_measured_no_time_is_left_that_nobody_knows(qtbot: QtBot) -> None:
    measuring = Progressed(MEASURING, 62.0, 62.0, 3.0, 0.0, None)
    for budget in ("time", "epochs", "best"):
        shown = _running(_at(58.0, 7.0), measuring, budget=budget)
        assert run_words.title(shown) == "Measuring what it learned"
        assert "left" not in run_words.detail(shown)


def test_epochs_are_counted_where_they_are_the_budget(qtbot: QtBot) -> None:
    shown = _running(_at(20.0, 60.0), budget="epochs")
    assert run_words.title(shown) == "Learning, epoch 3.0 of 12"
    assert run_words.detail(shown) == "60 s left, 150 images a second"
    assert shown.share == 0.25


def test_a_run_until_it_stops_improving_promises_no_end(qtbot: QtBot) -> None:
    shown = _running(_at(20.0, 3000.0), budget="best")
    assert run_words.title(shown) == "Learning, 20 s so far"
    assert run_words.detail(shown).startswith("at most 50:00 min left")
    assert shown.share is None


def test_a_score_comes_with_its_interval(qtbot: QtBot) -> None:
    scores = Evaluated(10.0, 1.0, 0.9, 0.5, 0.8, 1e-3, True, 0.44, 0.57, 0.71, 0.88)
    shown = replace(_running(scores), state=RunState.INTERRUPTED)
    assert run_words.detail(shown) == "AP 0.50 (0.44 to 0.57), AP50 0.80 (0.71 to 0.88)"


def test_a_run_that_was_stopped_at_once_does_not_claim_to_keep_a_best(qtbot: QtBot) -> None:
    titles = [
        run_words.title(
            replace(_running(Finished(-1.0, -1.0, 3.0, epochs, True)), state=RunState.STOPPED)
        )
        for epochs in (0.0, 0.4)
    ]
    assert titles == [
        "Stopped before it had learned anything",
        "Stopped after 3 s, the best is kept",
    ]


def test_warnings_stand_one_a_line_and_once(qtbot: QtBot) -> None:
    shown = _running(Warned("A picture was left out."), Warned("A picture was left out."))
    assert run_words.notes(shown, ["Only 5 images."]) == "Only 5 images.\nA picture was left out."
    failed = replace(_running(Failed("The disk is full.")), state=RunState.FAILED)
    assert run_words.notes(failed, ["Only 5 images."]) == "The disk is full.\nOnly 5 images."


def test_many_warnings_are_folded_and_all_of_them_are_there(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    notice = Notice(parent)
    notice.say("\n".join(f"Sentence {number}." for number in range(6)))
    assert notice.text.text().splitlines() == ["Sentence 0.", "Sentence 1.", "Sentence 2."]
    assert notice.more.text() == "3 more"
    notice.more.click()
    assert len(notice.text.text().splitlines()) == 6
    notice.say("One.")
    assert notice.more.isHidden()


def test_a_class_that_is_called_like_a_tag_is_read_as_it_is(qtbot: QtBot) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    notice = Notice(parent)
    notice.say("Not learned, because no box shows it: <b>mug</b>.")
    assert notice.text.textFormat() == Qt.TextFormat.PlainText
    assert "<b>mug</b>" in notice.accessibleName()
