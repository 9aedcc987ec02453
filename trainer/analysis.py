"""What model.onnx of a run can do, measured on its validation or test part: analysis.json."""

from __future__ import annotations

import hashlib
import json
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from trainer.average_precision import (
    RESAMPLES,
    Summary,
    precision_curve,
    summarise,
    summarise_each,
)
from trainer.coco import CocoSet, matching_ids, read_coco
from trainer.config import RunConfig, load_config
from trainer.constant_box import constant_box
from trainer.evaluate import Sweep, model_of, sweep_over
from trainer.faults import TrainerError, some_of
from trainer.machine import write_whole
from trainer.matching import ImageBoxes, Ranking, boxes_by_image, rank
from trainer.measured import FILES, FORMAT, Kind, load
from trainer.mistakes import Judgement, Mistake, judge
from trainer.names import is_there
from trainer.predict import Predictor
from trainer.truth import truth_of

SIZES = (("small", 0.0, 0.1), ("medium", 0.1, 0.3), ("large", 0.3, float("inf")))
"""Name, from, below: the mean side of a box as a share of the picture's."""
MOST_CASES = 300
"""So many mistakes of a kind are kept one by one; all are counted."""

_RESAMPLES_BY_SIZE = 250
"""Every detection is looked at again for each size; that many tell two digits of an interval."""
_MOST_AT_THE_END = 500
"""More pictures would keep the person waiting for what is no part of the training."""

_log = logging.getLogger("trainer")


@dataclass(frozen=True, slots=True)
class _Part:
    """What is measured: a part of a run, its pictures, and the model."""

    run: Path
    name: str
    coco: CocoSet
    learnt: CocoSet
    predictor: Predictor
    warnings: tuple[str, ...]


def analyse(
    run: Path,
    part: str = "val",
    *,
    should_stop: Callable[[], bool] = lambda: False,
    most: int | None = None,
) -> dict[str, Any] | None:
    """Measures and writes RUN/analysis.json (part "val") or RUN/final.json ("test").

    Gives what it wrote; None where somebody said stop, and then nothing is written. most: with
    more pictures, so many are drawn by chance. The test part is measured once: where final.json
    is there already, its content comes back. Pictures that cannot be read are left out and named
    in "warnings". Raises TrainerError, OSError.
    """
    path = run / FILES[part]
    if part == "test" and is_there(path):
        return load(path)
    opened = _opened(run, part, most)
    coco = opened.coco
    numbers = matching_ids(opened.predictor.names.items(), coco.categories)
    sweep = sweep_over(opened.predictor, coco.pictures, numbers, should_stop)
    if not sweep.complete:
        return None
    content = _rounded(_content(_without_unreadable(opened, sweep), sweep))
    write_whole(path, (json.dumps(content, allow_nan=False) + "\n").encode())
    return dict(content)


def analyse_at_the_end(run: Path, should_stop: Callable[[], bool]) -> None:
    """analyse() for a training that is over: what goes wrong is logged and spoils nothing.

    Without true boxes to compare with, or when somebody said stop, there is no analysis: one that
    an earlier end of this run has left speaks of other weights.
    """
    try:
        (run / FILES["val"]).unlink(missing_ok=True)
        analyse(run, should_stop=should_stop, most=_MOST_AT_THE_END)
    except Exception:
        _log.exception("the run is complete, but it could not be analysed")


def _opened(run: Path, part: str, most: int | None) -> _Part:
    config = _config(run)
    file = run / f"{part}.json"
    if part == "test" and not is_there(file):
        raise TrainerError(
            f"{run} has no test part: nothing was put aside for a final score when it was made. "
            "Its validation score is what there is."
        )
    folder = config.test_images if part == "test" else config.val_images
    coco = read_coco(file, run / folder)
    if not coco.box_count:
        raise TrainerError(f"{file} has no boxes to compare with.")
    warnings = list(coco.complaints)
    if most is not None and len(coco.pictures) > most:
        chosen = sorted(random.Random(0).sample(range(len(coco.pictures)), most))
        warnings.append(f"{most} of the {len(coco.pictures)} pictures, drawn by chance.")
        coco = replace(coco, pictures=tuple(coco.pictures[index] for index in chosen))
    learnt = read_coco(run / "train.json", run / config.train_images)
    return _Part(run, part, coco, learnt, Predictor(model_of(run)), tuple(warnings))


def _config(run: Path) -> RunConfig:
    try:
        return load_config(run)
    except ValueError as error:
        raise TrainerError(str(error)) from error


def _without_unreadable(part: _Part, sweep: Sweep) -> _Part:
    seen = tuple(picture for picture in part.coco.pictures if picture.id in sweep.found)
    if not any(picture.boxes for picture in seen):
        raise TrainerError(f"No picture with a box can be read: {sweep.told}.")
    warnings = part.warnings
    if sweep.faults:
        warnings += (f"Pictures left out: {sweep.told}.",)
    if sweep.damaged:
        warnings += (
            f"Damaged pictures, scored by what could be read of them: {some_of(sweep.damaged)}.",
        )
    return replace(part, coco=replace(part.coco, pictures=seen), warnings=warnings)


def _content(part: _Part, sweep: Sweep) -> dict[str, Any]:
    coco, threshold = part.coco, part.predictor.threshold
    truth = truth_of(coco.pictures, coco.categories)
    images = boxes_by_image(truth, sweep.found)
    ids = [number for number, _ in coco.categories]
    rankings = rank(images, ids)
    summary, each = summarise_each(rankings, RESAMPLES)
    judgement = judge(images, ids, threshold)
    hits, shown, wanted = (
        sum(counts.values()) for counts in (judgement.hits, judgement.shown, judgement.wanted)
    )
    return {
        "format": FORMAT,
        "part": part.name,
        "model_sha256": hashlib.sha256(model_of(part.run).read_bytes()).hexdigest(),
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "images": len(coco.pictures),
        "boxes": coco.box_count,
        "threshold": threshold,
        **_shares(hits, shown, wanted),
        "constant_box": _constant_box(part, truth, ids),
        "ap": asdict(summary.ap),
        "ap50": asdict(summary.ap50),
        "ar": asdict(summary.ar),
        "curve": precision_curve(rankings),
        "classes": [
            _class(ranking, dict(coco.categories)[ranking.category_id], own, judgement)
            for ranking, own in zip(rankings, each, strict=True)
        ],
        "sizes": [_size(images, ids, size) for size in SIZES],
        "errors": _errors(judgement.mistakes, {p.id: p.name for p in coco.pictures}),
        "warnings": list(part.warnings),
    }


def _constant_box(part: _Part, truth: Mapping[str, Any], ids: Sequence[int]) -> dict[str, Any]:
    found = constant_box(part.learnt, part.coco.pictures, part.coco.categories)
    summary = summarise(rank(boxes_by_image(truth, found), ids))
    return {"ap": summary.ap.value, "ap50": summary.ap50.value}


def _shares(hits: int, shown: int, wanted: int) -> dict[str, float]:
    """Of all detections from the threshold on. Nothing shown: none of it was wrong, nor right."""
    return {
        "precision": hits / shown if shown else 0.0,
        "recall": hits / wanted if wanted else 0.0,
        "f1": 2 * hits / (shown + wanted) if shown + wanted else 0.0,
    }


def _values(summary: Summary) -> dict[str, Any]:
    measures = {"ap": summary.ap, "ap50": summary.ap50, "ar": summary.ar}
    values = {key: measure.value for key, measure in measures.items()}
    return values | {f"{key}_interval": measure.interval for key, measure in measures.items()}


def _class(ranking: Ranking, name: str, summary: Summary, judgement: Judgement) -> dict[str, Any]:
    number = ranking.category_id
    counts = judgement.hits[number], judgement.shown[number], judgement.wanted[number]
    shares = _shares(*counts)
    return {
        "category_id": number,
        "name": name,
        "boxes": int(ranking.wanted.sum()),
        **_values(summary),
        "precision": shares["precision"],
        "recall": shares["recall"],
        "curve": precision_curve([ranking]),
    }


def _size(
    images: Sequence[ImageBoxes], ids: Sequence[int], size: tuple[str, float, float]
) -> dict[str, Any]:
    name, low, high = size
    rankings = rank(images, ids, (low, high))
    return {
        "name": name,
        "from": low,
        "below": min(high, 1.0),
        "boxes": sum(int(ranking.wanted.sum()) for ranking in rankings),
        **_values(summarise(rankings, _RESAMPLES_BY_SIZE)),
    }


def _errors(mistakes: Sequence[Mistake], names: Mapping[int, str]) -> list[dict[str, Any]]:
    """Of each kind: how many, and the worst of them: the surest, or the largest box missed."""
    errors = []
    for kind in Kind:
        own = [mistake for mistake in mistakes if mistake.kind is kind]
        own.sort(key=_weight, reverse=True)
        cases = [_case(mistake, names) for mistake in own[:MOST_CASES]]
        errors.append({"kind": kind.value, "count": len(own), "cases": cases})
    return errors


def _weight(mistake: Mistake) -> float:
    image = mistake.image
    if mistake.found >= 0:
        return float(image.scores[mistake.found])
    return float(image.areas[mistake.truth]) / (image.size[0] * image.size[1])


def _case(mistake: Mistake, names: Mapping[int, str]) -> dict[str, Any]:
    image, found, truth = mistake.image, mistake.found, mistake.truth
    is_found, is_true = found >= 0, truth >= 0
    return {
        "image_id": image.image_id,
        "file_name": names[image.image_id],
        "bbox": image.boxes[found].tolist() if is_found else None,
        "category_id": int(image.categories[found]) if is_found else None,
        "score": float(image.scores[found]) if is_found else None,
        "truth_bbox": image.true_boxes[truth].tolist() if is_true else None,
        "truth_category_id": int(image.true_categories[truth]) if is_true else None,
    }


def _rounded(value: Any) -> Any:
    """Six digits: no picture has so many that the seventh would be true."""
    if isinstance(value, float):
        return round(value, 6)
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, list | tuple) else value
