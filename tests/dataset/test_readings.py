"""How a picture was taken: kept with it, exported, brought back, or left out."""

from __future__ import annotations

import json
import math
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from labeler.cli import main
from labeler.dataset import schema
from labeler.dataset.coco import export_coco
from labeler.dataset.coco_import import import_coco
from labeler.dataset.edits import set_session_note
from labeler.dataset.history import History
from labeler.dataset.images import add_picture
from labeler.dataset.model import NO_READINGS, Image, Pose, Readings
from labeler.dataset.store import Dataset
from tests.dataset.conftest import make_picture

READINGS = Readings(lift_mm=45.25, battery=0.75, exposure_ms=24.0, gain=1.5, auto_exposure=False)
POSE = Pose(12.5, -3.25, 0.1)
NOTE = "küchentisch,\n\tlamp behind"


@pytest.fixture
def taken(dataset: Dataset) -> Dataset:
    """A picture of a robot with all that it told, and one of a webcam, which tells nothing."""
    session = dataset.add_session("evening", "Vector-X1Y2", 1_700_000_000.5, NOTE)
    for seed, readings in ((1, READINGS), (2, NO_READINGS)):
        add_picture(
            dataset,
            make_picture(seed),
            original_name=f"Vector-X1Y2 {seed}.jpg",
            session_id=session.id,
            captured_at=1_700_000_001.25 + seed,
            head_angle_rad=0.35 if seed == 1 else None,
            pose=POSE if seed == 1 else None,
            readings=readings,
        )
    return dataset


def told(image: Image) -> tuple[object, ...]:
    return (
        image.captured_at,
        image.original_name,
        image.head_angle_rad,
        image.pose,
        image.readings,
    )


def exported(folder: Path) -> dict[str, list[dict[str, object]]]:
    text = (folder / "annotations.json").read_text(encoding="utf-8")
    read: dict[str, list[dict[str, object]]] = json.loads(text)
    return read


def test_what_the_robot_told_and_the_note_are_there_after_reopening(taken: Dataset) -> None:
    taken.close()
    with Dataset.open(taken.folder) as again:
        first, second = again.images()
        assert (first.head_angle_rad, first.pose, first.readings) == (0.35, POSE, READINGS)
        assert second.readings == NO_READINGS
        assert [session.note for session in again.sessions()] == [NOTE]


def test_numbers_that_no_format_holds_count_as_untold(dataset: Dataset) -> None:
    session = dataset.add_session("s", "c")
    added = add_picture(
        dataset,
        make_picture(1),
        original_name="1.jpg",
        session_id=session.id,
        readings=Readings(lift_mm=math.nan, battery=0.5, gain=math.inf),
    )
    assert added.image.readings == Readings(battery=0.5)
    assert dataset.image(added.image.id).readings == Readings(battery=0.5)


def test_a_dataset_of_the_format_before_is_backed_up_and_takes_readings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "old"
    with monkeypatch.context() as before:
        before.setattr(schema, "MIGRATIONS", schema.MIGRATIONS[:2])
        Dataset.create(folder).close()
    with closing(sqlite3.connect(folder / "dataset.sqlite")) as old, old:
        old.create_function("natural_key", 1, lambda name: name, deterministic=True)
        old.execute("INSERT INTO session (name, camera, started_at) VALUES ('s', 'c', 5.0)")
        old.execute(
            "INSERT INTO image (id, file_name, original_name, width, height, sha256, session_id, "
            "captured_at, head_angle_rad) VALUES (1, '1.jpg', 'a.jpg', 64, 48, 'f', 1, 9.0, 0.5)"
        )
        old.execute("UPDATE next_id SET value = 2 WHERE kind = 'image'")
    with Dataset.open(folder) as opened:
        (image,) = opened.images()
        assert (image.head_angle_rad, image.readings, image.flaw) == (0.5, NO_READINGS, None)
        (session,) = opened.sessions()
        assert session.note == ""
        opened.apply(set_session_note(opened, "s", "by the window"))
        assert opened.sessions()[0].note == "by the window"
    with closing(sqlite3.connect(folder / "dataset-before-format-3.sqlite")) as backup:
        assert backup.execute("PRAGMA user_version").fetchone() == (2,)
        assert backup.execute("SELECT original_name FROM image").fetchall() == [("a.jpg",)]


def test_a_note_on_a_session_is_an_edit_that_can_be_undone_another_day(taken: Dataset) -> None:
    taken.apply(set_session_note(taken, "evening", "  by day  "))
    assert taken.sessions()[0].note == "by day"
    assert set_session_note(taken, "evening", "by day").changes == ()
    taken.close()
    with Dataset.open(taken.folder) as again:
        History(again).undo()
        assert again.sessions()[0].note == NOTE


def test_an_export_tells_how_pictures_were_taken_and_an_import_brings_it_back_exactly(
    taken: Dataset, tmp_path: Path
) -> None:
    export_coco(taken, tmp_path / "out", include_unlabelled=True)
    first, second = exported(tmp_path / "out")["images"]
    assert first["capture"] == {
        "head_angle_rad": 0.35,
        "lift_mm": 45.25,
        "battery": 0.75,
        "exposure_ms": 24.0,
        "gain": 1.5,
        "auto_exposure": False,
        "pose": {"x_mm": 12.5, "y_mm": -3.25, "heading_rad": 0.1},
    }
    assert "capture" not in second
    with Dataset.create(tmp_path / "back") as back:
        import_coco(back, tmp_path / "out" / "annotations.json", tmp_path / "out" / "images")
        assert [told(image) for image in back.images()] == [told(i) for i in taken.images()]
        assert back.sessions() == taken.sessions()


def test_an_export_of_an_earlier_format_is_read_as_well(
    coco_folder: Path, dataset: Dataset
) -> None:
    entry = {"id": 1, "file_name": "0.jpg", "head_angle_rad": 0.2}
    entry["pose"] = {"x_mm": 1.0, "y_mm": 2.0, "heading_rad": 3.0}
    path = coco_folder / "labels.json"
    path.write_text(json.dumps({"images": [entry], "annotations": [], "categories": []}))
    import_coco(dataset, path, coco_folder)
    (image,) = dataset.images()
    assert (image.head_angle_rad, image.pose) == (0.2, Pose(1.0, 2.0, 3.0))


@pytest.mark.parametrize(
    "capture",
    [
        "yes",
        {"battery": "full", "lift_mm": True, "gain": 1e999, "auto_exposure": 1, "pose": [1]},
        {"pose": {"x_mm": 1}, "exposure_ms": None, "battery": 75},
    ],
)
def test_doubtful_words_about_the_taking_count_as_missing(
    coco_folder: Path, dataset: Dataset, capture: object
) -> None:
    entry = {"id": 1, "file_name": "0.jpg", "capture": capture}
    path = coco_folder / "labels.json"
    path.write_text(json.dumps({"images": [entry], "annotations": [], "categories": []}))
    import_coco(dataset, path, coco_folder)
    (image,) = dataset.images()
    assert (image.head_angle_rad, image.pose, image.readings) == (None, None, NO_READINGS)


def test_an_export_may_leave_out_when_where_and_how(taken: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "out"
    arguments = [str(taken.folder), str(out), "--include-unlabelled", "--without-capture"]
    assert main(["export", *arguments]) == 0
    text = (out / "annotations.json").read_text(encoding="utf-8")
    for word in ("Vector-X1Y2", "evening", "küche", "2023", "17000", "0.75", "0.35", "session"):
        assert word not in text
    with Dataset.create(tmp_path / "back") as back:
        report = import_coco(back, out / "annotations.json", out / "images")
        assert (report.images_added, report.skipped, report.corrected) == (2, (), ())
        assert {image.readings for image in back.images()} == {NO_READINGS}
