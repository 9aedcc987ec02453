"""Capturing with the keyboard and the mouse through the simulated robot, into a real dataset."""

from __future__ import annotations

import io
import itertools
import time
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QPushButton, QWidget
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.simulated import SimulatedCamera
from labeler.dataset.model import Image
from labeler.dataset.store import Dataset
from labeler.gui.background import finish_jobs
from labeler.gui.capture.workspace import CaptureWorkspace
from labeler.gui.document import Document
from labeler.gui.live import LiveCamera, file_choice
from labeler.gui.photo_keeper import Shot
from labeler.simulator.truth import read_truth
from tests.cameras.camera_waits import Simulator, end_process
from tests.cameras.camera_wire import Wire
from tests.dataset.shots import shot
from tests.gui.live_waits import Heard, show, until, wait_for_another, wait_for_picture

Space = Qt.Key.Key_Space


@pytest.fixture
def heard(document: Document, live: LiveCamera) -> Heard:
    return Heard(document, live)


@pytest.fixture
def workspace(qtbot: QtBot, document: Document, live: LiveCamera, heard: Heard) -> CaptureWorkspace:
    """With no camera yet."""
    shown = CaptureWorkspace(document, live)
    show(qtbot, shown)
    return shown


@pytest.fixture
def capture(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, known_robot: str
) -> CaptureWorkspace:
    """Watching the shared robot."""
    live.choose(known_robot)
    wait_for_picture(qtbot, live)
    return workspace


def button(workspace: CaptureWorkspace, text: str) -> QPushButton:
    return next(each for each in workspace.health.buttons if each.text() == text)


def stored(dataset: Dataset, image: Image) -> bytes:
    return dataset.path_of(image).read_bytes()


@pytest.fixture
def due(capture: CaptureWorkspace) -> list[Frame]:
    """The frames that the shutter asks to be kept."""
    frames: list[Frame] = []
    capture.photographer.shutter.photo_requested.connect(frames.append)
    return frames


def test_space_keeps_the_very_bytes_that_the_robot_sent(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, heard: Heard, due: list[Frame]
) -> None:
    qtbot.keyClick(capture, Space)
    until(qtbot, lambda: heard.sentences)
    (image,) = dataset.images()
    data = stored(dataset, image)
    assert [data] == [frame.data for frame in due]
    truth = read_truth(data)  # the robot's own comment is still inside
    assert (truth.width, truth.height) == (image.width, image.height) == (640, 360)
    assert image.head_angle_rad is not None
    assert image.pose is not None
    assert image.readings.lift_mm is not None
    assert abs(image.captured_at - time.time()) < 30
    kilobytes = round(len(data) / 1000)
    assert heard.sentences == [f"Photo 1 kept, {kilobytes} KB, untouched from the robot."]
    assert capture.strip.photos.rowCount() == 1


def test_a_tap_takes_one_photo_and_a_hold_takes_one_of_every_third_frame(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, heard: Heard, due: list[Frame]
) -> None:
    qtbot.keyPress(capture, Space)
    until(qtbot, lambda: dataset.counts().total >= 5)
    qtbot.keyRelease(capture, Space)
    capture.photographer.keeper.wait()
    images = dataset.images()
    assert [stored(dataset, image) for image in images] == [frame.data for frame in due]
    gaps = [after.received - before.received for before, after in itertools.pairwise(due)]
    assert min(gaps) >= 0.19  # five a second at most
    seen = len(heard.frames)
    until(qtbot, lambda: len(heard.frames) > seen + 8)
    capture.photographer.keeper.wait()
    assert dataset.counts().total == len(images)


def test_a_held_mouse_button_takes_a_burst_as_well(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset
) -> None:
    shutter = capture.bar.shutter
    qtbot.mousePress(shutter, Qt.MouseButton.LeftButton)
    until(qtbot, lambda: dataset.counts().total >= 3)
    qtbot.mouseRelease(shutter, Qt.MouseButton.LeftButton, pos=QPoint(5, 5))
    assert not capture.photographer.shutter.is_bursting


def test_photos_belong_to_the_session_that_is_named(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    field = capture.session.field
    default = field.text()
    qtbot.mouseClick(field, Qt.MouseButton.LeftButton)
    field.selectAll()
    qtbot.keyClicks(field, "evening, lamp on")
    assert dataset.counts().total == 0  # the space went into the field
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.keyClicks(capture.session.note, "table by the window")
    qtbot.keyClick(capture.session.note, Qt.Key.Key_Return)
    qtbot.keyClick(capture, Space)
    until(qtbot, lambda: len(heard.sentences) == 1)
    qtbot.mouseClick(capture.session.new_button, Qt.MouseButton.LeftButton)
    assert capture.session.name == default
    assert capture.strip.photos.rowCount() == 0
    seen = len(heard.frames)
    until(qtbot, lambda: len(heard.frames) > seen)
    qtbot.keyClick(capture, Space)
    until(qtbot, lambda: dataset.counts().total == 2)
    sessions = {session.id: session for session in dataset.sessions()}
    names = [sessions[image.session_id].name for image in dataset.images()]
    assert names == ["evening, lamp on", default]
    until(qtbot, lambda: capture.strip.photos.rowCount() == 1)
    capture.session.field.setText("evening, lamp on")
    capture.session.field.editingFinished.emit()
    assert heard.has('Photos go into the session "evening, lamp on" now.')
    assert capture.strip.photos.rowCount() == 1
    assert {session.camera for session in sessions.values()} == {"Vector-SIM1"}
    assert [session.note for session in sessions.values()] == ["table by the window", ""]


def test_the_note_of_a_session_is_shown_kept_and_undone(
    qtbot: QtBot, workspace: CaptureWorkspace, document: Document, dataset: Dataset
) -> None:
    dataset.add_session("old", "Vector-SIM1", note="by the stove")
    qtbot.keyClicks(workspace.session.note, "waits for the first photo")
    workspace.session.field.selectAll()
    qtbot.keyClicks(workspace.session.field, "old")
    qtbot.keyClick(workspace.session.field, Qt.Key.Key_Return)
    note = workspace.session.note
    assert note.text() == "by the stove"
    note.selectAll()
    qtbot.keyClicks(note, "by the sink")
    qtbot.keyClick(note, Qt.Key.Key_Return)
    assert dataset.sessions()[0].note == "by the sink"
    document.undo()
    assert (note.text(), dataset.sessions()[0].note) == ("by the stove", "by the stove")


def test_photos_by_the_clock_come_until_escape(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset
) -> None:
    menu = capture.bar.every.menu()
    next(action for action in menu.actions() if action.text() == "Every 1 s").trigger()
    until(qtbot, lambda: dataset.counts().total == 2)
    qtbot.keyClick(capture, Qt.Key.Key_Escape)
    assert capture.bar.every.interval == 0
    first, second = (image.captured_at for image in dataset.images())
    assert 0.5 < second - first < 15


def test_high_resolution_photos_come_from_the_robot_and_the_feed_goes_on(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, live: LiveCamera
) -> None:
    qtbot.keyClick(capture, Qt.Key.Key_H)
    qtbot.keyClick(capture, Space)
    until(qtbot, lambda: dataset.counts().total == 1)
    (image,) = dataset.images()
    assert (image.width, image.height) == (1280, 720)
    assert read_truth(stored(dataset, image)).width == 1280
    wait_for_another(qtbot, live)


def test_the_newest_photo_stands_first_and_a_double_click_on_it_leads_to_its_labels(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset
) -> None:
    strip = workspace.strip
    for seed in (1, 2):
        data = shot(seed)
        workspace.photographer.keeper.keep(
            Shot(dataset, workspace.session.name, "camera", lambda data=data: Frame(data, 1))
        )
        until(qtbot, lambda count=seed: strip.photos.rowCount() == count)
    first = strip.visualRect(strip.photos.index(0)).center()
    with qtbot.waitSignal(workspace.image_requested) as asked:
        qtbot.mouseClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=first)
        qtbot.mouseDClick(strip.viewport(), Qt.MouseButton.LeftButton, pos=first)
    assert asked.args == [dataset.images()[-1].id]


def test_an_old_picture_is_never_kept_and_the_reason_is_said(
    qtbot: QtBot,
    capture: CaptureWorkspace,
    simulator: Simulator,
    live: LiveCamera,
    dataset: Dataset,
    heard: Heard,
) -> None:
    with simulator.fault("freeze", "thaw"):
        until(qtbot, lambda: live.status.state is CameraState.LOST)
        assert capture.view.is_dimmed
        assert "sends no picture" in capture.health.sentence.text()
        qtbot.keyClick(capture, Space)
        assert heard.has("Not kept: this picture is ")
        assert heard.has("sends no picture")
    until(qtbot, lambda: live.status.state is CameraState.LIVE and not capture.view.is_dimmed)
    assert capture.health.isHidden()
    assert dataset.counts().total == 0


def test_the_simulated_robot_may_die_and_comes_back_by_itself(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    dataset: Dataset,
    heard: Heard,
) -> None:
    told: list[str] = []
    live.status_changed.connect(lambda status: told.append(status.message))
    qtbot.mouseClick(button(workspace, "Use the simulated robot"), Qt.MouseButton.LeftButton)
    wait_for_picture(qtbot, live)
    camera = live.camera
    assert isinstance(camera, SimulatedCamera)
    assert camera.process_id is not None
    end_process(camera.process_id)
    until(qtbot, lambda: "is lost" in workspace.health.sentence.text())
    assert workspace.view.is_dimmed
    until(qtbot, lambda: live.status.state is CameraState.LIVE and workspace.health.isHidden())
    assert heard.sentences[-1] == "The simulated robot had stopped; it is started again."
    qtbot.keyClick(workspace, Space)
    until(qtbot, lambda: dataset.counts().total == 1)
    assert not [each for each in told if "ertificate" in each or "et the robot up" in each]


def test_a_robot_that_is_off_is_said_with_the_ways_on(
    qtbot: QtBot, workspace: CaptureWorkspace, live: LiveCamera, known_robot: str, wire: Wire
) -> None:
    wire.cut()
    live.choose(known_robot)
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert "refuses the connection" in workspace.health.sentence.text()
    assert [each.text() for each in workspace.health.buttons] == [
        "Try again",
        "New address…",
        "Use the simulated robot",
    ]
    wire.mend()
    qtbot.mouseClick(button(workspace, "Try again"), Qt.MouseButton.LeftButton)
    wait_for_picture(qtbot, live)
    assert workspace.health.isHidden()


def test_without_a_camera_nothing_is_kept_and_the_list_offers_some(
    qtbot: QtBot, workspace: CaptureWorkspace, dataset: Dataset, heard: Heard
) -> None:
    assert "Choose a camera" in workspace.health.sentence.text()
    qtbot.keyClick(workspace, Space)
    assert heard.has("there is no picture yet")
    assert dataset.counts().total == 0
    rows = [workspace.cameras.item(row).text() for row in range(workspace.cameras.count())]
    assert "Simulated robot" in rows
    assert any("Folder" in row for row in rows)


def test_a_picture_that_the_dataset_has_is_not_added_twice(
    qtbot: QtBot,
    workspace: CaptureWorkspace,
    live: LiveCamera,
    dataset: Dataset,
    heard: Heard,
    tmp_path: Path,
) -> None:
    (tmp_path / "shots").mkdir()
    buffer = io.BytesIO()
    Pillow.new("RGB", (64, 36), (9, 90, 9)).save(buffer, "JPEG")
    (tmp_path / "shots" / "one.jpg").write_bytes(buffer.getvalue())
    (tmp_path / "shots" / "letter.jpg").write_bytes(b"no picture")
    live.choose(file_choice("folder", tmp_path / "shots"))
    wait_for_picture(qtbot, live)
    assert workspace.bar.high_resolution.isHidden()
    until(qtbot, lambda: heard.has("not a picture: letter.jpg"))
    qtbot.keyClick(workspace, Space)
    until(qtbot, lambda: heard.has("untouched."))
    qtbot.keyClick(workspace, Space)
    until(qtbot, lambda: heard.has("in the dataset already"))
    (image,) = dataset.images()
    assert stored(dataset, image) == buffer.getvalue()


def test_a_dataset_that_cannot_be_written_stops_the_clock_and_says_why(
    qtbot: QtBot, dataset: Dataset, live: LiveCamera, known_robot: str
) -> None:
    with Dataset.open(dataset.folder, read_only=True) as locked:
        document = Document(locked)
        heard = Heard(document)
        workspace = CaptureWorkspace(document, live)
        show(qtbot, workspace)
        live.choose(known_robot)
        wait_for_picture(qtbot, live)
        qtbot.keyClick(workspace, Qt.Key.Key_I)
        until(qtbot, lambda: heard.failures)
        assert "read-only" in heard.failures[0]
        assert workspace.bar.every.interval == 0
        workspace.shut_down()
        finish_jobs()


def test_closing_while_a_silent_robot_is_connected_takes_no_time_and_keeps_what_was_taken(
    qtbot: QtBot,
    capture: CaptureWorkspace,
    live: LiveCamera,
    dataset: Dataset,
    wire: Wire,
    known_robot: str,
) -> None:
    for _ in range(3):
        wait_for_another(qtbot, live)
        qtbot.keyClick(capture, Space)
    wire.freeze()
    live.choose(known_robot)
    until(qtbot, lambda: live.camera is not None)
    began = time.monotonic()
    capture.shut_down()
    live.stop()
    assert finish_jobs(10.0)
    assert time.monotonic() - began < 8
    assert dataset.counts().total == 3


def test_leaving_the_workspace_ends_a_burst_and_the_clock(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, live: LiveCamera
) -> None:
    qtbot.keyPress(capture, Space)
    until(qtbot, lambda: dataset.counts().total >= 2)
    capture.deactivated()
    capture.photographer.keeper.wait()
    count = dataset.counts().total
    wait_for_another(qtbot, live)
    assert not capture.photographer.shutter.is_bursting
    assert dataset.counts().total == count
    qtbot.keyRelease(capture, Space)


def test_another_window_in_front_ends_a_burst_although_the_key_is_still_down(
    qtbot: QtBot, capture: CaptureWorkspace, dataset: Dataset, live: LiveCamera
) -> None:
    qtbot.keyPress(capture, Space)
    until(qtbot, lambda: dataset.counts().total >= 2)
    other = QWidget()
    qtbot.addWidget(other)
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    capture.photographer.keeper.wait()
    count = dataset.counts().total
    for _ in range(4):  # a burst would have kept one of three
        wait_for_another(qtbot, live)
    capture.photographer.keeper.wait()
    assert dataset.counts().total == count
    qtbot.keyRelease(capture, Space)
