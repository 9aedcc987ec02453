"""Scores model.onnx on a COCO file, with the very detections that the preview would show."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from trainer.coco import CocoSet, Picture, matching_ids, read_coco
from trainer.faults import TrainerError, some_of
from trainer.pictures import Decoded, PictureError, read_picture, require_shape
from trainer.predict import Detection, Predictor
from trainer.scores import Scores, coco_scores
from trainer.truth import truth_of

_LOWEST_SCORE = 0.0


def model_of(run_or_model: Path) -> Path:
    """RUN -> RUN/model.onnx; a model stays what it is."""
    return run_or_model / "model.onnx" if run_or_model.is_dir() else run_or_model


def _ignore(_sentence: str) -> None:
    """For who wants no warnings."""


def evaluate(
    run_or_model: Path, coco_file: Path, images: Path, warn: Callable[[str], None] = _ignore
) -> Scores:
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
    return coco_scores(truth_of(coco.pictures, coco.categories), sweep.found)


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
            decoded = _read(picture)
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


def _read(picture: Picture) -> Decoded:
    """Raises PictureError."""
    claimed = (picture.width, picture.height)
    decoded = read_picture(picture.path, claimed)
    require_shape(decoded.size, claimed)
    return decoded


def _detections(
    predictor: Predictor, picture: Picture, decoded: Decoded, numbers: Mapping[int, int]
) -> list[Detection]:
    """In the pixels that the file's boxes are drawn in, and its category ids."""
    sx, sy = picture.width / decoded.size[0], picture.height / decoded.size[1]
    detections = []
    for d in predictor.predict(decoded.rgb, min_score=_LOWEST_SCORE):
        if d.category_id in numbers:
            x, y, width, height = d.bbox
            box = (x * sx, y * sy, width * sx, height * sy)
            detections.append(Detection(numbers[d.category_id], d.name, d.score, box))
    return detections


def report(scores: Scores, *, as_json: bool, warnings: Sequence[str] = ()) -> str:
    """For people, or one JSON object: {"AP", "AP50", "classes", "warnings"}; scores 0 to 1."""
    if as_json:
        classes = [asdict(score) for score in scores.classes]
        told = {"AP": scores.ap, "AP50": scores.ap50, "classes": classes}
        return json.dumps({**told, "warnings": list(warnings)})
    lines = [f"AP {scores.ap:.3f}   AP50 {scores.ap50:.3f}"]
    for score in scores.classes:
        if score.ap is not None and score.ap50 is not None:
            lines.append(f"  {score.name}: AP {score.ap:.3f}   AP50 {score.ap50:.3f}")
    return "\n".join(lines)
