"""Dated copies: made when due, checked, seven kept, none of them lost to a wrong clock."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from labeler.cli import main
from labeler.dataset import backups, schema
from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.edits import draw
from labeler.dataset.history import History
from labeler.dataset.model import BBox, Image
from labeler.dataset.progress import Stopped
from labeler.dataset.restoring import choose_backup, chosen_backup, restore
from labeler.dataset.store import Dataset
from labeler.errors import UserError

AddImage = Callable[..., Image]
NOON = datetime(2026, 3, 1, 12, 0, 0)
DAY = timedelta(days=1)


@pytest.fixture
def labelled(dataset: Dataset, add_image: AddImage) -> Dataset:
    """Two pictures and a box."""
    for seed in range(2):
        add_image(seed)
    dataset.apply(add_category(dataset, "mug"))
    dataset.apply(draw(dataset, 1, 1, BBox(1, 1, 20, 20)))
    return dataset


def damage(path: Path) -> None:
    with path.open("rb+") as stream:
        stream.seek(4096)
        stream.write(b"\xa5" * 8192)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / backups.FOLDER).iterdir())


def test_a_backup_holds_everything_while_the_dataset_is_open(labelled: Dataset) -> None:
    backup = backups.make(labelled.folder, NOON)
    assert names(labelled.folder) == ["dataset-2026-03-01-120000.sqlite"]
    assert backups.contents_of(backup.path) == backups.Contents(images=2, boxes=1)
    assert backups.backups_of(labelled.folder) == [backup]


def test_one_is_due_after_a_day_and_after_the_clock_jumped_back(labelled: Dataset) -> None:
    folder = labelled.folder
    assert backups.is_due(folder, NOON)
    backups.make(folder, NOON)
    assert not backups.is_due(folder, NOON + DAY)
    assert backups.is_due(folder, NOON + DAY + timedelta(seconds=1))
    assert backups.is_due(folder, NOON - timedelta(seconds=1))


def test_none_is_made_while_nothing_changed_or_nothing_is_there(
    tmp_path: Path, labelled: Dataset
) -> None:
    with Dataset.create(tmp_path / "empty") as empty:
        assert backups.make_if_due(empty.folder) is None
    backups.make(labelled.folder, NOON)
    assert backups.make_if_due(labelled.folder) is None
    labelled.apply(draw(labelled, 2, 1, BBox(1, 1, 20, 20)))
    assert backups.make_if_due(labelled.folder) is not None
    labelled.apply(draw(labelled, 2, 1, BBox(9, 9, 20, 20)))
    assert backups.make_if_due(labelled.folder) is None  # the last is of today


def test_the_newest_seven_stay_and_nothing_of_others_goes(labelled: Dataset) -> None:
    place = labelled.folder / backups.FOLDER
    for day in range(6):
        backups.make(labelled.folder, NOON + day * DAY)
    foreign = place / "dataset-1999-01-01-000000.sqlite"
    foreign.write_bytes(b"notes of somebody " * 10)
    (place / "dataset-before-the-show.sqlite").write_bytes(b"mine")
    for day in range(6, 9):
        backups.make(labelled.folder, NOON + day * DAY)
    assert names(labelled.folder) == [
        foreign.name,
        *(f"dataset-2026-03-0{day}-120000.sqlite" for day in range(3, 10)),
        "dataset-before-the-show.sqlite",
    ]


def test_a_backup_from_a_wrong_clock_is_the_first_to_go(labelled: Dataset) -> None:
    backups.make(labelled.folder, NOON + 9000 * DAY)
    for day in range(7):
        made = backups.make(labelled.folder, NOON + day * DAY)
    assert backups.backups_of(labelled.folder, NOON + 7 * DAY)[0] == made
    assert all("2026" in name for name in names(labelled.folder))


def test_a_damaged_dataset_gives_no_backup_and_pushes_none_out(labelled: Dataset) -> None:
    good = backups.make(labelled.folder, NOON)
    labelled.close()
    damage(labelled.folder / "dataset.sqlite")
    with pytest.raises(UserError, match="damaged"):
        backups.make(labelled.folder, NOON + DAY)
    assert names(labelled.folder) == [good.name]


def test_a_stopped_or_failed_backup_leaves_nothing(labelled: Dataset) -> None:
    with pytest.raises(Stopped):
        backups.make(labelled.folder, NOON, should_stop=lambda: True)
    assert names(labelled.folder) == []
    (labelled.folder / backups.FOLDER).rmdir()
    (labelled.folder / backups.FOLDER).write_text("a file in the way")
    with pytest.raises(UserError, match="backup of kitchen failed"):
        backups.make(labelled.folder, NOON)


def test_what_a_kill_left_behind_is_cleared(labelled: Dataset) -> None:
    backups.make(labelled.folder, NOON)
    left = labelled.folder / backups.FOLDER / "dataset-2026-02-01-120000.sqlite.part"
    left.write_bytes(b"half")
    backups.make(labelled.folder, NOON + DAY)
    assert not left.exists()


def test_restoring_brings_the_boxes_back_and_keeps_what_was_there(labelled: Dataset) -> None:
    backup = backups.make(labelled.folder, NOON)
    boxes = list(labelled.all_annotations())
    labelled.apply(draw(labelled, 2, 1, BBox(5, 5, 20, 20)))
    labelled.close()
    done = restore(labelled.folder, backup)
    with Dataset.open(labelled.folder) as again:
        assert list(again.all_annotations()) == boxes
        assert check(again) == []
        assert History(again).undo() is not None
        assert again.new_annotation_id() > 2  # the id of the box that is gone is not given again
    assert done.kept_aside is not None
    assert backups.contents_of(done.kept_aside).boxes == 2


def test_an_id_that_was_given_after_the_backup_is_not_given_again(labelled: Dataset) -> None:
    """Exports, runs and notes may name it: it never means another box, class or image. So many
    are given that none of them was set aside when the backup was made.
    """
    backup = backups.make(labelled.folder, NOON)
    labelled.apply(draw(labelled, 2, 1, BBox(9, 9, 20, 20)))
    labelled.apply(add_category(labelled, "ball"))
    before = [[give() for _ in range(1000)] for give in givers_of(labelled)]
    labelled.close()
    restore(labelled.folder, backup)
    with Dataset.open(labelled.folder) as again:
        assert again.annotations(2) == []
        assert [category.name for category in again.categories()] == ["mug"]
        for given, give in zip(before, givers_of(again), strict=True):
            assert give() > max(given)


def givers_of(dataset: Dataset) -> list[Callable[[], int]]:
    return [
        dataset.new_image_id,
        dataset.new_category_id,
        dataset.new_annotation_id,
        dataset.new_suggestion_id,
    ]


def test_pictures_added_after_the_backup_are_taken_in_again(
    labelled: Dataset, add_image: AddImage
) -> None:
    backup = backups.make(labelled.folder, NOON)
    added = add_image(7)
    waiting = add_image(8)
    labelled.close()
    place = labelled.images_folder / waiting.file_name
    place.rename(labelled.incoming_folder / waiting.file_name)  # as a kill leaves it
    (labelled.images_folder / "notes.txt").write_text("no picture")
    done = restore(labelled.folder, backup)
    assert {image.file_name for image in done.found_again} == {added.file_name, waiting.file_name}
    with Dataset.open(labelled.folder) as again:
        assert again.counts().total == 4
        assert [each.what for each in check(again)] == ["images/notes.txt"]
        found = again.image_by_hash(added.sha256)
        assert found is not None
        assert found.id > waiting.id


def test_a_dataset_that_is_open_is_not_replaced(labelled: Dataset) -> None:
    backup = backups.make(labelled.folder, NOON)
    with pytest.raises(UserError, match="already open"):
        restore(labelled.folder, backup)
    labelled.close()
    with (
        Dataset.open(labelled.folder, read_only=True) as reader,
        pytest.raises(UserError, match="being read by another"),
    ):
        restore(labelled.folder, backup)
    assert reader.folder == labelled.folder
    assert names(labelled.folder) == [backup.name]


def test_a_damaged_backup_is_refused_and_the_newest_good_one_chosen(labelled: Dataset) -> None:
    good = backups.make(labelled.folder, NOON)
    bad = backups.make(labelled.folder, NOON + DAY)
    damage(bad.path)
    labelled.close()
    with pytest.raises(UserError, match="damaged"):
        restore(labelled.folder, bad)
    assert chosen_backup(labelled.folder) == good
    with pytest.raises(UserError, match="no backup yesterday"):
        chosen_backup(labelled.folder, "yesterday")


def bad_row(backup: backups.Backup) -> None:
    """Of no fault that SQLite would find."""
    with closing(sqlite3.connect(backup.path)) as file, file:
        file.execute("UPDATE annotation SET width = 1e300")


def test_the_newest_sound_backup_is_taken_and_what_was_passed_over_is_said(
    labelled: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    good = backups.make(labelled.folder, NOON)
    bad = backups.make(labelled.folder, NOON + DAY)
    bad_row(bad)
    empty = labelled.folder / backups.FOLDER / "dataset-2026-03-03-120000.sqlite"
    empty.touch()
    labelled.close()
    (labelled.folder / "dataset.sqlite").write_bytes(b"no database " * 500)
    said = (
        f"Passed over: {empty.name} is no database of a dataset; {bad.name} is damaged "
        r"\(Annotation 1: its width is the real '1.0e\+300', not a usual number above 0\)\."
    )
    with pytest.raises(UserError, match=rf"newest good backup .*{good.name}\). {said}"):
        Dataset.open(labelled.folder)
    with pytest.raises(UserError, match=rf"{bad.name} is .* Nothing was changed.*{good.name}"):
        restore(labelled.folder, bad)
    assert main(["restore", str(labelled.folder)]) == 0
    told = capsys.readouterr().out
    assert f"Restored {good.name}" in told
    assert re.search(said, told)
    with Dataset.open(labelled.folder) as again:
        assert [box.bbox.width for box in again.all_annotations()] == [20]


def test_a_backup_of_an_older_format_with_a_bad_row_is_passed_over(labelled: Dataset) -> None:
    """It could be put in the place of the database, and then not be opened."""
    good = backups.make(labelled.folder, NOON)
    labelled.close()
    place = labelled.folder / backups.FOLDER / "dataset-2026-03-02-120000.sqlite"
    with closing(sqlite3.connect(place, isolation_level=None)) as old:
        schema._step(old, schema.MIGRATIONS[0], 1)
        old.execute("INSERT INTO session VALUES (1, 'x', 'y', 1e300)")
    backup, passed_over = choose_backup(labelled.folder)
    assert backup == good
    assert "its started_at is the real '1.0e+300', not a time)" in passed_over
    before = (labelled.folder / "dataset.sqlite").read_bytes()
    with pytest.raises(UserError, match="Nothing was changed"):
        restore(labelled.folder, backups.backups_of(labelled.folder)[0])
    assert (labelled.folder / "dataset.sqlite").read_bytes() == before


def test_opening_a_damaged_dataset_names_the_way_back_and_it_works(
    labelled: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    backup = backups.make(labelled.folder, NOON)
    labelled.close()
    (labelled.folder / "dataset.sqlite").write_bytes(b"no database " * 500)
    with pytest.raises(UserError, match=rf"restore .*{backup.name}"):
        Dataset.open(labelled.folder)
    assert main(["restore", str(labelled.folder)]) == 0
    assert "Restored dataset-2026-03-01-120000.sqlite" in capsys.readouterr().out
    with Dataset.open(labelled.folder) as again:
        assert len(list(again.all_annotations())) == 1


def test_a_deleted_database_is_restored_too(labelled: Dataset) -> None:
    backup = backups.make(labelled.folder, NOON)
    labelled.close()
    (labelled.folder / "dataset.sqlite").unlink()
    assert restore(labelled.folder, backup).kept_aside is None
    with Dataset.open(labelled.folder) as again:
        assert again.counts().labelled == 1


def test_a_log_left_by_a_kill_is_not_played_into_the_restored_database(
    labelled: Dataset, tmp_path: Path
) -> None:
    backup = backups.make(labelled.folder, NOON)
    labelled.apply(draw(labelled, 2, 1, BBox(5, 5, 20, 20)))
    copy = tmp_path / "as killed"
    shutil.copytree(labelled.folder, copy)
    assert (copy / "dataset.sqlite-wal").stat().st_size
    done = restore(copy, backups.backups_of(copy)[0])
    assert done.kept_aside is not None
    assert backups.contents_of(done.kept_aside).boxes == 2
    with Dataset.open(copy) as again:
        assert len(list(again.all_annotations())) == 1
        assert again.faults() == []
    assert backup.path.is_file()


def test_the_shell_lists_backups_with_what_they_hold(
    labelled: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled.close()
    assert main(["restore", str(labelled.folder), "--list"]) == 1
    assert capsys.readouterr().out == "There is no backup yet.\n"
    backups.make(labelled.folder, NOON)
    bad = backups.make(labelled.folder, NOON + DAY)
    damage(bad.path)
    assert main(["restore", str(labelled.folder), "--list"]) == 0
    assert capsys.readouterr().out == (
        "dataset-2026-03-02-120000.sqlite   2026-03-02 12:00   damaged\n"
        "dataset-2026-03-01-120000.sqlite   2026-03-01 12:00   2 images, 1 box\n"
    )
    assert main(["restore", str(labelled.folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["restored"] == "dataset-2026-03-01-120000.sqlite"
    assert told["findings"] == []


def test_restore_ends_with_1_where_the_restored_dataset_does_not_check_clean(
    labelled: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    """A script that goes on only after a 0 does not go on with half of the pictures."""
    backups.make(labelled.folder, NOON)
    labelled.close()
    assert main(["restore", str(labelled.folder)]) == 0
    gone = sorted(labelled.images_folder.iterdir())[0]
    gone.unlink()
    assert main(["restore", str(labelled.folder)]) == 1
    told = capsys.readouterr().out
    assert f"missing file: {gone.name}" in told
    assert "Checked: 1 finding." in told
    with Dataset.open(labelled.folder) as again:  # it was gone back all the same
        assert again.counts().total == 2


def test_a_folder_that_is_no_dataset_is_told_by_backup_and_nothing_is_made_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    (photos / "thesis.txt").write_text("mine")
    assert main(["backup", str(photos)]) == 1
    assert f"{photos} is not a dataset" in capsys.readouterr().err
    assert [path.name for path in photos.iterdir()] == ["thesis.txt"]
    assert main(["backup", str(tmp_path / "nowhere")]) == 1
    assert "is not there. Was it moved or renamed" in capsys.readouterr().err
    assert not (tmp_path / "nowhere").exists()


def test_an_import_from_the_shell_makes_a_backup_before_and_after(
    labelled: Dataset, coco_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    labelled.close()
    coco = coco_folder / "coco.json"
    coco.write_text(json.dumps({"images": [{"id": 1, "file_name": "3.jpg"}], "annotations": []}))
    words = ["import", str(labelled.folder), str(coco), "--images", str(coco_folder)]
    assert main(words) == 0
    after, before = backups.backups_of(labelled.folder)
    assert backups.contents_of(before.path).images == 2
    assert backups.contents_of(after.path).images == 3
    assert capsys.readouterr().err == ""


def test_a_dataset_made_in_the_shell_has_a_backup_and_comes_back_whole(
    tmp_path: Path, coco_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    coco = coco_folder / "coco.json"
    coco.write_text(json.dumps({"images": [{"id": 1, "file_name": "3.jpg"}], "annotations": []}))
    folder = tmp_path / "made"
    assert main(["import", str(folder), str(coco), "--images", str(coco_folder)]) == 0
    (folder / "dataset.sqlite").write_bytes(b"")
    assert main(["check", str(folder)]) == 1
    assert "newest good backup" in capsys.readouterr().err
    assert main(["restore", str(folder)]) == 0
    with Dataset.open(folder) as dataset:
        assert dataset.counts().total == 1


def test_the_shell_makes_a_backup_when_it_is_told_to(
    labelled: Dataset, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["backup", str(labelled.folder)]) == 0
    assert "2 images with 1 box" in capsys.readouterr().out
    assert main(["backup", str(labelled.folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["images"], told["boxes"]) == (2, 1)
    assert len(backups.backups_of(labelled.folder)) == 2
    labelled.close()
    damage(labelled.folder / "dataset.sqlite")
    assert main(["backup", str(labelled.folder), "--json"]) == 1
    assert "newest good backup" in json.loads(capsys.readouterr().out)["error"]
    assert len(backups.backups_of(labelled.folder)) == 2
    assert main(["backup", str(labelled.folder.parent / "nowhere")]) == 1


def test_a_burst_of_imports_never_pushes_out_the_days_before(labelled: Dataset) -> None:
    for day in range(9):
        backups.make(labelled.folder, NOON + day * DAY)
    for hour in range(1, 9):
        backups.make(labelled.folder, NOON + 8 * DAY + timedelta(hours=hour))
    kept = [each.made_at for each in backups.backups_of(labelled.folder, NOON + 9 * DAY)]
    today = [NOON + 8 * DAY + timedelta(hours=hour) for hour in (8, 7, 6)]
    assert kept == [*today, *(NOON + day * DAY for day in (7, 6, 5, 4, 3, 2))]


def test_going_back_leaves_a_backup_of_what_is_there_then(
    labelled: Dataset, add_image: AddImage
) -> None:
    backups.make(labelled.folder, NOON)
    add_image(5)
    labelled.close()
    restore(labelled.folder, chosen_backup(labelled.folder))
    newest = backups.backups_of(labelled.folder)[0]
    assert backups.contents_of(newest.path) == backups.Contents(images=3, boxes=1)


def test_a_backup_of_an_older_format_is_brought_up_to_date(labelled: Dataset) -> None:
    backup = backups.make(labelled.folder, NOON)
    labelled.close()
    backup.path.unlink()
    with closing(sqlite3.connect(backup.path)) as old:
        schema._step(old, schema.MIGRATIONS[0], 1)
    restore(labelled.folder, backup)
    with Dataset.open(labelled.folder) as again:
        assert again.counts().total == 2


RESTORE = """
import os, sys
from pathlib import Path
from labeler.dataset import backups, restoring

left = int(sys.argv[2])

def deadly(work):
    def done(*words):
        global left
        left -= 1
        if left < 0:
            os._exit(9)  # as sudden as a kill
        return work(*words)
    return done

for name in ("replace_durably", "sync_file", "sync_folder", "_copied_aside", "_settle"):
    setattr(restoring, name, deadly(getattr(restoring, name)))
folder = Path(sys.argv[1])
restoring.restore(folder, backups.backups_of(folder)[0])
"""


@pytest.mark.parametrize("moment", range(7))
def test_a_restore_killed_half_way_leaves_the_one_or_the_other(
    labelled: Dataset, tmp_path: Path, moment: int
) -> None:
    backups.make(labelled.folder, NOON)
    labelled.apply(draw(labelled, 2, 1, BBox(5, 5, 20, 20)))
    copy = tmp_path / "as killed"
    shutil.copytree(labelled.folder, copy)
    words = [sys.executable, "-c", RESTORE, str(copy), str(moment)]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], check=False, timeout=60)
    assert done.returncode == 9
    with Dataset.open(copy) as dataset:
        assert check(dataset) == []
        boxes = len(list(dataset.all_annotations()))
    assert boxes in (1, 2)
    kept = [backups.contents_of(path).boxes for path in (copy / "backups").glob("*.sqlite")]
    assert boxes == 2 or 2 in kept
    restore(copy, backups.backups_of(copy)[0])
    with Dataset.open(copy) as dataset:
        assert len(list(dataset.all_annotations())) == 1
