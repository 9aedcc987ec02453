"""Which weights are kept as the best, when a run is validated, which mistakes come first."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from tests.trainer.training_runs import write_coco
from trainer.analysis import _errors
from trainer.average_precision import Look
from trainer.best_pace import BestPace
from trainer.checkpoint import Standing
from trainer.coco import read_coco
from trainer.config import OFFLINE
from trainer.data import Examples
from trainer.detector import build_detector
from trainer.lite import LiteDetector
from trainer.matching import ImageBoxes
from trainer.measured import Kind
from trainer.mistakes import judge
from trainer.pace import ClockPace, Pace
from trainer.protocol import BuildRequest, StagedDetector
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


def started() -> tuple[Hands, Stopwatch]:
    """The clock, and a watch that runs by it."""
    hands = Hands()
    watch = Stopwatch(hands)
    watch.start()
    return hands, watch


@pytest.mark.parametrize(
    ("make", "whole"),
    [
        (lambda watch: ClockPace(watch, 10.0), 10.0),
        (lambda watch: ClockPace(watch, 300.0), 300.0),
        (lambda watch: BestPace(watch, 3600.0, lambda: watch.seconds), 3600.0),
    ],
)
def test_five_seconds_after_its_start_a_run_has_a_model_for_little_of_its_time(
    make: Callable[[Stopwatch], Pace], whole: float
) -> None:
    hands, watch = started()
    pace = make(watch)
    hands.now = 4.9
    assert pace.first_evaluation() is None
    hands.now = 5.1
    within = pace.first_evaluation()
    assert within is not None
    assert within <= min(2.0, whole / 20)
    hands.now += within
    pace.evaluated_first(within, 0.9)
    assert pace.first_evaluation() is None
    again = make(watch)
    again.recall(json.loads(json.dumps(pace.memory())))
    assert again.first_evaluation() is None  # also in the process that goes on


def test_what_the_first_evaluation_has_cost_tells_when_a_short_run_has_to_end_learning() -> None:
    hands, watch = started()
    pace = ClockPace(watch, 10.0)
    hands.now = 5.5
    pace.evaluated_first(0.5, 2.0)
    hands.now = 7.6
    assert pace.progress() < 1.0
    hands.now = 7.8
    assert pace.progress() >= 1.0  # 2.3 seconds are left to score by all pictures
    assert not pace.is_look_due(0.9, 100)


def test_the_rate_does_not_jump_where_the_first_evaluation_took_its_time() -> None:
    hands, watch = started()
    pace = ClockPace(watch, 10.0)
    pace.expect_look(1.5)
    hands.now = 5.0
    before = pace.progress()
    hands.now = 6.3
    pace.evaluated_first(1.3, 1.5)
    assert pace.progress() == pytest.approx(before, abs=0.02)
    hands.now = 10.0 - 1.15 * 1.5
    assert pace.progress() == pytest.approx(1.0)
    assert not pace.is_look_due(0.9, 100)


def test_a_run_too_short_for_it_is_scored_only_at_its_end() -> None:
    hands, watch = started()
    pace = ClockPace(watch, 6.0)
    hands.now = 5.1
    assert pace.first_evaluation() is None


@pytest.mark.usefixtures("constant_models")
def test_what_some_pictures_say_gives_way_to_what_all_say(tmp_path: Path) -> None:
    detector = LiteDetector(2, (64, 32)).eval()
    results = Results(tmp_path, "lite", 8, ((3, "red square"), (7, "blue circle")))
    results.keep(detector, Verdict(Look(0.9, 0.9), 0.4, images=8))
    assert results.best is None
    assert (tmp_path / "model.onnx").is_file()
    again = Results(tmp_path, "lite", 8, ((3, "red square"), (7, "blue circle")))
    again.take_up()  # as the process does that goes on
    assert again.is_better(Verdict(Look(0.2, 0.4), 0.4))
    results.keep(detector, Verdict(Look(0.2, 0.4), 0.4))
    assert results.best == Standing(0.2, 0.4)


def test_with_no_time_a_validator_looks_at_a_few_pictures_and_says_so(tmp_path: Path) -> None:
    write_coco(tmp_path / "val.json", tmp_path / "images", 30, seed=2)
    coco = read_coco(tmp_path / "val.json", tmp_path / "images")
    validator = Validator(coco, Examples(coco, (64, 32), lambda *_: None), "cpu", 25)
    detector = LiteDetector(2, (64, 32)).eval()
    assert validator.judge(detector, within=0.0).images == 8
    assert validator.judge(detector, within=60.0).images == 0
    assert validator.judge(detector).images == 0


@pytest.mark.parametrize("name", OFFLINE)
def test_a_backbone_that_stands_still_sees_each_validation_picture_once(
    name: str, tmp_path: Path
) -> None:
    write_coco(tmp_path / "val.json", tmp_path / "images", 12, seed=2)
    coco = read_coco(tmp_path / "val.json", tmp_path / "images")
    request = BuildRequest(name, 2, "pretrained", (96, 64), lambda _: None, lambda: False)
    detector = build_detector(request).eval()
    assert isinstance(detector, StagedDetector)

    def made() -> Validator:
        return Validator(coco, Examples(coco, (96, 64), lambda *_: None), "cpu", 25)

    pictures: list[int] = []
    first_layer = next(m for m in detector.blocks().modules() if isinstance(m, nn.Conv2d))
    first_layer.register_forward_hook(lambda _layer, given, _made: pictures.append(len(given[0])))
    validator = made()
    assert validator.judge(detector, within=0.0).images == 8
    assert _nearly(validator.judge(detector), made().judge(detector))
    assert sum(pictures) == 12 + 12  # of the first one, and of the one that was made anew
    _move(detector.parameters(), besides=set(detector.blocks().parameters()))
    pictures.clear()
    again = validator.judge(detector)
    assert pictures == []
    assert _nearly(again, made().judge(detector))
    _move(detector.blocks().parameters(), besides=set())
    assert _nearly(validator.judge(detector), made().judge(detector))


def _move(parameters: Iterable[nn.Parameter], besides: set[nn.Parameter]) -> None:
    torch.manual_seed(1)
    with torch.no_grad():
        for parameter in parameters:
            if parameter not in besides:
                parameter.add_(0.02 * torch.randn_like(parameter))


def _nearly(one: Verdict, other: Verdict) -> bool:
    """The same but for the order in which numbers were added up."""
    return (one.scores.ap, one.scores.ap50, one.threshold) == pytest.approx(
        (other.scores.ap, other.scores.ap50, other.threshold), abs=1e-4
    )


def looks_of(seconds: float, cost: float) -> list[float]:
    """When a run of so many seconds validates, as shares of its time, if each costs so much."""
    hands, watch = started()
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
