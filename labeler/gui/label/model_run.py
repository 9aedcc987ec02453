"""Looks at images with a finished model on a worker: reads pictures and rows, writes nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from labeler.dataset.detected import Detected
from labeler.dataset.model import BBox, Image
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.track import load_upright

if TYPE_CHECKING:
    from trainer.predict import Detection

LONGEST = 1920
"""Pictures are decoded with sides up to this; the network sees fewer pixels anyway."""
_THREADS = 1

Found = tuple[int, list[Detected]]
"""An image's id, and what was found there."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """unknown: classes of the model that the dataset does not have; is_foreign: those are all that
    it has. unreadable: the sentence about the first image that could not be read, and how many
    there were."""

    images: int
    unknown: Sequence[str]
    unreadable: tuple[str, int] = ("", 0)
    stopped: bool = False
    is_foreign: bool = False


def detect(
    dataset: Dataset,
    model: Path,
    image_ids: Sequence[int],
    tell: Callable[[Found], None],
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Outcome:
    """tell gets what is found, image by image; report (done, total). Any thread.

    Raises UserError where the model cannot be used.
    """
    from labeler.runs.detector import ModelDetector  # ONNX Runtime comes with it

    predictor = ModelDetector(model, threads=_THREADS)
    ours = {each.name.casefold(): each.id for each in dataset.categories()}
    known = {number: ours.get(name.casefold()) for number, name in predictor.names.items()}
    unknown = sorted(name for number, name in predictor.names.items() if known[number] is None)
    if len(unknown) == len(known):
        return Outcome(0, unknown, is_foreign=True)
    first, faults = "", 0
    for done, image_id in enumerate(image_ids):
        if should_stop():
            return Outcome(done, unknown, (first, faults), stopped=True)
        image = dataset.image(image_id)
        try:
            pixels = load_upright(dataset.path_of(image), LONGEST)
        except UserError as error:
            first, faults = first or str(error), faults + 1
        else:
            found = predictor.predict(pixels)
            tell((image_id, _ours(found, known, image, image.width / pixels.shape[1])))
        report(done + 1, len(image_ids))
    return Outcome(len(image_ids), unknown, (first, faults))


def _ours(
    found: Sequence[Detection], known: Mapping[int, int | None], image: Image, scale: float
) -> list[Detected]:
    """In the dataset's categories and the image's own pixels."""
    detected = []
    for each in found:
        category_id = known.get(each.category_id)
        box = BBox(*(value * scale for value in each.bbox)).clipped(image.width, image.height)
        if category_id is not None and box is not None:
            detected.append(Detected(category_id, box, each.score))
    return detected
