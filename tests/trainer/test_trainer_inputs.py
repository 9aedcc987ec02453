"""COCO files and pictures as the world has them: broken, turned, hostile."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.trainer.training_runs import write_coco
from trainer import pictures
from trainer.coco import CocoSet, read_coco, with_categories_of
from trainer.data import Examples
from trainer.faults import TrainerError, some_of
from trainer.picture_gate import PictureError
from trainer.pictures import read_picture

IMAGE = {"id": 1, "file_name": "a.jpg", "width": 100, "height": 50}


def read(tmp_path: Path, **changes: Any) -> CocoSet:
    content = {"images": [IMAGE], "annotations": [], "categories": [{"id": 4, "name": "cube"}]}
    path = tmp_path / "train.json"
    path.write_text(json.dumps({**content, **changes}), encoding="utf-8")
    return read_coco(path, tmp_path)


def annotation(*bbox: Any, **more: Any) -> dict[str, Any]:
    return {"id": 1, "image_id": 1, "category_id": 4, "bbox": list(bbox), **more}


def test_boxes_are_clipped_to_their_picture(tmp_path: Path) -> None:
    coco = read(tmp_path, annotations=[annotation(-10, 40, 60, 30)])
    [box] = coco.pictures[0].boxes
    assert (box.x1, box.y1, box.x2, box.y2) == (0, 40, 50, 50)
    assert not coco.complaints


@pytest.mark.parametrize(
    "bad",
    [
        annotation(1, 1, math.nan, 5),
        annotation(1, 1, math.inf, 5),
        annotation(1, 1, 0, 5),
        annotation(1, 1, -4, 5),
        annotation(200, 1, 5, 5),
        annotation(1, 1, 5),
        annotation("1", 1, 5, 5),
        annotation(1, 1, 5, 5, category_id=9),
        annotation(1, 1, 5, 5, image_id=9),
        "nonsense",
        None,
    ],
)
def test_impossible_boxes_are_left_out_and_counted(tmp_path: Path, bad: Any) -> None:
    coco = read(tmp_path, annotations=[annotation(1, 1, 5, 5), bad])
    assert coco.box_count == 1
    [complaint] = coco.complaints
    assert "1 box left out" in complaint


@pytest.mark.parametrize("name", ["../a.jpg", "/etc/a.jpg", "x/../../a.jpg", "C:\\a.jpg", ""])
def test_file_names_cannot_leave_their_folder(tmp_path: Path, name: str) -> None:
    coco = read(tmp_path, images=[IMAGE, {**IMAGE, "id": 2, "file_name": name}])
    assert [picture.id for picture in coco.pictures] == [1]
    assert len(coco.complaints) == 1


@pytest.mark.parametrize("text", ["", "[]", "{}", "nonsense", '{"images": 3}', "[" * 100_000])
def test_what_is_no_coco_file_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "train.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(TrainerError, match=r"train\.json is not a"):
        read_coco(path, tmp_path)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
entries = st.lists(
    st.dictionaries(
        st.sampled_from(["id", "image_id", "category_id", "bbox", "file_name", "width", "height"]),
        json_values | st.lists(st.floats(), min_size=4, max_size=4) | st.integers(0, 3),
    )
    | json_values,
    max_size=4,
)


@settings(deadline=None, max_examples=80)
@given(entries, entries, entries)
def test_no_bad_number_gets_past_the_reader(
    tmp_path_factory: pytest.TempPathFactory, images: Any, annotations: Any, categories: Any
) -> None:
    folder = tmp_path_factory.mktemp("coco")
    try:
        coco = read(folder, images=images, annotations=annotations, categories=categories)
    except TrainerError:
        return
    for picture in coco.pictures:
        for box in picture.boxes:
            assert 0 <= box.x1 < box.x2 <= picture.width
            assert 0 <= box.y1 < box.y2 <= picture.height


def test_validation_categories_are_matched_by_name(tmp_path: Path) -> None:
    learnt = read(tmp_path, categories=[{"id": 1, "name": "mug"}, {"id": 2, "name": "cube"}])
    categories = [{"id": 7, "name": "cube"}, {"id": 9, "name": "robot"}]
    annotations = [
        annotation(1, 1, 9, 9, category_id=7),
        annotation(1, 1, 5, 5, category_id=9),
    ]
    checked = read(tmp_path, categories=categories, annotations=annotations)
    matched = with_categories_of(checked, learnt)
    assert [box.category_id for box in matched.pictures[0].boxes] == [2]
    assert "robot" in matched.complaints[0]


def save(path: Path, size: tuple[int, int] = (60, 40), orientation: int = 1) -> Path:
    """Left half black, right half white, as stored."""
    pixels = np.zeros((size[1], size[0], 3), np.uint8)
    pixels[:, size[0] // 2 :] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(pixels).save(path, exif=exif)
    return path


def test_pictures_come_upright(tmp_path: Path) -> None:
    decoded = read_picture(save(tmp_path / "a.jpg", orientation=6), enough=(64, 64))
    assert decoded.size == (40, 60)
    assert decoded.rgb.shape == (60, 40, 3)
    assert decoded.rgb[5].mean() < 20 < 200 < decoded.rgb[-5].mean()


def test_boxes_drawn_before_turning_keep_their_picture(tmp_path: Path) -> None:
    path = save(tmp_path / "a.jpg", orientation=6)
    assert read_picture(path, (60, 40), enough=(64, 64)).rgb.shape == (40, 60, 3)
    assert read_picture(path, (40, 60), enough=(64, 64)).rgb.shape == (60, 40, 3)


def test_a_large_photo_is_decoded_small_where_that_will_do(tmp_path: Path) -> None:
    decoded = read_picture(save(tmp_path / "a.jpg", (1600, 1200)), enough=(320, 240))
    assert decoded.size == (1600, 1200)
    assert decoded.rgb.shape == (300, 400, 3)


def test_a_picture_as_large_as_a_dataset_takes_is_read_and_reduced_where_that_will_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pictures, "MANY_PIXELS", 640 * 480 - 1)
    decoded = read_picture(save(tmp_path / "a.png", (640, 480), orientation=6), enough=(120, 90))
    assert decoded.size == (480, 640)
    assert decoded.rgb.shape == (160, 120, 3)
    assert decoded.rgb[5].mean() < 20 < 200 < decoded.rgb[-5].mean()


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "is missing"),
        (b"", "cannot be"),
        (b"GIF89a!", "cannot be"),
        (b"\x0a\x05\x01\x08" + bytes(200), "cannot be"),  # PCX, which nobody asks for
    ],
)
def test_what_is_no_picture_is_said(tmp_path: Path, content: bytes | None, fault: str) -> None:
    path = tmp_path / "a.jpg"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(PictureError, match=fault):
        read_picture(path, enough=(64, 64))


def test_a_picture_of_another_shape_than_its_boxes_were_drawn_on_is_left_out(
    tmp_path: Path,
) -> None:
    save(tmp_path / "a.jpg", (60, 60))
    told: list[str] = []
    examples = Examples(read(tmp_path), (64, 32), lambda name, fault: told.append(name + fault))
    assert examples.batch([0]) == []
    assert examples.unusable == {0}
    assert told == ["a.jpgis 60x60, but its boxes are drawn on 100x50"]


def test_boxes_land_where_the_letterboxed_picture_has_them(tmp_path: Path) -> None:
    write_coco(tmp_path / "train.json", tmp_path, 3, seed=3)
    coco = read_coco(tmp_path / "train.json", tmp_path)
    examples = Examples(coco, (320, 320), lambda name, fault: None)
    for index, example in enumerate(examples.batch(range(3))):
        assert example.pixels.shape == (3, 320, 320)
        assert len(example.target.labels) == len(coco.pictures[index].boxes)
        for box, label in zip(example.target.boxes, example.target.labels, strict=True):
            x, y = ((box[:2] + box[2:]) / 2).round().int().tolist()
            red, _, blue = example.pixels[:, y, x].tolist()
            assert (red > 150 > blue) if label == 0 else (blue > 150 > red)


def test_long_lists_of_names_are_cut() -> None:
    assert some_of(["a", "b"]) == "a, b"
    assert some_of(list("abcdefg")) == "a, b, c, d, e and 2 more"
