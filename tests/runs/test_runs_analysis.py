"""What was measured of a run stands beside what the run told itself."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from labeler.runs.analysis import Analysis, Measure, as_told, load_analysis
from labeler.runs.record import RunRecord
from tests.runs.pair_makers import write_analysis
from trainer.events import Evaluated, Started


def measured(folder: Path, ap: float) -> Analysis:
    write_analysis(folder, constant_ap=0.1, constant_ap50=0.2)
    analysis = load_analysis(folder)
    assert analysis is not None
    return replace(analysis, images=20, ap=Measure(ap, 0.6, 0.8))


def record(ap: float, images: int) -> RunRecord:
    started = Started(80, images, ("mug",), 60.0, ())
    scores = Evaluated(60.0, 6.0, 0.5, ap, 0.9, 1e-3, is_best=True, ap_low=0.58, ap_high=0.79)
    return RunRecord.of([started, scores])


@pytest.mark.parametrize(
    ("told", "images", "shown"),
    [
        (0.6952, 20, 0.6952),  # 0.70, as in the run's line, and not 0.69
        (0.6952, 19, 0.6948),  # other images
        (0.5, 20, 0.6948),  # other weights
    ],
)
def test_a_score_is_told_as_in_the_line_of_its_run(
    tmp_path: Path, told: float, images: int, shown: float
) -> None:
    analysis = as_told(measured(tmp_path, 0.6948), record(told, images))
    assert analysis.ap.value == shown
    assert analysis.ap.interval == ((0.58, 0.79) if shown == told else (0.6, 0.8))
    assert analysis.ap50.value is None  # nothing was measured
