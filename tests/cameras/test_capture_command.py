"""`vector-labeler capture` in the shell, with the simulated robot and with files."""

from __future__ import annotations

import _thread
import json
import os
import re
import signal
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from labeler.cameras.folder import FolderCamera
from labeler.cameras.simulated import SimulatedCamera
from labeler.cli import main
from labeler.commands import capture
from labeler.commands.capture import MOST_REPEATS
from labeler.dataset.images import add_files
from labeler.dataset.intake import NewSession
from labeler.dataset.store import Dataset
from tests.cameras.camera_waits import wait_until


def pictures(folder: Path, count: int) -> dict[str, bytes]:
    folder.mkdir()
    for number in range(count):
        path = folder / f"{number}.png"
        Image.new("RGB", (32, 24), (4 * number, 0, 99)).save(path)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_frames_of_the_simulated_robot_are_stored_untouched_in_one_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["capture", str(tmp_path / "desk"), "--robot", "simulated", "--seed", "4"]
    assert main([*words, "--count", "4", "--session", "Morning", "--note", "x", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert (summary["added"], summary["session"]) == (4, "Morning")
    with Dataset.open(tmp_path / "desk") as dataset:
        images = dataset.images()
        assert len(images) == len({image.sha256 for image in images}) == 4
        assert {image.session_id for image in images} == {summary["session_id"]}
        assert all((image.width, image.height) == (640, 360) for image in images)
        assert all(image.pose is not None and image.head_angle_rad is not None for image in images)
        assert all(image.readings.lift_mm == pytest.approx(32, abs=1) for image in images)
        assert (dataset.sessions()[0].camera, dataset.sessions()[0].note) == ("Vector-SIM1", "x")
        assert all(image.sharpness is not None for image in images)
        assert sum(image.flaw is not None for image in images) == sum(summary["flaws"].values())


def test_photos_in_high_resolution(tmp_path: Path) -> None:
    words = ["capture", str(tmp_path / "desk"), "--robot", "simulated", "--high-resolution"]
    assert main([*words, "--count", "2"]) == 0
    with Dataset.open(tmp_path / "desk") as dataset:
        assert {(image.width, image.height) for image in dataset.images()} == {(1280, 720)}


def test_a_second_run_adds_a_session_and_leaves_out_what_is_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = pictures(tmp_path / "pictures", 3)
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.02)
    words = ["capture", str(tmp_path / "desk"), "--robot", f"folder:{tmp_path / 'pictures'}"]
    assert main([*words, "--count", "3"]) == 0
    assert '3 pictures from pictures in the session "Capture ' in capsys.readouterr().out
    assert main([*words, "--count", "1"]) == 1
    assert "gives only pictures that the dataset has already" in capsys.readouterr().err
    with Dataset.open(tmp_path / "desk") as dataset:
        assert len(dataset.sessions()) == 2
        kept = {dataset.path_of(image).read_bytes() for image in dataset.images()}
    assert kept == set(stored.values())


def test_a_day_that_begins_as_the_last_one_did_goes_on_to_what_is_new(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A simulated robot, or a film, that starts again shows first what the dataset has."""
    known = 2 * MOST_REPEATS
    names = pictures(tmp_path / "pictures", known + 20)
    last_time = [tmp_path / "pictures" / f"{number}.png" for number in range(known)]
    with Dataset.create(tmp_path / "desk") as dataset:
        add_files(dataset, last_time, NewSession("morning", "pictures"))
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.02)
    words = ["capture", str(tmp_path / "desk"), "--robot", f"folder:{tmp_path / 'pictures'}"]
    assert main([*words, "--count", "1"]) == 0
    assert "were there already" in capsys.readouterr().out
    with Dataset.open(tmp_path / "desk") as dataset:
        assert len(dataset.images()) == known + 1
        kept = {dataset.path_of(image).read_bytes() for image in dataset.images()}
    assert kept < set(names.values())


def test_between_two_pictures_is_the_interval_that_was_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(tmp_path / "pictures", 24)
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.02)
    words = ["capture", str(tmp_path / "desk"), "--robot", f"folder:{tmp_path / 'pictures'}"]
    began = time.monotonic()
    assert main([*words, "--count", "2", "--interval", "0.8"]) == 0
    assert time.monotonic() - began >= 0.8


@pytest.mark.parametrize(
    ("robot", "sentence"),
    [
        ("Vector-A1B2", "is empty. To set it up: python -m anki_vector.configure"),
        ("webcam:98", "The webcam 98 cannot be opened"),
        ("video:gone.mp4", "The video gone.mp4 does not exist"),
    ],
)
def test_a_camera_that_cannot_be_had_is_told_and_leaves_no_session(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], robot: str, sentence: str
) -> None:
    words = ["capture", str(tmp_path / "desk"), "--robot", robot, "--count", "1", "--json"]
    assert main(words) == 1
    output = capsys.readouterr()
    assert sentence in json.loads(output.out)["error"]
    if (tmp_path / "desk").exists():
        with Dataset.open(tmp_path / "desk") as dataset:
            assert dataset.sessions() == []


def test_only_robots_take_high_resolution(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["capture", str(tmp_path / "desk"), "--robot", f"folder:{tmp_path}", "--count", "1"]
    assert main([*words, "--high-resolution"]) == 1
    assert "has no high resolution" in capsys.readouterr().err


def test_the_seed_chooses_the_world_that_is_photographed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pictures(tmp_path / "pictures", 1)
    asked: list[tuple[str, int]] = []

    def opened(word: str, seed: int) -> FolderCamera:
        asked.append((word, seed))
        return FolderCamera(tmp_path / "pictures")

    monkeypatch.setattr(capture, "open_camera", opened)
    words = ["capture", str(tmp_path / "desk"), "--robot", "simulated", "--count", "1"]
    assert main([*words, "--seed", "9"]) == 0
    assert asked == [("simulated", 9)]


@pytest.mark.parametrize("count", ["0", "-1", "many"])
def test_an_impossible_count_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], count: str
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(["capture", str(tmp_path), "--robot", "simulated", "--count", count])
    assert "invalid positive number" in capsys.readouterr().err


def test_ctrl_c_keeps_what_was_taken(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored = pictures(tmp_path / "pictures", 40)
    monkeypatch.setattr(FolderCamera, "SECONDS_EACH", 0.05)
    images_folder = tmp_path / "desk" / "images"

    def interrupt() -> None:
        wait_until(lambda: images_folder.is_dir() and len(list(images_folder.iterdir())) > 2)
        _thread.interrupt_main()

    hand = threading.Thread(target=interrupt)
    hand.start()
    words = ["capture", str(tmp_path / "desk"), "--robot", f"folder:{tmp_path / 'pictures'}"]
    assert main([*words, "--count", "40", "--json"]) == 130
    hand.join()
    summary = json.loads(capsys.readouterr().out)
    assert summary["stopped"] is True
    with Dataset.open(tmp_path / "desk") as dataset:
        images = dataset.images()
        assert 2 < len(images) == summary["added"] < 40
        assert all(dataset.path_of(image).read_bytes() in stored.values() for image in images)


class TornFolder(FolderCamera):
    """Each third of its pictures is cut off, as a bad network cuts them; or all of them."""

    all_torn = False

    def _show(self, stop: threading.Event, data: bytes) -> None:
        self.shown = getattr(self, "shown", 0) + 1
        torn = self.all_torn or self.shown % 3 == 2
        super()._show(stop, data[: len(data) // 2] if torn else data)


@pytest.fixture
def torn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    pictures(tmp_path / "pictures", 12)
    monkeypatch.setattr(TornFolder, "SECONDS_EACH", 0.02)
    monkeypatch.setattr(capture, "open_camera", lambda *_, **__: TornFolder(tmp_path / "pictures"))
    return tmp_path


def test_damaged_pictures_are_passed_over_and_counted(
    torn: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["capture", str(torn / "desk"), "--robot", "webcam:0", "--count", "8"]
    assert main(words) == 0
    said = capsys.readouterr()
    assert "8 pictures from pictures" in said.out
    count = int(re.search(r"(\d) damaged pictures? w(?:as|ere) passed over", said.out)[1])  # type: ignore[index]
    assert count >= 2
    assert said.err.count("8 of 8 pictures") == 1
    with Dataset.open(torn / "desk") as dataset:
        assert len(dataset.images()) == 8
        assert len(dataset.sessions()) == 1


def test_only_damaged_pictures_end_it_after_a_while_and_leave_no_session(
    torn: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(TornFolder, "all_torn", True)
    words = ["capture", str(torn / "desk"), "--robot", "webcam:0", "--count", "8"]
    assert main(words) == 1
    said = capsys.readouterr().err
    assert "gives only damaged pictures (20 in a row). The last one: " in said
    assert "0 pictures of 8 were kept." in said
    if (torn / "desk").exists():
        with Dataset.open(torn / "desk") as dataset:
            assert dataset.sessions() == []


def test_a_simulated_robot_that_stops_meanwhile_is_told_and_the_pictures_go_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    camera = SimulatedCamera(seed=3)
    images_folder = tmp_path / "desk" / "images"

    def kill() -> None:
        wait_until(lambda: images_folder.is_dir() and len(list(images_folder.iterdir())) > 1)
        assert camera.process_id is not None
        os.kill(camera.process_id, signal.SIGKILL)

    monkeypatch.setattr(capture, "open_camera", lambda *_, **__: camera)
    hand = threading.Thread(target=kill)
    hand.start()
    words = ["capture", str(tmp_path / "desk"), "--robot", "simulated", "--count", "12"]
    assert main(words) == 0
    hand.join()
    said = capsys.readouterr().err
    assert said.count("The simulated robot had stopped; it is started again.") == 1
    assert not [word for word in ("ertificate", "oken", "et the robot up") if word in said]
