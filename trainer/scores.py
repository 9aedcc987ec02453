"""How good detections are: COCO's average precision, and the best threshold. No torch."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from trainer.predict import Detection

DEFAULT_THRESHOLD = 0.3


@dataclass(frozen=True, slots=True)
class ClassScore:
    """ap and ap50 are None where no true box of the category is there to be found."""

    category_id: int
    name: str
    ap: float | None
    ap50: float | None


@dataclass(frozen=True, slots=True)
class Scores:
    """COCO's AP (mean over IoU .50 to .95) and AP50, 0 to 1, over all categories and for each."""

    ap: float
    ap50: float
    classes: tuple[ClassScore, ...]


def coco_scores(truth: Mapping[str, Any], found: Mapping[int, Sequence[Detection]]) -> Scores:
    """truth: COCO's dictionary. found: detections by image id; an image left out has none.

    Both scores are 0 where there is nothing to find or nothing was found.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    results = [
        {
            "image_id": image_id,
            "category_id": detection.category_id,
            "bbox": list(detection.bbox),
            "score": detection.score,
        }
        for image_id, detections in found.items()
        for detection in detections
    ]
    with contextlib.redirect_stdout(io.StringIO()):
        coco = COCO()
        coco.dataset = dict(truth)
        coco.createIndex()
        if not coco.getAnnIds():
            return Scores(0.0, 0.0, ())
        if not results:
            return Scores(0.0, 0.0, _all_missed(truth))
        evaluation = COCOeval(coco, coco.loadRes(results), "bbox")
        evaluation.evaluate()
        evaluation.accumulate()
    precision = evaluation.eval["precision"][:, :, :, 0, -1]  # IoU, recall, category
    names = {entry["id"]: entry["name"] for entry in truth["categories"]}
    classes = tuple(
        ClassScore(int(number), names[number], _mean(precision[:, :, k]), _mean(precision[0, :, k]))
        for k, number in enumerate(evaluation.params.catIds)
    )
    return Scores(_mean(precision) or 0.0, _mean(precision[0]) or 0.0, classes)


def _all_missed(truth: Mapping[str, Any]) -> tuple[ClassScore, ...]:
    """What COCO's evaluation would say, which cannot cope with no detection at all."""
    wanted = {entry["category_id"] for entry in truth["annotations"] if not entry["iscrowd"]}
    scores = {entry["id"]: 0.0 if entry["id"] in wanted else None for entry in truth["categories"]}
    names = {entry["id"]: entry["name"] for entry in truth["categories"]}
    return tuple(ClassScore(number, names[number], ap, ap) for number, ap in scores.items())


def _mean(precision: Any) -> float | None:
    """-1 marks what does not exist."""
    known = precision[precision > -1]
    return float(known.mean()) if known.size else None


def best_threshold(truth: Mapping[str, Any], found: Mapping[int, Sequence[Detection]]) -> float:
    """The score with the best F1 at IoU 0.5: where to draw the line between shown and hidden."""
    true_boxes: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    crowds: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for entry in truth["annotations"]:
        key = (entry["image_id"], entry["category_id"])
        side = crowds if entry.get("iscrowd") else true_boxes
        side.setdefault(key, []).append(tuple(entry["bbox"]))
    total = sum(len(boxes) for boxes in true_boxes.values())
    ranked = sorted(
        ((d, image_id) for image_id, detections in found.items() for d in detections),
        key=lambda pair: -pair[0].score,
    )
    best, threshold, hits, shown = 0.0, DEFAULT_THRESHOLD, 0, 0
    for rank, (detection, image_id) in enumerate(ranked):
        key = (image_id, detection.category_id)
        is_hit = _take_match(detection, true_boxes.get(key, []))
        hits += is_hit
        shown += is_hit or not _is_among(detection, crowds.get(key, []))
        f1 = 2 * hits / (shown + total)
        if f1 > best:
            following = ranked[rank + 1][0].score if rank + 1 < len(ranked) else 0.0
            best, threshold = f1, (detection.score + following) / 2
    return min(max(threshold, 0.05), 0.9)


def _take_match(detection: Detection, waiting: list[tuple[float, ...]]) -> bool:
    """Whether it hits a true box that is still waiting; that one waits no longer."""
    overlaps = [_iou(detection.bbox, box) for box in waiting]
    if not overlaps or max(overlaps) < 0.5:
        return False
    waiting.pop(overlaps.index(max(overlaps)))
    return True


def _is_among(detection: Detection, crowds: Sequence[tuple[float, ...]]) -> bool:
    """Whether half of it lies in a region of many things, where nothing counts."""
    area = detection.bbox[2] * detection.bbox[3]
    return any(_shared(detection.bbox, crowd) >= 0.5 * area for crowd in crowds)


def _iou(a: Sequence[float], b: Sequence[float]) -> float:
    shared = _shared(a, b)
    return shared / (a[2] * a[3] + b[2] * b[3] - shared) if shared else 0.0


def _shared(a: Sequence[float], b: Sequence[float]) -> float:
    """The area that two boxes have in common."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    return max(0.0, width) * max(0.0, height)
