"""Which weights are kept as the best, when a run is validated, which mistakes come first."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.trainer.training_runs import write_coco
from trainer.analysis import _errors
from trainer.average_precision import Look
from trainer.checkpoint import Standing
from trainer.coco import read_coco
from trainer.data import Examples
from trainer.matching import ImageBoxes
from trainer.measured import Kind
from trainer.mistakes import judge
from trainer.pace import ClockPace
from trainer.results import Results
from trainer.stopwatch import Stopwatch
from trainer.validation import Validator, Verdict


@pytest.mark.parametrize(
    ("scores", "is_better"),
    [
        ((0.51, 0.1), True),
        ((0.49, 0.9), False),
        ((0.5, 0.81), True),
        ((0.5, 0.79), False),  # as good by AP, and worse by AP50
        ((0.5, 0.8), True),  # as good by both: the later weights have learned longer
    ],
)
def test_the_best_weights_are_those_of_the_highest_ap_and_then_ap50(
    tmp_path: Path, scores: tuple[float, float], is_better: bool
) -> None:
    results = Results(tmp_path, "lite", 8, ((1, "mug"),))
    assert results.is_better(Verdict(Look(0.0, 0.0), 0.3))  # the first in any case
    results.best = Standing(0.5, 0.8)
    assert results.is_better(Verdict(Look(*scores), 0.3)) == is_better


def test_of_many_validation_pictures_every_run_looks_at_the_same_ones(tmp_path: Path) -> None:
    """Else two runs of one dataset could not be held against each other."""
    write_coco(tmp_path / "val.json", tmp_path / "images", 30, seed=2)
    coco = read_coco(tmp_path / "val.json", tmp_path / "images")

    def looked_at() -> list[int]:
        examples = Examples(coco, (64, 32), lambda *_: None)
        validator = Validator(coco, examples, "cpu", 8)
        assert validator.read(lambda: False)
        return [index for index in range(30) if examples.has_read([index])]

    first = looked_at()
    assert len(first) == 8
    assert [looked_at(), looked_at()] == [first, first]


class Hands:
    """A clock that the test moves."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def looks_of(seconds: float, cost: float) -> list[float]:
    """When a run of so many seconds validates, as shares of its time, if each costs so much."""
    hands = Hands()
    watch = Stopwatch(hands)
    watch.start()
    pace = ClockPace(watch, seconds)
    at, steps = [], 0
    while pace.progress() < 1.0:
        hands.now += seconds / 400
        steps += 1
        if pace.is_look_due(pace.progress(), steps):
            at.append(hands.now / seconds)
            hands.now += cost
            pace.looked(cost)
    return at


def test_a_run_is_validated_early_and_then_several_times() -> None:
    at = looks_of(60.0, 0.5)
    assert len(at) == 5
    assert 0.08 < at[0] < 0.13
    assert 0.75 < at[-1] < 0.9


def test_validating_takes_no_more_than_its_share_of_a_run() -> None:
    """15 % of the time so far, the first look excepted: a run without one would show nothing."""
    for cost in (1.0, 3.0, 8.0):
        at = looks_of(60.0, cost)
        assert at
        assert (len(at) - 1) * cost <= 0.15 * 60.0
    assert len(looks_of(60.0, 8.0)) == 1


def test_the_surest_mistakes_come_first_and_300_of_a_kind_are_kept() -> None:
    count = 90
    boxes = np.tile([[70.0, 70.0, 10.0, 10.0]], (count, 1))
    images = [
        ImageBoxes(
            number,
            number,
            (100, 100),
            np.array([[0.0, 0.0, 4.0 + number, 8.0]]),
            np.array([1]),
            np.array([False]),
            np.array([8.0 * (4.0 + number)]),
            boxes,
            np.full(count, 1, np.int64),
            np.linspace(0.99, 0.5, count) - number / 1000,
        )
        for number in range(4)
    ]
    rows = _errors(judge(images, [1], 0.1).mistakes, {n: f"{n}.png" for n in range(4)})
    by_kind = {row["kind"]: row for row in rows}
    false = by_kind[Kind.BACKGROUND.value]
    scores = [case["score"] for case in false["cases"]]
    assert (false["count"], len(scores)) == (4 * count, 300)
    assert scores == sorted(scores, reverse=True)
    assert scores[0] == pytest.approx(0.99)
    missed = by_kind[Kind.MISSED.value]["cases"]
    assert [case["file_name"] for case in missed] == ["3.png", "2.png", "1.png", "0.png"]
