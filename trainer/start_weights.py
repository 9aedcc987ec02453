"""The weights of another run that this one begins from: RUN/start.safetensors.

They are a copy, so that the run can go on when the other one is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from trainer.checkpoint import not_ours, read_weights
from trainer.class_rows import Namesakes
from trainer.coco import matching_ids
from trainer.config import START_WEIGHTS, RunConfig
from trainer.faults import TrainerError
from trainer.predict import ModelDetails
from trainer.protocol import Detector

Categories = tuple[tuple[int, str], ...]


@dataclass(frozen=True, slots=True)
class StartWeights:
    """details: of the detector that they are of. parent: the name of its run."""

    path: Path
    parent: str
    details: ModelDetails
    weights: Mapping[str, Tensor]

    def fill(self, detector: Detector, categories: Categories) -> None:
        """Lets the detector begin from them: categories of the same name know what they knew.

        categories: those of the detector, in the order of its labels. Raises TrainerError.
        """
        try:
            detector.take_over(self.weights, self._namesakes(categories))
        except (KeyError, RuntimeError) as error:
            raise not_ours(self.path) from error

    def told(self, categories: Categories) -> str:
        """A line on which categories it knows already."""
        known = matching_ids(categories, self.details.categories)
        new = [name for number, name in categories if number not in known]
        if not new:
            return f"All classes are known to it from {self.parent}."
        if not known:
            return f"No class is one that {self.parent} knew: only how to see is taken from there."
        verb = "is" if len(new) == 1 else "are"
        return f"{', '.join(new)} {verb} new to it; all other classes are known from {self.parent}."

    def _namesakes(self, categories: Categories) -> Namesakes:
        known = matching_ids(categories, self.details.categories)
        places = {number: place for place, (number, _) in enumerate(self.details.categories)}
        labels = tuple(places[known[n]] if n in known else None for n, _ in categories)
        return Namesakes(labels, len(places))


def load_start(run: Path, config: RunConfig) -> StartWeights | None:
    """None where the run starts otherwise. Raises TrainerError where they cannot be used."""
    if config.start != "run":
        return None
    path = run / START_WEIGHTS
    if not path.is_file():
        raise TrainerError(
            f"{path} is missing: the weights of {config.parent} to start from. Make a new run."
        )
    weights, details = read_weights(path)
    if details.detector != config.detector:
        raise TrainerError(
            f"{path} holds weights of the detector {details.detector}, which {config.detector} "
            "cannot start from. Make a new run with that detector, or from pretrained weights."
        )
    return StartWeights(path, config.parent, details, weights)
