"""A clip through two detectors becomes one video that plays."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image as Pillow

from labeler.dataset.progress import Stopped
from labeler.errors import UserError
from labeler.runs.clip import folder_clip, open_clip, simulated_clip, video_clip
from labeler.runs.side_by_side import Pane, write_side_by_side
from tests.gui.tiny_model import write_tiny_model

ORANGE = (230, 159, 0)
"""The first category's colour."""


@pytest.fixture
def panes(tmp_path: Path) -> tuple[Pane, Pane]:
    """The left one is sure of what it sees, the right one trusts nothing."""
    sure = write_tiny_model(tmp_path / "sure.onnx")
    unsure = write_tiny_model(tmp_path / "unsure.onnx", threshold=0.95)
    return Pane("A", sure), Pane("B", unsure)


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir()
    for number in range(count):
        shade = (20 * number, 90, 90)
        Pillow.new("RGB", (128, 72), shade).save(folder / f"{number}.png")
    return folder


def _played(video: Path) -> list[np.ndarray]:
    reader = cv2.VideoCapture(str(video))
    frames: list[np.ndarray] = []
    while True:
        good, frame = reader.read()
        if not good:
            return frames
        frames.append(cv2.cvtColor(frame, cv2.COLOR_BGR2RGB))


def _has(pane: np.ndarray, color: tuple[int, int, int]) -> bool:
    """Some hundred pixels near it: video blurs colours."""
    away = np.abs(pane.astype(int) - np.array(color)).max(axis=2)
    return int((away < 45).sum()) > 300


@pytest.mark.parametrize("ending", [".mp4", ".webm"])
def test_each_pane_shows_what_its_own_detector_found_in_the_same_frame(
    panes: tuple[Pane, Pane], tmp_path: Path, ending: str
) -> None:
    clip = folder_clip(_pictures(tmp_path / "pictures", 5))
    told: list[tuple[int, int]] = []
    out = tmp_path / "new" / f"lesson{ending}"
    count = write_side_by_side(
        clip, panes, out, title="mugs", on_progress=lambda done, total: told.append((done, total))
    )
    frames = _played(out)
    assert count == len(frames) == 5
    assert told == [(number, 5) for number in range(1, 6)]
    middle = frames[2].shape[1] // 2
    left, right = frames[2][:, :middle], frames[2][:, middle:]
    assert _has(left, ORANGE)
    assert not _has(right, ORANGE)
    assert np.abs(left[-40, 20].astype(int) - right[-40, 20]).max() < 30
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_frames_keep_their_order_and_number(panes: tuple[Pane, Pane], tmp_path: Path) -> None:
    clip = folder_clip(_pictures(tmp_path / "pictures", 6))
    write_side_by_side(clip, panes, tmp_path / "a.mp4")
    frames = _played(tmp_path / "a.mp4")
    reds = [int(frame[200, -60, 0]) for frame in frames]
    assert reds == sorted(reds)
    assert reds[-1] - reds[0] > 70
    again = video_clip(tmp_path / "a.mp4")
    assert again.count == 6
    assert sum(1 for _ in again.read()) == 6


def test_stopping_leaves_what_was_there(panes: tuple[Pane, Pane], tmp_path: Path) -> None:
    out = tmp_path / "a.mp4"
    out.write_bytes(b"yesterday's")
    clip = folder_clip(_pictures(tmp_path / "pictures", 4))
    seen: list[int] = []
    with pytest.raises(Stopped):
        write_side_by_side(
            clip,
            panes,
            out,
            on_progress=lambda done, _total: seen.append(done),
            should_stop=lambda: len(seen) == 2,
        )
    assert seen == [1, 2]
    assert out.read_bytes() == b"yesterday's"
    assert not list(tmp_path.glob(".*"))


def test_the_simulated_world_gives_the_same_clip_each_time() -> None:
    clip = simulated_clip(seed=3, seconds=0.2)
    first, second = list(clip.read()), list(clip.read())
    assert len(first) == clip.count == 3
    assert first[0].shape == (360, 640, 3)
    assert all(np.array_equal(one, other) for one, other in zip(first, second, strict=True))
    assert not np.array_equal(first[0], first[2])


def test_pictures_of_other_shapes_and_broken_ones_fit_into_the_first_frame(tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "pictures", 2)
    (folder / "1.png").write_bytes(b"broken")
    Pillow.new("RGB", (60, 200), "red").save(folder / "2.png")
    shapes = [frame.shape for frame in open_clip(str(folder)).read()]
    assert shapes == [(72, 128, 3), (72, 128, 3)]


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("nowhere.mp4", "does not exist"),
        ("notes.txt", "not a video"),
        ("empty", "no pictures in"),
        ("simulated:seven", "must be a number"),
    ],
)
def test_what_is_no_clip_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, word: str, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.txt").write_text("no video", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    with pytest.raises(UserError, match=sentence):
        open_clip(word)


def test_faults_of_the_output_are_sentences(panes: tuple[Pane, Pane], tmp_path: Path) -> None:
    clip = folder_clip(_pictures(tmp_path / "pictures", 2))
    with pytest.raises(UserError, match=r"must end in \.mp4"):
        write_side_by_side(clip, panes, tmp_path / "a.gif")
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(UserError, match="Cannot write the video"):
        write_side_by_side(clip, panes, tmp_path / "file" / "a.mp4")
    missing = (panes[0], Pane("B", tmp_path / "none.onnx"))
    with pytest.raises(UserError, match="no such model"):
        write_side_by_side(clip, missing, tmp_path / "a.mp4")
