"""AP, AP50 and recall are pycocotools' own, at the edges where evaluations tend to differ.

The number that people see is computed by trainer.matching and trainer.average_precision; here both
are held against pycocotools on random worlds that have what real sets have: regions of many things
("crowds"), equal scores, overlaps of exactly a threshold, more than 100 detections of a category on
an image, images without boxes, categories without a box, and boxes of every size.
"""

from __future__ import annotations

import contextlib
import io
import math
from typing import Any

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from trainer.average_precision import look_at, summarise
from trainer.matching import boxes_by_image, rank
from trainer.predict import Detection
from trainer.scores import coco_scores

SIDE = 64
CATEGORIES = [{"id": 2, "name": "mug"}, {"id": 5, "name": "ball"}, {"id": 9, "name": "unseen"}]
IDS = [2, 5, 9]
World = tuple[dict[str, Any], dict[int, list[Detection]]]


def world(seed: int, *, images: int = 6, most_found: int = 12, crowds: float = 0.2) -> World:
    """Boxes on a coarse grid, so that overlaps of exactly .5, .6, .75 and equal scores are common.

    A fifth of the true boxes are crowds. The detections of an image are copies of true boxes,
    shifted or stretched by a whole step of the grid, and some that hit nothing.
    """
    rng = np.random.default_rng(seed)
    entries: list[dict[str, Any]] = []
    annotations: list[dict[str, Any]] = []
    found: dict[int, list[Detection]] = {}
    for image_id in rng.permutation(np.arange(1, images + 1)).tolist():
        entries.append(
            {"id": image_id, "width": SIDE, "height": SIDE, "file_name": f"{image_id}.png"}
        )
        boxes = [_box(rng) for _ in range(int(rng.integers(0, 6)))]
        for box in boxes:
            is_crowd = bool(rng.random() < crowds)
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image_id,
                    "category_id": int(rng.choice(IDS[:2])),
                    "bbox": list(box),
                    "area": box[2] * box[3],
                    "iscrowd": int(is_crowd),
                }
            )
        found[image_id] = [
            Detection(
                int(rng.choice(IDS, p=[0.45, 0.45, 0.1])),
                "",
                float(rng.choice([0.1, 0.3, 0.5, 0.7, 0.9])),
                _near(rng, boxes),
            )
            for _ in range(int(rng.integers(0, most_found + 1)))
        ]
    return {"images": entries, "annotations": annotations, "categories": CATEGORIES}, found


def _box(rng: np.random.Generator) -> tuple[float, float, float, float]:
    w, h = (4.0 * float(n) for n in rng.integers(1, 9, 2))
    x, y = (4.0 * float(n) for n in rng.integers(0, 8, 2))
    return x, y, w, h


def _near(
    rng: np.random.Generator, boxes: list[tuple[float, float, float, float]]
) -> tuple[float, float, float, float]:
    if not boxes or rng.random() < 0.2:
        return _box(rng)
    x, y, w, h = boxes[int(rng.integers(0, len(boxes)))]
    step = [0.0, 0.0, 0.0, 0.0]
    step[int(rng.integers(0, 4))] = float(rng.choice([0.0, 2.0, 4.0, -2.0]))
    x, y, w, h = (a + b for a, b in zip((x, y, w, h), step, strict=True))
    return x, y, max(w, 1.0), max(h, 1.0)


def by_pycocotools(
    truth: dict[str, Any],
    found: dict[int, list[Detection]],
    areas: tuple[float, float] = (0.0, 1e10),
) -> tuple[float, float, float]:
    """(AP, AP50, AR of 100) as pycocotools' own arrays give them; -1 where nothing is there."""
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
        scoring.params.areaRng, scoring.params.areaRngLbl = [list(areas)], ["all"]
        scoring.params.maxDets = [100]
        scoring.evaluate()
        scoring.accumulate()
    precision = scoring.eval["precision"][:, :, :, 0, 0]  # (10 IoU, 101 recalls, categories)
    recall = scoring.eval["recall"][:, :, 0, 0]
    each = (precision, precision[0], recall)
    ap, ap50, ar = (float(a[a > -1].mean()) if (a > -1).any() else -1.0 for a in each)
    return ap, ap50, ar


def ours(
    truth: dict[str, Any],
    found: dict[int, list[Detection]],
    shares: tuple[float, float] | None = None,
) -> tuple[float, float, float]:
    summary = summarise(rank(boxes_by_image(truth, found), IDS, shares))
    ap, ap50, ar = (
        -1.0 if each.value is None else each.value
        for each in (summary.ap, summary.ap50, summary.ar)
    )
    return ap, ap50, ar


@pytest.mark.parametrize("seed", range(60))
def test_random_sets_score_as_pycocotools_scores_them(seed: int) -> None:
    truth, found = world(seed)
    found[1] = found[1] or [Detection(2, "", 0.5, (0.0, 0.0, 8.0, 8.0))]  # it refuses none at all
    expected = by_pycocotools(truth, found)
    assert ours(truth, found) == pytest.approx(expected, abs=1e-12)
    if expected[0] >= 0:
        shown = look_at(truth, found)
        assert (shown.ap, shown.ap50) == pytest.approx(expected[:2], abs=1e-12)
        told = coco_scores(truth, found)
        assert (told.ap, told.ap50) == pytest.approx(expected[:2], abs=1e-12)


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("shares", [(0.0, 0.23), (0.23, 0.41), (0.41, math.inf)])
def test_boxes_of_one_size_score_as_in_the_area_range_of_pycocotools(
    seed: int, shares: tuple[float, float]
) -> None:
    # no box has exactly such a side, at which pycocotools counts it in both ranges and we in one
    truth, found = world(seed, images=8)
    areas = [(share * SIDE) ** 2 if math.isfinite(share) else 1e10 for share in shares]
    expected = by_pycocotools(truth, found, (areas[0], areas[1]))
    assert ours(truth, found, shares) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_only_the_hundred_surest_of_a_category_on_an_image_count(seed: int) -> None:
    truth, found = world(seed, images=2, most_found=0, crowds=0.0)
    rng = np.random.default_rng(seed)
    boxes = [tuple(entry["bbox"]) for entry in truth["annotations"]]
    found[1] = [
        Detection(2, "", float(rng.integers(1, 90)) / 100, _near(rng, boxes)) for _ in range(150)
    ]
    x, y, w, h = 8.0, 8.0, 16.0, 16.0
    annotation = {"id": 999, "image_id": 1, "category_id": 2, "bbox": [x, y, w, h]}
    truth["annotations"].append({**annotation, "area": w * h, "iscrowd": 0})
    missed = Detection(2, "", 0.001, (x, y, w, h))  # the 151st: it hits, and comes too late
    alone = ours(truth, {**found, 1: [missed]})
    assert alone[2] > 0
    assert ours(truth, found) == pytest.approx(by_pycocotools(truth, found), abs=1e-12)
    late = {**found, 1: [*found[1], missed]}
    assert ours(truth, late) == pytest.approx(by_pycocotools(truth, late), abs=1e-12)
    assert ours(truth, late) == ours(truth, found)


def one_image(
    true_boxes: list[tuple[tuple[float, float, float, float], bool]],
    found: list[tuple[float, tuple[float, float, float, float]]],
) -> World:
    annotations = [
        {
            "id": number,
            "image_id": 1,
            "category_id": 2,
            "bbox": list(box),
            "area": box[2] * box[3],
            "iscrowd": int(crowd),
        }
        for number, (box, crowd) in enumerate(true_boxes, start=1)
    ]
    truth = {
        "images": [{"id": 1, "width": SIDE, "height": SIDE, "file_name": "1.png"}],
        "annotations": annotations,
        "categories": CATEGORIES,
    }
    return truth, {1: [Detection(2, "", score, box) for score, box in found]}


@pytest.mark.parametrize(
    ("share", "levels"),
    [(0.5, 1), (0.55, 2), (0.6, 3), (0.7, 5), (0.75, 6), (0.8, 7), (0.9, 9), (1.0, 10), (0.4, 0)],
)
def test_an_overlap_of_exactly_a_threshold_is_a_hit(share: float, levels: int) -> None:
    truth, found = one_image([((0, 0, 20, 20), False)], [(0.9, (0, 0, 20, 20 * share))])
    ap, ap50, _ = ours(truth, found)
    assert ap == pytest.approx(levels / 10)
    assert ap50 == pytest.approx(float(levels > 0))
    assert (ap, ap50) == pytest.approx(by_pycocotools(truth, found)[:2])


def test_what_is_found_in_a_crowd_counts_neither_for_nor_against() -> None:
    thing, crowd = ((0.0, 0.0, 10.0, 10.0), False), ((30.0, 30.0, 30.0, 30.0), True)
    inside = [(0.9, (32.0 + 4 * n, 32.0, 4.0, 8.0)) for n in range(5)]
    truth, found = one_image([thing, crowd], [*inside, (0.5, (0.0, 0.0, 10.0, 10.0))])
    assert ours(truth, found)[:2] == (pytest.approx(1.0), pytest.approx(1.0))
    beside = one_image([thing], [*inside, (0.5, (0.0, 0.0, 10.0, 10.0))])
    assert ours(*beside)[0] == pytest.approx(1 / 6)


def test_a_second_detection_of_one_thing_is_wrong_and_the_surer_one_is_right() -> None:
    box = (0.0, 0.0, 20.0, 20.0)
    worse = (0.0, 0.0, 20.0, 16.0)  # overlap .8
    twice = one_image([(box, False)], [(0.9, worse), (0.8, box)])
    ap, ap50, ar = ours(*twice)
    assert ap50 == pytest.approx(1.0)
    assert ar == pytest.approx(1.0)  # above .8 the second one hits, behind a wrong first
    assert ap == pytest.approx((7 * 1.0 + 3 * 0.5) / 10)
    assert ap == pytest.approx(by_pycocotools(*twice)[0])
