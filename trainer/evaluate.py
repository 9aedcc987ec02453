"""Scores model.onnx on a COCO file, with the very detections that the preview would show."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from trainer.coco import CocoSet, Picture, read_coco
from trainer.faults import TrainerError, some_of
from trainer.pictures import PictureError, read_picture
from trainer.predict import Detection, Predictor
from trainer.scores import Scores, coco_scores

_LOWEST_SCORE = 0.0


def model_of(run_or_model: Path) -> Path:
    """RUN -> RUN/model.onnx; a model stays what it is."""
    return run_or_model / "model.onnx" if run_or_model.is_dir() else run_or_model


def evaluate(run_or_model: Path, coco_file: Path, images: Path) -> Scores:
    """AP and AP50 over all pictures of the COCO file.

    Raises ValueError, in words for the person; also where a picture is missing or broken: leaving
    it out would flatter the model.
    """
    predictor = Predictor(model_of(run_or_model))
    coco = read_coco(coco_file, images)
    if not coco.box_count:
        raise TrainerError(f"{coco_file} has no boxes to compare with.")
    numbers = _numbers(predictor, coco)
    found: dict[int, list[Detection]] = {}
    faults: dict[str, list[str]] = {}
    for picture in coco.pictures:
        try:
            found[picture.id] = _detections(predictor, picture, numbers)
        except PictureError as error:
            faults.setdefault(str(error), []).append(picture.name)
    if faults:
        told = "; ".join(f"{some_of(names)}: {fault}" for fault, names in faults.items())
        raise TrainerError(f"Pictures of {coco_file} cannot be used in {images}: {told}.")
    return coco_scores(_truth(coco_file), found)


def _numbers(predictor: Predictor, coco: CocoSet) -> dict[int, int]:
    """The model's category ids -> the file's, by name, else by id."""
    by_name = {name: number for number, name in coco.categories}
    return {number: by_name.get(name, number) for number, name in predictor.names.items()}


def _detections(predictor: Predictor, picture: Picture, numbers: dict[int, int]) -> list[Detection]:
    """In the pixels that the file's boxes are drawn in."""
    claimed = (picture.width, picture.height)
    decoded = read_picture(picture.path, claimed)
    sx, sy = claimed[0] / decoded.size[0], claimed[1] / decoded.size[1]
    detections = []
    for d in predictor.predict(decoded.rgb, min_score=_LOWEST_SCORE):
        x, y, width, height = d.bbox
        box = (x * sx, y * sy, width * sx, height * sy)
        detections.append(Detection(numbers[d.category_id], d.name, d.score, box))
    return detections


def _truth(coco_file: Path) -> dict[str, Any]:
    """The file as it is, crowds included, with what pycocotools needs filled in."""
    truth: dict[str, Any] = json.loads(coco_file.read_text(encoding="utf-8"))
    for number, entry in enumerate(truth["annotations"], start=1):
        entry.setdefault("id", number)
        entry.setdefault("iscrowd", 0)
        if "bbox" in entry:
            entry.setdefault("area", entry["bbox"][2] * entry["bbox"][3])
    return truth


def report(scores: Scores, *, as_json: bool) -> str:
    """For people, or one JSON object: {"AP": ..., "AP50": ..., "classes": [...]}, 0 to 1."""
    if as_json:
        classes = [asdict(score) for score in scores.classes]
        return json.dumps({"AP": scores.ap, "AP50": scores.ap50, "classes": classes})
    lines = [f"AP {scores.ap:.3f}   AP50 {scores.ap50:.3f}"]
    for score in scores.classes:
        if score.ap is not None and score.ap50 is not None:
            lines.append(f"  {score.name}: AP {score.ap:.3f}   AP50 {score.ap50:.3f}")
    return "\n".join(lines)
