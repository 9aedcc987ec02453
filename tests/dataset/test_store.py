"""The store keeps what it was given, in order, and never gives an id twice."""

from __future__ import annotations

import shutil
import sqlite3
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest

from labeler.dataset import schema
from labeler.dataset.category_edits import add_category
from labeler.dataset.changes import AnnotationChange, Edit, StaleEdit
from labeler.dataset.edits import draw, verify
from labeler.dataset.model import Annotation, BBox, Category, Image, ImageState, Pose
from labeler.dataset.store import Dataset
from labeler.errors import UserError


def row(number: int, session_id: int) -> Image:
    return Image(
        id=number,
        file_name=f"{number:06}-0.jpg",
        original_name="ü 猫.jpg",
        width=640,
        height=360,
        sha256=f"{number:064x}",
        session_id=session_id,
        captured_at=1000.0 + number,
        head_angle_rad=0.25,
        pose=Pose(1.5, -2.25, 0.1),
    )


@pytest.fixture
def stocked(dataset: Dataset) -> Dataset:
    """Ten images (rows alone) and one category."""
    session = dataset.add_session("first", "camera", 5.0)
    for number in range(1, 11):
        dataset.add_image(row(number, session.id))
    dataset.apply(add_category(dataset, "cube"))
    return dataset


def reopened(dataset: Dataset) -> Dataset:
    dataset.close()
    return Dataset.open(dataset.folder)


def test_everything_is_there_after_reopening(stocked: Dataset) -> None:
    stocked.apply(draw(stocked, 3, 1, BBox(0.1, 0.2, 100.3, 50.7)))
    before = (stocked.images(), stocked.categories(), stocked.sessions(), stocked.annotations(3))
    with reopened(stocked) as again:
        assert before == (
            again.images(),
            again.categories(),
            again.sessions(),
            again.annotations(3),
        )
        assert again.image(3).pose == Pose(1.5, -2.25, 0.1)
        assert again.image(3).original_name == "ü 猫.jpg"


def test_images_are_filtered_by_state_and_session(stocked: Dataset) -> None:
    other = stocked.add_session("second", "camera")
    stocked.add_image(row(11, other.id))
    stocked.apply(draw(stocked, 3, 1, BBox(0, 0, 10, 10)))
    stocked.apply(verify(stocked, 4))
    assert [i.id for i in stocked.images(ImageState.LABELLED)] == [3]
    assert [i.id for i in stocked.images(ImageState.EMPTY)] == [4]
    assert [i.id for i in stocked.images(session_id=other.id)] == [11]
    assert [i.id for i in stocked.images(ImageState.UNLABELLED, other.id)] == [11]
    counts = stocked.counts()
    assert (counts.unlabelled, counts.labelled, counts.empty, counts.total) == (9, 1, 1, 11)


def test_an_unknown_image_is_a_key_error(stocked: Dataset) -> None:
    with pytest.raises(KeyError):
        stocked.image(99)
    assert stocked.annotation(99) is None
    assert stocked.image_by_hash("f" * 64) is None


def test_all_annotations_come_by_image_and_id(stocked: Dataset) -> None:
    for image_id in (5, 2, 5):
        stocked.apply(draw(stocked, image_id, 1, BBox(0, 0, 10, 10)))
    assert [(a.image_id, a.id) for a in stocked.all_annotations()] == [(2, 2), (5, 1), (5, 3)]


def test_reading_half_of_all_annotations_hides_nothing_later(stocked: Dataset) -> None:
    stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
    stocked.apply(draw(stocked, 2, 1, BBox(0, 0, 10, 10)))
    boxes = stocked.all_annotations()
    next(boxes)
    del boxes
    stocked.apply(draw(stocked, 3, 1, BBox(0, 0, 10, 10)))
    assert len(list(stocked.all_annotations())) == 3


def test_a_stale_edit_changes_nothing(stocked: Dataset) -> None:
    stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
    (box,) = stocked.annotations(1)
    good = AnnotationChange(None, Annotation(50, 1, 1, BBox(1, 1, 5, 5)))
    wrong = Annotation(box.id, 1, 1, BBox(7, 7, 7, 7))
    before = len(stocked.journal())
    with pytest.raises(StaleEdit):
        stocked.apply(Edit("stale", (good, AnnotationChange(wrong, None))))
    assert stocked.annotations(1) == [box]
    assert len(stocked.journal()) == before


@pytest.mark.parametrize(
    "change",
    [
        AnnotationChange(None, Annotation(50, 99, 1, BBox(1, 1, 5, 5))),
        AnnotationChange(None, Annotation(50, 1, 99, BBox(1, 1, 5, 5))),
        AnnotationChange(Annotation(50, 1, 1, BBox(1, 1, 5, 5)), None),
    ],
    ids=["no such image", "no such category", "no such box"],
)
def test_an_edit_of_what_is_not_there_is_stale(stocked: Dataset, change: AnnotationChange) -> None:
    with pytest.raises(StaleEdit):
        stocked.apply(Edit("impossible", (change,)))
    assert list(stocked.all_annotations()) == []


def test_the_journal_holds_every_edit_newest_first(stocked: Dataset) -> None:
    edit = draw(stocked, 1, 1, BBox(0.5, 1.25, 10, 10))
    stocked.apply(edit)
    stocked.apply(edit.inverse())
    newest, second, *_ = stocked.journal()
    assert (newest.description, second.description) == ("Undo: Draw cube", "Draw cube")
    assert stocked.edit_of(newest.id) == edit.inverse()
    assert stocked.edit_of(second.id) == edit
    assert abs(newest.at - time.time()) < 60
    assert len(stocked.journal(limit=1)) == 1


def test_the_journal_only_grows(stocked: Dataset) -> None:
    stocked.close()
    with closing(sqlite3.connect(stocked.folder / "dataset.sqlite")) as connection:
        for sql in ("DELETE FROM edit", "UPDATE edit SET description = ''"):
            with pytest.raises(sqlite3.IntegrityError, match="only grows"):
                connection.execute(sql)


def test_ids_are_never_given_twice(stocked: Dataset) -> None:
    edit = draw(stocked, 1, 1, BBox(0, 0, 10, 10))
    stocked.apply(edit)
    stocked.apply(edit.inverse())
    unused = stocked.new_annotation_id()
    with reopened(stocked) as again:
        assert again.new_annotation_id() == unused + 1
        assert again.new_category_id() == 2


def test_ids_that_came_from_elsewhere_are_not_given_again(stocked: Dataset) -> None:
    first = stocked.new_annotation_id()
    for number in (first + 1, 1000):
        box = Annotation(number, 1, 1, BBox(0, 0, 10, 10))
        stocked.apply(Edit("from elsewhere", (AnnotationChange(None, box),)))
    assert stocked.new_annotation_id() == 1001


def test_a_failed_transaction_leaves_nothing_and_ids_go_on(stocked: Dataset) -> None:
    def fail() -> None:
        with stocked.transaction():
            stocked.add_session("lost", "camera")
            stocked.add_category(Category(stocked.new_category_id(), "lost", "#000000"))
            stocked.new_annotation_id()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert [s.name for s in stocked.sessions()] == ["first"]
    assert [c.name for c in stocked.categories()] == ["cube"]
    stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
    with reopened(stocked) as again:
        assert again.new_annotation_id() > 1


def test_an_id_that_was_asked_for_in_a_failed_transaction_is_never_given_twice(
    stocked: Dataset, tmp_path: Path
) -> None:
    """Nor after a kill: what was reserved inside it is not reserved on the disk."""

    def fail() -> None:
        with stocked.transaction():
            stocked.new_annotation_id()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    [drawn] = draw(stocked, 3, 1, BBox(0, 0, 10, 10)).changes
    assert isinstance(drawn, AnnotationChange)
    assert drawn.after
    stocked.apply(Edit("Draw", (drawn,)))
    stocked.apply(Edit("Delete", (drawn.inverse(),)))
    killed = shutil.copytree(stocked.folder, tmp_path / "as a kill leaves it")
    with Dataset.open(Path(killed)) as again:
        assert again.new_annotation_id() > drawn.after.id


def test_only_a_session_without_images_is_taken_back(stocked: Dataset) -> None:
    (first,) = stocked.sessions()
    in_vain = stocked.add_session("in vain", "import")
    stocked.drop_empty_session(in_vain.id)
    stocked.drop_empty_session(first.id)
    assert stocked.sessions() == [first]


def test_an_inner_failure_keeps_the_rest_of_the_transaction(stocked: Dataset) -> None:
    stale = AnnotationChange(Annotation(50, 1, 1, BBox(1, 1, 5, 5)), None)
    with stocked.transaction():
        stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
        with pytest.raises(StaleEdit):
            stocked.apply(Edit("stale", (stale,)))
    assert len(stocked.annotations(1)) == 1


def test_a_transaction_sees_its_own_rows_and_others_see_them_after_it(stocked: Dataset) -> None:
    seen: list[int] = []

    def look() -> None:
        seen.append(stocked.counts().labelled)

    def from_elsewhere() -> None:
        thread = threading.Thread(target=look)
        thread.start()
        thread.join(60)

    with stocked.transaction():
        stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
        look()
        from_elsewhere()
    from_elsewhere()
    assert seen == [1, 0, 1]


def test_a_snapshot_does_not_see_later_edits(stocked: Dataset) -> None:
    with stocked.snapshot() as snapshot:
        stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))
        assert snapshot.counts().labelled == 0
        assert list(snapshot.all_annotations()) == []
    assert stocked.counts().labelled == 1


def test_many_threads_read_and_write_at_once(stocked: Dataset) -> None:
    failures: list[BaseException] = []

    def work(image_id: int) -> None:
        try:
            for _ in range(10):
                stocked.apply(draw(stocked, image_id, 1, BBox(0, 0, 10, 10)))
                stocked.images()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    boxes = list(stocked.all_annotations())
    assert len(boxes) == len({box.id for box in boxes}) == 50


def test_a_thousand_images_list_with_one_query_in_no_time(dataset: Dataset) -> None:
    session = dataset.add_session("many", "camera")
    with dataset.transaction():
        for number in range(1, 1001):
            dataset.add_image(row(number, session.id))
    started = time.process_time()
    assert len(dataset.images()) == 1000
    assert time.process_time() - started < 0.25  # some 10 ms; a query an image would take far more


def test_a_full_disk_is_told_and_loses_nothing(stocked: Dataset) -> None:
    with stocked.transaction(), stocked._reading() as connection:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    def draw_many() -> None:
        for _ in range(1000):
            stocked.apply(draw(stocked, 1, 1, BBox(0, 0, 10, 10)))

    with pytest.raises(UserError, match="full"):
        draw_many()
    kept = len(stocked.annotations(1))
    assert len([entry for entry in stocked.journal(2000) if "Draw" in entry.description]) == kept
    with reopened(stocked) as again:
        assert len(again.annotations(1)) == kept
        again.apply(draw(again, 1, 1, BBox(0, 0, 10, 10)))
        assert again.faults() == []


def test_closing_lets_a_query_that_is_being_read_end_in_peace(stocked: Dataset) -> None:
    for image_id in (1, 2):
        stocked.apply(draw(stocked, image_id, 1, BBox(0, 0, 10, 10)))
    boxes = stocked.all_annotations()
    assert next(boxes).image_id == 1
    stocked.close()
    assert [box.image_id for box in boxes] == [2]


def test_create_refuses_a_folder_with_something_in_it(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(UserError, match="not empty"):
        Dataset.create(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_names_with_any_letters_make_a_dataset(tmp_path: Path) -> None:
    for name in ("küche 台所 #1", "what? 100%", "it's"):
        with Dataset.create(tmp_path / name) as made:
            assert made.name == name
        with Dataset.open(tmp_path / name, read_only=True) as again:
            assert again.counts().total == 0


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 300], ids=["empty", "text"])
def test_open_tells_what_is_no_dataset(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(UserError, match="not a dataset"):
        Dataset.open(tmp_path)
    (tmp_path / "dataset.sqlite").write_bytes(content)
    if content:
        with pytest.raises(UserError, match="damaged or not a dataset"):
            Dataset.open(tmp_path)
    else:  # what a program leaves that is killed while it makes a dataset
        with Dataset.open(tmp_path) as finished:
            assert finished.counts().total == 0


def test_open_refuses_the_database_of_another_program(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "dataset.sqlite")) as connection:
        connection.execute("CREATE TABLE browser_history (address TEXT)")
    with pytest.raises(UserError, match="another program"):
        Dataset.open(tmp_path)


def test_open_refuses_a_newer_format(dataset: Dataset) -> None:
    dataset.close()
    with closing(sqlite3.connect(dataset.folder / "dataset.sqlite")) as connection:
        connection.execute("PRAGMA user_version = 999")
    for read_only in (False, True):
        with pytest.raises(UserError, match="newer Vector Labeler"):
            Dataset.open(dataset.folder, read_only=read_only)


def test_a_damaged_page_is_told_as_damage(stocked: Dataset) -> None:
    stocked.close()
    path = stocked.folder / "dataset.sqlite"
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(UserError, match="damaged"), Dataset.open(stocked.folder) as broken:
        broken.images()


def test_an_older_format_is_backed_up_and_brought_up_to_date(
    stocked: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.close()
    later = (*schema.MIGRATIONS, "ALTER TABLE image ADD COLUMN stars INTEGER", "CREATE TABLE t (a)")
    monkeypatch.setattr(schema, "MIGRATIONS", later)
    with pytest.raises(UserError, match="older format"):
        Dataset.open(stocked.folder, read_only=True)
    with Dataset.open(stocked.folder):
        pass
    with closing(sqlite3.connect(stocked.folder / "dataset.sqlite")) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(later),)
        assert connection.execute("SELECT count(stars), count(*) FROM image").fetchone() == (0, 10)
    backup = stocked.folder / f"dataset-before-format-{len(later) - 1}.sqlite"
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (len(later) - 2,)
        assert connection.execute("SELECT count(*) FROM image").fetchone() == (10,)


def test_a_failing_migration_leaves_the_old_format(
    stocked: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    stocked.close()
    current = schema.MIGRATIONS
    broken = (*current, "CREATE TABLE half (a); INSERT INTO nowhere VALUES (1)")
    monkeypatch.setattr(schema, "MIGRATIONS", broken)
    with pytest.raises(UserError, match="nowhere"):
        Dataset.open(stocked.folder)
    monkeypatch.setattr(schema, "MIGRATIONS", current)
    with Dataset.open(stocked.folder) as again:
        assert again.counts().total == 10


def test_the_disk_is_asked_to_keep_every_commit(dataset: Dataset) -> None:
    with dataset.transaction(), dataset._reading() as connection:
        settings = [
            connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "foreign_keys", "application_id")
        ]
    assert settings == ["wal", 2, 1, schema.APPLICATION_ID]


def test_a_closed_dataset_says_so(dataset: Dataset) -> None:
    dataset.close()
    dataset.close()
    with pytest.raises(ValueError, match="closed"):
        dataset.images()
    with pytest.raises(ValueError, match="closed"):
        dataset.add_session("late", "camera")


def test_no_edit_goes_into_a_file_that_was_deleted_or_replaced(tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "kitchen") as dataset:
        file = dataset.folder / "dataset.sqlite"
        kept = file.read_bytes()
        edit = add_category(dataset, "mug")
        file.rename(tmp_path / "elsewhere")
        with pytest.raises(UserError, match="deleted, moved or replaced"):
            dataset.apply(edit)
        file.write_bytes(kept)
        with pytest.raises(UserError, match="deleted, moved or replaced"):
            dataset.apply(edit)
        file.unlink()
        (tmp_path / "elsewhere").rename(file)
        dataset.apply(edit)
        assert [category.name for category in dataset.categories()] == ["mug"]
