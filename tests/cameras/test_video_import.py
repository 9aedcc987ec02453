"""A video becomes pictures of a dataset, in order and in a session of their own."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from labeler.cameras.video_import import import_video
from labeler.cli import main
from labeler.dataset import backups
from labeler.dataset.check import check
from labeler.dataset.store import Dataset
from labeler.errors import UserError

SECONDS, RATE = 3, 20


@pytest.fixture
def video(tmp_path: Path) -> Path:
    path = tmp_path / "kitchen.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), RATE, (64, 48))
    for number in range(SECONDS * RATE):
        writer.write(np.full((48, 64, 3), 4 * number, np.uint8))
    writer.release()
    return path


@pytest.fixture
def dataset(tmp_path: Path) -> Iterator[Dataset]:
    with Dataset.create(tmp_path / "d") as made:
        yield made


def test_it_gives_as_many_pictures_a_second_as_asked_in_their_order(
    dataset: Dataset, video: Path
) -> None:
    report = import_video(dataset, video, 4.0)
    assert len(report.added) == SECONDS * 4
    (session,) = dataset.sessions()
    assert (session.name, session.camera) == ("kitchen", "video")
    times = [image.captured_at - session.started_at for image in dataset.images()]
    assert times == pytest.approx([0.25 * number for number in range(12)], abs=0.026)
    assert dataset.images()[1].original_name == "kitchen-00001.jpg"
    assert check(dataset) == []


def test_the_verb_takes_as_many_a_second_as_it_is_told(
    tmp_path: Path, video: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["import-video", str(tmp_path / "d"), str(video), "--json"]
    assert main([*words, "--per-second", "5"]) == 0
    assert json.loads(capsys.readouterr().out)["images"] == SECONDS * 5
    (backup,) = backups.backups_of(tmp_path / "d")  # what a lot was added to is backed up at once
    assert backups.contents_of(backup.path).images == SECONDS * 5


def test_more_than_it_has_gives_every_frame(dataset: Dataset, video: Path) -> None:
    assert len(import_video(dataset, video, 100.0).added) == SECONDS * RATE


def test_a_second_import_adds_nothing_and_no_session(dataset: Dataset, video: Path) -> None:
    import_video(dataset, video, 2.0)
    report = import_video(dataset, video, 2.0)
    assert (report.added, report.duplicates) == ((), 6)
    assert len(dataset.sessions()) == 1


def test_stopping_keeps_what_was_added(dataset: Dataset, video: Path) -> None:
    told: list[tuple[int, int]] = []
    report = import_video(
        dataset, video, 20.0, lambda done, total: told.append((done, total)), lambda: len(told) >= 5
    )
    assert len(report.added) == len(dataset.images()) == 5
    assert told[-1] == (5, SECONDS * RATE)


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), 1e9])
def test_an_impossible_rate_is_refused(dataset: Dataset, video: Path, rate: float) -> None:
    with pytest.raises(UserError, match="pictures a second"):
        import_video(dataset, video, rate)
    assert dataset.sessions() == []


def test_what_is_no_video_changes_nothing(dataset: Dataset, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no video at all" * 100)
    with pytest.raises(UserError, match=r"broken\.mp4 cannot be read"):
        import_video(dataset, broken)
    with pytest.raises(UserError, match="does not exist"):
        import_video(dataset, tmp_path / "gone.mp4")
    assert dataset.sessions() == []


def test_the_verb_makes_the_dataset_and_tells_what_it_did(tmp_path: Path, video: Path) -> None:
    door = "import sys; from labeler.cli import main; sys.exit(main())"
    words = ["import-video", str(tmp_path / "new"), str(video), "--json"]
    done = subprocess.run(
        [sys.executable, "-c", door, *words],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == {"images": 6, "duplicates": 0}
    with Dataset.open(tmp_path / "new") as made:
        assert made.counts().total == 6
