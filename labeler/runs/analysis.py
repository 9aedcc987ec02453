"""What was measured of a run: RUN/analysis.json (validation) and RUN/final.json (test), read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labeler.errors import UserError
from labeler.runs.record import RunRecord
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
    "as_told",
    "load_analysis",
]


_SAME = 0.01
"""So far apart the scores of the same weights on the same images may be: the training scores them
in PyTorch, the analysis their model.onnx."""


def as_told(analysis: Analysis, record: RunRecord) -> Analysis:
    """With the AP and AP50 that the run's line tells, where both measured the same.

    So no score stands on the screen in two forms that differ in their last digit.
    """
    started = record.started
    if started is None or started.images_val != analysis.images:
        return analysis
    return replace(
        analysis,
        ap=_told(analysis.ap, record.ap, record.ap_interval),
        ap50=_told(analysis.ap50, record.ap50, record.ap50_interval),
    )


def _told(measured: Measure, value: float | None, interval: tuple[float, float] | None) -> Measure:
    if measured.value is None or value is None or abs(measured.value - value) > _SAME:
        return measured
    return Measure(value, *(interval or (measured.low, measured.high)))


def load_analysis(run: Path, part: str = "val") -> Analysis | None:
    """part: "val" or "test". None where it was not measured. Raises UserError."""
    path = run / FILES[part]
    if not is_there(path):
        return None
    try:
        return read_analysis(path)
    except ValueError as error:
        raise UserError(str(error)) from error
