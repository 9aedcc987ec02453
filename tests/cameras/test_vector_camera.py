"""The robot's camera over the real SDK and TLS, while all goes well, and when it never begins."""

from __future__ import annotations

import io
import time
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from labeler.cameras.base import CameraState
from labeler.cameras.faults import CONFIGURE, explain
from labeler.cameras.robots import RobotConfig
from labeler.cameras.vector import VectorCamera
from labeler.cameras.waiting import next_frame
from labeler.errors import UserError
from tests.cameras.camera_waits import Simulator, frames_of, wait_for_state, wait_until
from tests.cameras.camera_wire import Wire
from tests.cameras.conftest import CameraMaker
from tests.cameras.raw_client import RawClient


def size_of(data: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(data)) as picture:
        assert picture.format == "JPEG"
        return picture.size


def test_frames_are_byte_for_byte_what_the_robot_sent_with_its_head_and_pose(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    with RawClient(simulated_robot) as raw:
        raw.watch()
        wait_until(lambda: raw.images and raw.states)
        camera = vector_camera(simulated_robot)
        frames = [camera.with_pose(frame, timeout=1.0) for frame in frames_of(camera, 8)]
        wait_until(lambda: raw.images[-1].data == frames[-1].data or len(raw.images) > 60)
        sent = {image.data: image.frame_time_stamp for image in raw.images}
        states = {state.last_image_time_stamp: state for state in reversed(raw.states)}
    assert all(frame.data in sent for frame in frames)
    paired = [(frame, states[sent[frame.data]]) for frame in frames if sent[frame.data] in states]
    assert paired
    for frame, state in paired:  # each client may miss a state, so the next one has to do
        assert frame.pose is not None
        assert frame.head_angle_rad == pytest.approx(state.head_angle_rad, abs=0.2)
        assert frame.pose.x_mm == pytest.approx(state.pose.x, abs=20)
        assert frame.pose.y_mm == pytest.approx(state.pose.y, abs=20)
        assert frame.pose.heading_rad == pytest.approx(state.pose_angle_rad, abs=0.2)


def test_a_live_camera_tells_its_rate_battery_and_name(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulated_robot)
    frames = frames_of(camera, 20)
    wait_until(lambda: camera.status().battery is not None)
    status = camera.status()
    assert status.state is CameraState.LIVE
    assert status.message == ""
    assert 5 < status.frames_per_second < 40
    assert 0 <= (status.battery or 0) <= 1
    assert camera.name == simulated_robot.name
    assert size_of(frames[0].data) == (640, 360)
    assert frames[0].age > 0
    assert abs(frames[-1].captured_at - time.time()) < 5


def test_a_photo_in_high_resolution_interrupts_the_feed_only_briefly(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulated_robot)
    before = frames_of(camera, 2)[-1]
    photo = camera.take_photo(high_resolution=True)
    assert size_of(photo.data) == (1280, 720)
    assert size_of(camera.take_photo(high_resolution=False).data) == (640, 360)
    assert photo.number > before.number
    assert photo.head_angle_rad is not None
    newer = frames_of(camera, 1)
    wait_until(lambda: (frame := camera.latest()) and frame.number > newer[0].number + 2)
    assert camera.status().state is CameraState.LIVE


def test_a_photo_without_a_connection_is_told(simulated_robot: RobotConfig) -> None:
    camera = VectorCamera("Vector-A1B2", lambda: simulated_robot)
    with pytest.raises(UserError, match="Vector-A1B2 is not connected"):
        camera.take_photo()


def test_control_can_be_asked_for_and_given_back(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulated_robot)
    frames_of(camera, 1)
    assert not camera.has_control
    camera.request_control()
    assert camera.has_control
    camera.release_control()
    wait_until(lambda: not camera.has_control)


def test_control_that_is_not_given_is_told_and_the_picture_goes_on(
    simulator: Simulator, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulator.robot)
    frame = frames_of(camera, 1)[0]
    with simulator.fault("deny control", "allow control"):
        with pytest.raises(UserError, match=r"did not hand over control.*picture goes on"):
            camera.request_control(timeout=0.3)
        wait_until(lambda: (newer := camera.latest()) and newer.number > frame.number + 2)
    assert camera.status().state is CameraState.LIVE


def test_a_photo_that_never_comes_is_told_and_the_picture_goes_on(
    simulator: Simulator, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(simulator.robot)
    frame = frames_of(camera, 1)[0]
    with (
        simulator.fault("hang CaptureSingleImage", "answer CaptureSingleImage"),
        pytest.raises(UserError, match="did not take the photo"),
    ):
        camera.take_photo(timeout=0.3)
    wait_until(lambda: (newer := camera.latest()) and newer.number > frame.number + 2)


def test_a_wrong_token_is_told_with_the_way_to_a_new_one(
    simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    camera = vector_camera(replace(simulated_robot, guid="bm90IHRoZSB0b2tlbg=="))
    status = wait_for_state(camera, CameraState.FAILED)
    assert "not authorised. Set the robot up again" in status.message
    assert CONFIGURE not in status.message  # the window has a button
    with pytest.raises(UserError, match="not authorised") as caught:
        next_frame(camera)
    assert caught.value.in_shell == f"To set it up: {CONFIGURE}"


def test_the_preflights_sentence_is_the_cameras_status(
    simulated_robot: RobotConfig, vector_camera: CameraMaker, tmp_path: Path
) -> None:
    camera = vector_camera(replace(simulated_robot, cert=tmp_path / "gone.cert"))
    status = wait_for_state(camera, CameraState.FAILED)
    assert status.message.startswith(f"The certificate {tmp_path / 'gone.cert'}")


def test_a_camera_that_failed_can_be_started_again(
    wired_robot: RobotConfig, wire: Wire, vector_camera: CameraMaker
) -> None:
    wire.cut()
    camera = vector_camera(wired_robot)
    assert "refuses" in wait_for_state(camera, CameraState.FAILED).message
    wire.mend()
    camera.start()
    wait_for_state(camera, CameraState.LIVE)


def test_the_persons_own_sdk_folder_is_neither_needed_nor_made(
    isolated_home: Path, simulated_robot: RobotConfig, vector_camera: CameraMaker
) -> None:
    frames_of(vector_camera(simulated_robot), 1)
    assert not (isolated_home / ".anki_vector").exists()


def test_what_the_sdk_raises_becomes_a_sentence(simulated_robot: RobotConfig) -> None:
    from anki_vector import exceptions as sdk

    sentences = {
        sdk.VectorNotFoundException(): "does not answer. Is it awake",
        sdk.VectorControlTimeoutException(): "did not hand over control",
        FileNotFoundError(2, "gone"): "is missing",
        TimeoutError(): "does not answer",
        SystemExit("Cannot import numpy"): "Connecting to .* failed: Cannot import numpy",
    }
    for error, sentence in sentences.items():
        with pytest.raises(UserError, match=sentence):
            raise explain(error, simulated_robot)
