"""Pairs of runs in a dataset, with what their runs have told, and models that need no training."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from labeler.dataset.store import Dataset
from labeler.runs.pair import SIDES, prepare_pair_from_dataset
from labeler.runs.prepare import Wish
from labeler.runs.record import append_event
from tests.gui.tiny_model import write_tiny_model
from trainer.config import IMAGENET_START
from trainer.events import Evaluated, Event, Finished

PRETRAINED_CURVE = ((10.0, 0.30), (30.0, 0.55), (60.0, 0.62))
SCRATCH_CURVE = ((10.0, 0.01), (30.0, 0.05), (60.0, 0.10))


def scored(curve: Sequence[tuple[float, float]], *, each: float = 10.0) -> list[Event]:
    """curve: (seconds, AP), AP50 is half as much again. each: seconds of an epoch."""
    return [
        Evaluated(seconds, seconds / each, 0.5, ap, 1.5 * ap, 1e-3, is_best=True)
        for seconds, ap in curve
    ]


def finished(curve: Sequence[tuple[float, float]]) -> list[Event]:
    """As scored, and the end."""
    seconds, ap = curve[-1]
    return [*scored(curve), Finished(ap, 1.5 * ap, seconds, seconds / 10, stopped_early=False)]


def write_pair(
    dataset: Dataset,
    name: str = "2026-11-27_10-00_pair",
    *,
    pretrained: Sequence[Event] | None = None,
    scratch: Sequence[Event] | None = None,
    with_models: bool = True,
    detector: str = IMAGENET_START,
) -> Path:
    """A pair among the dataset's runs; without events both are finished.

    The models: the pretrained one finds two things, the other one a single thing.
    """
    wish = Wish(detector=detector)
    pair = prepare_pair_from_dataset(dataset, dataset.runs_folder / name, wish).path
    told = (
        finished(PRETRAINED_CURVE) if pretrained is None else pretrained,
        finished(SCRATCH_CURVE) if scratch is None else scratch,
    )
    for side, events in zip(SIDES, told, strict=True):
        for event in events:
            append_event(pair / side, event)
    if with_models:
        write_tiny_model(pair / "pretrained" / "model.onnx")
        write_tiny_model(pair / "scratch" / "model.onnx", scores=(0.8, 0.2, 0.1))
    return pair
