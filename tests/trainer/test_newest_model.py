"""Whoever watches a run sees what it has become, and its best in the end."""

from __future__ import annotations

from pathlib import Path

import torch

from trainer.average_precision import Look
from trainer.lite import LiteDetector
from trainer.results import Results
from trainer.validation import Verdict


def test_the_newest_model_is_kept_while_the_run_learns_and_the_best_for_good(
    tmp_path: Path,
) -> None:
    best, newest = tmp_path / "model.onnx", tmp_path / "newest.onnx"
    detector = LiteDetector(1, (64, 64)).eval()
    results = Results(tmp_path, "lite", 8, ((1, "mug"),), is_watched=True)
    results.keep(detector, Verdict(Look(0.5, 0.8), 0.4))
    first = best.read_bytes()
    assert newest.read_bytes() == first
    with torch.no_grad():
        for parameter in detector.parameters():
            parameter.add_(0.01)
    results.keep(detector, Verdict(Look(0.3, 0.6), 0.4))
    assert best.read_bytes() == first
    assert newest.read_bytes() != first
    results.end()
    assert best.read_bytes() == first
    assert not newest.exists()
