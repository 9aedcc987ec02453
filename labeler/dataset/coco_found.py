"""Boxes of a COCO file that a detector found: each has a score, and no person has looked at it."""

from __future__ import annotations

from dataclasses import dataclass, field

from labeler.dataset.coco_plan import Told
from labeler.dataset.detected import DETECTOR, Detected, offer_detected
from labeler.dataset.model import Annotation, Suggestion
from labeler.dataset.progress import ShouldStop, Stopped
from labeler.dataset.store import Dataset


@dataclass(slots=True)
class FoundBoxes:
    """By image; they wait as suggestions where nobody has labelled the picture."""

    _boxes: dict[int, list[Detected]] = field(default_factory=dict)
    _models: dict[int, str] = field(default_factory=dict)

    def add(self, box: Annotation, score: float, model: str) -> None:
        """score: 0 to 1. model: who found it."""
        self._boxes.setdefault(box.image_id, []).append(Detected(box.category_id, box.bbox, score))
        self._models[box.image_id] = model

    def offer(self, dataset: Dataset, skipped: Told, should_stop: ShouldStop) -> list[Suggestion]:
        """Those that wait now. skipped: hears of the images that have no need of them.

        Raises Stopped.
        """
        waiting: list[Suggestion] = []
        for image_id, found in self._boxes.items():
            if should_stop():
                raise Stopped("The import was stopped. Nothing was changed.")
            if offer_detected(dataset, self._models[image_id], {image_id: found}):
                offered = dataset.suggestions(image_id)
                waiting += [each for each in offered if each.source == DETECTOR]
            else:
                name = dataset.image(image_id).original_name
                skipped.add(name, "it has labels, so what a detector found is not needed")
        return waiting
