"""One writer at a time, whoever else is there and however the last one ended."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from labeler.dataset.category_edits import add_category
from labeler.dataset.edits import draw
from labeler.dataset.files import PART
from labeler.dataset.model import BBox, Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError

ROOT = Path(__file__).parents[2]
HOLD = """
import sys
from pathlib import Path
from labeler.dataset.store import Dataset
with Dataset.open(Path(sys.argv[1])):
    print("open", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_writer(folder: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        assert process.stdout.readline() == "open\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_process_is_told_that_it_can_read(
    dataset: Dataset, add_image: Callable[..., Image]
) -> None:
    image = add_image()
    dataset.close()
    with another_writer(dataset.folder):
        with pytest.raises(UserError, match=r"another window or program.*read-only"):
            Dataset.open(dataset.folder)
        with Dataset.open(dataset.folder, read_only=True) as reader:
            assert reader.images() == [image]
            with pytest.raises(UserError, match="read-only"):
                reader.add_session("second", "camera")


def test_a_killed_writer_blocks_nobody(dataset: Dataset) -> None:
    dataset.close()
    with another_writer(dataset.folder) as writer:
        writer.kill()
        writer.wait(30)
        with Dataset.open(dataset.folder) as mine:
            mine.add_session("mine", "camera")


def test_the_same_process_cannot_write_twice_either(dataset: Dataset) -> None:
    with pytest.raises(UserError, match="already open"):
        Dataset.open(dataset.folder)
    dataset.close()
    with Dataset.open(dataset.folder) as again:
        again.add_session("again", "camera")


def test_a_failed_open_lets_go_of_the_lock(tmp_path: Path) -> None:
    (tmp_path / "dataset.sqlite").write_bytes(b"no database " * 500)
    for _ in range(2):
        with pytest.raises(UserError, match="damaged or not a dataset"):
            Dataset.open(tmp_path)


def test_a_reader_follows_the_writer(dataset: Dataset, add_image: Callable[..., Image]) -> None:
    image = add_image()
    with Dataset.open(dataset.folder, read_only=True) as reader:
        dataset.apply(add_category(dataset, "cube"))
        dataset.apply(draw(dataset, image.id, 1, BBox(1, 1, 20, 20)))
        assert reader.annotations(image.id) == dataset.annotations(image.id)


@contextmanager
def unwritable(folder: Path) -> Iterator[None]:
    """Takes away the right to write. root may always write, so root becomes somebody else."""
    as_root = os.geteuid() == 0
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if as_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if as_root:
            os.seteuid(0)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)


if sys.platform != "win32":  # Windows keeps no such rights in a folder's mode

    def test_a_folder_that_cannot_be_written_opens_read_only(picture: Callable[..., bytes]) -> None:
        from labeler.dataset.images import add_picture

        with tempfile.TemporaryDirectory() as name:
            Path(name).chmod(0o755)
            folder = Path(name) / "shared"
            with Dataset.create(folder) as dataset:
                session = dataset.add_session("first", "camera")
                add_picture(dataset, picture(), original_name="a.jpg", session_id=session.id)
            with unwritable(folder):
                with pytest.raises(UserError, match=r"permission denied.*read-only"):
                    Dataset.open(folder)
                with Dataset.open(folder, read_only=True) as reader:
                    assert reader.counts().total == 1
                with pytest.raises(UserError, match="Cannot make a dataset"):
                    Dataset.create(folder / "inner")


def test_a_thumbnail_that_is_finished_while_the_dataset_opens_stops_nothing(
    dataset: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = dataset.incoming_folder / f"late{PART}"
    part.write_bytes(b"a thumbnail")
    dataset.close()

    def finish_first(self: Dataset, file_name: str) -> bool:
        part.rename(self.folder / "thumbnail.jpg")
        return False

    monkeypatch.setattr(Dataset, "awaits", finish_first)
    with Dataset.open(dataset.folder) as again:
        assert list(again.incoming_folder.iterdir()) == []
