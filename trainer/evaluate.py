"""Scores model.onnx on a COCO file, with the very detections that the preview would show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from trainer.average_precision import RESAMPLES, Summary, summarise, summarise_each
from trainer.coco import CocoSet, Picture, matching_ids, read_coco
from trainer.config import load_config
from trainer.constant_box import constant_box
from trainer.faults import TrainerError, some_of
from trainer.matching import boxes_by_image, rank
from trainer.measured import Measure
from trainer.picture_gate import PictureError
from trainer.pictures import Decoded, read_picture, require_shape
from trainer.predict import Detection, Predictor
from trainer.scores import Scores, coco_scores
from trainer.truth import truth_of

_LOWEST_SCORE = 0.0


def model_of(run_or_model: Path) -> Path:
    """RUN -> RUN/model.onnx; a model stays what it is."""
    return run_or_model / "model.onnx" if run_or_model.is_dir() else run_or_model


def _ignore(_sentence: str) -> None:
    """For who wants no warnings."""


@dataclass(frozen=True, slots=True)
class Evaluation:
    """scores: by pycocotools. ap, ap50 and ar with their 95 % intervals over the images, and
    by_class of each category id.

    constant_box: (AP, AP50) of one box, always the same, on every picture. is_learnt: it was taken
    from the images that the model learnt from, else from those that are scored.
    """

    scores: Scores
    images: int
    ap: Measure
    ap50: Measure
    ar: Measure
    by_class: Mapping[int, Summary]
    constant_box: tuple[float, float]
    is_learnt: bool


def evaluate(
    run_or_model: Path, coco_file: Path, images: Path, warn: Callable[[str], None] = _ignore
) -> Evaluation:
    """AP and AP50 over all pictures of the COCO file. warn gets what the person should know.

    Raises ValueError, in words for the person; also where a picture is missing or broken: leaving
    it out would flatter the model.
    """
    predictor = Predictor(model_of(run_or_model))
    coco = read_coco(coco_file, images)
    if not coco.box_count:
        sentences = (f"{coco_file} has no boxes to compare with.", *coco.complaints)
        raise TrainerError(" ".join(sentences))
    for sentence in (*coco.complaints, *_strangers(predictor.names, coco)):
        warn(sentence)
    numbers = matching_ids(predictor.names.items(), coco.categories)
    sweep = sweep_over(predictor, coco.pictures, numbers)
    if sweep.faults:
        raise TrainerError(f"Pictures of {coco_file} cannot be used in {images}: {sweep.told}.")
    if sweep.damaged:
        warn(f"Damaged pictures, scored by what could be read of them: {some_of(sweep.damaged)}.")
    return _evaluation(coco, sweep, _learnt_by(model_of(run_or_model)))


def _evaluation(coco: CocoSet, sweep: Sweep, learnt: CocoSet | None) -> Evaluation:
    truth = truth_of(coco.pictures, coco.categories)
    ids = [number for number, _ in coco.categories]
    summary, each = summarise_each(rank(boxes_by_image(truth, sweep.found), ids), RESAMPLES)
    same = constant_box(learnt or coco, coco.pictures, coco.categories)
    knows_nothing = summarise(rank(boxes_by_image(truth, same), ids))
    return Evaluation(
        coco_scores(truth, sweep.found),
        len(coco.pictures),
        summary.ap,
        summary.ap50,
        summary.ar,
        dict(zip(ids, each, strict=True)),
        (knows_nothing.ap.value or 0.0, knows_nothing.ap50.value or 0.0),
        learnt is not None,
    )


def _learnt_by(model: Path) -> CocoSet | None:
    """What the run learnt from that the model lies in; None where it lies alone."""
    run = model.parent
    if not (run / "config.json").is_file() or not (run / "train.json").is_file():
        return None
    try:
        return read_coco(run / "train.json", run / load_config(run).train_images)
    except ValueError:  # a damaged run: its model can be scored all the same
        return None


@dataclass(frozen=True, slots=True)
class Sweep:
    """What was found, by image id; a picture that cannot be used stands in faults instead.

    faults: what is wrong -> names; damaged: names of pictures of which a part could be read.
    complete: nobody said stop.
    """

    found: dict[int, list[Detection]]
    faults: dict[str, list[str]]
    damaged: list[str]
    complete: bool = True

    @property
    def told(self) -> str:
        """The faults as one clause."""
        return "; ".join(f"{some_of(names)}: {fault}" for fault, names in self.faults.items())


def sweep_over(
    predictor: Predictor,
    pictures: Sequence[Picture],
    numbers: Mapping[int, int],
    should_stop: Callable[[], bool] = lambda: False,
) -> Sweep:
    """All detections, however unsure. numbers: the model's category ids -> those of the file."""
    found: dict[int, list[Detection]] = {}
    faults: dict[str, list[str]] = {}
    damaged: list[str] = []
    for picture in pictures:
        if should_stop():
            return Sweep(found, faults, damaged, complete=False)
        try:
            decoded = _read(picture, predictor.input_size)
        except PictureError as error:
            faults.setdefault(str(error), []).append(picture.name)
            continue
        if decoded.damaged:
            damaged.append(picture.name)
        found[picture.id] = _detections(predictor, picture, decoded, numbers)
    return Sweep(found, faults, damaged)


def _strangers(known: Mapping[int, str], coco: CocoSet) -> Iterator[str]:
    """A sentence for what the file has and the model lacks, and one for the opposite."""
    boxed = {box.category_id for picture in coco.pictures for box in picture.boxes}
    learnt = set(known.values())
    unknown = [name for number, name in coco.categories if number in boxed and name not in learnt]
    if unknown:
        yield f"The model does not know {some_of(unknown)}: counted with AP 0."
    unasked = sorted(learnt - {name for _, name in coco.categories})
    if unasked:
        yield (
            f"The file has no category {some_of(unasked)}: what the model takes for it does not "
            "count."
        )


def _read(picture: Picture, enough: tuple[int, int]) -> Decoded:
    """Raises PictureError."""
    claimed = (picture.width, picture.height)
    decoded = read_picture(picture.path, claimed, enough=enough)
    require_shape(decoded.size, claimed)
    return decoded


def _detections(
    predictor: Predictor, picture: Picture, decoded: Decoded, numbers: Mapping[int, int]
) -> list[Detection]:
    """In the pixels that the file's boxes are drawn in, and its category ids."""
    height, width = decoded.rgb.shape[:2]
    sx, sy = picture.width / width, picture.height / height
    detections = []
    for d in predictor.predict(decoded.rgb, min_score=_LOWEST_SCORE):
        if d.category_id in numbers:
            x, y, width, height = d.bbox
            box = (x * sx, y * sy, width * sx, height * sy)
            detections.append(Detection(numbers[d.category_id], d.name, d.score, box))
    return detections


def report(evaluation: Evaluation, *, as_json: bool, warnings: Sequence[str] = ()) -> str:
    """For people, or one JSON object; scores 0 to 1.

    Its keys: AP, AP50, AR, AP_interval, AP50_interval, AR_interval (None where there are too few
    images), classes, constant_box, images, warnings.
    """
    if as_json:
        return json.dumps({**_told(evaluation), "warnings": list(warnings)}, allow_nan=False)
    scores = evaluation.scores
    lines = [
        f"AP {_with_interval(evaluation.ap)}   AP50 {_with_interval(evaluation.ap50)}   "
        f"AR {_with_interval(evaluation.ar)}"
    ]
    for score in scores.classes:
        if score.ap is not None:
            own = evaluation.by_class[score.category_id]
            told = f"AP {_with_interval(own.ap)}   AP50 {_with_interval(own.ap50)}"
            lines.append(f"  {score.name}: {told}")
    ap, ap50 = evaluation.constant_box
    source = "learnt from" if evaluation.is_learnt else "scored here"
    lines.append(
        f"For comparison, one box that never changes (the usual one of the images {source}): "
        f"AP {ap:.3f}   AP50 {ap50:.3f}"
    )
    if evaluation.ap.low is not None:
        lines.append(
            "In brackets: the 95 % interval, which tells how unsure a score on "
            f"{evaluation.images} images is."
        )
    return "\n".join(lines)


def _told(evaluation: Evaluation) -> dict[str, object]:
    ap, ap50 = evaluation.constant_box
    return {
        "AP": evaluation.scores.ap,
        "AP50": evaluation.scores.ap50,
        "AR": evaluation.ar.value,
        "AP_interval": evaluation.ap.interval,
        "AP50_interval": evaluation.ap50.interval,
        "AR_interval": evaluation.ar.interval,
        "classes": [
            {
                **asdict(score),
                "ap_interval": evaluation.by_class[score.category_id].ap.interval,
                "ap50_interval": evaluation.by_class[score.category_id].ap50.interval,
            }
            for score in evaluation.scores.classes
        ],
        "constant_box": {"AP": ap, "AP50": ap50},
        "images": evaluation.images,
    }


def _with_interval(measure: Measure) -> str:
    told = "unknown" if measure.value is None else f"{measure.value:.3f}"
    ends = measure.interval
    return told if ends is None else f"{told} ({ends[0]:.3f} to {ends[1]:.3f})"
