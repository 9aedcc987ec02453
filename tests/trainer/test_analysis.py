"""What is measured of a run agrees with COCO's own evaluation, and is kept where it must be."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from tests.trainer.constant_model import MUG, NAMES, make_run, write_model
from tests.trainer.training_runs import Outcome
from trainer.analysis import analyse
from trainer.average_precision import (
    RESAMPLES,
    difference,
    drawn_scores,
    look_at,
    measured,
    summarise,
    summarise_each,
)
from trainer.coco import read_coco
from trainer.config import load_config
from trainer.constant_box import constant_box
from trainer.evaluate import evaluate, report, sweep_over
from trainer.faults import TrainerError
from trainer.matching import ImageBoxes, Ranking, boxes_by_image, rank
from trainer.measured import Kind, read_analysis
from trainer.mistakes import judge
from trainer.predict import Detection, Predictor
from trainer.truth import truth_of


def test_a_run_is_measured_with_intervals_mistakes_and_the_constant_box(tmp_path: Path) -> None:
    run = make_run(tmp_path, train=3, val=12)
    told = analyse(run)
    assert told == json.loads((run / "analysis.json").read_text(encoding="utf-8"))
    scores = evaluate(run, run / "val.json", run / "images")
    assert told is not None
    assert told["ap"]["value"] == pytest.approx(scores.scores.ap, abs=1e-6)
    assert told["ap"]["low"] < told["ap"]["value"] <= told["ap"]["high"]
    assert (told["images"], told["boxes"], told["threshold"]) == (12, 24, 0.5)
    assert told["precision"] == told["recall"] == pytest.approx(20 / 24, abs=1e-6)
    boxed = [row for row in (*told["classes"], *told["sizes"]) if row["boxes"]]
    assert any(row["ap_interval"][0] < row["ap_interval"][1] for row in boxed)
    for row in boxed:
        low, high = row["ap_interval"]
        assert low <= row["ap"] <= high
    read = read_analysis(run / "analysis.json")
    assert [row.ap50_interval for row in read.classes] == [
        row["ap50_interval"] and tuple(row["ap50_interval"]) for row in told["classes"]
    ]
    assert told["constant_box"] == {"ap": pytest.approx(0.5), "ap50": pytest.approx(0.5)}
    errors = {each["kind"]: each for each in told["errors"]}
    assert {kind: each["count"] for kind, each in errors.items()} == {
        "wrong place": 0,
        "wrong class": 0,
        "twice": 0,
        "background": 4,
        "missed": 4,
    }
    assert {case["file_name"] for case in errors["missed"]["cases"]} == {
        f"val{number}.png" for number in (3, 6, 9, 12)
    }


def test_boxes_are_small_under_a_tenth_of_the_pictures_side_and_large_from_three_tenths(
    tmp_path: Path,
) -> None:
    run = make_run(tmp_path, train=1, val=1)
    content = json.loads((run / "val.json").read_text(encoding="utf-8"))
    one = content["annotations"][0]  # of a picture whose mean side is 45.3 pixels
    content["annotations"] = [
        {**one, "id": side, "bbox": [1, 1, side, side], "area": side**2}
        for side in (3, 4, 5, 9, 13, 14, 30)
    ]
    (run / "val.json").write_text(json.dumps(content), encoding="utf-8")
    told = analyse(run)
    assert told is not None
    assert [(row["name"], row["boxes"]) for row in told["sizes"]] == [
        ("small", 2),
        ("medium", 3),
        ("large", 2),
    ]


def test_the_fixed_box_to_compare_with_is_the_median_one_of_the_commonest_class(
    tmp_path: Path,
) -> None:
    """As shares of each picture; one box far away does not move it."""
    run = make_run(tmp_path, train=6, val=1)
    learnt = read_coco(run / "train.json", run / "images")
    x, y, width, height = MUG
    checked = [replace(picture, width=640, height=320) for picture in learnt.pictures[:2]]
    without_cubes = replace(
        learnt,
        pictures=tuple(
            replace(each, boxes=tuple(box for box in each.boxes if box.category_id == 2))
            for each in learnt.pictures
        ),
    )
    found = constant_box(without_cubes, checked, learnt.categories)
    for picture in checked:
        (box,) = found[picture.id]
        assert (box.category_id, box.name) == (2, "mug")
        assert box.bbox == pytest.approx((10 * x, 10 * y, 10 * width, 10 * height))


def test_the_report_of_an_evaluation_has_intervals_and_what_nothing_would_score(
    tmp_path: Path,
) -> None:
    run = make_run(tmp_path, train=3, val=12)
    found = evaluate(run, run / "val.json", run / "images")
    words = report(found, as_json=False)
    first, *_, box, brackets = words.splitlines()
    assert first.startswith(f"AP {found.ap.value:.3f} ({found.ap.low:.3f} to {found.ap.high:.3f})")
    assert "the usual one of the images learnt from): AP 0.500   AP50 0.500" in box
    assert "how unsure a score on 12 images is" in brackets
    told = json.loads(report(found, as_json=True))
    assert told["AP_interval"] == [found.ap.low, found.ap.high]
    for row in told["classes"]:
        if row["ap"] is not None:
            low, high = row["ap_interval"]
            assert f"{row['name']}: AP {row['ap']:.3f} ({low:.3f} to {high:.3f})" in words


def test_each_class_has_the_interval_that_it_has_alone_and_all_the_one_of_all() -> None:
    chance = np.random.default_rng(3)
    rankings = [
        Ranking(
            number,
            chance.integers(0, 20, 60),
            np.sort(chance.random(60))[::-1],
            chance.random((10, 60)) < 0.3,
            np.ones((10, 60), bool),
            np.zeros(20, np.int64) if number == 2 else chance.integers(0, 4, 20),
        )
        for number in range(3)
    ]
    every, each = summarise_each(rankings, 50)
    assert every == summarise(rankings, 50)
    assert list(each) == [summarise([ranking], 50) for ranking in rankings]
    assert each[2].ap.value is None
    assert summarise_each([], 50) == (summarise([], 50), ())


def test_the_test_part_is_measured_once_and_kept(tmp_path: Path) -> None:
    run = make_run(tmp_path, train=3, val=6, test=6)
    first = analyse(run, "test")
    assert first is not None
    write_model(run / "model.onnx", ((2, "cube"), (1, "mug")))  # whatever comes later
    (run / "test.json").unlink()
    assert analyse(run, "test") == first
    assert not (run / "analysis.json").exists()


def test_a_run_without_a_test_part_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainerError, match="has no test part"):
        analyse(make_run(tmp_path, train=3, val=6), "test")


def test_each_drawing_of_images_scores_as_pycocotools_does() -> None:
    truth, found = _random_world(np.random.default_rng(3), images=12)
    ids = [1, 2]
    summary = summarise(rank(boxes_by_image(truth, found), ids), RESAMPLES)
    assert summary.ap.value == pytest.approx(_by_pycocotools(truth, found)[0])
    drawn = np.random.default_rng(0).multinomial(12, [1 / 12] * 12, RESAMPLES)
    ours = drawn_scores(rank(boxes_by_image(truth, found), ids), RESAMPLES)
    for row, scores in zip(drawn[:40], ours[1:41], strict=True):
        again = [number for number, times in enumerate(row) for _ in range(times)]
        assert scores[:2] == pytest.approx(_by_pycocotools(*_copies(truth, found, again)))


def test_the_interval_mirrors_the_drawings_for_few_images_flatter() -> None:
    drawings = np.linspace(0.5, 0.7, 1001) ** 2
    scores = np.stack([np.append(root**2, drawings) for root in (0.55, 0.6, 0.69)], axis=1)
    summary = measured(scores)
    rows: Any = (summary.ap, summary.ap50, summary.ar)
    roots = [(each.low**0.5, each.high**0.5) for each in rows]
    assert roots == [
        pytest.approx((0.55 * 2 - 0.695, 0.55 * 2 - 0.505), abs=1e-4),
        pytest.approx((0.505, 0.695), abs=1e-4),
        pytest.approx((0.505, 0.69 * 2 - 0.505), abs=1e-4),  # no narrower than the drawings
    ]


def test_what_was_perfect_on_few_images_may_be_less_so_on_others() -> None:
    boxes = np.ones((RESAMPLES + 1, 3))
    ends = [(each.low, each.high) for each in (measured(boxes, n).ap for n in (10, 100))]
    assert ends == [pytest.approx((0.7, 1.0)), pytest.approx((0.97, 1.0))]


def test_a_difference_keeps_its_sign_and_its_drawings() -> None:
    worse = np.stack([np.append(0.2, np.linspace(0.1, 0.3, 1001))] * 3, axis=1)
    apart = difference(worse, np.full_like(worse, 0.5)).ap
    assert (apart.value, apart.low, apart.high) == pytest.approx((-0.3, -0.395, -0.205))


def test_a_look_in_passing_agrees_with_pycocotools_and_knows_how_unsure_it_is() -> None:
    truth, found = _random_world(np.random.default_rng(5), images=30)
    look = look_at(truth, found)
    assert (look.ap, look.ap50) == pytest.approx(_by_pycocotools(truth, found))
    whole = summarise(rank(boxes_by_image(truth, found), [1, 2]), RESAMPLES).ap
    assert look.interval == pytest.approx((whole.low, whole.high), abs=0.03)
    nothing = look_at(truth, {number: [] for number in found})
    assert (nothing.ap, nothing.ap50, nothing.interval) == (0.0, 0.0, (0.0, 0.0))
    few = {"images": truth["images"][:4], "annotations": truth["annotations"][:4]}
    assert look_at({**truth, **few}, found).interval == (-1.0, -1.0)


def test_more_images_make_the_interval_narrower() -> None:
    widths = []
    for images in (20, 80, 320):
        world = boxes_by_image(*_random_world(np.random.default_rng(1), images=images))
        ap = summarise(rank(world, [1, 2]), RESAMPLES).ap
        assert ap.low is not None
        assert ap.high is not None
        widths.append(ap.high - ap.low)
    assert widths[0] > 1.5 * widths[1] > 2 * widths[2]


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        ([(1, (10, 10, 20, 20))], []),
        ([(1, (14, 10, 40, 20))], [Kind.WRONG_PLACE]),
        ([(1, (24, 10, 20, 20))], [Kind.WRONG_PLACE]),  # three tenths of it: an overlap of .18
        ([(2, (24, 10, 20, 20))], [Kind.WRONG_CLASS]),
        ([(1, (28, 10, 20, 20))], [Kind.BACKGROUND, Kind.MISSED]),  # an overlap of .05
        ([(2, (10, 10, 20, 20))], [Kind.WRONG_CLASS]),
        ([(1, (10, 10, 20, 20)), (1, (11, 10, 20, 20))], [Kind.TWICE]),
        ([(1, (10, 10, 20, 20)), (1, (60, 60, 20, 20))], [Kind.BACKGROUND]),
        ([], [Kind.MISSED]),
        ([(1, (60, 60, 20, 20))], [Kind.BACKGROUND, Kind.MISSED]),
    ],
)
def test_each_mistake_is_of_its_kind(found: list[Any], kinds: list[Kind]) -> None:
    boxes = np.array([bbox for _, bbox in found], np.float64).reshape(-1, 4)
    image = ImageBoxes(
        7,
        0,
        (100, 100),
        np.array([[10.0, 10.0, 20.0, 20.0]]),
        np.array([1]),
        np.array([False]),
        np.array([400.0]),
        boxes,
        np.array([category for category, _ in found], np.int64),
        np.linspace(0.9, 0.8, len(found)),
    )
    assert [mistake.kind for mistake in judge([image], [1, 2], 0.5).mistakes] == kinds


def test_the_threshold_of_a_model_balances_hits_and_misses_best(
    finished: Outcome, tmp_path: Path
) -> None:
    run = shutil.copytree(finished.run, tmp_path / "run")
    told = analyse(run)
    assert told is not None
    f1 = told["f1"]
    assert told["threshold"] == pytest.approx(Predictor(run / "model.onnx").threshold, abs=1e-6)
    assert f1 > 0.5
    coco = read_coco(run / "val.json", run / load_config(run).val_images)
    found = sweep_over(Predictor(run / "model.onnx"), coco.pictures, {3: 3, 7: 7}).found
    images = boxes_by_image(truth_of(coco.pictures, coco.categories), found)
    for threshold in np.linspace(0.05, 0.9, 18):
        assert _f1_of(images, threshold) <= f1 + 0.05  # it was chosen by torch, before the export


def _f1_of(images: list[ImageBoxes], threshold: float) -> float:
    judgement = judge(images, [3, 7], threshold)
    hits, shown, wanted = (
        sum(each.values()) for each in (judgement.hits, judgement.shown, judgement.wanted)
    )
    return 2 * hits / (shown + wanted)


def _random_world(
    rng: np.random.Generator, images: int
) -> tuple[dict[str, Any], dict[int, list[Detection]]]:
    """True boxes, and detections that are near some of them."""
    entries: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    found: dict[int, list[Detection]] = {}
    for number in range(1, images + 1):
        entries.append({"id": number, "width": 200, "height": 200, "file_name": f"{number}.png"})
        found[number] = []
        for _ in range(int(rng.integers(1, 4))):
            x, y, w, h = (float(each) for each in rng.uniform((0, 0, 20, 20), (120, 120, 80, 80)))
            category = int(rng.integers(1, 3))
            box = {"id": len(boxes) + 1, "image_id": number, "category_id": category}
            boxes.append({**box, "bbox": [x, y, w, h], "area": w * h, "iscrowd": 0})
            if rng.random() < 0.8:
                dx, dy = (float(each) for each in rng.normal(0, 4, 2))
                score = float(rng.random())
                found[number].append(Detection(category, "", score, (x + dx, y + dy, w, h)))
    return {"images": entries, "annotations": boxes, "categories": NAMES}, found


def _copies(
    truth: dict[str, Any], found: dict[int, list[Detection]], drawn: list[int]
) -> tuple[dict[str, Any], dict[int, list[Detection]]]:
    """The drawn images (0 is the first) as a dataset of their own, each copy with a new id."""
    images: list[dict[str, Any]] = []
    boxes: list[dict[str, Any]] = []
    again: dict[int, list[Detection]] = {}
    for new, place in enumerate(drawn, start=1):
        old = truth["images"][place]["id"]
        images.append({**truth["images"][place], "id": new})
        for box in truth["annotations"]:
            if box["image_id"] == old:
                boxes.append({**box, "id": len(boxes) + 1, "image_id": new})
        again[new] = found[old]
    return {**truth, "images": images, "annotations": boxes}, again


def _by_pycocotools(
    truth: dict[str, Any], found: dict[int, list[Detection]]
) -> tuple[float, float]:
    results = [
        {"image_id": i, "category_id": d.category_id, "bbox": list(d.bbox), "score": d.score}
        for i, detections in found.items()
        for d in detections
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = truth
        coco.createIndex()
        scoring = COCOeval(coco, coco.loadRes(results), "bbox")
        scoring.evaluate()
        scoring.accumulate()
        scoring.summarize()
    return float(scoring.stats[0]), float(scoring.stats[1])
