"""Rules in the window: off at first, in plain sight while on, told when they fail."""

from __future__ import annotations

import os
import socket
import sys
import threading
from datetime import datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from labeler.cameras.folder import FolderCamera
from labeler.cameras.simulated_world import Deed as SimulatedDeed
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle, run_in_background
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera, file_choice
from labeler.gui.preview import reacting, remembered
from labeler.gui.preview.deed_caption import SHOWN_S, DeedCaption
from labeler.gui.preview.reacting import Done
from labeler.gui.preview.rule_form import RuleForm
from labeler.gui.preview.rule_words import rule_words
from labeler.gui.preview.rules_dialog import RulesDialog
from labeler.gui.preview.tally import Tally
from labeler.gui.preview.workspace import PreviewWorkspace
from labeler.react.rules import Deed, Rule
from tests.gui.live_waits import Heard, show, until
from tests.gui.tiny_model import write_tiny_model

SAY = Rule("vector", Deed.SAY, "Your Majesty", frames=1, rest_s=3600.0)


@pytest.fixture
def heard(document: Document) -> Heard:
    return Heard(document)


@pytest.fixture
def preview(
    qtbot: QtBot,
    document: Document,
    live: LiveCamera,
    tmp_path: Path,
    heard: Heard,
    monkeypatch: pytest.MonkeyPatch,
) -> PreviewWorkspace:
    """The tiny model finds a vector with 0.90 and a mug with 0.60 in a folder's pictures."""
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.05)
    folder = tmp_path / "pictures"
    folder.mkdir()
    for shade in (40, 90, 140):
        cv2.imwrite(str(folder / f"{shade}.png"), np.full((36, 64, 3), shade, np.uint8))
    shown = PreviewWorkspace(document, live)
    show(qtbot, shown)
    shown.use_model(write_tiny_model(tmp_path / "model.onnx"))
    live.choose(file_choice("folder", folder))
    until(qtbot, lambda: shown.view.marks)
    return shown


def test_it_is_off_at_first_and_red_while_it_is_on(
    qtbot: QtBot, preview: PreviewWorkspace, document: Document, live: LiveCamera
) -> None:
    preview.reacting.use([SAY])
    assert not preview.reacting.is_on
    assert 'vector for 1 frame: say "Your Majesty"' in preview.controls.react.lines[0].text()
    qtbot.mouseClick(preview.controls.react.button, Qt.MouseButton.LeftButton)
    assert preview.view.alarm == "Reacting"
    assert preview.controls.react.button.property("role") == "recording"
    again = PreviewWorkspace(document, live)
    qtbot.addWidget(again)
    assert again.reacting.rules == [SAY]  # kept for the next start, which begins without it
    assert os.name == "nt" or not remembered._file().stat().st_mode & 0o077
    assert not again.reacting.is_on
    again.shut_down()
    qtbot.keyClick(preview, Qt.Key.Key_Escape)
    assert preview.view.alarm == ""
    assert not preview.reacting.is_on


def test_what_cannot_be_done_is_a_sentence_and_stands_in_the_log(
    qtbot: QtBot, preview: PreviewWorkspace, heard: Heard
) -> None:
    preview.reacting.use([SAY])
    preview.react()
    until(qtbot, lambda: preview.reacting.log)
    (done,) = preview.reacting.log
    assert "no robot" in done.failure
    assert heard.has("vector was seen. ")


def test_a_command_is_run_when_it_is_seen_surely_enough(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    python = Path(sys.executable).as_posix()
    code = "import os; print(os.environ['SEEN_CLASS'], os.environ['SEEN_SCORE'])"
    rule = Rule("vector", Deed.RUN, f'"{python}" -c "{code}"', frames=1, rest_s=3600.0)
    never = Rule("mug", Deed.RUN, "nothing", frames=1, score=0.7)
    preview.reacting.use([rule, never])
    preview.react()
    until(qtbot, lambda: preview.reacting.log)
    (done,) = preview.reacting.log
    assert (done.rule, done.failure) == (rule, "")
    assert done.words.endswith("vector 0.900")


def test_another_camera_ends_it(
    qtbot: QtBot, preview: PreviewWorkspace, live: LiveCamera, heard: Heard
) -> None:
    preview.reacting.use([SAY])
    preview.react()
    live.stop()
    assert not preview.reacting.is_on
    assert heard.has("No longer reacting: the camera")


def test_another_detector_or_dataset_ends_it_with_a_sentence(
    qtbot: QtBot, preview: PreviewWorkspace, document: Document, tmp_path: Path, heard: Heard
) -> None:
    preview.reacting.use([Rule("nobody", Deed.SAY, "Hello")])
    preview.react()
    preview.models.choose(write_tiny_model(tmp_path / "other.onnx"))
    assert not preview.reacting.is_on
    assert heard.has("No longer reacting: another detector")
    preview.react()
    first = document.dataset.folder
    with Dataset.create(tmp_path / "elsewhere") as other:
        document.open(other)
        assert not preview.reacting.is_on
        assert heard.has("No longer reacting: another dataset was opened.")
        document.open(Dataset.open(first))
    until(qtbot, is_idle)
    document.dataset.close()


def test_another_checkpoint_of_the_same_run_leaves_all_as_it_is_but_the_tally(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    """Its newest while it learns, and its best at the end."""
    preview.reacting.use([Rule("nobody", Deed.SAY, "Hello")])
    preview.react()
    preview.controls.score.setValue(70)
    qtbot.keyClick(preview, Qt.Key.Key_W)
    until(qtbot, lambda: preview.judging.tally.judged)
    best = tmp_path / "model.onnx"
    for path in (write_tiny_model(tmp_path / "newest.onnx", threshold=0.2), best):
        preview.use_model(path)
        assert preview.looking.pane is not None  # the one before, until this is loaded
        until(qtbot, lambda path=path: _path_in_use(preview) == path)
        assert preview.models.model == path
        assert preview.reacting.is_on
        assert preview.controls.lowest_score == 0.7
        assert preview.judging.tally == Tally()
    preview.use_model(write_tiny_model(tmp_path / "other.onnx", threshold=0.2))
    assert not preview.reacting.is_on
    until(qtbot, lambda: preview.controls.lowest_score == 0.2)


def _path_in_use(preview: PreviewWorkspace) -> Path | None:
    model = preview.looking.model
    return None if model is None else model.path


def test_without_a_rule_the_dialog_opens_and_a_rule_is_made_in_it(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    preview.react()
    dialog = preview.findChild(RulesDialog)
    assert dialog is not None
    dialog.add()
    assert dialog.form.category.currentText() == "vector"
    assert "to say" in dialog.problem.text()
    dialog.accept()
    assert dialog.isVisible()  # such a rule is not taken
    dialog.form.text.setEditText("Your Majesty")
    dialog.form.category.setEditText("queen")
    assert dialog.problem.text() == 'This detector has no class "queen".'
    assert dialog.try_button.isEnabled()
    dialog.form.category.setEditText("vector")
    dialog.form.frames.setValue(1)
    dialog.form.rest.setValue(3600)
    assert dialog.problem.text() == ""
    dialog.accept()
    assert preview.reacting.rules == [SAY]


def test_rules_are_switched_off_and_removed_in_the_dialog(
    qtbot: QtBot, preview: PreviewWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn = Rule("mug", Deed.TURN)
    preview.reacting.use([SAY, turn])
    preview.show_rules()
    dialog = preview.findChild(RulesDialog)
    assert dialog is not None
    dialog.list.item(1).setCheckState(Qt.CheckState.Unchecked)
    dialog.list.setCurrentRow(0)
    dialog.remove()
    (left,) = dialog.rules
    assert (left.category, left.is_on) == ("mug", False)
    button = QMessageBox.StandardButton
    answers = [button.No, button.Yes]
    monkeypatch.setattr(QMessageBox, "question", lambda *_words: answers.pop(0))
    dialog.reject()
    assert dialog.isVisible()  # the person did not want that
    dialog.reject()
    assert not answers
    assert preview.reacting.rules == [SAY, turn]


def test_an_unfinished_rule_is_not_taken_although_it_is_switched_off(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    preview.show_rules()
    dialog = preview.findChild(RulesDialog)
    assert dialog is not None
    dialog.add()
    dialog.list.item(0).setCheckState(Qt.CheckState.Unchecked)
    dialog.accept()
    assert dialog.isVisible()
    dialog.remove()
    dialog.reject()  # as it was: nothing to ask
    assert not dialog.isVisible()


def test_a_command_ends_with_the_window(qtbot: QtBot, preview: PreviewWorkspace) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(60)
        code = f"import socket; socket.create_connection({server.getsockname()}).recv(1)"
        command = f'"{Path(sys.executable).as_posix()}" -c "{code}"'
        preview.reacting.use([Rule("vector", Deed.RUN, command, frames=1)])
        preview.react()
        until(qtbot, lambda: preview.reacting.is_busy)
        line, _ = server.accept()
    preview.shut_down()
    with line:
        line.settimeout(60)
        assert line.recv(1) == b""


def test_what_waits_for_its_turn_is_left_out_once_it_is_switched_off(
    qtbot: QtBot, preview: PreviewWorkspace, tmp_path: Path
) -> None:
    told = tmp_path / "told"
    gate = threading.Event()
    for _ in range(max(4, os.cpu_count() or 1)):  # every worker has something to do
        run_in_background(
            lambda _report, _stop: gate.wait(60), on_done=lambda _: None, on_error=lambda _: None
        )
    python = Path(sys.executable).as_posix()
    code = f"open('{told.as_posix()}', 'w')"
    preview.reacting.use([Rule("vector", Deed.RUN, f'"{python}" -c "{code}"', frames=1)])
    preview.react()
    until(qtbot, lambda: preview.reacting.is_busy)
    preview.deactivated()
    gate.set()
    until(qtbot, lambda: preview.reacting.log)
    assert "switched off" in preview.reacting.log[0].failure
    assert not told.exists()


def test_esc_on_the_big_screen_ends_it_at_once(qtbot: QtBot, preview: PreviewWorkspace) -> None:
    preview.reacting.use([Rule("nobody", Deed.SAY, "Hello")])
    preview.react()
    preview.big_screen.toggle()
    screen = preview.big_screen.screen
    assert screen is not None
    until(qtbot, screen.isActiveWindow)
    qtbot.keyClick(screen, Qt.Key.Key_Escape)
    assert preview.big_screen.screen is None
    assert not preview.reacting.is_on


def test_the_keys_of_preview_work_on_the_big_screen_which_ends_with_it(
    qtbot: QtBot, preview: PreviewWorkspace, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    preview.big_screen.toggle()
    screen = preview.big_screen.screen
    assert screen is not None
    until(qtbot, screen.isActiveWindow)
    qtbot.keyClick(screen, Qt.Key.Key_E)
    dialog = screen.findChild(RulesDialog)  # before it, not behind
    assert dialog is not None
    dialog.reject()
    preview.reacting.use([Rule("nobody", Deed.SAY, "Hello")])
    qtbot.keyClick(screen, Qt.Key.Key_E)
    assert preview.reacting.is_on
    assert heard.has('Reacting, but this detector has no class "nobody".')
    plus = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier, "+")
    QApplication.sendEvent(screen, plus)  # as it comes from a keyboard of the United States
    assert preview.controls.lowest_score == 0.55
    qtbot.keyClick(screen, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
    assert preview.recording.is_on
    qtbot.keyClick(screen, Qt.Key.Key_W)
    until(qtbot, lambda: preview.judging.tally.wrong)
    preview.deactivated()
    assert preview.big_screen.screen is None
    until(qtbot, lambda: not preview.recording.is_on)
    preview.big_screen.toggle()
    again = preview.big_screen.screen
    assert again is not None
    until(qtbot, again.isActiveWindow)
    qtbot.keyClick(again, Qt.Key.Key_B)
    assert preview.big_screen.screen is None
    until(qtbot, preview.isActiveWindow)
    preview.big_screen.toggle()
    asked: list[object] = []
    monkeypatch.setattr(preview.models, "ask", lambda: asked.append(preview.big_screen.screen))
    preview.ask_model()
    assert asked == [None]  # it would open behind that


def test_the_big_screen_tells_that_the_camera_is_gone_and_shows_no_old_picture(
    qtbot: QtBot, preview: PreviewWorkspace, live: LiveCamera
) -> None:
    preview.big_screen.toggle()
    screen = preview.big_screen.screen
    assert screen is not None
    until(qtbot, lambda: screen.stage.view.marks)
    until(qtbot, screen.health.isHidden)
    live.stop()
    assert screen.stage.view.image.isNull()
    assert screen.counts.seen == ()
    assert "closed" in screen.health.sentence.text()
    assert not screen.health.isHidden()


def test_long_rules_and_long_words_of_a_program_take_no_room_from_what_stands_below(
    qtbot: QtBot, preview: PreviewWorkspace
) -> None:
    box = preview.controls.react
    layout = box.layout()
    assert layout is not None
    secret = Rule("vector", Deed.POST, "https://chat.example/hooks/secret")
    preview.reacting.use([secret])
    assert box.lines[0].toolTip().endswith("call chat.example")
    preview.reacting.use([SAY])
    short = layout.totalSizeHint().height()
    preview.reacting.use([Rule("vector", Deed.RUN, "echo " + "x" * 400)])
    assert not layout.hasHeightForWidth()
    assert layout.totalSizeHint().height() == short
    assert layout.totalMinimumSize().width() < 240
    assert "x" * 400 in box.lines[0].toolTip()
    done = Done(datetime.now(), SAY, "run it   " + "word " * 99)
    preview.reacting.logged.emit(done)
    assert layout.totalSizeHint().height() == short


def test_one_picture_is_one_picture(qtbot: QtBot) -> None:
    form = RuleForm(["vector"])
    qtbot.addWidget(form)
    form.show_rule(SAY)
    assert form.frames.text() == "1 frame"
    form.frames.setValue(2)
    assert form.frames.text() == "2 frames in a row"
    assert rule_words(form.rule()).startswith("vector for 2 frames in a row: ")


class Robot:
    """As a simulated one tells what it would do."""

    def __init__(self) -> None:
        self.told = [SimulatedDeed(1, "Vector-SIM1", "said", "long ago")]

    def deeds(self, since: int = 0) -> list[SimulatedDeed]:
        return [each for each in self.told if each.number > since]


def test_what_the_simulated_robot_would_do_stands_on_its_picture_for_a_while(
    qtbot: QtBot, preview: PreviewWorkspace, live: LiveCamera, monkeypatch: pytest.MonkeyPatch
) -> None:
    robot, caption = Robot(), DeedCaption()
    monkeypatch.setattr(LiveCamera, "camera", property(lambda _live: robot))
    preview.on_show.show_deed()
    assert preview.view.caption == ""  # that is no news
    robot.told.append(SimulatedDeed(2, "Vector-SIM1", "said", "Your Majesty"))
    preview.on_show.show_deed()
    assert preview.view.caption == 'Vector-SIM1 says "Your Majesty"'
    assert caption.words(live.camera, now=0.0) == ""
    robot.told.append(SimulatedDeed(3, "Vector-SIM1", "played", "FistBumpSuccess"))
    robot.told.append(SimulatedDeed(4, "Vector-SIM1", "asked", "FindFaces"))
    assert caption.words(live.camera, now=1.0) == "Vector-SIM1 plays FistBumpSuccess"
    assert caption.words(live.camera, now=1.0 + SHOWN_S) == ""


def test_what_waits_while_others_hang_is_told_once_and_comes_next(
    qtbot: QtBot, preview: PreviewWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(reacting, "_LONG_S", 0.0)
    monkeypatch.setattr(reacting, "run_command", lambda _due, _leash: str(gate.wait(60)))
    rules = [Rule("vector", Deed.RUN, word, frames=1, rest_s=0.0) for word in "ab"]
    third = Rule("vector", Deed.RUN, "c", frames=1, rest_s=3600.0)
    preview.reacting.use([*rules, third])
    preview.react()
    shown = preview.looking.last
    assert shown is not None
    for _ in range(6):
        preview.reacting.look(shown)
    told = [(done.rule.text, done.failure[:8]) for done in preview.reacting.log]
    assert sorted(told) == [(word, "Waiting:") for word in "abc"]
    gate.set()
    until(qtbot, lambda: ("c", "") in [(d.rule.text, d.failure) for d in preview.reacting.log])
    preview.stop()
    until(qtbot, lambda: not preview.reacting.is_busy)
