"""An export is what COCO's own tools read, whole or not there, and the same ids each time."""

from __future__ import annotations

import contextlib
import errno
import io
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from labeler.dataset import files
from labeler.dataset.category_edits import add_category
from labeler.dataset.coco import export_coco, write_coco
from labeler.dataset.edits import delete, draw, verify
from labeler.dataset.model import BBox, Image
from labeler.dataset.progress import Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError


@pytest.fixture
def labelled(dataset: Dataset, add_image: Callable[..., Image]) -> Dataset:
    """Image 1 has two boxes, 2 is empty, 3 unlabelled; category and box ids have gaps."""
    for seed in (1, 2, 3):
        add_image(seed)
    for name in ("cube", "杯子"):
        dataset.apply(add_category(dataset, name))
    for x in (1, 2, 3):
        dataset.apply(draw(dataset, 1, 1 + x % 2, BBox(x + 0.1, 2.25, 20, 10)))
    dataset.apply(delete(dataset, [2]))
    dataset.apply(verify(dataset, 2))
    return dataset


def names(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


def read(out: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((out / "annotations.json").read_text(encoding="utf-8"))
    return loaded


def test_pycocotools_loads_it(labelled: Dataset, tmp_path: Path) -> None:
    from pycocotools.coco import COCO

    export_coco(labelled, tmp_path / "out")
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO(tmp_path / "out" / "annotations.json")
    assert sorted(coco.getImgIds()) == [1, 2]
    assert sorted(coco.getAnnIds()) == [1, 3]
    assert [c["name"] for c in coco.loadCats(coco.getCatIds())] == ["cube", "杯子"]
    assert coco.getAnnIds(imgIds=[1], catIds=[2], areaRng=[199, 201], iscrowd=False) == [1, 3]
    assert coco.getAnnIds(imgIds=[2]) == []


def test_the_entries_are_as_the_tools_expect(labelled: Dataset, tmp_path: Path) -> None:
    report = export_coco(labelled, tmp_path / "out")
    assert (report.images, report.annotations, report.categories, report.left_out) == (2, 2, 2, 1)
    told = read(tmp_path / "out")
    assert told["annotations"][0] == {
        "id": 1,
        "image_id": 1,
        "category_id": 2,
        "bbox": [1.1, 2.25, 20.0, 10.0],
        "area": 200.0,
        "iscrowd": 0,
        "segmentation": [],
        "occluded": False,
        "truncated": False,
        "difficult": False,
    }
    image = told["images"][0]
    assert (image["width"], image["height"], image["session_id"]) == (64, 48, 1)
    assert image["date_captured"] == "2023-11-14 22:13:30"
    assert [entry["verified"] for entry in told["images"]] == [False, True]


def test_the_pictures_are_copied_byte_for_byte(labelled: Dataset, tmp_path: Path) -> None:
    export_coco(labelled, tmp_path / "out")
    for entry in read(tmp_path / "out")["images"]:
        copy = tmp_path / "out" / "images" / entry["file_name"]
        assert copy.read_bytes() == labelled.path_of(labelled.image(entry["id"])).read_bytes()


def test_unlabelled_images_come_only_when_asked_for(labelled: Dataset, tmp_path: Path) -> None:
    export_coco(labelled, tmp_path / "out", include_unlabelled=True)
    assert [entry["id"] for entry in read(tmp_path / "out")["images"]] == [1, 2, 3]


def test_a_zip_holds_the_same_as_a_folder(labelled: Dataset, tmp_path: Path) -> None:
    export_coco(labelled, tmp_path / "out")
    export_coco(labelled, tmp_path / "out.zip")
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.testzip() is None
        archive.extractall(tmp_path / "unpacked")
    assert names(tmp_path / "unpacked") == names(tmp_path / "out")
    assert read(tmp_path / "unpacked") == read(tmp_path / "out")


def test_two_exports_of_the_same_are_the_same(labelled: Dataset, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export_coco(labelled, tmp_path / f"{name}.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_an_earlier_export_is_replaced(labelled: Dataset, tmp_path: Path, name: str) -> None:
    out = tmp_path / name
    export_coco(labelled, out)
    before = labelled.annotations(1)
    labelled.apply(delete(labelled, [before[0].id]))
    assert export_coco(labelled, out).annotations == 1
    assert {path.name for path in tmp_path.iterdir()} >= {name}
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(f".{name}")]


@pytest.mark.parametrize(
    "add",
    [
        lambda out: (out / "results.json").write_text("mine"),
        lambda out: (out / "images" / "mine.jpg").write_text("mine"),
        lambda out: (out / "annotations.json").write_text('{"images": []}'),
    ],
    ids=["beside", "among the pictures", "another tool's file"],
)
def test_a_folder_with_something_else_is_not_overwritten_unless_told(
    labelled: Dataset, tmp_path: Path, add: Callable[[Path], object]
) -> None:
    out = tmp_path / "out"
    export_coco(labelled, out)
    add(out)
    before = names(out)
    with pytest.raises(UserError, match="not overwritten"):
        export_coco(labelled, out)
    assert names(out) == before
    export_coco(labelled, out, overwrite=True)
    assert not (out / "results.json").exists()
    assert len(read(out)["images"]) == 2


def test_a_file_that_is_no_export_is_not_overwritten(labelled: Dataset, tmp_path: Path) -> None:
    for name in ("thesis.zip", "thesis"):
        out = tmp_path / name
        out.write_text("three years of work")
        with pytest.raises(UserError, match="not overwritten"):
            export_coco(labelled, out)
        assert out.read_text() == "three years of work"


def test_the_dataset_itself_is_never_overwritten(labelled: Dataset) -> None:
    for out in (labelled.folder, labelled.folder.parent):
        with pytest.raises(UserError, match="the dataset itself"):
            export_coco(labelled, out, overwrite=True)
    assert labelled.path_of(labelled.image(1)).is_file()


@pytest.mark.parametrize("name", ["out", "out.zip"])
def test_a_stopped_or_failed_export_leaves_the_old_one(
    labelled: Dataset, tmp_path: Path, name: str
) -> None:
    out = tmp_path / "exports" / name
    export_coco(labelled, out)
    before = {path: path.stat().st_mtime_ns for path in out.parent.rglob("*")}
    with pytest.raises(Stopped):
        export_coco(labelled, out, should_stop=lambda: True)
    labelled.path_of(labelled.image(2)).unlink()
    with pytest.raises(UserError, match="is missing"):
        export_coco(labelled, out)
    assert {path: path.stat().st_mtime_ns for path in out.parent.rglob("*")} == before


@pytest.mark.skipif(sys.platform == "win32", reason="Windows holds files that are open")
def test_an_export_that_fails_at_its_very_end_leaves_what_stood_there(
    labelled: Dataset, tmp_path: Path
) -> None:
    """Something clears away unfinished files, so the new one is not there when the old one went."""
    place = tmp_path / "exports"
    out = place / "for the course.zip"  # a folder, for all its name
    export_coco(labelled, place / "folder")
    (place / "folder").rename(out)
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*")}

    def clear(_done: int, _total: int) -> None:
        for path in place.glob(".*.part"):
            path.unlink()

    with pytest.raises(UserError, match="for the course"):
        export_coco(labelled, out, on_progress=clear)
    assert {path: path.stat().st_mtime_ns for path in place.rglob("*")} == before


def test_an_old_export_that_a_kill_left_aside_comes_back_with_the_next_one(
    labelled: Dataset, tmp_path: Path
) -> None:
    """Killed between the two renames: the old one has left its place, the new one is not there."""
    out = tmp_path / "for the course"
    export_coco(labelled, out)
    before = {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()}
    out.rename(tmp_path / ".for the course.old")
    with pytest.raises(Stopped):
        export_coco(labelled, out, should_stop=lambda: True)
    assert {path.name: path.read_bytes() for path in out.rglob("*") if path.is_file()} == before
    export_coco(labelled, out)
    assert [path.name for path in tmp_path.iterdir() if "course" in path.name] == [out.name]


def test_an_export_whose_folder_cannot_be_synced_leaves_the_old_one(
    labelled: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "for the course"
    export_coco(labelled, out)
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}

    def fail(_folder: Path) -> None:
        raise OSError(errno.EIO, "the disk is gone")

    monkeypatch.setattr(files, "sync_folder", fail)
    with pytest.raises(UserError, match="for the course"):
        export_coco(labelled, out)
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before
    assert [path.name for path in tmp_path.iterdir() if "course" in path.name] == [out.name]


def test_an_export_that_cannot_be_written_is_told(labelled: Dataset, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(UserError, match=r"Cannot export|not overwritten"):
        export_coco(labelled, tmp_path / "file" / "out")


def test_progress_counts_the_pictures(labelled: Dataset, tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    export_coco(
        labelled, tmp_path / "out", on_progress=lambda done, total: seen.append((done, total))
    )
    assert seen == [(0, 2), (1, 2), (2, 2)]


def test_write_coco_names_chosen_images_without_copying(labelled: Dataset, tmp_path: Path) -> None:
    write_coco(labelled, [3, 1], tmp_path / "train.json")
    told = json.loads((tmp_path / "train.json").read_text(encoding="utf-8"))
    assert [entry["id"] for entry in told["images"]] == [1, 3]
    assert [entry["id"] for entry in told["annotations"]] == [1, 3]
    for entry in told["images"]:
        assert (labelled.images_folder / entry["file_name"]).is_file()
    assert not (tmp_path / "images").exists()
    assert not list(tmp_path.glob("*.part"))


def test_what_is_written_for_chosen_images_holds_no_box_of_another(
    labelled: Dataset, tmp_path: Path
) -> None:
    """COCO's tools refuse a box of an image that the file does not have, or count it as missed."""
    labelled.apply(draw(labelled, 3, 1, BBox(5, 5, 20, 10)))
    for chosen in ([1], [3], [2], [2, 3], []):
        write_coco(labelled, chosen, tmp_path / "part.json")
        told = json.loads((tmp_path / "part.json").read_text(encoding="utf-8"))
        boxes = [box for number in chosen for box in labelled.annotations(number)]
        assert [entry["id"] for entry in told["annotations"]] == [box.id for box in boxes]
        assert {entry["image_id"] for entry in told["annotations"]} <= set(chosen)
