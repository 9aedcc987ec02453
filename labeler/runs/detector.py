"""A trained detector for the program's own use: what is wrong with a model is a UserError."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from labeler.errors import UserError
from trainer.coco_weights import GRAPH
from trainer.predict import Detection, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class LiveDetector(Protocol):
    """names: category id -> name; threshold: the score from which on a detection is worth showing.

    predict: as Predictor.predict. Not for several threads at once.
    """

    names: dict[int, str]
    threshold: float

    def predict(
        self, rgb: NDArray[np.uint8], *, min_score: float | None = None
    ) -> list[Detection]: ...


def open_detector(model: Path, *, threads: int = 2) -> LiveDetector:
    """Of a model's file; coco_weights.GRAPH gives COCO's 80 classes, which need no training.

    Raises UserError where it cannot be used.
    """
    if model != GRAPH:
        return ModelDetector(model, threads=threads)
    from labeler.runs.coco_detector import EverydayDetector

    return EverydayDetector(threads=threads)


class ModelDetector(Predictor):
    """As Predictor. Raises UserError where the model cannot be used, also while it looks."""

    def __init__(self, model: Path, *, threads: int = 2) -> None:
        try:
            super().__init__(model, threads=threads)
        except ValueError as error:
            raise UserError(str(error)) from error

    def predict(self, rgb: NDArray[np.uint8], *, min_score: float | None = None) -> list[Detection]:
        try:
            return super().predict(rgb, min_score=min_score)
        except ValueError as error:
            raise UserError(str(error)) from error
