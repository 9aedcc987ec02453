"""The INT8 model of a run beside its float one, as the trainer measured both: quantised.json."""

from __future__ import annotations

from pathlib import Path

from labeler.errors import UserError
from trainer import measured
from trainer.measured import QUANTISED, Figures, Quantised

__all__ = ["QUANTISED", "Figures", "Quantised", "load_quantised"]


def load_quantised(run: Path) -> Quantised | None:
    """None where there is none, or where it was made from another model.onnx than there is now.

    Raises UserError where quantised.json is damaged.
    """
    try:
        return measured.load_quantised(run)
    except ValueError as error:
        raise UserError(f"{error} Make the INT8 model anew.") from error
