"""What was measured of a run: RUN/analysis.json (validation) and RUN/final.json (test), read."""

from __future__ import annotations

from pathlib import Path

from labeler.errors import UserError
from trainer.measured import (
    FILES,
    Analysis,
    Box,
    Case,
    Kind,
    Measure,
    Mistakes,
    Scores,
    read_analysis,
)
from trainer.names import is_there

__all__ = [
    "FILES",
    "Analysis",
    "Box",
    "Case",
    "Kind",
    "Measure",
    "Mistakes",
    "Scores",
    "load_analysis",
]


def load_analysis(run: Path, part: str = "val") -> Analysis | None:
    """part: "val" or "test". None where it was not measured. Raises UserError."""
    path = run / FILES[part]
    if not is_there(path):
        return None
    try:
        return read_analysis(path)
    except ValueError as error:
        raise UserError(str(error)) from error
