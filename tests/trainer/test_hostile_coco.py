"""Evaluation on COCO files as strangers write them: scores stay right, faults become sentences."""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from tests.trainer.constant_model import CUBE, MUG, NAMES, SIZE, write_model
from trainer.coco import read_coco, with_categories_of
from trainer.evaluate import Evaluation, evaluate, report
from trainer.faults import TrainerError
from trainer.pictures import read_picture
from trainer.scores import Scores


def box(image_id: object, bbox: Any, category_id: Any = 1, **more: Any) -> dict[str, Any]:
    entry = {"id": 1, "image_id": image_id, "category_id": category_id, "bbox": bbox}
    return {**entry, "iscrowd": 0, "area": 320, **more}


def image(number: object, **changes: Any) -> dict[str, Any]:
    entry = {"id": number, "file_name": f"{number}.png", "width": SIZE[0], "height": SIZE[1]}
    return {**entry, **changes}


GOOD = [box(n, bbox, category, id=10 * n + category) for n in (1, 2)
        for category, bbox in ((1, CUBE), (2, MUG))]  # fmt: skip

Score = Callable[..., tuple[Scores, list[str]]]
Evaluate = Callable[..., tuple[Evaluation, list[str]]]


@pytest.fixture
def evaluated(tmp_path: Path) -> Evaluate:
    """evaluated(model={...}, annotations=[...], ...) -> what was measured on two pictures."""
    for number in (1, 2):
        Image.new("RGB", SIZE).save(tmp_path / f"{number}.png")

    def run(
        model: tuple[tuple[int, str], ...] = ((1, "cube"), (2, "mug")), **changes: Any
    ) -> tuple[Evaluation, list[str]]:
        whole = {"images": [image(1), image(2)], "annotations": GOOD, "categories": NAMES}
        (tmp_path / "coco.json").write_text(json.dumps({**whole, **changes}), encoding="utf-8")
        warnings: list[str] = []
        path = write_model(tmp_path / "model.onnx", model)
        return evaluate(path, tmp_path / "coco.json", tmp_path, warnings.append), warnings

    return run


@pytest.fixture
def score(evaluated: Evaluate) -> Score:
    """The scores by pycocotools, with which our own have to agree, and the warnings."""

    def run(*arguments: Any, **changes: Any) -> tuple[Scores, list[str]]:
        found, warnings = evaluated(*arguments, **changes)
        assert found.ap.value == pytest.approx(found.scores.ap)
        assert found.ap50.value == pytest.approx(found.scores.ap50)
        return found.scores, warnings

    return run


def test_a_flawless_file_scores_one_without_a_warning(score: Score) -> None:
    scores, warnings = score()
    assert scores.ap == pytest.approx(1)
    assert warnings == []


@pytest.mark.parametrize(
    "bad",
    [
        box(1, [1, 2, 3]),
        box(1, ["1", "2", "30", "20"]),
        box(1, [math.nan, 2, 30, 20]),
        box(1, [1, 2, math.inf, 20]),
        box(1, [1, 2, 10**400, 20]),
        box(1, [1, 2, -30, 20]),
        box(1, [900, 2, 30, 20]),
        box(1, [1, 2, 1e308, 20]),
        box(1, [-1e308, 2, 30, 20]),
        box(1, [True, 2, 30, 20]),
        box(1, [1, 2, 30, None]),
        box(1, [[1], 2, 30, 20]),
        box(1, [1, 2, 0.5, 20]),
        box(1, None),
        box(1, {}),
        {"id": 5, "image_id": 1, "category_id": 1},
        box(99, CUBE),
        box(1, CUBE, 99),
        box(1, CUBE, "1"),
        box(1, CUBE, None),
        box(1, CUBE, True),
        box(1, CUBE, math.nan),
        box(1, CUBE, 1.5),
        box(1, CUBE, 2**64),
        box(1, CUBE, [1]),
        box(10**30, CUBE),
        box("1", CUBE),
        None,
        "nonsense",
        [],
        7,
    ],
)
def test_an_impossible_annotation_is_left_out_and_told(score: Score, bad: Any) -> None:
    scores, [warning] = score(annotations=[*GOOD, bad])
    assert scores.ap == pytest.approx(1)
    assert "1 box left out" in warning


@pytest.mark.parametrize(
    "changes", [{"area": None}, {"iscrowd": None}, {"area": "big"}, {"id": None}, {"id": "a"}]
)
def test_odd_fields_that_nobody_needs_do_no_harm(score: Score, changes: dict[str, Any]) -> None:
    scores, warnings = score(annotations=[{**entry, **changes} for entry in GOOD])
    assert scores.ap == pytest.approx(1)
    assert warnings == []


@pytest.mark.parametrize("number", [0, 1])
def test_annotations_of_one_id_count_each(score: Score, number: int) -> None:
    scores, _ = score(annotations=[{**entry, "id": number} for entry in GOOD])
    assert scores.ap == pytest.approx(1)


def test_annotations_need_no_id_area_or_iscrowd(score: Score) -> None:
    needed = ("image_id", "category_id", "bbox")
    scores, _ = score(annotations=[{key: entry[key] for key in needed} for entry in GOOD])
    assert scores.ap == pytest.approx(1)


def test_what_is_found_in_a_crowd_is_neither_right_nor_wrong(score: Score) -> None:
    mugs = [{**entry, "iscrowd": int(entry["category_id"] == 2)} for entry in GOOD]
    scores, _ = score(annotations=mugs)
    assert [(c.name, c.ap) for c in scores.classes] == [("cube", pytest.approx(1)), ("mug", None)]
    assert scores.ap == pytest.approx(1)
    cubes = [box(1, CUBE), box(2, CUBE, iscrowd=1)]  # else picture 2's cube would be a wrong one
    assert score(annotations=cubes)[0].ap == pytest.approx(1)


def test_boxes_are_scored_as_they_were_drawn_also_over_the_edge(score: Score) -> None:
    over = [box(1, [-4.0, 4.0, 28.0, 16.0])]  # overlaps CUBE by 20 of 28: right up to IoU 0.70
    scores, _ = score(annotations=over, images=[image(1)])
    assert scores.ap == pytest.approx(0.5)


@pytest.mark.parametrize(
    "bad",
    [
        {"file_name": "3.png", "width": 64, "height": 32},
        image(3, width=None),
        image(3, width=math.nan),
        image(3, height=math.inf),
        image(3, width=1e308),
        image(3, width=-64),
        image(3, width="64"),
        image(3, width=True),
        image(3, height=32.5),
        image(True),
        image(-3),
        image(1e300),
        image(3, file_name="../3.png"),
        image(3, file_name=["3.png"]),
        "x",
        None,
    ],
)
def test_an_unusable_image_is_left_out_and_told(score: Score, bad: Any) -> None:
    scores, warnings = score(images=[image(1), image(2), bad])
    assert scores.ap == pytest.approx(1)
    assert "1 image entries were left out" in warnings[0]


def test_categories_without_a_name_are_called_by_their_number(score: Score) -> None:
    scores, _ = score(model=((1, "1"), (2, "2")), categories=[{"id": 1}, {"id": 2, "name": None}])
    assert [each.name for each in scores.classes] == ["1", "2"]
    assert scores.ap == pytest.approx(1)


def test_categories_are_matched_by_name_whatever_their_ids(score: Score) -> None:
    scores, warnings = score(model=((2, "cube"), (1, "mug")))
    assert scores.ap == pytest.approx(1)
    assert warnings == []


def test_categories_of_the_same_id_and_another_name_are_strangers(score: Score) -> None:
    scores, warnings = score(model=((1, "a"), (2, "mug")))
    assert [(c.name, c.ap) for c in scores.classes] == [("cube", 0), ("mug", pytest.approx(1))]
    assert scores.ap == pytest.approx(0.5)
    assert warnings == [
        "The model does not know cube: counted with AP 0.",
        "The file has no category a: what the model takes for it does not count.",
    ]


def test_the_report_tells_every_score_and_warning(evaluated: Evaluate) -> None:
    found, warnings = evaluated(model=((1, "a"), (2, "mug")))
    told = json.loads(report(found, as_json=True, warnings=warnings))
    assert told["warnings"] == warnings
    assert (told["AP"], told["images"]) == (pytest.approx(0.5), 2)
    assert told["AP_interval"] is None  # two images tell nothing
    assert told["constant_box"] == {"AP": pytest.approx(0.5), "AP50": pytest.approx(0.5)}
    words = report(found, as_json=False)
    assert words.startswith("AP 0.500   AP50 0.500   AR 0.500\n  cube: AP 0.000")
    assert "one box that never changes (the usual one of the images scored here): AP 0.5" in words
    assert "In brackets" not in words


def test_a_model_that_knows_nothing_of_the_file_scores_zero_for_each(score: Score) -> None:
    scores, warnings = score(model=((1, "a"), (2, "b")))
    assert [(c.name, c.ap) for c in scores.classes] == [("cube", 0), ("mug", 0)]
    assert scores.ap == 0
    assert "does not know cube, mug" in warnings[0]


def test_categories_that_share_a_name_keep_their_ids(score: Score) -> None:
    twins = [{"id": 1, "name": "thing"}, {"id": 2, "name": "thing"}]
    assert score(model=((1, "thing"), (2, "thing")), categories=twins)[0].ap == pytest.approx(1)


def test_validation_categories_of_the_same_id_and_another_name_do_not_count(
    tmp_path: Path,
) -> None:
    sets = []
    for name in ("cube", "dog"):
        content = {"images": [image(1)], "annotations": [box(1, CUBE)]}
        path = tmp_path / f"{name}.json"
        path.write_text(json.dumps({**content, "categories": [{"id": 1, "name": name}]}), "utf-8")
        sets.append(read_coco(path, tmp_path))
    matched = with_categories_of(sets[1], sets[0])
    assert matched.box_count == 0
    assert "dog" in matched.complaints[0]


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"images": []}, "has no boxes"),
        ({"annotations": []}, "has no boxes"),
        ({"categories": []}, "has no boxes"),
        ({"categories": [{"id": "1", "name": "cube"}]}, "ids that are whole numbers"),
        ({"categories": [*NAMES, *NAMES]}, "each once"),
        ({"images": [image(1), image(2, width=32)]}, r"2\.png: is 64x32, but .* drawn on 32x32"),
        ({"images": [image(1), image(2, file_name="3.png")]}, r"3\.png: is missing"),
        ({"images": [image(1, width=0)]}, "no boxes .* 1 image entries were left out"),
        ({"annotations": {}}, "needs lists"),
    ],
)
def test_what_cannot_be_scored_is_refused_in_words(
    score: Score, changes: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(TrainerError, match=sentence):
        score(**changes)


_ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.integers(0, 3),
    st.sampled_from((*SIZE, 1e308, -1e308, 2**53, "1", "1.png", "", "\ud800", [], {})),
)
_IMAGE = st.fixed_dictionaries({"id": _ANYTHING, "width": _ANYTHING, "height": _ANYTHING})
_BBOX = st.lists(st.one_of(st.floats(-50, 90), _ANYTHING), min_size=3, max_size=5)


@settings(derandomize=True, deadline=None, max_examples=200)
@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(("id", "width", "height"), _ANYTHING)), max_size=4
    ),
    st.lists(
        st.fixed_dictionaries(
            {"image_id": _ANYTHING, "category_id": _ANYTHING, "iscrowd": _ANYTHING},
            optional={"bbox": st.one_of(_BBOX, _ANYTHING)},
        ),
        max_size=6,
    ),
    st.lists(_ANYTHING, max_size=3),
)
def test_whatever_stands_in_a_file_only_sane_numbers_come_out(
    images: list[Any], annotations: list[Any], ids: list[Any]
) -> None:
    content = {
        "images": [image(1), *({"file_name": "1.png", **entry} for entry in images)],
        "annotations": [*annotations, *({"image_id": 1, **entry} for entry in annotations)],
        "categories": [{"id": 1, "name": "\ud800"}, *({"id": number} for number in ids)],
    }
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "coco.json")
        path.write_text(json.dumps(content), encoding="utf-8")
        try:
            coco = read_coco(path, Path(folder))
        except TrainerError:
            return
    known = {number for number, name in coco.categories if name.encode()}
    assert len({picture.id for picture in coco.pictures}) == len(coco.pictures)
    for picture in coco.pictures:
        assert 0 <= picture.id <= 2**53
        for each in (*picture.boxes, *picture.crowds):
            assert each.category_id in known
            assert 0 <= each.x1 <= each.x2 - 1 < picture.width
            assert 0 <= each.y1 <= each.y2 - 1 < picture.height
            assert all(math.isfinite(number) for number in each.drawn)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    path = tmp_path / "coco.json"
    content = {"images": [image(1)], "annotations": [], "categories": NAMES}
    path.write_text(json.dumps(content), encoding="utf-8-sig")
    assert len(read_coco(path, tmp_path).pictures) == 1


def test_a_folder_or_nothing_instead_of_the_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match=r"nothing\.json: there is no such file"):
        read_coco(tmp_path / "nothing.json", tmp_path)
    with pytest.raises(TrainerError, match=r"is a folder|may not read"):
        read_coco(tmp_path, tmp_path)


@pytest.mark.parametrize("mode", ["I;16", "I", "F", "1", "LA", "P", "RGBA"])
def test_pictures_of_every_depth_come_as_they_look(tmp_path: Path, mode: str) -> None:
    ramp = np.tile(np.linspace(0, 255, SIZE[0]).round().astype(np.uint8), (SIZE[1], 1))
    deep: dict[str, np.ndarray] = {
        "I;16": ramp.astype(np.uint16) * 257,
        "I": ramp.astype(np.int32) * 257,
        "F": ramp.astype(np.float32) / 255,
    }
    whole = Image.fromarray(deep[mode]) if mode in deep else Image.fromarray(ramp).convert(mode)
    whole.save(tmp_path / "a.tif")
    seen = read_picture(tmp_path / "a.tif", enough=(64, 64)).rgb.astype(int)
    if mode == "1":
        assert set(np.unique(seen)) == {0, 255}
        assert seen.mean() == pytest.approx(127, abs=3)
    else:
        assert np.abs(seen - ramp[..., None]).max() <= 1


@pytest.mark.skipif(not Path("/dev/zero").exists(), reason="this system has no such device")
@pytest.mark.timeout(20)
def test_a_link_to_a_device_in_place_of_the_file_is_said_and_not_read(tmp_path: Path) -> None:
    (tmp_path / "val.json").symlink_to("/dev/zero")
    with pytest.raises(TrainerError, match=r"val\.json is a device or a pipe"):
        read_coco(tmp_path / "val.json", tmp_path)
