"""Cameras that play files: a video, a folder, and a webcam (whose part a video plays)."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

from labeler.cameras.base import Camera, CameraState
from labeler.cameras.folder import FolderCamera
from labeler.cameras.video import VideoCamera
from labeler.cameras.webcam import WebcamCamera
from tests.cameras.camera_waits import frames_of, wait_for_state, wait_until


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """Half a second at 20 frames per second; the k-th frame is evenly grey, 20 k bright."""
    return write_video(tmp_path / "clip.avi", count=10)


def write_video(path: Path, count: int) -> Path:
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 20.0, (64, 48))
    for number in range(count):
        writer.write(np.full((48, 64, 3), number * 20, np.uint8))
    writer.release()
    return path


def brightness(data: bytes) -> float:
    return float(np.asarray(Image.open(io.BytesIO(data)).convert("L")).mean())


def picture(path: Path, color: str, kind: str = "JPEG") -> bytes:
    Image.new("RGB", (32, 24), color).save(path, kind)
    return path.read_bytes()


@pytest.fixture
def started() -> Iterator[list[Camera]]:
    """Cameras put in here are stopped when the test ends."""
    cameras: list[Camera] = []
    yield cameras
    for camera in cameras:
        camera.stop()


def run(camera: Camera, started: list[Camera]) -> Camera:
    started.append(camera)
    camera.start()
    return camera


def test_a_video_plays_at_its_own_rate_and_keeps_its_last_frame(
    video: Path, started: list[Camera]
) -> None:
    began = time.monotonic()
    camera = run(VideoCamera(video), started)
    status = wait_for_state(camera, CameraState.CLOSED)
    assert time.monotonic() - began >= 9 / 20
    assert status.message == "The video clip.avi has ended."
    last = camera.latest()
    assert last is not None
    assert brightness(last.data) == pytest.approx(180, abs=3)


def test_the_frames_of_a_video_are_jpeg_and_numbered(video: Path, started: list[Camera]) -> None:
    frames = frames_of(run(VideoCamera(video), started), 5)
    assert all(frame.data.startswith(b"\xff\xd8") for frame in frames)
    assert [frame.number for frame in frames] == sorted({frame.number for frame in frames})
    shades = [brightness(frame.data) for frame in frames]
    assert shades == sorted(shades)


def test_a_video_can_be_played_again(video: Path, started: list[Camera]) -> None:
    camera = run(VideoCamera(video), started)
    wait_for_state(camera, CameraState.CLOSED)
    camera.start()
    wait_for_state(camera, CameraState.LIVE)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "does not exist"),
        (b"", "cannot be played"),
        (b"not a video" * 99, "cannot be played"),
    ],
)
def test_a_video_that_is_none_is_told(
    tmp_path: Path, started: list[Camera], content: bytes | None, sentence: str
) -> None:
    path = tmp_path / "odd.mp4"
    if content is not None:
        path.write_bytes(content)
    status = wait_for_state(run(VideoCamera(path), started), CameraState.FAILED)
    assert f"The video {path} {sentence}" in status.message


def test_a_folder_shows_its_files_untouched_in_turn(tmp_path: Path, started: list[Camera]) -> None:
    ten = picture(tmp_path / "picture 10.png", "red", "PNG")
    two = picture(tmp_path / "picture 2.jpg", "blue")
    camera = FolderCamera(tmp_path, seconds_each=0.05)
    told: list[bytes] = []
    camera.tell(lambda: told.append(frame.data) if (frame := camera.latest()) else None)
    frames = frames_of(run(camera, started), 3)
    assert [frame.data for frame in frames] == [two, ten, two]
    camera.tell(None)
    assert two in told
    assert ten in told


def test_a_folder_leaves_out_what_is_no_picture_and_says_so(
    tmp_path: Path, started: list[Camera]
) -> None:
    whole = picture(tmp_path / "b.jpg", "green")
    (tmp_path / "a.jpg").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "notes.txt").write_text("no picture", encoding="utf-8")
    camera = run(FolderCamera(tmp_path, seconds_each=0.05), started)
    assert {frame.data for frame in frames_of(camera, 3)} == {whole}
    assert camera.status().message == "Left out, because it is not a picture: a.jpg."


def test_a_folder_without_pictures_is_told(tmp_path: Path, started: list[Camera]) -> None:
    status = wait_for_state(run(FolderCamera(tmp_path), started), CameraState.FAILED)
    assert "There are no pictures in" in status.message
    status = wait_for_state(run(FolderCamera(tmp_path / "gone"), started), CameraState.FAILED)
    assert "cannot be read" in status.message


def test_a_webcam_that_is_not_there_is_told(started: list[Camera]) -> None:
    status = wait_for_state(run(WebcamCamera(97), started), CameraState.FAILED)
    assert "The webcam 97 cannot be opened. Is it plugged in" in status.message


def test_a_webcam_that_is_unplugged_is_noticed_and_comes_back(
    tmp_path: Path, started: list[Camera]
) -> None:
    device = write_video(tmp_path / "device.avi", count=3)
    camera = run(WebcamCamera(str(device), name="webcam"), started)
    status = wait_for_state(camera, CameraState.LOST)
    assert "Is it still plugged in? Trying again." in status.message
    seen = camera.latest()
    assert seen is not None
    wait_until(lambda: (frame := camera.latest()) and frame.number > seen.number)


def test_stopping_does_not_wait_for_the_next_picture(tmp_path: Path, started: list[Camera]) -> None:
    picture(tmp_path / "a.jpg", "green")
    camera = run(FolderCamera(tmp_path, seconds_each=60), started)
    frames_of(camera, 1)
    began = time.monotonic()
    camera.stop()
    assert time.monotonic() - began < 10
    assert camera.status().state is CameraState.CLOSED
