"""The INT8 model beside the float one, on the same images: quantised.json."""

from __future__ import annotations

import contextlib
import hashlib
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from trainer.average_precision import RESAMPLES, difference, drawn_scores, measured
from trainer.coco import CocoSet, matching_ids, read_coco
from trainer.config import load_config
from trainer.evaluate import model_of, sweep_over
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.matching import Floats, boxes_by_image, rank
from trainer.measured import FACTS, FORMAT, QUANTISED, Figures, Quantised, load_quantised
from trainer.picture_gate import PictureError
from trainer.pictures import read_picture
from trainer.predict import Predictor
from trainer.stored import StoredError, as_json
from trainer.truth import truth_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST_IMAGES = 300
_MOST_TIMED = 20
_ROUNDS = 4


def quantise(run: Path) -> Quantised:
    """Makes RUN/quantised.onnx and measures it; what is there of this model.onnx already stays.

    Raises TrainerError, OSError.
    """
    with contextlib.suppress(StoredError):  # a damaged one is made anew
        known = load_quantised(run)
        if known is not None:
            return known
    from trainer.int8.convert import quantised

    try:
        config = load_config(run)
    except ValueError as error:
        raise TrainerError(str(error)) from error
    model = model_of(run)
    plain = Predictor(model)
    learnt = read_coco(run / "train.json", run / config.train_images)
    checked = read_coco(run / "val.json", run / config.val_images)
    (run / FACTS).unlink(missing_ok=True)  # it speaks of another model
    data, calibrated = quantised(model, plain.details, learnt.pictures)
    write_whole(run / QUANTISED, data)
    facts = _measured(run, model, plain, checked, calibrated)
    content = {"format": FORMAT, **asdict(facts)}
    write_whole(run / FACTS, as_json(content))
    return facts


def _measured(
    run: Path, model: Path, plain: Predictor, checked: CocoSet, calibrated: int
) -> Quantised:
    whole = Predictor(run / QUANTISED)
    part = CocoSet(checked.pictures[:_MOST_IMAGES], checked.categories, ())
    times = _times((whole, plain), _decoded(part, plain.input_size))
    made = datetime.now(UTC).isoformat(timespec="seconds")
    drawn = [_drawn(predictor, part) for predictor in (whole, plain)]
    return Quantised(
        _sha256(model),
        made,
        calibrated,
        len(part.pictures),
        _figures_of(drawn[0], run / QUANTISED, times[0]),
        _figures_of(drawn[1], model, times[1]),
        difference(*drawn).ap,
    )


def _drawn(predictor: Predictor, coco: CocoSet) -> Floats:
    """As drawn_scores(); of the same pictures for each model, for those that one cannot read the
    other cannot either."""
    numbers = matching_ids(predictor.names.items(), coco.categories)
    found = sweep_over(predictor, coco.pictures, numbers).found
    seen = [picture for picture in coco.pictures if picture.id in found]
    images = boxes_by_image(truth_of(seen, coco.categories), found)
    return drawn_scores(rank(images, [number for number, _ in coco.categories]), RESAMPLES)


def _figures_of(drawn: Floats, path: Path, seconds: Sequence[float]) -> Figures:
    scores = measured(drawn)
    ordered = sorted(1000 * each for each in seconds)
    p95 = ordered[min(len(ordered) - 1, math.ceil(0.95 * len(ordered)) - 1)]
    size = path.stat().st_size
    return Figures(scores.ap.value, scores.ap50.value, statistics.median(ordered), p95, size)


def _times(
    predictors: Sequence[Predictor], pictures: Sequence[NDArray[np.uint8]]
) -> list[list[float]]:
    """Seconds a picture; the predictors take turns, so that a busy moment hits all of them."""
    times: list[list[float]] = [[] for _ in predictors]
    for turn in range(_ROUNDS):
        for rgb in pictures:
            for predictor, own in zip(predictors, times, strict=True):
                began = time.perf_counter()
                predictor.predict(rgb)
                if turn or len(pictures) == 1:  # the first round warms up
                    own.append(time.perf_counter() - began)
    return times


def _decoded(coco: CocoSet, enough: tuple[int, int]) -> list[NDArray[np.uint8]]:
    """Raises TrainerError where no picture can be read."""
    decoded = []
    for picture in coco.pictures:
        try:
            claimed = (picture.width, picture.height)
            decoded.append(read_picture(picture.path, claimed, enough=enough).rgb)
        except PictureError:
            continue
        if len(decoded) == _MOST_TIMED:
            break
    if not decoded:
        raise TrainerError("No validation picture can be read, so the INT8 model stays unmeasured.")
    return decoded


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
