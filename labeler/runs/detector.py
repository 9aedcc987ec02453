"""A trained detector for the program's own use: what is wrong with a model is a UserError."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from labeler.errors import UserError
from trainer.predict import Detection, Predictor

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


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
