"""Driving the simulated robot from Capture with keys and the pad, and pictures all around."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from labeler.cameras.driving import DrivingState
from labeler.cameras.driving_body import BodyState
from labeler.cameras.sweep import SweepWish
from labeler.cameras.vector import VectorCamera
from labeler.dataset.store import Dataset
from labeler.gui.capture.drive import Direction
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera
from tests.cameras.camera_waits import Simulator
from tests.gui.live_waits import Heard, show, until, wait_for_picture

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
    qtbot.keyClick(driving, Key.Key_Space)
    until(qtbot, lambda: dataset.counts().total == 1)
    qtbot.keyRelease(driving, Key.Key_W)
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
    driving.driving.run.sweep(wish)
    assert not driving.driving.bar.pad.isEnabled()
    until(qtbot, lambda: heard.has("Sweep done: 4 pictures."))
    driving.photographer.keeper.wait()
    images = dataset.images()
    degrees = [round(math.degrees(image.head_angle_rad or 0)) for image in images]
    assert degrees == [1, 15, 15, 1]
    headings = [image.pose.heading_rad for image in images if image.pose]
    turns = [math.remainder(one - headings[0], math.tau) for one in headings]
    assert turns[2] == pytest.approx(math.radians(60), abs=0.15)
    assert (turns[1], turns[3]) == (turns[0], turns[2])


def test_escape_ends_a_sweep_and_keeps_what_it_took(
    qtbot: QtBot, driving: CaptureWorkspace, live: LiveCamera, dataset: Dataset, heard: Heard
) -> None:
    driving.driving.run.sweep(SweepWish(steps=20, angles=1, arc_deg=40))
    until(qtbot, lambda: dataset.counts().total >= 1)
    qtbot.keyClick(driving, Key.Key_Escape)
    until(qtbot, lambda: heard.has("Sweep ended by you"))
    until(qtbot, lambda: stands(live))
    assert driving.driving.bar.pad.isEnabled()
    assert 1 <= dataset.counts().total < 20
