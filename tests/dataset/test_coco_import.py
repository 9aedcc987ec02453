"""A COCO file becomes rows and pictures; our own export comes back exactly."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image as Pillow

from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.coco import export_coco
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.coco_places import looks_like_coco
from labeler.dataset.coco_zip import opened_zip
from labeler.dataset.edits import draw, verify
from labeler.dataset.images import add_picture
from labeler.dataset.model import BBox, Category, Image, ImageState, Pose
from labeler.dataset.picture import upright
from labeler.dataset.progress import Stopped
from labeler.dataset.store import Dataset
from labeler.errors import UserError

MakePicture = Callable[..., bytes]


@pytest.fixture
def coco() -> dict[str, Any]:
    """Three of the four pictures of coco_folder; the last has no box."""
    return {
        "images": [
            {"id": n + 10, "file_name": f"{n}.jpg", "width": 64, "height": 48} for n in range(3)
        ],
        "annotations": [
            {"id": 1, "image_id": 10, "category_id": 7, "bbox": [1, 2, 30, 20], "iscrowd": 0},
            {"id": 2, "image_id": 10, "category_id": 3, "bbox": [5.5, 2.25, 10, 20]},
            {"id": 3, "image_id": 11, "category_id": 7, "bbox": [0, 0, 64, 48], "area": 1},
        ],
        "categories": [{"id": 7, "name": "mug"}, {"id": 3, "name": "cube", "color": "#102030"}],
    }


def take(dataset: Dataset, coco: object, folder: Path, **options: Any) -> ImportReport:
    path = folder / "labels.json"
    path.write_text(json.dumps(coco), encoding="utf-8")
    return import_coco(dataset, path, folder, **options)


def rows(dataset: Dataset) -> tuple[object, ...]:
    return (
        dataset.images(),
        list(dataset.all_annotations()),
        dataset.categories(),
        dataset.sessions(),
        dataset.journal(),
    )


def test_a_box_with_a_score_waits_as_a_detectors_suggestion(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    for entry, score in zip(coco["annotations"][1:], (0.7, 0.25), strict=True):
        entry["score"] = score
    coco["images"][1] |= {"model": "run/model.onnx", "verified": True}
    report = take(dataset, coco, coco_folder)
    assert (report.annotations_added, report.suggestions_added) == (1, 1)
    assert report.skipped == (("0.jpg", "it has labels, so what a detector found is not needed"),)
    second = dataset.images()[1]
    assert second.state is ImageState.UNLABELLED
    (waiting,) = dataset.suggestions(second.id)
    assert (waiting.source, waiting.model) == ("detector", "run/model.onnx")
    assert (waiting.bbox, waiting.score) == (BBox(0, 0, 64, 48), 0.25)


def test_images_boxes_and_categories_arrive(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    report = take(dataset, coco, coco_folder)
    assert (report.images_added, report.annotations_added, report.categories_added) == (3, 3, 2)
    assert (report.skipped, report.corrected) == ((), ())
    first, second, third = dataset.images()
    assert [box.bbox for box in dataset.annotations(first.id)] == [
        BBox(1, 2, 30, 20),
        BBox(5.5, 2.25, 10, 20),
    ]
    assert (first.original_name, first.state) == ("0.jpg", ImageState.LABELLED)
    assert third.state is ImageState.UNLABELLED
    assert dataset.path_of(second).read_bytes() == (coco_folder / "1.jpg").read_bytes()
    (session,) = dataset.sessions()
    assert (session.name, session.camera) == ("labels", "import")
    assert dataset.journal()[0].description == "Import labels.json: 3 images, 3 boxes"
    assert check(dataset) == []


def test_category_ids_stay_in_a_dataset_without_any(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    take(dataset, coco, coco_folder)
    mug, cube = dataset.categories()  # in the file's order
    assert cube == Category(3, "cube", "#102030", 2)
    assert (mug.id, mug.name) == (7, "mug")
    assert dataset.new_category_id() == 8


def test_categories_are_matched_by_name_where_there_are_some(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    for name in ("ball", "cube", "vector"):
        dataset.apply(add_category(dataset, name))
    report = take(dataset, coco, coco_folder)
    assert report.categories_added == 1
    assert [(c.id, c.name) for c in dataset.categories()] == [
        (1, "ball"),
        (2, "cube"),
        (3, "vector"),
        (4, "mug"),
    ]
    assert [box.category_id for box in dataset.all_annotations()] == [4, 2, 4]


def test_two_categories_of_one_name_become_one(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    coco["categories"][1]["name"] = " mug "
    take(dataset, coco, coco_folder)
    assert [(c.id, c.name) for c in dataset.categories()] == [(7, "mug")]
    assert {box.category_id for box in dataset.all_annotations()} == {7}


def test_text_ids_are_understood(dataset: Dataset, coco: dict[str, Any], coco_folder: Path) -> None:
    for entry in coco["images"]:
        entry["id"] = f"img-{entry['id']}"
    for entry in coco["annotations"]:
        entry["image_id"] = f"img-{entry['image_id']}"
        entry["category_id"] = f"cat-{entry['category_id']}"
    for entry in coco["categories"]:
        entry["id"] = f"cat-{entry['id']}"
    assert take(dataset, coco, coco_folder).annotations_added == 3
    assert [c.id for c in dataset.categories()] == [1, 2]


def test_empty_images_are_confirmed_only_when_told(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    take(dataset, coco, coco_folder, empty_means_nothing_there=True)
    states = [image.state for image in dataset.images()]
    assert states == [ImageState.LABELLED, ImageState.LABELLED, ImageState.EMPTY]


def test_an_image_that_lost_a_box_is_never_confirmed(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    coco["images"][0]["verified"] = True
    coco["annotations"][0]["bbox"] = [1000, 1000, 5, 5]
    coco["images"][2]["verified"] = True
    coco["annotations"].append(
        {"id": 4, "image_id": 12, "category_id": 7, "bbox": [0, 0, 9, 9], "iscrowd": 1}
    )
    report = take(dataset, coco, coco_folder, empty_means_nothing_there=True)
    assert [what for what, _ in report.skipped] == ["annotation 1", "annotation 4"]
    assert [image.verified for image in dataset.images()] == [False, False, False]
    assert dataset.images()[2].state is ImageState.UNLABELLED


def test_the_same_file_twice_adds_nothing(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    take(dataset, coco, coco_folder)
    before = rows(dataset)[:4]
    report = take(dataset, coco, coco_folder)
    assert (report.images_added, report.annotations_added, report.categories_added) == (0, 0, 0)
    assert {why for _, why in report.skipped} == {
        "its picture is in the dataset already, with labels of its own"
    }
    assert rows(dataset)[:4] == before


def test_boxes_reach_a_picture_that_was_there_unlabelled(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    session = dataset.add_session("photographed", "Vector-T1")
    data = (coco_folder / "0.jpg").read_bytes()
    image = add_picture(dataset, data, original_name="frame", session_id=session.id).image
    report = take(dataset, coco, coco_folder)
    assert (report.images_added, report.annotations_added) == (2, 3)
    assert len(dataset.annotations(image.id)) == 2
    assert dataset.image(image.id).session_id == session.id


def test_a_wrong_size_is_told_and_the_true_one_wins(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    coco["images"][0].update(width=6400, height=4800)
    coco["annotations"][0]["bbox"] = [40, 40, 500, 500]
    report = take(dataset, coco, coco_folder)
    assert report.corrected == (
        ("0.jpg", "the file says 6400 x 4800 pixels, the picture has 64 x 48"),
        ("annotation 1", "its bbox reached out of the picture"),
    )
    assert dataset.annotations(1)[0].bbox == BBox(40, 40, 24, 8)
    assert (dataset.image(1).width, dataset.image(1).height) == (64, 48)


@pytest.mark.parametrize("orientation", [5, 6, 7, 8])
def test_boxes_on_a_sideways_picture_are_turned_with_it(
    dataset: Dataset, tmp_path: Path, orientation: int
) -> None:
    stored = Pillow.new("RGB", (60, 40))
    stored.paste((255, 255, 255), (10, 4, 30, 12))
    exif = Pillow.Exif()
    exif[0x0112] = orientation
    stored.save(tmp_path / "a.png", exif=exif)
    coco = {
        "images": [{"id": 1, "file_name": "a.png", "width": 60, "height": 40}],
        "annotations": [{"id": 1, "image_id": 1, "category_id": 1, "bbox": [10, 4, 20, 8]}],
        "categories": [{"id": 1, "name": "white"}],
    }
    report = take(dataset, coco, tmp_path)
    assert "turned with it" in report.corrected[0][1]
    (box,) = dataset.annotations(1)
    shown = upright((tmp_path / "a.png").read_bytes(), "a")
    left, top, right, bottom = shown.getbbox() or (0, 0, 0, 0)
    assert box.bbox == BBox.from_corners(left, top, right, bottom)


def test_a_date_becomes_the_time_of_capture(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    coco["images"][0]["date_captured"] = "2013-11-14 17:02:52"
    coco["images"][1]["date_captured"] = "some day"
    take(dataset, coco, coco_folder)
    first, second, third = dataset.images()
    assert first.captured_at == 1_384_448_572
    assert second.captured_at == third.captured_at > 1_700_000_000


@pytest.fixture
def rich(tmp_path: Path, picture: MakePicture) -> Iterator[Dataset]:
    """Every state, two sessions, odd numbers, names in several scripts."""
    with Dataset.create(tmp_path / "rich") as made:
        made.add_session("küche", "Vector-T1", 1_600_000_000.123456)
        made.add_session("台所", "webcam:0", 1_600_000_500.5)
        made.add_session("without pictures", "none", 3.0)
        for name in ("cube", "gone", "ティーカップ"):
            made.apply(add_category(made, name))
        made.apply(made.edit_of(made.journal()[1].id).inverse())
        for seed in range(6):
            add_picture(
                made,
                picture(seed, format="PNG", orientation=1 + seed),
                original_name=f"frame {seed} ü.png",
                session_id=1 + seed % 2,
                captured_at=1_600_000_000 + seed / 3,
                head_angle_rad=None if seed % 2 else 0.1 * seed,
                pose=Pose(seed / 7, -1.0, 0.3) if seed % 3 else None,
            )
        for image_id, bbox in ((1, BBox(0.1, 0.2, 2.0, 2.0)), (1, BBox(1 / 3, 2, 63, 40.1))):
            made.apply(draw(made, image_id, 3, bbox))
        made.apply(draw(made, 2, 1, BBox(60.3, 0, 100, 48)))
        for image_id in (2, 3):
            made.apply(verify(made, image_id))
        yield made


def comparable(dataset: Dataset) -> object:
    """All that an export keeps: everything but the ids of images and boxes."""
    boxes = [
        [(box.category_id, box.bbox) for box in dataset.annotations(image.id)]
        for image in dataset.images()
    ]
    images = [
        (
            image.sha256,
            image.original_name,
            image.width,
            image.height,
            image.session_id,
            image.captured_at,
            image.head_angle_rad,
            image.pose,
            image.verified,
            image.state,
        )
        for image in dataset.images()
    ]
    return images, boxes, dataset.categories(), dataset.sessions()


def test_our_own_export_comes_back_exactly(rich: Dataset, tmp_path: Path) -> None:
    export_coco(rich, tmp_path / "out", include_unlabelled=True)
    with Dataset.create(tmp_path / "back") as back:
        report = import_coco(
            back, tmp_path / "out" / "annotations.json", tmp_path / "out" / "images"
        )
        assert (report.skipped, report.corrected) == ((), ())
        assert comparable(back) == comparable(rich)
        assert check(back) == []


def test_our_own_zip_comes_back_exactly(rich: Dataset, tmp_path: Path) -> None:
    export_coco(rich, tmp_path / "mugs.zip", include_unlabelled=True)
    with Dataset.create(tmp_path / "again") as again:
        with opened_zip(tmp_path / "mugs.zip") as (coco, pictures):
            report = import_coco(again, coco, pictures)
        assert report.skipped_total == 0
        assert [im.sha256 for im in again.images()] == [im.sha256 for im in rich.images()]
        assert list(again.all_annotations()) == list(rich.all_annotations())
        assert check(again) == []


def zipped(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return path


@pytest.mark.parametrize(
    ("coco_at", "pictures_at"),
    [
        ("annotations.json", "images/"),
        ("mugs/labels.json", "mugs/"),
        ("annotations/instances_default.json", "images/"),  # as CVAT packs it
        ("train/_annotations.coco.json", "train/"),  # as Roboflow does
    ],
)
def test_a_zip_of_others_is_read_where_its_pictures_lie(
    dataset: Dataset,
    coco: dict[str, Any],
    coco_folder: Path,
    tmp_path: Path,
    coco_at: str,
    pictures_at: str,
) -> None:
    members = {f"{pictures_at}{n}.jpg": (coco_folder / f"{n}.jpg").read_bytes() for n in range(2)}
    coco["images"].append({"id": 99, "file_name": "../secret.jpg"})
    members |= {coco_at: json.dumps(coco).encode(), "__MACOSX/._x.json": b"x"}
    path = zipped(tmp_path / "a.zip", members)
    with opened_zip(path) as (found, pictures):
        report = import_coco(dataset, found, pictures)
    assert (report.images_added, report.annotations_added) == (2, 3)
    reasons = dict(report.skipped)
    assert reasons["2.jpg"] == "the file is missing"
    assert "not a name inside" in reasons["../secret.jpg"]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"PK but no zip", "no zip, or damaged"),
        ({"a.jpg": b"x"}, "holds no JSON file"),
        ({"a.json": b"{}", "b.json": b"{}"}, "holds 2 JSON files"),
        (None, "no such file"),
    ],
)
def test_a_zip_that_cannot_be_taken_is_told(
    tmp_path: Path, content: bytes | dict[str, bytes] | None, why: str
) -> None:
    path = tmp_path / "a.zip"
    if isinstance(content, dict):
        zipped(path, content)
    elif content is not None:
        path.write_bytes(content)
    with pytest.raises(UserError, match=why), opened_zip(path):
        pass


def test_a_damaged_picture_of_any_packing_is_left_out(
    dataset: Dataset, coco_folder: Path, tmp_path: Path
) -> None:
    coco = {"images": [{"id": at, "file_name": f"{at}.jpg"} for at in (1, 2)]}
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("annotations.json", json.dumps(coco))
        archive.writestr("1.jpg", (coco_folder / "0.jpg").read_bytes())
        archive.writestr("2.jpg", bytes(range(256)))
    content = bytearray(path.read_bytes())
    begin = content.index(b"2.jpg") + len("2.jpg")
    content[begin + 10 : begin + 30] = bytes(20)
    path.write_bytes(content)
    with opened_zip(path) as (found, pictures):
        report = import_coco(dataset, found, pictures)
    assert report.images_added == 1
    assert "cannot be unpacked" in dict(report.skipped)["2.jpg"]


@pytest.mark.parametrize(("place", "byte"), [(6, 99), (46, 0xFF)])  # its version, its name
def test_a_file_that_is_no_zip_for_us_is_not_taken_for_one(
    tmp_path: Path, place: int, byte: int
) -> None:
    path = zipped(tmp_path / "a.zip", {"ä.json": b"{}"})
    assert looks_like_coco(path)
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + place] = byte
    path.write_bytes(content)
    assert not looks_like_coco(path)


def test_export_import_export_is_the_same_export(rich: Dataset, tmp_path: Path) -> None:
    export_coco(rich, tmp_path / "out", include_unlabelled=True)
    with Dataset.create(tmp_path / "back") as back:
        import_coco(back, tmp_path / "out" / "annotations.json", tmp_path / "out" / "images")
        export_coco(back, tmp_path / "again", include_unlabelled=True)
    first, second = (
        (tmp_path / name / "annotations.json").read_bytes() for name in ("out", "again")
    )
    assert first == second


def test_sessions_without_new_pictures_are_not_added_again(rich: Dataset, tmp_path: Path) -> None:
    export_coco(rich, tmp_path / "out", include_unlabelled=True)
    before = comparable(rich)
    import_coco(rich, tmp_path / "out" / "annotations.json", tmp_path / "out" / "images")
    assert comparable(rich) == before


def test_a_stopped_import_changes_nothing(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    before = rows(dataset)
    stops = 0
    while dataset.counts().total == 0:
        asked = iter(range(100))
        try:
            take(dataset, coco, coco_folder, should_stop=lambda a=asked, n=stops: next(a) >= n)
        except Stopped:
            stops += 1
            assert rows(dataset) == before
            assert list(dataset.incoming_folder.iterdir()) == []
            assert list(dataset.images_folder.iterdir()) == []
    assert stops >= 6  # in the first reading, at each picture, in the second reading


def test_progress_grows_to_its_end(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    seen: list[tuple[int, int]] = []
    take(dataset, coco, coco_folder, on_progress=lambda done, total: seen.append((done, total)))
    assert seen == sorted(seen)
    assert seen[-1] == (1000, 1000)


def test_without_any_picture_nothing_changes(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path, tmp_path: Path
) -> None:
    before = rows(dataset)
    (tmp_path / "elsewhere").mkdir()
    path = coco_folder / "labels.json"
    path.write_text(json.dumps(coco))
    with pytest.raises(UserError, match="None of the 3 pictures") as caught:
        import_coco(dataset, path, tmp_path / "elsewhere")
    assert "0.jpg: the file is missing" in caught.value.details
    with pytest.raises(UserError, match="no folder"):
        import_coco(dataset, path, tmp_path / "nowhere")
    assert rows(dataset) == before


def test_a_picture_that_is_captured_meanwhile_is_not_added_twice(
    dataset: Dataset, coco: dict[str, Any], coco_folder: Path
) -> None:
    session = dataset.add_session("meanwhile", "camera")
    added: list[Image] = []

    def capture(done: int, total: int) -> None:
        if done >= 600 and not added:
            data = (coco_folder / "2.jpg").read_bytes()
            added.append(add_picture(dataset, data, original_name="x", session_id=session.id).image)

    report = take(dataset, coco, coco_folder, on_progress=capture)
    assert dataset.counts().total == 3
    assert len(added) == 1
    assert check(dataset) == []
    assert report.images_added >= 2
