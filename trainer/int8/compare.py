"""The INT8 model beside the float one, on the same images: quantised.json."""

from __future__ import annotations

import hashlib
import json
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from trainer.average_precision import RESAMPLES, Measure, difference, drawn_scores, measured
from trainer.coco import CocoSet, matching_ids, read_coco
from trainer.config import load_config
from trainer.evaluate import model_of, sweep_over
from trainer.faults import TrainerError
from trainer.machine import write_whole
from trainer.matching import Floats, boxes_by_image, rank
from trainer.pictures import PictureError, read_picture
from trainer.predict import Predictor
from trainer.truth import truth_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MODEL, FACTS = "quantised.onnx", "quantised.json"
_FORMAT = 1
_MOST_IMAGES = 300
_MOST_TIMED = 20
_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Figures:
    """ap and ap50: 0 to 1, None without true boxes. Milliseconds are those of one picture."""

    ap: float | None
    ap50: float | None
    ms_p50: float
    ms_p95: float
    size: int


@dataclass(frozen=True, slots=True)
class Quantised:
    """What is known of RUN/quantised.onnx. source: sha256 of the model.onnx it was made from.

    difference: the INT8 model's AP minus the other's, with the 95 % interval of that, in which both
    are scored on the same drawn images; None where an earlier version measured.
    """

    source: str
    made: str
    calibrated: int
    images: int
    whole: Figures
    plain: Figures
    difference: Measure | None = None

    @property
    def told(self) -> str:
        """One sentence with both scores and both speeds."""
        return (
            f"INT8: AP {_digits(self.whole.ap)} (AP50 {_digits(self.whole.ap50)}), "
            f"{self.whole.ms_p50:.1f} ms a picture (p95 {self.whole.ms_p95:.1f}), "
            f"{self.whole.size / 1e6:.1f} MB; float: AP {_digits(self.plain.ap)} "
            f"(AP50 {_digits(self.plain.ap50)}), {self.plain.ms_p50:.1f} ms "
            f"(p95 {self.plain.ms_p95:.1f}), {self.plain.size / 1e6:.1f} MB. "
            f"{self.images} validation images, one after the other on the same machine."
            f"{self._apart}"
        )

    @property
    def _apart(self) -> str:
        apart = self.difference
        if apart is None or apart.value is None or apart.ends is None:
            return ""
        low, high = apart.ends
        chance = "may be" if low <= 0 <= high else "is hardly"
        return (
            f" The difference in AP, {apart.value:+.3f} (95 % interval {low:+.3f} to {high:+.3f}), "
            f"{chance} chance."
        )


def quantise(run: Path) -> Quantised:
    """Makes RUN/quantised.onnx and measures it; what is there of this model.onnx already stays.

    Raises TrainerError, OSError.
    """
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
    write_whole(run / MODEL, data)
    facts = _measured(run, model, plain, checked, calibrated)
    content = {"format": _FORMAT, **asdict(facts)}
    write_whole(run / FACTS, (json.dumps(content, allow_nan=False) + "\n").encode())
    return facts


def load_quantised(run: Path) -> Quantised | None:
    """What RUN/quantised.json says; None where there is none or it speaks of another model.onnx."""
    try:
        content = json.loads((run / FACTS).read_text(encoding="utf-8"))
        facts = Quantised(
            str(content["source"]),
            str(content["made"]),
            int(content["calibrated"]),
            int(content["images"]),
            _figures(content["whole"]),
            _figures(content["plain"]),
            _measure(content.get("difference")),
        )
        is_there = content["format"] == _FORMAT and (run / MODEL).is_file()
        return facts if is_there and facts.source == _sha256(model_of(run)) else None
    except (OSError, ValueError, RecursionError, KeyError, TypeError):
        return None


def _measured(
    run: Path, model: Path, plain: Predictor, checked: CocoSet, calibrated: int
) -> Quantised:
    whole = Predictor(run / MODEL)
    part = CocoSet(checked.pictures[:_MOST_IMAGES], checked.categories, ())
    times = _times((whole, plain), _decoded(part))
    made = datetime.now(UTC).isoformat(timespec="seconds")
    drawn = [_drawn(predictor, part) for predictor in (whole, plain)]
    return Quantised(
        _sha256(model),
        made,
        calibrated,
        len(part.pictures),
        _figures_of(drawn[0], run / MODEL, times[0]),
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


def _decoded(coco: CocoSet) -> list[NDArray[np.uint8]]:
    """Raises TrainerError where no picture can be read."""
    decoded = []
    for picture in coco.pictures:
        try:
            decoded.append(read_picture(picture.path, (picture.width, picture.height)).rgb)
        except PictureError:
            continue
        if len(decoded) == _MOST_TIMED:
            break
    if not decoded:
        raise TrainerError("No validation picture can be read, so the INT8 model stays unmeasured.")
    return decoded


def _figures(values: dict[str, Any]) -> Figures:
    ap, ap50 = (None if values[key] is None else float(values[key]) for key in ("ap", "ap50"))
    return Figures(ap, ap50, float(values["ms_p50"]), float(values["ms_p95"]), int(values["size"]))


def _measure(values: dict[str, Any] | None) -> Measure | None:
    if values is None:
        return None
    value, low, high = (values[key] for key in ("value", "low", "high"))
    return Measure(*(None if each is None else float(each) for each in (value, low, high)))


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _digits(score: float | None) -> str:
    return "unknown" if score is None else f"{score:.3f}"
