"""An import is an edit: one undo takes all of it back, one redo brings it back, nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from labeler.dataset.category_edits import add_category
from labeler.dataset.changes import Edit, EntryKind, ImportChange, StaleEdit
from labeler.dataset.check import check
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.edits import draw, reshape, verify
from labeler.dataset.history import History
from labeler.dataset.images import add_files, add_picture
from labeler.dataset.imported import Imported
from labeler.dataset.intake import NewSession
from labeler.dataset.model import Annotation, BBox, Flaw, Image, Pose, Readings, Session, Suggestion
from labeler.dataset.restoring import restore
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from tests.dataset.conftest import make_picture

COCO: dict[str, Any] = {
    "images": [{"id": n, "file_name": f"{n}.jpg"} for n in range(4)],
    "annotations": [
        {"id": 1, "image_id": 0, "category_id": 4, "bbox": [1, 1, 20, 20], "occluded": True},
        {"id": 2, "image_id": 1, "category_id": 5, "bbox": [1, 1, 20, 20]},
        {"id": 3, "image_id": 2, "category_id": 5, "bbox": [1, 1, 20, 20], "score": 0.5},
    ],
    "categories": [{"id": 4, "name": "mug"}, {"id": 5, "name": "cup"}],
}


def take(dataset: Dataset, folder: Path) -> ImportReport:
    (folder / "labels.json").write_text(json.dumps(COCO))
    return import_coco(dataset, folder / "labels.json", folder)


def rows(dataset: Dataset) -> object:
    """Everything but the journal and the images' newest entry in it."""
    images = [
        (image.id, image.file_name, image.sha256, image.session_id, image.verified, image.state)
        for image in dataset.images()
    ]
    return (
        images,
        list(dataset.all_annotations()),
        list(dataset.all_suggestions()),
        dataset.categories(),
        dataset.sessions(),
    )


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_one_undo_takes_an_import_back_and_one_redo_brings_it(
    dataset: Dataset, coco_folder: Path
) -> None:
    session = dataset.add_session("first", "camera")
    added = add_picture(dataset, make_picture(0), original_name="mine", session_id=session.id)
    dataset.apply(add_category(dataset, "cup"))
    before = rows(dataset)
    report = take(dataset, coco_folder)
    assert (report.images_added, report.annotations_added, report.suggestions_added) == (3, 2, 1)
    assert report.changed_ids == (added.image.id,)  # it was there, and got a box
    after = rows(dataset)
    history = History(dataset)
    for _ in range(2):
        undone = history.undo()
        assert undone is not None
        assert undone.description == "Undo: Import labels.json: 3 images, 2 boxes"
        assert rows(dataset) == before
        assert names(dataset.images_folder) == [added.image.file_name]
        assert len(names(dataset.files.removed)) == 3
        assert check(dataset) == []
        assert history.redo() is not None
        assert rows(dataset) == after
        assert names(dataset.files.removed) == []
        assert check(dataset) == []


def test_edits_after_an_import_are_taken_back_before_it(
    dataset: Dataset, coco_folder: Path
) -> None:
    take(dataset, coco_folder)
    image = dataset.images()[3]
    states = [rows(dataset)]
    for edit in (
        lambda: draw(dataset, image.id, 4, BBox(5, 5, 10, 10)),
        lambda: verify(dataset, image.id),
        lambda: add_category(dataset, "plate"),
    ):
        dataset.apply(edit())
        states.append(rows(dataset))
    dataset.close()
    with Dataset.open(dataset.folder) as again:
        history = History(again)
        for state in reversed(states[:-1]):
            history.undo()
            assert rows(again) == state
        history.undo()
        assert again.images() == []
        assert history.undo() is None
    with Dataset.open(dataset.folder) as again:  # and tomorrow forth again
        history = History(again)
        for state in states:
            history.redo()
            assert rows(again) == state
        assert history.redo() is None
        assert check(again) == []


def test_pictures_and_videos_are_imported_as_one_edit(dataset: Dataset, coco_folder: Path) -> None:
    report = add_files(dataset, [coco_folder], NewSession("Photos", "import"))
    assert len(report.added) == 4
    dataset.set_measures(report.added[0].id, 1.0, 2.0, Flaw.DARK)  # as a worker does by itself
    (entry,) = dataset.journal()
    assert entry.description == "Import foreign: 4 images"
    history = History(dataset)
    history.undo()
    assert (dataset.images(), dataset.sessions()) == ([], [])
    history.redo()
    assert [image.sha256 for image in dataset.images()] == [im.sha256 for im in report.added]
    assert [session.name for session in dataset.sessions()] == ["Photos"]


def test_importing_again_after_an_undo_works(dataset: Dataset, coco_folder: Path) -> None:
    take(dataset, coco_folder)
    first = {image.id for image in dataset.images()}
    history = History(dataset)
    history.undo()
    assert take(dataset, coco_folder).images_added == 4
    assert not first & {image.id for image in dataset.images()}  # no id is given twice
    assert history.redo() is None
    assert check(dataset) == []
    history.undo()
    assert dataset.images() == []


def test_a_redo_without_its_pictures_is_refused_and_changes_nothing(
    dataset: Dataset, coco_folder: Path
) -> None:
    take(dataset, coco_folder)
    history = History(dataset)
    history.undo()
    before = rows(dataset)
    next(iter(dataset.files.removed.iterdir())).unlink()
    with pytest.raises(StaleEdit, match=r"1 picture of it cannot be found in .*removed"):
        history.redo()
    assert rows(dataset) == before
    assert len(names(dataset.files.removed)) == 3


def test_what_a_machine_offered_on_the_images_since_goes_with_them(
    dataset: Dataset, coco_folder: Path
) -> None:
    take(dataset, coco_folder)
    image = dataset.images()[3]
    dataset.offer("tracker", [image.id], [_suggestion(dataset, image.id)])
    before = rows(dataset)
    history = History(dataset)
    for _ in range(2):
        assert history.undo() is not None
        assert list(dataset.all_suggestions()) == []
        assert history.redo() is not None
        assert rows(dataset) == before  # what was offered since as well
    assert dataset.faults() == []


def _suggestion(dataset: Dataset, image_id: int) -> Suggestion:
    number = dataset.new_suggestion_id()
    return Suggestion(number, image_id, 4, BBox(30, 20, 10, 10), 0.5, "tracker")


def test_the_history_goes_back_before_an_import_in_one_transaction(
    dataset: Dataset, coco_folder: Path
) -> None:
    dataset.apply(add_category(dataset, "plate"))
    start = dataset.journal()[0].id
    take(dataset, coco_folder)
    category = dataset.categories()[-1].id
    dataset.apply(draw(dataset, dataset.images()[3].id, category, BBox(5, 5, 10, 10)))
    end = dataset.journal()[0].id
    after = rows(dataset)
    history = History(dataset)
    history.go_to(start)
    assert dataset.images() == []
    assert len(names(dataset.files.removed)) == 4
    history.go_to(end)
    assert rows(dataset) == after
    assert check(dataset) == []


KILLS = {
    "before the rows go": "PictureFiles.announce = die",
    "after the list of names": "announce = PictureFiles.announce\n"
    "def half(self, names): announce(self, names); die()\n"
    "PictureFiles.announce = half",
    "after the rows, before the files": "PictureFiles.put_aside = die",
    "with half of the files": "move = PictureFiles._move\n"
    "def half(self, source, target):\n"
    "    move(self, source, target); seen.append(1)\n"
    "    if len(seen) == 2: die()\n"
    "PictureFiles._move = half",
}


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGKILL")
@pytest.mark.parametrize("kill", KILLS)
@pytest.mark.parametrize("step", ["undo", "redo"])
def test_a_kill_at_any_moment_leaves_the_import_whole_or_gone(
    dataset: Dataset, coco_folder: Path, kill: str, step: str
) -> None:
    take(dataset, coco_folder)
    after = rows(dataset)
    if step == "redo":
        History(dataset).undo()
    dataset.close()
    script = (
        "import os, sys\n"
        "from pathlib import Path\n"
        "from labeler.dataset.history import History\n"
        "from labeler.dataset.picture_files import PictureFiles\n"
        "from labeler.dataset.store import Dataset\n"
        "seen = []\n"
        "def die(*_): os.kill(os.getpid(), 9)\n"
        f"{KILLS[kill].replace('put_aside', 'place' if step == 'redo' else 'put_aside')}\n"
        "dataset = Dataset.open(Path(sys.argv[1]))\n"
        f"History(dataset).{step}()\n"
    )
    words = [sys.executable, "-c", script, str(dataset.folder)]
    killed = subprocess.run(words, check=False).returncode
    assert killed == -signal.SIGKILL or step == "redo"
    with Dataset.open(dataset.folder) as left:
        assert check(left) == []
        assert (rows(left) == after) is (left.counts().total == 4)
        history = History(left)
        if left.counts().total:
            assert len(names(left.images_folder)) == 4
            assert names(left.files.removed) == []
            history.undo()
        assert (left.images(), names(left.images_folder)) == ([], [])
        assert len(names(left.files.removed)) == 4
        history.redo()
        assert rows(left) == after
        assert check(left) == []


def test_a_backup_from_before_the_undo_finds_its_pictures(
    dataset: Dataset, coco_folder: Path
) -> None:
    from labeler.dataset.backups import make

    take(dataset, coco_folder)
    after = rows(dataset)
    backup = make(dataset.folder)
    History(dataset).undo()
    dataset.close()
    restore(dataset.folder, backup)
    with Dataset.open(dataset.folder) as back:
        assert rows(back) == after
        assert check(back) == []


def test_an_old_journal_s_import_stays_where_it_is(dataset: Dataset, coco_folder: Path) -> None:
    """Before this was an edit, an import was a note, and undo goes on past it."""
    dataset.apply(add_category(dataset, "plate"))
    dataset.note("Import x.json: 3 images, 2 boxes")
    history = History(dataset)
    undone = history.undo()
    assert undone is not None
    assert undone.description == "Undo: Add class plate"


@pytest.mark.parametrize("name", ["../../evil.jpg", "/etc/passwd", "a/b.jpg", "..", "C:\\x.jpg"])
def test_a_journal_of_a_stranger_moves_no_file_outside(
    dataset: Dataset, tmp_path: Path, name: str
) -> None:
    secret = tmp_path / "evil.jpg"
    secret.write_bytes(b"mine")
    session = Session(1, "x", "import", 0.0)
    image = Image(1, name, "x", 20, 20, "0" * 64, 1, 0.0)
    edit = Edit("Import x", (ImportChange(None, Imported((session,), (), (image,))),))
    with pytest.raises(UserError, match="A picture of an import is not used"):
        dataset.apply(edit)
    assert secret.read_bytes() == b"mine"
    assert dataset.images() == []


def test_an_import_s_rows_come_back_from_the_journal_as_they_were() -> None:
    image = Image(
        *(1, "a.jpg", "ä.jpg", 20, 30, "f" * 64, 1, 12.5, 0.1, Pose(1, 2, 3), True),
        note="n",
        readings=Readings(1.0, 0.5, None, None, True),
    )
    box = Annotation(1, 1, 1, BBox(1, 2, 3.5, 4), occluded=True, note="left")
    offered = Suggestion(1, 1, 1, BBox(1, 2, 3, 4), 0.25, "detector", "run 1")
    whole = Imported((Session(1, "s", "c", 1.5, "x"),), (), (image,) * 3, (box,), (offered,))
    edit = Edit("Import", (ImportChange(None, whole),))
    assert Edit.from_json(edit.to_json()) == edit
    assert Edit.from_json(edit.inverse().to_json()) == edit.inverse()


def test_what_was_changed_past_the_history_is_not_taken_away(
    dataset: Dataset, coco_folder: Path
) -> None:
    take(dataset, coco_folder)
    box = next(dataset.all_annotations())
    dataset.apply(reshape(dataset, box.id, BBox(3, 3, 9, 9)), EntryKind.NOTE)
    before = rows(dataset)
    with pytest.raises(StaleEdit):
        History(dataset).undo()
    assert rows(dataset) == before
    assert len(names(dataset.images_folder)) == 4
    assert names(dataset.files.removed) == []


def test_a_session_without_an_image_is_left_out_where_it_is_asked(dataset: Dataset) -> None:
    dataset.add_session("left by a kill", "import")
    kept = dataset.add_session("first", "camera")
    add_picture(dataset, make_picture(1), original_name="x", session_id=kept.id)
    assert dataset.sessions(with_images=True) == [kept]
    assert len(dataset.sessions()) == 2
