"""A trained detector for the program's own use: what is wrong with a model is a UserError."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from labeler.errors import UserError
from trainer import coco_weights, vector_weights
from trainer.predict import Detection, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


EVERYDAY, VECTOR = coco_weights.GRAPH, vector_weights.GRAPH
READY_MADE = (EVERYDAY, VECTOR)
"""Models that came with the program: COCO's 80 classes, and Vector with his cube."""


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
    """Of a model's file; one of READY_MADE needs no training.

    Raises UserError where it cannot be used.
    """
    if model not in READY_MADE:
        return ModelDetector(model, threads=threads)
    from labeler.runs.coco_detector import everyday_detector, vector_detector

    return (everyday_detector if model == EVERYDAY else vector_detector)(threads=threads)


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
