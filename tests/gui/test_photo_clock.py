"""Photos by the clock: at once, counted down to the next, as many as were asked for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.cameras.base import Frame
from labeler.dataset.store import Dataset
from labeler.gui.capture.number_form import NumberForm
from labeler.gui.capture.photo_clock import PhotoClock
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.key_hint import KeyHint
from labeler.gui.live import LiveCamera
from labeler.gui.photo_keeper import Shot
from tests.dataset.shots import shot
from tests.gui.live_waits import Heard, show, until


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera, heard: Heard) -> CaptureWorkspace:
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    return shown


def choose(workspace: CaptureWorkspace, text: str) -> None:
    menu = workspace.bar.every.menu()
    next(action for action in menu.actions() if action.text() == text).trigger()


def test_it_is_due_at_once_tells_the_wait_and_ends_after_as_many_as_wanted(qtbot: QtBot) -> None:
    clock = PhotoClock()
    told: list[tuple[str, Any]] = []
    clock.due.connect(lambda: told.append(("due", None)))
    clock.waits.connect(lambda seconds, left: told.append(("waits", (seconds, left))))
    clock.ended.connect(lambda count: told.append(("ended", count)))
    clock.begin(30, 2)
    assert told[:2] == [("due", None), ("waits", (30, 2))]
    clock.count()
    kind, (_, to_come) = told[-1]
    assert (kind, to_come) == ("waits", 1)
    clock.count()
    assert told[-1] == ("ended", 2)
    assert not clock.is_running
    clock.count()
    assert told[-1] == ("ended", 2)


def test_it_counts_down_to_the_next_one(qtbot: QtBot) -> None:
    clock = PhotoClock()
    seconds: list[int] = []
    clock.waits.connect(lambda left, _to_come: seconds.append(left))
    clock.begin(3, 0)
    assert seconds == [3]
    until(qtbot, lambda: len(seconds) > 1)
    assert seconds[1] < 3
    clock.stop()


def test_stopping_from_where_it_was_heard_ends_it(qtbot: QtBot) -> None:
    clock = PhotoClock()
    clock.due.connect(clock.stop)
    clock.begin(30, 0)
    assert not clock.is_running


def test_as_many_photos_as_were_chosen_are_counted_down_on_the_picture(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    choose(workspace, "10 photos")
    choose(workspace, "Every 30 s")
    every = workspace.bar.every
    assert every.text() == "Stop: every 30 s, 0 of 10 taken"
    assert not workspace.count_down.isHidden()
    assert "10 to come" in workspace.count_down.accessibleName()
    for seed in range(10):
        data = shot(seed)
        workspace.photographer.keeper.keep(
            Shot(dataset, workspace.session.name, "camera", lambda data=data: Frame(data, 1))
        )
    until(qtbot, lambda: heard.has("All 10 photos by the clock are kept."))
    assert not every.isChecked()
    assert every.text() == "Every 30 s ×10"
    assert workspace.count_down.isHidden()


def test_a_picture_that_is_in_the_dataset_already_is_none_of_the_photos_that_were_asked_for(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    choose(workspace, "10 photos")
    choose(workspace, "Every 30 s")
    for _ in range(2):
        workspace.photographer.keeper.keep(
            Shot(dataset, workspace.session.name, "camera", lambda: Frame(shot(0), 1))
        )
    until(qtbot, lambda: heard.has("in the dataset already"))
    assert workspace.bar.every.text() == "Stop: every 30 s, 1 of 10 taken"
    assert "9 to come" in workspace.count_down.accessibleName()
    qtbot.keyClick(workspace, Qt.Key.Key_Escape)


def test_the_button_says_what_it_does_now_and_keeps_its_place(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    every = workspace.bar.every
    for hint in every.findChildren(KeyHint):
        hint.tell(("I",))  # as the window does
    assert every.text() == "Every 2 s"
    assert every.toolTip() == (
        "A photo every few seconds, by itself (I). The arrow, or Down, says how often, how many"
    )
    place = workspace.bar.shutter.pos()
    qtbot.keyClick(workspace, Qt.Key.Key_I)
    assert every.text() == every.accessibleName() == "Stop: every 2 s, 0 taken"
    assert every.toolTip() == "Stop the photos by the clock (I). Esc stops them as well"
    for seed in range(14):
        data = shot(seed)
        workspace.photographer.keeper.keep(
            Shot(dataset, workspace.session.name, "camera", lambda data=data: Frame(data, 1))
        )
    until(qtbot, lambda: every.text() == "Stop: every 2 s, 14 taken")
    qtbot.wait(0)  # the row is laid out again, if it is
    assert workspace.bar.shutter.pos() == place
    qtbot.mouseClick(every, Qt.MouseButton.LeftButton)
    assert every.text() == "Every 2 s"
    assert not workspace.photographer.clock.is_running
    qtbot.keyClick(workspace, Qt.Key.Key_I)
    assert every.text() == "Stop: every 2 s, 0 taken"


def test_the_choices_are_remembered_and_escape_ends_the_clock(
    qtbot: QtBot, workspace: CaptureWorkspace, document: Document, live: LiveCamera
) -> None:
    every = workspace.bar.every
    qtbot.keyClick(every, Qt.Key.Key_Down)
    until(qtbot, every.menu().isVisible)
    every.menu().close()
    choose(workspace, "20 photos")
    choose(workspace, "Every 5 s")
    qtbot.keyClick(workspace, Qt.Key.Key_Escape)
    assert not workspace.photographer.clock.is_running
    again = CaptureWorkspace(document, live)
    qtbot.addWidget(again, before_close_func=lambda closed: closed.shut_down())
    assert again.bar.every.accessibleName() == "Every 5 s, 20 photos"
    assert not again.bar.every.isChecked()
    choose(again, "Other numbers…")
    (form,) = again.findChildren(NumberForm)
    form.fields["clock_every"].setValue(90)
    form.fields["clock_many"].setValue(15)
    assert form.summary.text() == "15 photos in 21:00 min."
    form.begin.click()
    assert again.bar.every.text() == "Stop: every 90 s, 0 of 15 taken"
    assert again.photographer.clock.is_running
    ticked = [action.text() for action in again.bar.every.menu().actions() if action.isChecked()]
    assert ticked == ["Beep with each photo"]


def test_each_photo_by_the_clock_beeps_unless_the_person_wants_quiet(
    qtbot: QtBot, workspace: CaptureWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    beeps: list[bool] = []
    monkeypatch.setattr(QApplication, "beep", lambda: beeps.append(True))
    workspace.photographer.taken.emit()
    assert not beeps  # by hand one hears one's own click
    choose(workspace, "Every 30 s")
    workspace.photographer.taken.emit()
    assert len(beeps) == 1
    workspace.bar.every.beeps.trigger()
    workspace.photographer.taken.emit()
    assert len(beeps) == 1
