"""The shared camera: opened, watched, exchanged and closed without ever stopping the window."""

from __future__ import annotations

import io
import threading
import time
from itertools import pairwise
from pathlib import Path

import pytest
from PIL import Image as Pillow
from PySide6.QtCore import QObject, QTimer
from pytestqt.qtbot import QtBot

from labeler.cameras.base import CameraState, Frame
from labeler.cameras.catalogue import SECOND, CameraChoice
from labeler.cameras.preflight import DEADLINE
from labeler.cameras.simulated import SimulatedCamera
from labeler.gui.background import finish_jobs
from labeler.gui.decode import LONGEST, decode
from labeler.gui.live import LiveCamera, file_choice
from tests.cameras.camera_wire import Wire
from tests.gui.live_waits import until, wait_for_picture


@pytest.fixture
def watcher(live: LiveCamera) -> QObject:
    someone = QObject()
    live.watch(someone, watching=True)
    return someone


def picture_file(path: Path, size: tuple[int, int] = (64, 36), *, turned: bool = False) -> Path:
    exif = Pillow.Exif()
    if turned:
        exif[0x0112] = 6
    Pillow.new("RGB", size, (200, 40, 40)).save(path, exif=exif)
    return path


def camera_threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("camera ")]


def test_a_robot_of_the_configuration_is_listed_and_gives_pictures_rate_and_battery(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, known_robot: str
) -> None:
    choice = next(each for each in live.choices() if each.id == known_robot)
    live.choose(choice)
    assert live.status.state is CameraState.CONNECTING
    wait_for_picture(qtbot, live)
    assert live.name == "Vector-SIM1"
    assert live.picture is not None
    assert (live.picture.image.width(), live.picture.image.height()) == (640, 360)
    until(qtbot, lambda: live.status.battery and live.status.frames_per_second > 3)


def test_each_picture_is_decoded_from_the_frame_it_came_with(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, known_robot: str
) -> None:
    frames: list[Frame] = []
    live.frame_arrived.connect(frames.append)
    live.choose(known_robot)
    until(qtbot, lambda: len(frames) > 4 and live.picture)
    assert live.picture is not None
    again = decode(live.picture.frame)
    assert again is not None
    assert again.image == live.picture.image
    numbers = [frame.number for frame in frames]
    assert numbers == sorted(set(numbers))
    for timer in live.findChildren(QTimer):
        timer.stop()  # a frame is told as it comes, not found sooner or later
    shown = live.picture
    until(qtbot, lambda: live.picture is not shown)


def test_what_nobody_watches_or_wants_is_not_decoded(
    qtbot: QtBot, live: LiveCamera, known_robot: str
) -> None:
    frames: list[Frame] = []
    live.frame_arrived.connect(frames.append)
    live.choose(known_robot)
    until(qtbot, lambda: len(frames) > 2)
    assert live.picture is None
    someone = QObject()
    live.watch(someone, watching=True, wants=lambda frame: frame.number % 3 == 0)
    shown: list[Frame] = []
    live.picture_arrived.connect(lambda picture: shown.append(picture.frame))
    until(qtbot, lambda: len(shown) > 3)
    for before, frame in pairwise(shown):
        assert frame.number % 3 == 0 or frame.received - before.received > 0.5


def test_another_choice_closes_the_camera_before(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, known_robot: str, tmp_path: Path
) -> None:
    picture_file(tmp_path / "a.png")
    live.choose(known_robot)
    wait_for_picture(qtbot, live)
    live.choose(file_choice("folder", tmp_path))
    assert live.picture is None
    wait_for_picture(qtbot, live)
    until(qtbot, lambda: camera_threads() == [f"camera {tmp_path.name}"])
    assert any(each.id == f"folder:{tmp_path}" for each in live.choices())


def test_a_simulated_robot_in_a_chosen_world_is_listed_once(live: LiveCamera) -> None:
    live.choice = CameraChoice("simulated:5", "simulated", "Simulated robot", "")
    found = [each.id for each in live.choices() if each.kind == "simulated"]
    assert found == ["simulated:5", SECOND]


def test_the_second_simulated_robot_is_watched_in_the_world_of_the_first(
    qtbot: QtBot, live: LiveCamera
) -> None:
    live.choose("simulated")
    until(qtbot, lambda: live.camera is not None)
    first = live.camera
    assert isinstance(first, SimulatedCamera)
    for choice, number in ((SECOND, 1), ("simulated", 0)):
        live.choose(choice)
        until(qtbot, lambda: live.camera is not None)
        assert isinstance(live.camera, SimulatedCamera)
        assert (live.camera.world, live.camera.number) == (first.world, number)
    live.choose("simulated")
    until(qtbot, lambda: live.camera is not None)
    assert isinstance(live.camera, SimulatedCamera)
    assert live.camera.world is not first.world
    live.stop()
    assert finish_jobs(5.0)
    assert first.process_id is None


def test_opening_and_closing_return_at_once_even_from_a_robot_that_is_silent(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, known_robot: str, wire: Wire
) -> None:
    wire.freeze()
    began = time.monotonic()
    live.choose(known_robot)
    assert time.monotonic() - began < DEADLINE / 2
    until(qtbot, lambda: live.camera is not None)
    began = time.monotonic()
    live.stop()
    assert time.monotonic() - began < DEADLINE / 2
    assert live.status.state is CameraState.CLOSED
    assert finish_jobs(5.0)


def test_a_camera_that_is_closed_while_it_opens_is_not_left_running(
    qtbot: QtBot, live: LiveCamera
) -> None:
    live.choose("simulated")
    until(qtbot, lambda: isinstance(live.camera, SimulatedCamera) and live.camera.process_id)
    camera = live.camera
    live.stop()
    live.choose("simulated")
    live.stop()
    assert finish_jobs(5.0)
    assert isinstance(camera, SimulatedCamera)
    assert camera.process_id is None
    until(qtbot, lambda: not camera_threads())


def test_what_cannot_be_opened_is_said_and_can_be_tried_again(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, tmp_path: Path
) -> None:
    live.choose(file_choice("folder", tmp_path / "pictures"))
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert str(tmp_path / "pictures") in live.status.message
    (tmp_path / "pictures").mkdir()
    picture_file(tmp_path / "pictures" / "one.png")
    live.try_again()
    wait_for_picture(qtbot, live)


def test_an_id_that_is_none_is_said(qtbot: QtBot, live: LiveCamera) -> None:
    live.choose("telescope")
    until(qtbot, lambda: live.status.state is CameraState.FAILED)
    assert live.status.message


def test_a_large_picture_is_reduced_and_an_upright_one_made_of_a_turned_one(
    qtbot: QtBot, live: LiveCamera, watcher: QObject, tmp_path: Path
) -> None:
    noise = Pillow.effect_noise((2600, 1300), 90.0).convert("RGB")
    exif = Pillow.Exif()
    exif[0x0112] = 6
    noise.save(tmp_path / "large.jpg", exif=exif)
    live.choose(file_choice("folder", tmp_path))
    wait_for_picture(qtbot, live)
    assert live.picture is not None
    size = live.picture.image.size()
    assert (size.width(), size.height()) == (LONGEST // 2, LONGEST)
    camera, data = live.camera, live.picture.frame.data
    assert camera is not None
    for timer in live.findChildren(QTimer):
        timer.stop()  # what came while another was decoded is not found sooner or later

    def wants(frame: Frame) -> bool:
        if frame.number == 1001:
            camera._publish(Frame(data, 1002))
        return True

    live.watch(watcher, watching=True, wants=wants)
    camera._publish(Frame(data, 1001))
    until(qtbot, lambda: live.picture is not None and live.picture.frame.number == 1002)


def test_bytes_that_are_cut_off_are_no_picture() -> None:
    buffer = io.BytesIO()
    Pillow.new("RGB", (64, 36)).save(buffer, "PNG")
    assert decode(Frame(b"no picture", 1)) is None
    assert decode(Frame(buffer.getvalue()[:30], 2)) is None
