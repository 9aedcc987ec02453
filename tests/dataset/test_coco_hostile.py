"""Whatever stands in the file: a list of what was not taken, or nothing changed; never a crash."""

from __future__ import annotations

import copy
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from labeler.dataset.category_edits import add_category
from labeler.dataset.check import check
from labeler.dataset.coco_import import ImportReport, import_coco
from labeler.dataset.json_stream import MAX_ENTRY, BrokenJson
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.errors import UserError

GOOD: dict[str, Any] = {
    "images": [{"id": n, "file_name": f"{n}.jpg", "width": 64, "height": 48} for n in range(3)],
    "annotations": [
        {"id": n, "image_id": n, "category_id": 1, "bbox": [1, 2, 30, 20], "iscrowd": 0}
        for n in range(3)
    ],
    "categories": [{"id": 1, "name": "mug"}],
}


@pytest.fixture
def folder(coco_folder: Path) -> Path:
    """coco_folder with traps: a secret outside, and a link to it."""
    secret = coco_folder.parent / "secret.jpg"
    secret.write_bytes((coco_folder / "3.jpg").read_bytes())
    (coco_folder / "broken.jpg").write_bytes((coco_folder / "3.jpg").read_bytes()[:-300])
    (coco_folder / "text.jpg").write_text("no picture")
    (coco_folder / "inner").mkdir()
    (coco_folder / "inner" / "deep.jpg").write_bytes((coco_folder / "3.jpg").read_bytes())
    if sys.platform != "win32":
        (coco_folder / "link.jpg").symlink_to(secret)
        (coco_folder / "loop.jpg").symlink_to("loop.jpg")
        os.mkfifo(coco_folder / "pipe.jpg")
    return coco_folder


def take(dataset: Dataset, text: str | bytes, folder: Path) -> ImportReport:
    path = folder / "labels.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))
    return import_coco(dataset, path, folder)


def changed(edit: Callable[[dict[str, Any]], object]) -> str:
    coco = copy.deepcopy(GOOD)
    edit(coco)
    return json.dumps(coco)


def everything(dataset: Dataset) -> object:
    return (
        dataset.images(),
        list(dataset.all_annotations()),
        dataset.categories(),
        dataset.sessions(),
        dataset.journal(),
        sorted(path.name for path in dataset.images_folder.iterdir()),
        sorted(path.name for path in dataset.incoming_folder.iterdir()),
    )


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("/etc/passwd", "not relative"),
        ("C:\\Windows\\x.jpg", "not relative"),
        ("\\\\server\\share\\x.jpg", "not relative"),
        ("https://example.org/x.jpg", "not relative"),
        ("file:///etc/passwd", "not relative"),
        ("../secret.jpg", "not a name inside"),
        ("inner/../../secret.jpg", "not a name inside"),
        ("inner\\..\\..\\secret.jpg", "not a name inside"),
        (".", "not a name inside"),
        ("a\nb.jpg", "not a name inside"),
        ("nul\0.jpg", "not a name inside"),
        ("half\ud800.jpg", "not a name inside"),
        ("gone.jpg", "missing"),
        ("x" * 5000, "longer than 255 bytes"),
        ("inner", "is not a file"),
        ("broken.jpg", "damaged"),
        ("text.jpg", "not a picture"),
        ("1.jpg", "the same picture"),
        ("", "no file_name"),
        (None, "no file_name"),
        (["1.jpg"], "no file_name"),
        *(
            [("link.jpg", "leads out"), ("loop.jpg", "missing"), ("pipe.jpg", "not a file")]
            if sys.platform != "win32"
            else []
        ),
    ],
)
def test_a_bad_file_name_costs_one_image(
    dataset: Dataset, folder: Path, name: object, why: str
) -> None:
    report = take(dataset, changed(lambda c: c["images"][2].update(file_name=name)), folder)
    assert (report.images_added, report.annotations_added) == (2, 2)
    assert why in report.skipped[0][1]
    assert report.skipped_total == 2  # and its annotation
    assert check(dataset) == []


@pytest.mark.parametrize(
    ("name", "on_disk"),
    [
        ("mug \U0001f468\u200d\U0001f467.jpg", "mug \U0001f468\u200d\U0001f467.jpg"),  # joined
        ("Screenshot at 3.45.12\u202fPM.jpg", "Screenshot at 3.45.12\u202fPM.jpg"),  # as Macs do
        ("K\u00e4se.jpg", "Ka\u0308se.jpg"),
        ("Ka\u0308se.jpg", "K\u00e4se.jpg"),
    ],
)
def test_names_of_people_s_pictures_are_found(
    dataset: Dataset, folder: Path, name: str, on_disk: str
) -> None:
    (folder / "3.jpg").rename(folder / on_disk)
    text = changed(lambda c: c["images"][2].update(file_name=name))
    assert take(dataset, text, folder).images_added == 3


def test_backslashes_inside_the_folder_are_separators(dataset: Dataset, folder: Path) -> None:
    text = changed(lambda c: c["images"][2].update(file_name="inner\\deep.jpg"))
    assert take(dataset, text, folder).images_added == 3


@pytest.mark.parametrize(
    ("bbox", "why"),
    [
        ([64, 0, 10, 10], "outside"),
        ([-50, -50, 20, 20], "outside"),
        ([5, 5, 0, 10], "positive"),
        ([5, 5, 10, -10], "positive"),
        ([5, 5, 1, 10], "smaller than 2 pixels"),
        ([float("nan"), 5, 10, 10], "finite"),
        ([5, 5, float("inf"), 10], "finite"),
        ([5, float("-inf"), 10, 10], "finite"),
        ([1e308, 5, 1e308, 10], "beyond"),
        ([10**400, 5, 10, 10], "finite"),
        (["5", "5", "10", "10"], "finite"),
        ([None, 5, 10, 10], "finite"),
        ([True, True, True, True], "finite"),
        ([[5], 5, 10, 10], "finite"),
        ([5, 5, 10], "four"),
        ([5, 5, 10, 10, 10], "four"),
        ([], "four"),
        ("5 5 10 10", "four"),
        ({"x": 5}, "four"),
        (None, "four"),
    ],
)
def test_a_bad_bbox_costs_one_box(dataset: Dataset, folder: Path, bbox: object, why: str) -> None:
    text = changed(lambda c: c["annotations"][1].update(bbox="HERE"))
    big = "1" + "0" * 4999 if isinstance(bbox, list) and 10**400 in bbox else None
    inner = f"[{big}, 5, 10, 10]" if big else json.dumps(bbox)
    report = take(dataset, text.replace('"HERE"', inner), folder)
    assert (report.images_added, report.annotations_added) == (3, 2)
    assert report.skipped[0][0] == "annotation 1"
    assert why in report.skipped[0][1]


@pytest.mark.parametrize(
    ("edit", "images", "boxes", "why"),
    [
        (lambda c: c["annotations"][1].update(image_id=99), 3, 2, "image is not in the file"),
        (lambda c: c["annotations"][1].update(image_id=None), 3, 2, "image_id is missing"),
        (lambda c: c["annotations"][1].update(image_id=[1]), 3, 2, "image_id is missing"),
        (lambda c: c["annotations"][1].update(category_id=99), 3, 2, "category is not in"),
        (lambda c: c["annotations"][1].update(category_id={}), 3, 2, "category_id is missing"),
        (lambda c: c["annotations"][1].update(id=0), 3, 2, "given twice"),
        (lambda c: c["annotations"][1].update(iscrowd=1), 3, 2, "crowd"),
        (lambda c: c["annotations"].append(None), 3, 3, "not an object"),
        (lambda c: c["annotations"].append([1, 2]), 3, 3, "not an object"),
        (lambda c: c["images"][1].update(id=0), 2, 2, "given twice"),
        (lambda c: c["images"][1].update(id=None), 2, 2, "id is missing"),
        (lambda c: c["images"][1].update(id=1 << 60), 2, 2, "id is missing"),
        (lambda c: c["images"].append(7), 3, 3, "not an object"),
        (lambda c: c["categories"].append({"id": 1, "name": "again"}), 3, 3, "given twice"),
        (lambda c: c["categories"].append({"id": 2}), 3, 3, "no name"),
        (lambda c: c["categories"].append({"id": 2, "name": " "}), 3, 3, "needs a name"),
        (lambda c: c["categories"].append({"id": 2, "name": "a\ud800"}), 3, 3, "control"),
        (lambda c: c["categories"].append({"id": 2, "name": "a\u202e"}), 3, 3, "control"),
        (lambda c: c["categories"].append({"name": "b"}), 3, 3, "id is missing"),
        (lambda c: c.update(sessions=[{"id": 1}]), 3, 3, "lacks"),
        (lambda c: c.update(categories=[]), 3, 0, "category is not in"),
        (lambda c: c["images"][1].update(width="wide", height=[]), 3, 3, ""),
        (lambda c: c["images"][1].update(captured_at="x", pose=3, session_id={}), 3, 3, ""),
        (lambda c: c["images"][1].update(verified="yes", original_name="\ud800"), 3, 3, ""),
        (lambda c: c["annotations"][1].pop("id"), 3, 3, ""),
        (lambda c: c.pop("categories"), 3, 0, "category is not in"),
        (lambda c: c.pop("annotations"), 3, 0, ""),
        (lambda c: c.update(annotations=list(reversed(c["annotations"]))), 3, 3, ""),
    ],
)
def test_a_bad_entry_costs_itself(
    dataset: Dataset,
    folder: Path,
    edit: Callable[[dict[str, Any]], object],
    images: int,
    boxes: int,
    why: str,
) -> None:
    report = take(dataset, changed(edit), folder)
    assert (report.images_added, report.annotations_added) == (images, boxes)
    assert any(why in told for _, told in report.skipped) if why else report.skipped == ()
    assert check(dataset) == []


def test_negative_and_zero_ids_are_no_trouble(dataset: Dataset, folder: Path) -> None:
    text = changed(lambda c: c["categories"][0].update(id=0)).replace(
        '"category_id": 1', '"category_id": 0'
    )
    assert take(dataset, text, folder).annotations_added == 3
    assert dataset.categories()[0].id == 0
    assert dataset.new_category_id() == 1


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b" \n\t ",
        b"\0" * 100_000,
        b" " * 3_000_000,
        b"not json",
        b"[]",
        b'[{"image_id": 1, "bbox": [1, 2, 3, 4]}]',
        b"null",
        b"{}",
        b'{"images": []}',
        b'{"images": {}}',
        b'{"images": null, "annotations": []}',
        b'{"images": "3.jpg"}',
        b"{" * 100_000,
        b"[" * 100_000,
        b'{"images": [' + b"[" * 200_000,
        b'{"a": ' * 50_000,
        b'{"images": [{"id": 1, "file_name": "' + b"x" * (MAX_ENTRY + 2_000_000),
        b'{"info": ' + b"9" * (MAX_ENTRY + 2_000_000) + b"}",
        b"\xff\xfe{\0}\0",
        b'{"images": [{"id": 1, "file_name": "\xff.jpg"}]}',
        json.dumps(GOOD).encode()[:-1],
        json.dumps(GOOD).encode()[:-60],
        json.dumps(GOOD).encode() + b"}",
        json.dumps(GOOD).encode() * 2,
        json.dumps(GOOD).encode().replace(b"}, {", b"} {", 1),
        json.dumps(GOOD).encode().replace(b'"mug"}]', b'"mug"}, ]', 1),
        json.dumps(GOOD).encode().replace(b'"categories"', b"categories", 1),
    ],
    ids=lambda text: repr(text[:24]) + str(len(text)),
)
def test_a_broken_file_changes_nothing(dataset: Dataset, folder: Path, text: bytes) -> None:
    dataset.apply(add_category(dataset, "mug"))
    before = everything(dataset)
    with pytest.raises(UserError, match=r"labels\.json"):
        take(dataset, text, folder)
    assert everything(dataset) == before


def test_a_missing_file_or_a_folder_is_told(dataset: Dataset, folder: Path) -> None:
    for path in (folder / "nothing.json", folder / "inner"):
        with pytest.raises(UserError, match=r"missing|not a file"):
            import_coco(dataset, path, folder)


def test_a_file_that_breaks_between_the_readings_changes_nothing(
    dataset: Dataset, folder: Path
) -> None:
    before = everything(dataset)
    path = folder / "labels.json"

    def break_it(done: int, total: int) -> None:
        if done >= 100:
            path.write_text(json.dumps(GOOD)[:-40])

    path.write_text(json.dumps(GOOD))
    with pytest.raises(BrokenJson):
        import_coco(dataset, path, folder, on_progress=break_it)
    assert everything(dataset) == before


def test_a_mark_at_the_start_and_any_layout_are_fine(dataset: Dataset, folder: Path) -> None:
    text = b"\xef\xbb\xbf" + json.dumps(GOOD, indent=4).encode()
    assert take(dataset, text, folder).images_added == 3


def test_entries_are_read_across_the_window_s_edges(dataset: Dataset, folder: Path) -> None:
    coco = copy.deepcopy(GOOD)
    coco["info"] = {"big": "y" * 3_000_000}
    for entry in coco["annotations"]:
        entry["segmentation"] = {"counts": "z" * 900_000}
    assert take(dataset, json.dumps(coco), folder).annotations_added == 3
    assert next(dataset.all_annotations()).bbox == BBox(1, 2, 30, 20)


def mutate(value: Any, random: Random, junk: list[Any]) -> Any:
    """Replaces, drops, doubles or swaps something somewhere in a JSON value."""
    if isinstance(value, dict) and value and random.random() < 0.85:
        key = random.choice(sorted(value))
        if random.random() < 0.1:
            del value[key]
        else:
            value[key] = mutate(value[key], random, junk)
        return value
    if isinstance(value, list) and value and random.random() < 0.85:
        place = random.randrange(len(value))
        if random.random() < 0.1:
            value.append(copy.deepcopy(value[place]))
        else:
            value[place] = mutate(value[place], random, junk)
        return value
    return copy.deepcopy(random.choice(junk))


junk_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["1.jpg", "../x", "\ud800", "a" * 300, -1, 0, 2**63, 1e308]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=5,
)


@settings(
    derandomize=True,
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    junk=st.lists(junk_values, min_size=1, max_size=4),
    seed=st.integers(0, 2**32),
    rounds=st.integers(1, 6),
    cut=st.none() | st.floats(0, 1),
)
def test_a_mangled_file_never_crashes_and_never_leaves_half(
    tmp_path_factory: pytest.TempPathFactory,
    coco_folder: Path,
    junk: list[Any],
    seed: int,
    rounds: int,
    cut: float | None,
) -> None:
    random = Random(seed)
    coco: Any = copy.deepcopy(GOOD)
    for _ in range(rounds):
        coco = mutate(coco, random, junk)
    text = json.dumps(coco)
    if cut is not None:
        text = text[: int(cut * len(text))]
    with Dataset.create(tmp_path_factory.mktemp("mangled") / "d") as dataset:
        before = everything(dataset)
        try:
            report = take(dataset, text, coco_folder)
        except UserError:
            assert everything(dataset) == before
        else:
            assert dataset.counts().total == report.images_added
            assert len(list(dataset.all_annotations())) == report.annotations_added
        assert check(dataset) == []
