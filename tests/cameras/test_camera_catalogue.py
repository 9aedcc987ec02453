"""The list of cameras to choose from."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from labeler.cameras.base import CameraState
from labeler.cameras.catalogue import KINDS, SECOND, list_cameras, open_camera
from labeler.cameras.folder import FolderCamera
from labeler.cameras.robots import config_path
from labeler.cameras.simulated import SimulatedCamera
from labeler.cameras.vector import VectorCamera
from labeler.cameras.video import VideoCamera
from labeler.cameras.webcam import WebcamCamera
from labeler.errors import UserError
from tests.cameras.camera_waits import python_environment, wait_for_state


def write_config(text: str) -> Path:
    path = config_path()
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_simulated_robot_and_files_are_always_there(isolated_home: Path) -> None:
    ids = [choice.id for choice in list_cameras()]
    assert {"simulated", SECOND, "video:", "folder:"} <= set(ids)
    assert not any(word.startswith("robot:") for word in ids)
    assert all(choice.kind in KINDS for choice in list_cameras())


def test_configured_robots_come_first(isolated_home: Path) -> None:
    write_config(
        "[00e20100]\nname = Vector-A1B2\nip = 192.168.1.7\n[00e20200]\nname=Vector-C3D4\n"
        "[00e20300]\nname = Vector\n  -E5F6\n"
    )
    first, second, odd, third = list_cameras()[:4]
    assert (first.id, first.name, first.detail) == ("robot:00e20100", "Vector-A1B2", "192.168.1.7")
    assert second.name == "Vector-C3D4"
    assert odd.name == "00e20300"  # a row has one line
    assert "no address" in second.detail
    assert third.id == "simulated"


def test_two_robots_of_one_name_are_told_apart_by_their_serials(isolated_home: Path) -> None:
    write_config(
        "[00e20100]\nname = Vector-A1B2\n[00e20200]\nname = Vector-A1B2\n"
        "[00e20300]\nname = Vector-C3D4\n"
    )
    assert [(choice.id, choice.name) for choice in list_cameras()[:3]] == [
        ("robot:00e20100", "Vector-A1B2 (00e20100)"),
        ("robot:00e20200", "Vector-A1B2 (00e20200)"),
        ("robot:00e20300", "Vector-C3D4"),
    ]


def test_a_damaged_configuration_is_a_robot_that_says_so(isolated_home: Path) -> None:
    path = write_config("[00e20100\n")
    choice = list_cameras()[0]
    assert choice.kind == "robot"
    assert f"{path} is damaged" in choice.detail
    camera = open_camera(choice)
    camera.start()
    assert f"{path} is damaged" in wait_for_state(camera, CameraState.FAILED).message


def test_each_id_opens_its_kind_of_camera_unstarted(tmp_path: Path) -> None:
    cameras = {
        "robot:00e20100": VectorCamera,
        "simulated": SimulatedCamera,
        "webcam:0": WebcamCamera,
        f"video:{tmp_path / 'clip.mp4'}": VideoCamera,
        f"folder:{tmp_path}": FolderCamera,
    }
    for word, kind in cameras.items():
        camera = open_camera(word)
        assert type(camera) is kind
        assert camera.status().state is CameraState.CLOSED
    video = open_camera("video:", path=tmp_path / "clip.mp4")
    assert isinstance(video, VideoCamera)
    assert video.path == tmp_path / "clip.mp4"


def test_the_seed_chooses_the_simulated_world() -> None:
    camera = open_camera("simulated", seed=5)
    assert isinstance(camera, SimulatedCamera)
    assert (camera.seed, camera.number) == (5, 0)
    second = open_camera(SECOND, seed=5)
    assert isinstance(second, SimulatedCamera)
    assert (second.seed, second.number, second.world.robots) == (5, 1, 2)


def test_unknown_ids_and_missing_paths_are_told() -> None:
    with pytest.raises(UserError, match='There is no camera "toaster:1"'):
        open_camera("toaster:1")
    with pytest.raises(UserError, match="Choose the video first"):
        open_camera("video:")


def test_listing_imports_neither_the_sdk_nor_opencv() -> None:
    program = (
        "import sys\nfrom labeler.cameras.catalogue import list_cameras, open_camera\n"
        "list_cameras(); open_camera('simulated'); open_camera('robot:x')\n"
        "assert not {'anki_vector', 'grpc', 'cv2', 'PIL', 'numpy'} & set(sys.modules)\n"
    )
    subprocess.run(
        [sys.executable, "-c", program], env=python_environment(), timeout=120, check=True
    )
