"""A recording is whole when it ends, plays when it is cut off, and tells when the disk is full."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from labeler.dataset.coco_import import import_coco
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.recording.found_coco import ANNOTATIONS, ANNOTATIONS_BESIDE, Finds, FoundCoco
from labeler.recording.recorder import Moment, Recorded, Recorder, new_folder
from labeler.recording.video import NAME, UNFINISHED, VideoFile
from tests.cameras.camera_waits import ROOT, python_environment
from trainer.predict import Detection

FINDS = Finds(
    "run/model.onnx",
    {1: "mug", 3: "ball"},
    [(Detection(3, "ball", 0.83, (4.0, 6.0, 20.0, 10.0)), 2)],
)


def picture(shade: int, size: tuple[int, int] = (64, 36)) -> np.ndarray:
    return np.full((size[1], size[0], 3), shade, np.uint8)


def jpeg(shade: int) -> bytes:
    return bytes(cv2.imencode(".jpg", picture(shade))[1])


def moment(number: int) -> Moment:
    """The pictures of a camera at ten a second."""
    return Moment(
        data=jpeg(number),
        received=100.0 + number / 10,
        captured_at=1_700_000_000.0 + number / 10,
        first=FINDS,
        draw=lambda: picture(2 * number),
    )


class Ended:
    """What on_end was told."""

    def __init__(self) -> None:
        self.recorded: list[Recorded] = []
        self._event = threading.Event()

    def __call__(self, recorded: Recorded) -> None:
        self.recorded.append(recorded)
        self._event.set()

    def wait(self) -> Recorded:
        assert self._event.wait(60)
        (recorded,) = self.recorded
        return recorded


def shades(video: Path) -> list[int]:
    """The brightness of each picture in it."""
    capture = cv2.VideoCapture(str(video))
    found: list[int] = []
    while True:
        good, frame = capture.read()
        if not good:
            capture.release()
            return found
        found.append(round(float(frame.mean())))


def test_video_and_pictures_are_whole_once_it_has_ended(tmp_path: Path) -> None:
    ended = Ended()
    recorder = Recorder(tmp_path / "one", ended, per_second=10.0, keep_every=5)
    for number in range(12):
        recorder.add(moment(number))
    recorder.stop()
    recorded = ended.wait()
    assert recorded.failure == ""
    assert (recorded.frames, recorded.pictures) == (12, 3)
    assert not list(recorded.folder.glob("*.part*"))
    assert shades(recorded.folder / "video.avi") == pytest.approx(range(0, 24, 2), abs=3)
    read = json.loads((recorded.folder / "annotations.json").read_text(encoding="utf-8"))
    assert read["info"]["model"] == "run/model.onnx"
    assert [each["file_name"] for each in read["images"]] == [f"{n:06}.jpg" for n in (1, 2, 3)]
    assert {(b["category_id"], b["score"], b["track_id"]) for b in read["annotations"]} == {
        (3, 0.83, 2)
    }
    kept = [(recorded.folder / "images" / each["file_name"]) for each in read["images"]]
    assert [path.read_bytes() for path in kept] == [jpeg(0), jpeg(5), jpeg(10)]


@pytest.mark.parametrize(
    "color", [(220, 30, 30), (30, 200, 30), (30, 30, 220)], ids=["red", "green", "blue"]
)
def test_the_video_has_the_colours_that_were_drawn(
    tmp_path: Path, color: tuple[int, int, int]
) -> None:
    drawn = np.full((36, 64, 3), color, np.uint8)
    ended = Ended()
    recorder = Recorder(tmp_path / "one", ended, per_second=10.0)
    recorder.add(replace(moment(0), draw=lambda: drawn))
    recorder.stop()
    capture = cv2.VideoCapture(str(ended.wait().folder / "video.avi"))
    good, frame = capture.read()
    capture.release()
    assert good
    shown = cv2.cvtColor(frame, cv2.COLOR_BGR2RGB).mean(axis=(0, 1))
    assert tuple(shown) == pytest.approx(color, abs=12)


def test_the_recorded_pictures_can_be_imported_as_coco(tmp_path: Path) -> None:
    coco = FoundCoco(tmp_path)
    coco.add(jpeg(9), 1_700_000_000.0, FINDS)
    coco.save()
    with Dataset.create(tmp_path / "other") as dataset:
        import_coco(dataset, tmp_path / ANNOTATIONS, tmp_path / "images")
        (image,) = dataset.images()
        assert dataset.path_of(image).read_bytes() == jpeg(9)
        assert {each.name for each in dataset.categories()} == {"mug", "ball"}
        assert dataset.annotations(image.id) == []  # nobody has checked it
        assert [each.model for each in dataset.suggestions(image.id)] == [FINDS.model]


def test_the_video_has_the_pace_of_the_clock(tmp_path: Path) -> None:
    """One picture is late and stands three times as long; two come at once and one is left out."""
    video = VideoFile(tmp_path, 10.0)
    for shade, at in ((10, 5.0), (60, 5.1), (110, 5.4), (200, 5.41), (160, 5.5)):
        video.add(picture(shade), at)
    path = video.end()
    assert path is not None
    assert shades(path) == pytest.approx([10, 60, 110, 110, 110, 160], abs=4)


def test_a_picture_of_another_size_is_fitted_into_the_first(tmp_path: Path) -> None:
    video = VideoFile(tmp_path, 10.0)
    video.add(picture(200), 0.0)
    video.add(picture(200, (36, 64)), 0.1)
    path = video.end()
    assert path is not None
    bright, narrow = shades(path)
    assert 0 < narrow < bright


def test_what_a_kill_leaves_behind_plays(tmp_path: Path) -> None:
    words = (
        "import sys, os, signal, numpy as np; from pathlib import Path\n"
        "from labeler.recording.video import VideoFile\n"
        "video = VideoFile(Path(sys.argv[1]), 10.0)\n"
        "noise = np.random.default_rng(0).integers(0, 255, (180, 320, 3), np.uint8)\n"
        "for number in range(60): video.add(noise, number / 10)\n"
        "os.kill(os.getpid(), signal.SIGKILL if os.name != 'nt' else signal.SIGTERM)\n"
    )
    command = [sys.executable, "-c", words, str(tmp_path)]
    subprocess.run(command, cwd=ROOT, env=python_environment(), timeout=60, check=False)
    assert [path.name for path in tmp_path.iterdir()] == [UNFINISHED]
    assert len(shades(tmp_path / UNFINISHED)) >= 30


def free_until(calls: int) -> Callable[[Path], int]:
    """A disk that is full from so many looks on."""
    looks = iter(range(1000))
    return lambda _folder: 1_000_000_000 if next(looks) < calls else 99_000_000


def test_a_full_disk_ends_it_with_a_sentence_and_keeps_what_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("labeler.recording.recorder._LOOK_S", 0.0)
    ended = Ended()
    recorder = Recorder(tmp_path / "one", ended, per_second=10.0, free=free_until(5))
    for number in range(20):
        recorder.add(moment(number))
    recorded = ended.wait()
    assert "disk" in recorded.failure
    assert "kept" in recorded.failure
    assert recorded.frames == len(shades(recorded.folder / "video.avi")) == 4
    assert recorded.pictures == 1
    assert (recorded.folder / "annotations.json").is_file()
    recorder.stop()
    recorder.add(moment(30))
    assert recorder.wait()


def test_on_a_full_disk_nothing_begins(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="full"):
        Recorder(tmp_path / "one", Ended(), free=free_until(0))
    assert not (tmp_path / "one").exists()


def test_a_recording_without_a_picture_is_no_video(tmp_path: Path) -> None:
    ended = Ended()
    recorder = Recorder(tmp_path / "one", ended)
    recorder.stop()
    recorded = ended.wait()
    assert (recorded.failure, recorded.frames, recorded.pictures) == ("", 0, 0)
    assert not recorded.folder.exists()


def test_two_recordings_of_one_second_have_folders_of_their_own(tmp_path: Path) -> None:
    first = new_folder(tmp_path)
    first.mkdir()
    assert new_folder(tmp_path) != first


def test_two_models_that_number_their_classes_alike_keep_them_apart(tmp_path: Path) -> None:
    coco = FoundCoco(tmp_path)
    for name in ("cat", "dog", "cat"):
        found = [(Detection(1, name, 0.9, (4.0, 6.0, 20.0, 10.0)), 1)]
        coco.add(jpeg(40), 1_700_000_000.0, Finds("run/model.onnx", {1: name}, found))
    coco.save()
    written = json.loads((tmp_path / ANNOTATIONS).read_text())
    names = {each["id"]: each["name"] for each in written["categories"]}
    assert [names[box["category_id"]] for box in written["annotations"]] == ["cat", "dog", "cat"]


def test_a_break_is_a_short_still_and_no_gigabyte(tmp_path: Path) -> None:
    video = VideoFile(tmp_path, 10.0)
    for at in (0.0, 0.1, 3600.0, 3600.1):
        video.add(picture(40), at)
    video.end()
    assert video.frames == 103  # ten seconds of the break


def test_the_time_told_is_that_of_the_video(tmp_path: Path) -> None:
    ended = Ended()
    recorder = Recorder(tmp_path / "one", ended, per_second=10.0, keep_every=0)
    for received in (100.0, 3700.0):
        recorder.add(replace(moment(1), received=received))
    recorder.stop()
    recorded = ended.wait()
    assert recorded.frames == 101  # ten seconds of the break
    assert recorded.seconds == recorder.seconds == 10.1


def test_its_size_can_be_asked_for_while_it_is_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / UNFINISHED).write_bytes(b"abc")
    real = Path.exists

    def exists(path: Path) -> bool:
        is_there = real(path)
        if is_there and path.name == UNFINISHED:
            path.replace(path.with_name(NAME))
        return is_there

    monkeypatch.setattr(Path, "exists", exists)
    video = VideoFile(tmp_path, 10.0)
    assert video.size_bytes == 3
    monkeypatch.undo()
    (tmp_path / UNFINISHED).replace(tmp_path / NAME)
    assert video.size_bytes == 3


def test_its_end_is_told_also_where_the_list_cannot_be_written(tmp_path: Path) -> None:
    ended = Ended()
    recorder = Recorder(tmp_path / "recording", ended, keep_every=1)
    recorder.add(replace(moment(1), first=replace(FINDS, names={1: "\ud800"})))
    recorder.stop()
    assert "by a fault" in ended.wait().failure


def test_a_second_detector_has_a_list_of_the_pictures_that_it_looked_at(tmp_path: Path) -> None:
    """The first one is exchanged meanwhile: each picture names who looked."""
    coco = FoundCoco(tmp_path)
    newer, second = replace(FINDS, model="newer/model.onnx"), replace(FINDS, model="b/model.onnx")
    coco.add(jpeg(10), 1_700_000_000.0, FINDS)
    coco.save()
    assert not (tmp_path / ANNOTATIONS_BESIDE).exists()
    webp = bytes(cv2.imencode(".webp", picture(20, (30, 50)))[1])
    coco.add(webp, 1_700_000_001.0, newer, second)
    coco.add(b"no picture", 1_700_000_002.0, newer, second)
    coco.save()
    first, beside = (
        json.loads((tmp_path / name).read_text()) for name in (ANNOTATIONS, ANNOTATIONS_BESIDE)
    )
    assert first["info"]["model"] == "run/model.onnx, newer/model.onnx"
    assert [each["model"] for each in first["images"]] == ["run/model.onnx", "newer/model.onnx"]
    (image,) = beside["images"]
    told = image["file_name"], image["width"], image["height"]
    assert told == ("000002.webp", 30, 50)  # as the bytes say
    assert [box["image_id"] for box in beside["annotations"]] == [2]
    assert beside["info"]["model"] == "b/model.onnx"


def test_pictures_that_the_disk_cannot_follow_are_left_out_and_counted(tmp_path: Path) -> None:
    ended, goes_on = Ended(), threading.Event()

    def slow() -> np.ndarray:
        goes_on.wait(60)
        return picture(9)

    recorder = Recorder(tmp_path / "one", ended, per_second=10.0)
    for number in range(100):
        recorder.add(replace(moment(number), draw=slow))
    goes_on.set()
    recorder.stop()
    recorded = ended.wait()
    assert 40 <= recorded.left_out < 100  # held in memory they would be gigabytes in a minute
    assert recorded.failure == ""
