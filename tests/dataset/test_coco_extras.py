"""What COCO does not know goes out and comes back exactly; what is doubtful counts as missing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow

from labeler.dataset import category_edits, edits
from labeler.dataset.category_edits import keys_of
from labeler.dataset.check import FindingKind, check
from labeler.dataset.coco import export_coco
from labeler.dataset.coco_entries import annotation_extras, category_entry, image_entry
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.model import BBox, Image, ImageState, Suggestion
from labeler.dataset.splits import split_by_session
from labeler.dataset.store import Dataset
from labeler.runs.prepare import Wish, prepare_run_from_dataset

AddImage = Callable[..., Image]
PLACE = BBox(20, 10, 30, 20)


@pytest.fixture
def labelled(dataset: Dataset, add_image: AddImage) -> Dataset:
    """Boxes with all that can be said about them, and classes in an order of their own."""
    for seed in (1, 2):
        add_image(seed)
    dataset.apply(category_edits.add_categories(dataset, ["mug", "cup", "ball"]))
    dataset.apply(category_edits.order_categories(dataset, [3, 1, 2]))
    dataset.apply(category_edits.set_category_key(dataset, 1, "7"))
    dataset.apply(category_edits.recolor_category(dataset, 2, "#123456"))
    said: list[dict[str, bool]] = [{"occluded": True}, {"truncated": True}, {"difficult": True}, {}]
    for place, flags in enumerate(said):
        dataset.apply(edits.draw(dataset, 1, 1 + place % 3, BBox(place * 10 + 0.5, 1, 8, 8)))
        number = dataset.annotations(1)[-1].id
        dataset.apply(edits.set_attributes(dataset, [number], **flags))
    dataset.apply(edits.set_note(dataset, [1], 'the "left" one,\n\thalf hidden 杯子'))
    dataset.apply(edits.set_image_note(dataset, 2, "too dark?"))
    return dataset


def offer(dataset: Dataset, image_id: int, bbox: BBox = PLACE, *, rejected: bool = False) -> None:
    number = dataset.new_suggestion_id()
    dataset.offer("x", [image_id], [Suggestion(number, image_id, 1, bbox, 0.9, "x", "", rejected)])


def back(source: Dataset, target: Dataset, out: Path) -> ImportReport:
    export_coco(source, out, include_unlabelled=True)
    return import_coco(target, out / "annotations.json", out / "images")


def told_of_boxes(dataset: Dataset) -> list[tuple[object, ...]]:
    return [
        (box.bbox, box.occluded, box.truncated, box.difficult, box.note)
        for image in dataset.images()
        for box in dataset.annotations(image.id)
    ]


def take(dataset: Dataset, folder: Path, annotation: dict[str, Any], **top: Any) -> ImportReport:
    """A file with one picture and one box, in which more is said."""
    box = {"id": 1, "image_id": 1, "category_id": 1, "bbox": [1, 2, 30, 20], **annotation}
    coco = {
        "images": [{"id": 1, "file_name": "0.jpg", **top.get("image", {})}],
        "annotations": [box],
        "categories": [{"id": 1, "name": "mug", **top.get("category", {})}],
    }
    path = folder / "labels.json"
    path.write_text(json.dumps(coco), encoding="utf-8")
    return import_coco(dataset, path, folder)


def test_what_is_said_about_boxes_and_images_comes_back(labelled: Dataset, tmp_path: Path) -> None:
    with Dataset.create(tmp_path / "other") as other:
        report = back(labelled, other, tmp_path / "out")
        assert (report.skipped, report.corrected) == ((), ())
        assert told_of_boxes(other) == told_of_boxes(labelled)
        assert next(other.all_annotations()).note.startswith("the")
        assert [image.note for image in other.images()] == ["", "too dark?"]


def test_classes_come_back_with_ids_colours_keys_and_order(
    labelled: Dataset, tmp_path: Path
) -> None:
    with Dataset.create(tmp_path / "other") as other:
        back(labelled, other, tmp_path / "out")
        assert other.categories() == labelled.categories()
        assert keys_of(other.categories()) == {"1": 3, "7": 1, "2": 2}


def test_an_order_with_gaps_comes_back_as_an_order(labelled: Dataset, tmp_path: Path) -> None:
    labelled.apply(category_edits.delete_category(labelled, 1))
    with Dataset.create(tmp_path / "other") as other:
        back(labelled, other, tmp_path / "out")
        assert [c.id for c in other.categories()] == [c.id for c in labelled.categories()]


def test_classes_of_a_file_go_behind_those_that_a_person_ordered(
    labelled: Dataset, coco_folder: Path
) -> None:
    take(labelled, coco_folder, {}, category={"name": "lamp", "key": "7"})
    assert [category.name for category in labelled.categories()] == ["ball", "mug", "cup", "lamp"]
    assert [category.key for category in labelled.categories()] == ["", "7", "", ""]


def test_what_cvat_nests_is_read(dataset: Dataset, coco_folder: Path) -> None:
    take(
        dataset,
        coco_folder,
        {"attributes": {"occluded": True, "truncated": 1, "difficult": False, "note": "far"}},
    )
    (box,) = dataset.all_annotations()
    assert (box.occluded, box.truncated, box.difficult, box.note) == (True, True, False, "far")


def test_a_doubtful_word_does_not_hide_a_good_one_below(
    dataset: Dataset, coco_folder: Path
) -> None:
    nested = {"occluded": True, "truncated": True, "note": "far"}
    take(
        dataset, coco_folder, {"occluded": "?", "truncated": False, "note": 7, "attributes": nested}
    )
    (box,) = dataset.all_annotations()
    assert (box.occluded, box.truncated, box.note) == (True, False, "far")


@pytest.mark.parametrize("value", [None, "yes", "true", [], {}, [True], 2, -1, 0.5, 1e300, "1"])
def test_a_flag_of_the_wrong_kind_counts_as_missing(
    dataset: Dataset, coco_folder: Path, value: object
) -> None:
    names = ("occluded", "truncated", "difficult")
    report = take(
        dataset, coco_folder, {**dict.fromkeys(names, value), "attributes": {"occluded": value}}
    )
    (box,) = dataset.all_annotations()
    assert (box.occluded, box.truncated, box.difficult) == (False, False, False)
    assert report.skipped == ()


@pytest.mark.parametrize("attributes", [None, [], "occluded", 7, [{"occluded": True}]])
def test_attributes_of_the_wrong_kind_count_as_missing(
    dataset: Dataset, coco_folder: Path, attributes: object
) -> None:
    assert take(dataset, coco_folder, {"attributes": attributes}).annotations_added == 1


@pytest.mark.parametrize(
    "note",
    [7, None, ["a"], {"a": 1}, "x" * 2001, "y" * 3_000_000, "a\x00b", "\x1b[31m", "\ud800", True],
    ids=lambda note: repr(note)[:12],
)
def test_a_note_of_the_wrong_kind_counts_as_missing(
    dataset: Dataset, coco_folder: Path, note: object
) -> None:
    report = take(dataset, coco_folder, {"note": note}, image={"note": note})
    (box,) = dataset.all_annotations()
    assert (box.note, dataset.images()[0].note) == ("", "")
    assert report.skipped == ()


@pytest.mark.parametrize("key", [1, "0", "10", "", "a", "²", "١", None, ["1"], {"1": 1}, True, 1.0])
def test_a_key_that_is_no_digit_counts_as_missing(
    dataset: Dataset, coco_folder: Path, key: object
) -> None:
    assert take(dataset, coco_folder, {}, category={"key": key}).skipped == ()
    assert dataset.categories()[0].key == ""


def test_a_key_that_two_classes_claim_goes_to_the_first(
    dataset: Dataset, coco_folder: Path
) -> None:
    coco = {
        "images": [{"id": 1, "file_name": "0.jpg"}],
        "categories": [{"id": n, "name": f"c{n}", "key": "4"} for n in (1, 2)],
        "annotations": [],
    }
    path = coco_folder / "labels.json"
    path.write_text(json.dumps(coco), encoding="utf-8")
    import_coco(dataset, path, coco_folder)
    assert [category.key for category in dataset.categories()] == ["4", ""]


_ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda below: (
        st.lists(below, max_size=3)
        | st.dictionaries(st.sampled_from(("occluded", "note", "x")), below, max_size=3)
    ),
    max_leaves=6,
)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=200,
)
@given(said=st.dictionaries(st.sampled_from(("occluded", "truncated", "note", "attributes")), _ANY))
def test_no_extra_breaks_an_entry(said: dict[str, Any]) -> None:
    extras = annotation_extras({"id": 1, **said})
    assert {type(extras.occluded), type(extras.truncated), type(extras.difficult)} == {bool}
    assert edits.clean_note(extras.note) == extras.note
    note = said.get("note")
    assert image_entry({"id": 1, "file_name": "a", "note": note}).note in ("", extras.note)
    assert category_entry({"id": 1, "name": "a", "key": note}).digit in ("", note)


def test_suggestions_are_not_exported(labelled: Dataset, tmp_path: Path) -> None:
    offer(labelled, 1, BBox(40, 30, 20, 10))
    offer(labelled, 2)
    report = export_coco(labelled, tmp_path / "out", include_unlabelled=True)
    text = (tmp_path / "out" / "annotations.json").read_text(encoding="utf-8")
    assert report.annotations == len(json.loads(text)["annotations"]) == 4
    assert "suggestion" not in text
    with Dataset.create(tmp_path / "other") as other:
        import_coco(other, tmp_path / "out" / "annotations.json", tmp_path / "out" / "images")
        assert list(other.all_suggestions()) == []


def test_an_image_with_suggestions_alone_is_not_labelled(labelled: Dataset, tmp_path: Path) -> None:
    offer(labelled, 2)
    assert labelled.image(2).state is ImageState.UNLABELLED
    counts = labelled.counts()
    assert (counts.labelled, counts.empty, counts.unlabelled) == (1, 0, 1)
    assert labelled.boxes_per_category() == {1: 2, 2: 1, 3: 1}
    assert export_coco(labelled, tmp_path / "out").left_out == 1


def test_suggestions_never_train(dataset: Dataset, add_image: AddImage, tmp_path: Path) -> None:
    dataset.apply(category_edits.add_categories(dataset, ["mug", "only suggested"]))
    for seed in range(1, 11):
        add_image(seed)
        dataset.apply(edits.draw(dataset, seed, 1, BBox(1, 1, 20, 20)))
        offer(dataset, seed, BBox(30, 20, 20, 20))
    add_image(11)
    number = dataset.new_suggestion_id()
    dataset.offer("y", [11], [Suggestion(number, 11, 2, PLACE, 0.9, "y")])
    add_image(12)
    dataset.apply(edits.verify(dataset, 12))
    offer(dataset, 12)
    run = tmp_path / "run"
    prepared = prepare_run_from_dataset(dataset, run, Wish())
    sides = [json.loads((run / f"{side}.json").read_text()) for side in ("train", "val")]
    images = {image["id"] for side in sides for image in side["images"]}
    assert 11 not in images
    assert 12 in images  # confirmed empty, whatever a machine offers there
    boxes = [box for side in sides for box in side["annotations"]]
    assert {tuple(box["bbox"]) for box in boxes} == {(1, 1, 20, 20)}
    assert any("only suggested" in warning for warning in prepared.warnings)  # it has no box


def test_a_split_is_the_same_with_and_without_suggestions(
    dataset: Dataset, add_image: AddImage
) -> None:
    dataset.apply(category_edits.add_category(dataset, "mug"))
    for seed in range(1, 11):
        add_image(seed)
        dataset.apply(edits.draw(dataset, seed, 1, BBox(1, 1, 20, 20)))
    before = split_by_session(dataset.images(ImageState.LABELLED), dataset.sessions())
    for seed in range(1, 11):
        offer(dataset, seed, BBox(30, 20, 20, 20))
    assert split_by_session(dataset.images(ImageState.LABELLED), dataset.sessions()) == before


def test_check_finds_nothing_wrong_with_suggestions(labelled: Dataset) -> None:
    offer(labelled, 2)
    offer(labelled, 1, BBox(40, 30, 20, 10))
    assert check(labelled) == []


def test_what_is_offered_lies_inside_its_image(labelled: Dataset) -> None:
    offer(labelled, 2, BBox(-10, 30, 40, 40))
    (kept,) = labelled.suggestions(2)
    assert kept.bbox == BBox(0, 30, 30, 18)
    offer(labelled, 2, BBox(100, 100, 20, 20))
    assert labelled.suggestions(2) == []


def test_check_tells_of_a_suggestion_outside_its_image(labelled: Dataset) -> None:
    offer(labelled, 2)
    with labelled.transaction():
        labelled._writer.execute("UPDATE suggestion SET x = 60")
    (finding,) = check(labelled)
    assert finding.kind is FindingKind.BOX_OUTSIDE
    assert finding.message.startswith("Suggestion 1 ")


@pytest.mark.parametrize("moment", [1e300, -1e13, 253402387201, 1e12, "1e3"])
def test_a_time_or_reading_that_no_dataset_can_hold_is_left_out(
    tmp_path: Path, moment: object
) -> None:
    """And what was taken over is a dataset that opens for labelling again, and checks."""
    Pillow.new("RGB", (64, 48), "red").save(tmp_path / "a.png")
    capture = {
        "head_angle_rad": 1e300,
        "lift_mm": -1e200,
        "exposure_ms": 2e12,
        "gain": 1e13,
        "pose": {"x_mm": 1e99, "y_mm": 0, "heading_rad": 0},
    }
    coco = {
        "images": [
            {
                "id": 1,
                "file_name": "a.png",
                "width": 64,
                "height": 48,
                "captured_at": moment,
                "session_id": 1,
                "capture": capture,
            }
        ],
        "sessions": [{"id": 1, "name": "s", "camera": "c", "started_at": moment}],
        "annotations": [],
        "categories": [],
    }
    path = tmp_path / "coco.json"
    path.write_text(json.dumps(coco), encoding="utf-8")
    with Dataset.create(tmp_path / "new") as dataset:
        import_coco(dataset, path, tmp_path)
        [image] = dataset.images()
        assert image.head_angle_rad is None
        assert image.pose is None
        assert (image.readings.lift_mm, image.readings.gain) == (None, None)
        assert abs(image.captured_at - time.time()) < 3600
    with Dataset.open(tmp_path / "new") as dataset:
        assert not dataset.read_only
        assert list(check(dataset)) == []
