"""Pairs of runs that have told something, without any training."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

from labeler.runs.pair import SIDES, prepare_pair_from_coco
from labeler.runs.prepare import Wish
from tests.runs.run_makers import write_coco_files
from trainer.events import Evaluated, Event, Finished, Started, to_line

Curve = Sequence[tuple[float, float]]
"""(seconds, AP50)"""
FAST: Curve = ((10, 0.2), (20, 0.6), (60, 0.71))
SLOW: Curve = ((10, 0.01), (20, 0.02), (60, 0.08))
PACE = 10.0
"""Seconds an epoch."""


def make_pair(folder: Path, wish: Wish, curves: Mapping[str, Curve]) -> Path:
    """A pair of twelve pictures; the sides with a curve have told it and are Finished."""
    if not (folder / "coco").exists():
        write_coco_files(folder / "coco", [f"{number}.jpg" for number in range(12)], [1] * 12)
    source = folder / "coco" / "all.json"
    pair = prepare_pair_from_coco(source, source.parent / "images", None, folder / "pair", wish)
    for side, curve in curves.items():
        tell_run(pair.path / side, curve)
    return pair.path


def tell_run(run: Path, curve: Curve, *, stopped_early: bool = False) -> None:
    events: list[Event] = [Started(10, 2, ("class 1",), 60.0, ())]
    for seconds, ap50 in curve:
        ap = ap50 / 2
        events.append(Evaluated(seconds, seconds / PACE, 0.5, ap, ap50, 1e-3, True, ap / 2, 2 * ap))
    seconds, ap50 = curve[-1]
    events.append(Finished(ap50 / 2, ap50, seconds, seconds / PACE, stopped_early=stopped_early))
    lines = "".join(to_line(event) + "\n" for event in events)
    (run / "events.jsonl").write_text(lines, encoding="utf-8")


def write_scores(pair: Path, difference: tuple[float, float], boxes: int = 40) -> None:
    """scores.json as the trainer writes it, with that interval for the difference of AP50."""
    measure = {"value": 0.5, "low": 0.4, "high": 0.6}
    side = {"ap": measure, "ap50": measure, "ar": measure}
    low, high = difference
    apart = {**side, "ap50": {"value": (low + high) / 2, "low": low, "high": high}}
    told = {"format": 1, "images": 2, "boxes": boxes, **dict.fromkeys(SIDES, side)}
    content = {**told, "difference": apart, "pretrained_ahead": 0.99}
    (pair / "scores.json").write_text(json.dumps(content), encoding="utf-8")


def write_analysis(
    run: Path,
    *,
    constant_ap: float,
    constant_ap50: float,
    **measured: tuple[float, float, float],
) -> None:
    """analysis.json of which nothing but the constant box is told, and what was measured of ap,
    ap50 and ar: value, lower and upper end.
    """
    unknown = {"value": None, "low": None, "high": None}
    known = {name: dict(zip(unknown, three, strict=True)) for name, three in measured.items()}
    content = {
        "format": 1,
        "part": "val",
        "made": "2026-11-24T17:04:00+00:00",
        "constant_box": {"ap": constant_ap, "ap50": constant_ap50},
        **dict.fromkeys(("images", "boxes", "threshold", "precision", "recall", "f1"), 0),
        **dict.fromkeys(("ap", "ap50", "ar"), unknown),
        **known,
        **{key: [] for key in ("curve", "classes", "sizes", "errors", "warnings")},
    }
    (run / "analysis.json").write_text(json.dumps(content), encoding="utf-8")
