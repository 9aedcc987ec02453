"""However an import ends, it leaves what was there, or what it says that it added: never half."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from labeler import temporary
from labeler.cli import main
from labeler.commands.progress import ProgressLine
from labeler.dataset.check import check
from labeler.dataset.store import Dataset

pytestmark = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")

Words = list[str]


@pytest.fixture(autouse=True)
def temporary_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "tmpdir"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def sources(coco_folder: Path, tmp_path: Path) -> dict[str, Words]:
    """The words behind `VERB DATASET` for each way to import."""
    coco = {
        "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(4)],
        "annotations": [{"id": 1, "image_id": 0, "category_id": 4, "bbox": [1, 1, 20, 20]}],
        "categories": [{"id": 4, "name": "mug"}],
    }
    path = coco_folder / "labels.json"
    path.write_text(json.dumps(coco))
    with zipfile.ZipFile(tmp_path / "mugs.zip", "w") as archive:
        archive.write(path, "annotations.json")
        for n in range(4):
            archive.write(coco_folder / f"{n}.jpg", f"images/{n}.jpg")
    video = tmp_path / "mug.avi"
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter.fourcc(*"MJPG"), 10, (64, 48))
    for n in range(10):
        writer.write(np.full((48, 64, 3), 20 * n, np.uint8))
    writer.release()
    return {
        "import": [str(path)],
        "zip": [str(tmp_path / "mugs.zip")],
        "import-video": [str(video), "--per-second", "10"],
    }


def words_for(kind: str, dataset: Path, sources: dict[str, Words]) -> Words:
    return ["import" if kind == "zip" else kind, str(dataset), *sources[kind]]


def at_work(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    """act is called once, while the second picture is on its way."""
    real, calls = ProgressLine.update, []

    def update(self: ProgressLine, done: int, total: int) -> None:
        real(self, done, total)
        calls.append(done)
        if len([each for each in calls if each]) == 2:
            act()

    monkeypatch.setattr(ProgressLine, "update", update)


def fail() -> None:
    raise MemoryError("as an import that meets a fault of the program")


def interrupt_twice() -> None:
    for _ in range(2):
        signal.raise_signal(signal.SIGINT)


ENDS: dict[str, Callable[[], None]] = {
    "Ctrl+C": lambda: signal.raise_signal(signal.SIGINT),
    "Ctrl+C twice": interrupt_twice,
    "SIGTERM": lambda: signal.raise_signal(signal.SIGTERM),
    "error": fail,
}


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["import", "zip"])
@pytest.mark.parametrize("place", ["new", "deep/new", "empty", "link"])
def test_an_import_that_ends_early_leaves_no_new_dataset(
    tmp_path: Path,
    temporary_place: Path,
    sources: dict[str, Words],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    end: str,
    place: str,
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "target").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "target")
    before = sorted(tmp_path.rglob("*"))
    at_work(monkeypatch, ENDS[end])
    words = words_for(kind, tmp_path / place, sources)
    if end == "error":
        with pytest.raises(MemoryError):
            main(words)
    else:
        assert main(words) == (143 if end == "SIGTERM" else 130)
    assert sorted(tmp_path.rglob("*")) == before
    assert list(temporary_place.iterdir()) == []


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("kind", ["import", "zip", "import-video"])
def test_an_import_that_ends_early_leaves_a_dataset_sound(
    dataset: Dataset,
    add_image: Callable[..., object],
    temporary_place: Path,
    sources: dict[str, Words],
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
    end: str,
) -> None:
    add_image(9)
    dataset.close()
    at_work(monkeypatch, ENDS[end])
    words = words_for(kind, dataset.folder, sources)
    if end == "error":
        with pytest.raises(MemoryError):
            main(words)
    else:
        assert main(words) in (130, 143)
    with Dataset.open(dataset.folder, read_only=True) as left:
        kept = left.counts().total
        assert kept == 1 or kind == "import-video"  # which keeps what came until then
        assert list(left.incoming_folder.iterdir()) == []
        assert len(left.sessions()) == len(left.sessions(with_images=True))
        assert check(left) == []
    assert list(temporary_place.iterdir()) == []


@pytest.mark.parametrize("end", ["Ctrl+C", "SIGTERM"])
def test_a_video_that_is_stopped_keeps_what_came_also_in_a_new_dataset(
    tmp_path: Path, sources: dict[str, Words], monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    at_work(monkeypatch, ENDS[end])
    assert main(words_for("import-video", tmp_path / "new", sources)) in (130, 143)
    with Dataset.open(tmp_path / "new") as kept:
        assert 0 < kept.counts().total < 10
        assert check(kept) == []


@pytest.mark.parametrize("kind", ["import", "zip", "import-video"])
@pytest.mark.parametrize("is_new", [True, False])
def test_what_a_killed_import_left_is_swept_at_the_next_start(
    dataset: Dataset,
    add_image: Callable[..., object],
    tmp_path: Path,
    temporary_place: Path,
    sources: dict[str, Words],
    kind: str,
    is_new: bool,
) -> None:
    add_image(9)
    dataset.close()
    folder = tmp_path / "new" if is_new else dataset.folder
    words = words_for(kind, folder, sources)
    script = (
        "import os, sys\n"
        "from labeler.commands.progress import ProgressLine\n"
        "seen = []\n"
        "def update(self, done, total):\n"
        "    seen.append(done)\n"
        "    if len([each for each in seen if each]) == 3: os.kill(os.getpid(), 9)\n"
        "ProgressLine.update = update\n"
        "from labeler.cli import main\n"
        "main(sys.argv[1:])\n"
    )
    killed = subprocess.run([sys.executable, "-c", script, *words], check=False)
    assert killed.returncode == -signal.SIGKILL
    with Dataset.open(folder) as left:
        assert list(left.incoming_folder.iterdir()) == []
        assert len(left.sessions()) == len(left.sessions(with_images=True))
        assert check(left) == []
    assert main(words) == 0  # and once more, to the end
    with Dataset.open(folder) as whole:
        assert whole.counts().total == (10 if kind == "import-video" else 4) + (not is_new)
    assert list(temporary_place.iterdir()) == []


@pytest.mark.parametrize("is_new", [True, False])
def test_a_disk_that_takes_no_more_leaves_nothing_half(
    dataset: Dataset, tmp_path: Path, coco_folder: Path, is_new: bool
) -> None:
    """A limit on the size of files stands for the full disk: the third picture does not fit."""
    noise = np.random.default_rng(0).integers(0, 255, (400, 400, 3), np.uint8)
    cv2.imwrite(str(coco_folder / "2.png"), noise)
    coco = {"images": [{"id": n, "file_name": name} for n, name in enumerate(["0.jpg", "2.png"])]}
    (coco_folder / "labels.json").write_text(json.dumps(coco))
    dataset.close()
    folder = tmp_path / "new" if is_new else dataset.folder
    script = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))\n"
        "from labeler.cli import main\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    words = ["import", str(folder), str(coco_folder / "labels.json")]
    ended = subprocess.run(
        [sys.executable, "-c", script, *words], check=False, capture_output=True, text=True
    )
    assert ended.returncode == 1
    assert "Cannot write" in ended.stderr
    assert folder.exists() is not is_new
    if not is_new:
        with Dataset.open(folder, read_only=True) as left:
            assert left.counts().total == 0
            assert list(left.incoming_folder.iterdir()) == []


CONFIG = """[00e20100]
cert = {cert}
ip = 127.0.0.1:1
name = Vector-T1ST
guid = token
"""


@pytest.mark.parametrize("verb", ["capture", "record"])
@pytest.mark.parametrize("certificate", ["-----BEGIN nothing", None])
def test_a_camera_that_does_not_start_leaves_nothing(
    tmp_path: Path, isolated_home: Path, verb: str, certificate: str | None
) -> None:
    cert = tmp_path / "robot.cert"
    if certificate:
        cert.write_text(certificate)
    (isolated_home / ".anki_vector").mkdir()
    (isolated_home / ".anki_vector" / "sdk_config.ini").write_text(CONFIG.format(cert=cert))
    more = ["--count", "3"] if verb == "capture" else ["--frames", "3"]
    assert main([verb, str(tmp_path / "deep" / "new"), "--robot", "Vector-T1ST", *more]) == 1
    assert not (tmp_path / "deep").exists() or verb == "record"
    assert not (tmp_path / "deep" / "new").exists()


def test_a_folder_that_held_something_is_never_taken_away(
    tmp_path: Path, sources: dict[str, Words], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "new"

    def put_something_there() -> None:
        (folder / "thesis.txt").write_text("mine")
        fail()

    at_work(monkeypatch, put_something_there)
    with pytest.raises(MemoryError):
        main(words_for("import", folder, sources))
    assert [path.name for path in folder.iterdir()] == ["thesis.txt"]


def test_only_a_folder_whose_process_is_gone_is_swept(temporary_place: Path) -> None:
    script = (
        "import os\n"
        "from labeler.temporary import temporary_folder\n"
        "with temporary_folder('setup') as folder:\n"
        "    (folder / 'x').write_text('x')\n"
        "    os.kill(os.getpid(), 9)\n"
    )
    subprocess.run([sys.executable, "-c", script], check=False)
    (left,) = temporary_place.iterdir()
    others = [
        temporary_place / "vector-labeler-demo-1234",
        temporary_place / "vector-labeler-setup-1-abcdefgh",  # without a lock: on the way
        temporary_place / "vector-labeler-link-1-abcdefgh",
    ]
    for other in others[:2]:
        other.mkdir()
    others[2].symlink_to(left)
    with temporary.temporary_folder("zip") as mine:
        (mine / "y").write_text("y")
        assert not left.exists()
        assert temporary.sweep() == []
        assert (mine / "y").read_text() == "y"
    assert sorted(temporary_place.iterdir()) == sorted(others)
