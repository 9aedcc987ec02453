"""Which side of a pair is better, and whether that may be chance: PAIR/scores.json."""

from __future__ import annotations

import json
import logging
import random
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from trainer.average_precision import RESAMPLES, difference, drawn_scores, measured
from trainer.coco import CocoSet, matching_ids, read_coco
from trainer.config import load_config
from trainer.evaluate import model_of, sweep_over
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.matching import Floats, boxes_by_image, rank
from trainer.predict import Predictor
from trainer.truth import truth_of
from trainer.twin_sides import SIDES

FILE = "scores.json"
FORMAT = 1
_MOST_AT_THE_END = 500
"""More pictures would keep the person waiting."""

_log = logging.getLogger("trainer")


def score_pair(
    pair: Path, *, should_stop: Callable[[], bool] = lambda: False, most: int | None = None
) -> dict[str, Any] | None:
    """Scores both model.onnx on the validation pictures and writes PAIR/scores.json.

    AP, AP50 and AR of each side with its 95 % interval, and "difference", pretrained minus
    scratch, with an interval of its own: in each drawing both are scored on the same drawn
    pictures, so what is hard for both cancels out (the paired bootstrap: Efron and Tibshirani, An
    Introduction to the Bootstrap, 1993). "pretrained_ahead": the share of drawings in which its AP
    is higher. most: with more pictures, so many are drawn by chance. Pictures that cannot be read
    are left out.

    Gives what it wrote; None where somebody said stop. Raises TrainerError, OSError.
    """
    coco = _truth(pair, most)
    drawn: list[Floats] = []
    for side in SIDES:
        predictor = _predictor(pair / side)
        numbers = matching_ids(predictor.names.items(), coco.categories)
        sweep = sweep_over(predictor, coco.pictures, numbers, should_stop)
        if not sweep.complete:
            return None
        coco = replace(coco, pictures=tuple(p for p in coco.pictures if p.id in sweep.found))
        if not coco.box_count:
            raise TrainerError(f"No picture with a box can be read: {sweep.told}.")
        images = boxes_by_image(truth_of(coco.pictures, coco.categories), sweep.found)
        drawn.append(drawn_scores(rank(images, [n for n, _ in coco.categories]), RESAMPLES))
    content = _content(coco, *drawn)
    write_whole(pair / FILE, (json.dumps(content, allow_nan=False) + "\n").encode())
    return content


def score_pair_at_the_end(pair: Path, should_stop: Callable[[], bool]) -> None:
    """score_pair() for a pair that is trained: what goes wrong is logged and spoils nothing."""
    try:
        score_pair(pair, should_stop=should_stop, most=_MOST_AT_THE_END)
    except Exception:
        _log.exception("the pair is complete, but its sides could not be scored together")


def _truth(pair: Path, most: int | None) -> CocoSet:
    run = pair / SIDES[0]
    try:
        coco = read_coco(run / "val.json", run / load_config(run).val_images)
    except ValueError as error:
        raise TrainerError(str(error)) from error
    if not coco.box_count:
        raise TrainerError(f"{run / 'val.json'} has no boxes to compare with.")
    if most is None or len(coco.pictures) <= most:
        return coco
    chosen = sorted(random.Random(0).sample(range(len(coco.pictures)), most))
    return replace(coco, pictures=tuple(coco.pictures[index] for index in chosen))


def _predictor(run: Path) -> Predictor:
    try:
        return Predictor(model_of(run))
    except ValueError as error:
        raise TrainerError(str(error)) from error


def _content(coco: CocoSet, pretrained: Floats, scratch: Floats) -> dict[str, Any]:
    drawn = (pretrained - scratch)[1:, 0]
    known = drawn[~np.isnan(drawn)]
    images = sum(bool(picture.boxes) for picture in coco.pictures)
    return {
        "format": FORMAT,
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": len(coco.pictures),
        "boxes": coco.box_count,
        SIDES[0]: asdict(measured(pretrained, images)),
        SIDES[1]: asdict(measured(scratch, images)),
        "difference": asdict(difference(pretrained, scratch)),
        "pretrained_ahead": float((known > 0).mean()) if known.size else None,
    }
