"""Many pictures at once: in order, each content once, and as many as a full disk has room for."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from labeler.dataset.check import check
from labeler.dataset.history import History
from labeler.dataset.images import add_files, add_picture
from labeler.dataset.intake import Intake, NewSession, look
from labeler.dataset.store import Dataset
from tests.dataset.conftest import make_picture


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for seed in range(60):
        (folder / f"{seed:02}.png").write_bytes(make_picture(seed, format="PNG"))
    return folder


SESSION = NewSession("Photos", "import")


def test_several_threads_keep_the_order_and_tell_how_far_they_are(
    dataset: Dataset, photos: Path
) -> None:
    (photos / "07.png").write_bytes(b"no picture")
    (photos / "50.png").write_bytes((photos / "03.png").read_bytes())
    seen: list[int] = []
    report = add_files(dataset, [photos], SESSION, lambda done, _: seen.append(done))
    names = [f"{n:02}.png" for n in range(60) if n not in (7, 50)]
    assert [image.original_name for image in report.added] == names
    assert [image.original_name for image in dataset.images()] == names
    assert [path.name for path in report.duplicates] == ["50.png"]
    assert [path.name for path, _ in report.rejected] == ["07.png"]
    assert seen == list(range(61))
    assert check(dataset) == []
    assert threading.active_count() < 10  # the pool is gone


def test_the_same_picture_eight_times_is_taken_once_and_the_others_are_told(
    dataset: Dataset, tmp_path: Path
) -> None:
    for copy in range(8):
        (tmp_path / f"copy {copy}.jpg").write_bytes(make_picture(1))
    paths = sorted(tmp_path.glob("copy *"))
    report = add_files(dataset, paths, SESSION)
    assert [image.original_name for image in report.added] == ["copy 0.jpg"]
    assert list(report.duplicates) == paths[1:]
    again = add_files(dataset, paths, SESSION)
    assert (again.added, list(again.duplicates)) == ((), paths)
    assert len(dataset.sessions()) == len(dataset.journal()) == 1


@pytest.mark.parametrize("room", [0, 3])
def test_a_disk_without_room_for_the_rows_keeps_as_many_as_it_has(
    dataset: Dataset, photos: Path, room: int
) -> None:
    """A limit on the database's pages stands for the full disk."""
    _limit(dataset, room)
    report = add_files(dataset, [photos], SESSION)
    assert 0 < len(report.added) < 60
    assert "full" in str(report.fault)
    assert [image.id for image in report.added] == [image.id for image in dataset.images()]
    assert list(dataset.incoming_folder.iterdir()) == []
    _limit(dataset, 1000)
    assert check(dataset) == []
    assert len(add_files(dataset, [photos], SESSION).added) == 60 - len(report.added)


def test_what_was_captured_while_an_import_read_is_not_added_twice(dataset: Dataset) -> None:
    session = dataset.add_session("first", "camera")
    with Intake(dataset) as intake:
        for seed in range(3):
            intake.stage(look(make_picture(seed), "x"), original_name="x")
        add_picture(dataset, make_picture(1), original_name="mine", session_id=session.id)
        assert len(intake.keep(SESSION, "Import x")) == 2
    assert dataset.counts().total == 3
    assert check(dataset) == []
    History(dataset).undo()
    assert [image.original_name for image in dataset.images()] == ["mine"]


def test_nothing_waits_where_an_import_is_left_by_an_exception(dataset: Dataset) -> None:
    def stage_and_fail() -> None:
        with Intake(dataset) as intake:
            intake.stage(look(make_picture(1), "x"), original_name="x")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        stage_and_fail()
    assert list(dataset.incoming_folder.iterdir()) == []


def _limit(dataset: Dataset, pages: int) -> None:
    """So many more pages than it has now."""
    with dataset.transaction():
        used = dataset._writer.execute("PRAGMA page_count").fetchone()[0]
        dataset._writer.execute(f"PRAGMA max_page_count = {used + pages}")
