"""Driving the simulated robot from Capture with keys and the pad, and pictures all around."""

from __future__ import annotations

import math
import threading
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from labeler.cameras.driving import DrivingState
from labeler.cameras.driving_body import BodyState
from labeler.cameras.posing_plan import PosingWish
from labeler.cameras.presence import Presence, Sighting
from labeler.cameras.robots import config_path
from labeler.cameras.sdk_config import put_robot
from labeler.cameras.sweep import MOST_STEPS, SweepWish
from labeler.cameras.vector import VectorCamera
from labeler.dataset.edits import TO_CHECK
from labeler.dataset.empty_check import unchecked
from labeler.dataset.model import ImageState
from labeler.dataset.store import Dataset
from labeler.gui.background import is_idle
from labeler.gui.capture.drive import Direction
from labeler.gui.capture.drive_forms import posing_form, sweep_form
from labeler.gui.capture.drive_pad import DrivePad
from labeler.gui.capture.empty_pictures import EmptyPictures
from labeler.gui.capture.number_form import NumberForm
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from labeler.gui.settings import Settings
from labeler.simulator.truth import read_truth
from tests.cameras.camera_waits import Simulator
from tests.gui.live_waits import Heard, show, until, wait_for_another, wait_for_picture

Key = Qt.Key


@pytest.fixture
def heard(document: Document, live: LiveCamera) -> Heard:
    return Heard(document, live)


@pytest.fixture
def capture(
    qtbot: QtBot, document: Document, live: LiveCamera, known_robot: str, heard: Heard
) -> CaptureWorkspace:
    """Watching the shared robot."""
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    live.choose(known_robot)
    wait_for_picture(qtbot, live)
    return shown


@pytest.fixture
def driving(qtbot: QtBot, capture: CaptureWorkspace) -> CaptureWorkspace:
    """With the wheels."""
    qtbot.keyClick(capture, Key.Key_M)
    until(qtbot, lambda: capture.driving.drive.is_on)
    return capture


def body(live: LiveCamera) -> BodyState:
    assert isinstance(live.camera, VectorCamera)
    assert live.camera.body is not None
    return live.camera.body


def rolls(live: LiveCamera) -> bool:
    return body(live).wheels_turn


def stands(live: LiveCamera) -> bool:
    return not body(live).moving


def test_keys_move_the_robot_while_they_are_down_and_photos_go_on(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, dataset: Dataset
) -> None:
    drive = driving.driving.drive
    until(qtbot, lambda: stands(live))
    qtbot.keyPress(driving, Key.Key_W)
    qtbot.keyPress(driving, Key.Key_A)
    assert set(drive.held) == {Direction.FORWARD, Direction.LEFT}
    until(qtbot, lambda: 0 < body(live).left_mmps < body(live).right_mmps)
    shutter = driving.photographer.shutter
    qtbot.keyPress(driving, Key.Key_Space)
    until(qtbot, lambda: dataset.counts().total >= 1)
    qtbot.keyRelease(driving, Key.Key_W)
    assert drive.held == (Direction.LEFT,)
    assert shutter._is_down  # another key went up
    qtbot.keyRelease(driving, Key.Key_Space)
    assert not shutter._is_down
    assert drive.held == (Direction.LEFT,)
    until(qtbot, lambda: body(live).left_mmps < 0 < body(live).right_mmps)
    qtbot.keyRelease(driving, Key.Key_A)
    until(qtbot, lambda: stands(live))
    assert drive.is_on


def test_the_pad_moves_it_while_a_button_is_held_and_the_keys_do_nothing_while_off(
    qtbot: QtBot, capture: CaptureWorkspace, live: LiveCamera, heard: Heard
) -> None:
    desk = capture.driving
    qtbot.keyClick(capture, Key.Key_W)
    assert heard.has("Switch Drive on first")
    assert desk.bar.isHidden()
    qtbot.mouseClick(desk.bar.switch, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: desk.drive.is_on and not desk.bar.isHidden())
    assert "You drive Vector-SIM1" in desk.bar.state.text()
    lift = desk.bar.pad.buttons[Direction.LIFT_UP]
    if body(live).lift_mm > 70:
        lift = desk.bar.pad.buttons[Direction.LIFT_DOWN]
    before = body(live).lift_mm
    qtbot.mousePress(lift, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: abs(body(live).lift_mm - before) > 5)
    qtbot.mouseRelease(lift, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: stands(live))
    qtbot.mouseClick(desk.bar.switch, Qt.MouseButton.LeftButton)
    assert isinstance(live.camera, VectorCamera)
    until(qtbot, lambda: not live.camera.has_control)
    assert desk.bar.isHidden()


def test_the_pad_has_room_in_a_small_window(
    qtbot: QtBot, document: Document, live: LiveCamera
) -> None:
    capture = CaptureWorkspace(document, live)
    show(qtbot, capture)
    capture.driving.bar.show()
    assert capture.minimumSizeHint().width() <= 900
    capture.resize(900, 600)
    pad = capture.driving.bar.pad
    until(qtbot, lambda: capture.width() == 900 and pad.width() >= pad.minimumSizeHint().width())


def test_a_mouse_that_is_still_down_after_a_stop_does_not_drive_on(qtbot: QtBot) -> None:
    pad = DrivePad()
    qtbot.addWidget(pad)
    pad.show()
    pressed: list[Direction] = []
    pad.pressed.connect(pressed.append)
    button, left = pad.buttons[Direction.FORWARD], Qt.MouseButton.LeftButton
    qtbot.mousePress(button, left)
    pad.show_held(())  # Esc
    at = QPointF(button.rect().center())
    moved = QMouseEvent(QEvent.Type.MouseMove, at, at, left, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(button, moved)
    assert pressed == [Direction.FORWARD]
    assert not button.isDown()
    qtbot.mouseRelease(button, left)
    qtbot.mousePress(button, left)
    assert pressed == [Direction.FORWARD] * 2


def test_a_window_that_loses_the_focus_and_escape_stop_the_robot(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera
) -> None:
    drive = driving.driving.drive
    qtbot.keyPress(driving, Key.Key_D)
    until(qtbot, lambda: rolls(live))
    QApplication.sendEvent(driving, QEvent(QEvent.Type.WindowDeactivate))
    assert drive.held == ()
    until(qtbot, lambda: stands(live))
    qtbot.keyRelease(driving, Key.Key_D)
    qtbot.keyPress(driving, Key.Key_D)
    until(qtbot, lambda: rolls(live))
    qtbot.keyClick(driving, Key.Key_Escape)
    until(qtbot, lambda: stands(live))
    assert drive.held == ()
    assert drive.is_on
    qtbot.keyRelease(driving, Key.Key_D)


def test_drive_that_is_switched_off_and_on_again_at_once_is_on(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, heard: Heard
) -> None:
    drive = driving.driving.drive
    for _ in range(3):
        drive.toggle()
        drive.toggle()
        until(qtbot, lambda: drive.is_on)
        qtbot.keyPress(driving, Key.Key_D)
        until(qtbot, lambda: rolls(live))
        qtbot.keyRelease(driving, Key.Key_D)
        until(qtbot, lambda: stands(live))
    assert drive.is_on
    assert heard.failures == []
    drive.toggle()
    drive.toggle()
    qtbot.keyClick(driving, Key.Key_Escape)  # before control has come
    assert drive.state is DrivingState.OFF
    assert isinstance(live.camera, VectorCamera)
    until(qtbot, lambda: is_idle() and not live.camera.has_control)
    assert drive.state is DrivingState.OFF


def test_losing_control_is_said_and_switches_drive_off(
    qtbot: QtBot, driving: CaptureWorkspace, simulator: Simulator, heard: Heard
) -> None:
    simulator.order("take control")
    until(qtbot, lambda: heard.failures)
    assert "no longer ours to drive" in heard.failures[0]
    assert driving.driving.drive.state is DrivingState.OFF
    assert driving.driving.bar.isHidden()


def test_leaving_capture_gives_the_wheels_back(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera
) -> None:
    driving.deactivated()
    assert isinstance(live.camera, VectorCamera)
    until(qtbot, lambda: not live.camera.has_control)


def test_a_sweep_takes_its_pictures_at_its_angles_and_says_so(
    qtbot: QtBot, driving: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    wish = SweepWish(steps=2, angles=2, lowest_deg=1, highest_deg=15, arc_deg=60)
    driving.driving.drive.tell("Sweep done: 1 picture.")  # the one before
    driving.driving.run.sweep(wish)
    assert not driving.driving.bar.pad.isEnabled()
    assert driving.driving.bar.state.text() == "It goes by itself now. Esc ends it."
    until(qtbot, lambda: heard.has("Sweep done: 4 pictures."))
    driving.photographer.keeper.wait()
    images = dataset.images()
    degrees = [math.degrees(image.head_angle_rad or 0) for image in images]
    assert degrees == pytest.approx([1, 15, 15, 1], abs=1.5)  # nearer than 1 degree is near enough
    headings = [image.pose.heading_rad for image in images if image.pose]
    turns = [math.remainder(one - headings[0], math.tau) for one in headings]
    assert turns[2] == pytest.approx(math.radians(60), abs=0.15)
    assert (turns[1], turns[3]) == (turns[0], turns[2])


def test_a_sweep_that_loses_control_says_why_and_keeps_what_it_took(
    qtbot: QtBot,
    driving: CaptureWorkspace,
    simulator: Simulator,
    dataset: Dataset,
    heard: Heard,
) -> None:
    driving.driving.run.sweep(SweepWish(steps=20, angles=1, arc_deg=40))
    until(qtbot, lambda: dataset.counts().total >= 1)
    simulator.order("take control")
    until(qtbot, lambda: any("of 20 pictures, which are kept" in one for one in heard.failures))
    assert "no longer ours to drive" in heard.failures[-1]
    assert "begin it again" in heard.failures[-1]
    assert not driving.driving.drive.is_on
    driving.photographer.keeper.wait()
    assert 1 <= dataset.counts().total < 20


def test_a_picture_of_a_sweep_does_not_go_into_a_dataset_that_was_opened_meanwhile(
    qtbot: QtBot, driving: CaptureWorkspace, document: Document, live: LiveCamera, tmp_path: Path
) -> None:
    run, table = driving.driving.run, document.dataset
    frame = live.newest()
    assert frame is not None
    late = threading.Thread(target=run._arrived.emit, args=(table, frame, "", "Vector-SIM1"))
    with Dataset.create(tmp_path / "shelf") as shelf:
        late.start()
        late.join()  # it is on its way to the window
        document.open(shelf)
        QApplication.processEvents()
        driving.photographer.keeper.wait()
        assert shelf.counts().total == 0


def test_a_picture_of_a_sweep_is_kept_though_its_camera_was_left_meanwhile(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, dataset: Dataset
) -> None:
    run, frame = driving.driving.run, live.newest()
    assert frame is not None
    late = threading.Thread(target=run._arrived.emit, args=(dataset, frame, "", "Vector-SIM1"))
    late.start()
    late.join()
    live.stop()
    until(qtbot, lambda: dataset.counts().total == 1)
    assert dataset.sessions()[0].camera == "Vector-SIM1"


def test_a_sweep_whose_pictures_cannot_be_kept_ends_and_does_not_say_that_they_are(
    qtbot: QtBot, driving: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    dataset.read_only = True
    driving.driving.ask_sweep()
    assert heard.has("This dataset is open read-only, so no picture would be kept.")
    assert not driving.findChildren(NumberForm)
    driving.driving.run.sweep(SweepWish(steps=20, angles=1, arc_deg=40))
    until(qtbot, lambda: heard.has("Sweep ended: a picture could not be kept."))
    assert "read-only" in heard.failures[0]
    assert driving.driving.drive.is_on


def test_escape_ends_a_sweep_and_keeps_what_it_took(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    driving.driving.run.sweep(SweepWish(steps=20, angles=1, arc_deg=40))
    until(qtbot, lambda: dataset.counts().total >= 1)
    note = driving.session.note
    note.setFocus()
    until(qtbot, note.hasFocus)
    qtbot.keyClick(note, Key.Key_M)
    qtbot.keyClick(note, Key.Key_Escape)  # also while one writes what is to be seen here
    assert note.text() == "m"
    until(qtbot, lambda: heard.has("Sweep ended by you"))
    until(qtbot, lambda: stands(live))
    assert driving.driving.bar.pad.isEnabled()
    assert 1 <= dataset.counts().total < 20


def test_another_camera_ends_a_sweep_without_a_word_of_a_lost_connection(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    driving.driving.run.sweep(SweepWish(steps=20, angles=1, arc_deg=40))
    until(qtbot, lambda: dataset.counts().total >= 1)
    live.stop()
    until(qtbot, lambda: heard.has("Sweep ended by you"))
    assert heard.failures == []


def test_the_second_robot_of_a_simulated_world_poses_and_what_should_be_empty_waits(
    qtbot: QtBot, document: Document, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    capture = CaptureWorkspace(document, live)
    show(qtbot, capture)
    put_robot(config_path(), "00e20200", {"name": "Vector-C3D4"})  # it stands on another table
    live.choose("simulated:3")
    wait_for_picture(qtbot, live)
    capture.driving.drive.toggle()
    until(qtbot, lambda: capture.driving.drive.is_on)
    run = capture.driving.run
    partner = run.partners()[0]._replace(choice_id="robot:00e20200")
    assert len(run.partners()) == 1
    assert partner.name == "Vector-SIM2"
    run.pose(PosingWish(pictures=0, negatives=1, radius_cm=3), partner)
    assert capture.robots.used_here() == "robot:00e20200"  # not another program
    qtbot.waitUntil(lambda: heard.has("Posing partner done: 1 picture."), timeout=180_000)
    assert capture.robots.used_here() == ""
    capture.photographer.keeper.wait()
    (image,) = dataset.images()
    assert (image.note, image.state) == (TO_CHECK, ImageState.UNLABELLED)
    data = dataset.path_of(image).read_bytes()
    assert all(box.name != "vector" for box in read_truth(data).boxes)
    until(qtbot, lambda: not capture.driving.check_button.isHidden())


def test_what_a_person_calls_empty_is_confirmed_and_the_rest_waits_for_boxes(
    qtbot: QtBot, capture: CaptureWorkspace, live: LiveCamera, document: Document, heard: Heard
) -> None:
    dataset, button = document.dataset, capture.driving.check_button
    qtbot.keyClick(capture, Key.Key_E, Qt.KeyboardModifier.ShiftModifier)
    assert heard.has("No picture waits to be called empty.")
    for number in (1, 2):
        frame = live.newest()
        assert frame is not None
        capture.photographer.keep_frame(frame, TO_CHECK, "Vector-SIM1")
        until(qtbot, lambda number=number: dataset.counts().total == number)
        wait_for_another(qtbot, live)
    until(qtbot, lambda: button.text() == "Check 2 empty pictures…")
    capture.driving.check_empty()
    (dialog,) = capture.findChildren(EmptyPictures)
    assert not dialog.view.image.isNull()
    until(qtbot, dialog.isActiveWindow)
    qtbot.keyClick(dialog, Key.Key_Space)
    assert dialog.count.text() == "2 of 2"
    assert button.text() == "Check 1 empty picture…"
    qtbot.keyClick(dialog, Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert dialog.count.text() == "1 of 2"
    assert button.text() == "Check 2 empty pictures…"
    assert not dialog.back.isEnabled()
    qtbot.keyClick(dialog, Key.Key_Space)
    qtbot.keyClick(dialog, Key.Key_X)
    until(qtbot, lambda: not capture.findChildren(EmptyPictures))
    assert button.isHidden()
    one, two = dataset.images()
    assert (one.state, one.note) == (ImageState.EMPTY, "")
    assert (two.state, two.note) == (ImageState.UNLABELLED, "")
    document.undo()
    assert [image.id for image in unchecked(dataset)] == [two.id]


def test_a_picture_that_cannot_be_read_is_not_called_empty(
    qtbot: QtBot, capture: CaptureWorkspace, live: LiveCamera, document: Document
) -> None:
    dataset, frame = document.dataset, live.newest()
    assert frame is not None
    capture.photographer.keep_frame(frame, TO_CHECK, "Vector-SIM1")
    until(qtbot, lambda: not capture.driving.check_button.isHidden())
    (image,) = dataset.images()
    dataset.path_of(image).unlink()
    capture.driving.check_empty()
    (dialog,) = capture.findChildren(EmptyPictures)
    until(qtbot, dialog.isActiveWindow)
    assert "cannot be read" in dialog.count.text()
    qtbot.keyClick(dialog, Key.Key_Space)
    assert [each.id for each in unchecked(dataset)] == [image.id]
    dialog.reject()


def test_what_is_asked_says_how_long_it_takes_and_is_remembered(
    qtbot: QtBot, capture: CaptureWorkspace
) -> None:
    Settings().set_number("sweep_steps", 10**12)  # by hand, in its file
    sweeps: list[SweepWish] = []
    form = sweep_form(capture, sweeps.append)
    assert form.fields["sweep_steps"].value() == MOST_STEPS
    form.fields["sweep_steps"].setValue(5)
    form.fields["sweep_lowest"].setValue(20)  # above the highest: taken the other way round
    assert form.summary.text() == "10 pictures, about 10 s."
    form.begin.click()
    assert sweeps == [SweepWish(5, 2, 12, 20)]
    assert sweep_form(capture, sweeps.append).fields["sweep_steps"].value() == 5
    for serial in ("00e20200", "00e20300"):
        put_robot(config_path(), serial, {"name": f"Vector-{serial[4:]}"})
    capture.robots.seen = {"robot:00e20200": Sighting(Presence.ASLEEP)}
    partners = capture.driving.run.partners()
    assert [each.name for each in partners] == ["Vector-0300", "Vector-0200"]  # who answers first
    poses: list[tuple[PosingWish, int]] = []
    posing = posing_form(capture, ["one", "two"], lambda wish, at: poses.append((wish, at)))
    seed = posing.fields["pose_seed"]
    assert (seed.accessibleName(), seed.isHidden()) == ("Seed", True)
    posing.show()
    qtbot.mouseClick(posing.advanced, Qt.MouseButton.LeftButton)
    assert seed.isVisible()
    assert seed.toolTip() == (
        "The same number gives the same poses again; each run takes the next."
    )
    assert posing.summary.text().endswith("Those without it wait until you have checked them.")
    posing.fields["pose_negatives"].setValue(0)
    assert posing.summary.text() == "40 pictures, about 60 s."
    posing.fields["pose_negatives"].setValue(10)
    posing.begin.click()
    assert poses == [(PosingWish(), 0)]
    again = posing_form(capture, ["one"], lambda wish, at: poses.append((wish, at)))
    assert again.fields["pose_seed"].value() == 1  # other poses than those it has


def test_a_form_has_its_words_level_with_its_fields_and_goes_when_answered(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    wishes: list[SweepWish] = []
    sweep_form(window, wishes.append).open()
    (form,) = window.findChildren(NumberForm)
    for field in form.fields.values():
        words = form.form.labelForField(field).geometry()
        assert abs(words.center().y() - field.geometry().center().y()) <= 1
    form.begin.click()
    until(qtbot, lambda: not window.findChildren(NumberForm))
    assert wishes == [SweepWish()]
