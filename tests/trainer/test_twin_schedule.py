"""The plan of a pair: both do the same steps, and the seconds come out as asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from trainer.config import RunConfig
from trainer.stopwatch import Stopwatch
from trainer.twin_best import schedule_of
from trainer.twin_schedule import Schedule, TwinPace

STEP = 0.05
"""Epochs."""


@dataclass
class Run:
    """A run as the loop drives it, on a clock of its own. first: what its first step costs; ap_at:
    what it is worth after so many epochs.
    """

    schedule: Schedule
    step_cost: float
    look_cost: float
    first: float = 0.0
    ap_at: Callable[[float], float] = lambda _epochs: 0.0
    now: float = 0.0
    steps: int = 0
    looks: list[float] = field(default_factory=list)
    falls: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        watch = Stopwatch(lambda: self.now)
        watch.start()
        config = RunConfig("", "")
        self.pace: TwinPace = self.schedule.pace(config, watch, lambda: self.epochs)

    @property
    def epochs(self) -> float:
        return self.steps * STEP

    def advance(self, until: float) -> None:
        while self.epochs < until and (progress := self.pace.progress()) < 1:
            self.now += self.step_cost + (0 if self.steps else self.first)
            self.steps += 1
            self.falls.append(min(1.0, self.pace.fall(progress, 0.0)))
            if self.pace.is_look_due(progress, self.steps):
                self.look()

    def look(self) -> None:
        self.looks.append(self.epochs)
        self.pace.judged(self.ap_at(self.epochs))
        self.now += self.look_cost
        self.pace.looked(self.look_cost)


def played(config: RunConfig, *runs: Callable[[Schedule], Run]) -> list[Run]:
    """The turns as twin takes them, to the end."""
    schedule = schedule_of(config)
    made = [make(schedule) for make in runs]
    schedule.plan()
    while not all(run.pace.progress() >= 1 for run in made):
        until = schedule.next_turn()
        for run in made:
            run.advance(until)
        assert len({run.steps for run in made}) == 1
        schedule.plan()
    for run in made:
        run.look()
    return made


@pytest.mark.parametrize(("step", "look"), [(0.02, 0.1), (0.4, 1.0), (0.4, 8.0), (3.0, 1.0)])
def test_the_slower_run_takes_about_the_seconds_asked_for(step: float, look: float) -> None:
    faster, slower = played(
        RunConfig("", "", seconds=60.0),
        lambda schedule: Run(schedule, 0.9 * step, look, first=1.0),
        lambda schedule: Run(schedule, step, look),
    )
    assert faster.steps == slower.steps
    assert faster.looks == slower.looks
    assert 60 - step - look < slower.now < 60 + step + look
    assert len(slower.looks) * look <= max(0.15 * 60 + 2 * look, 2 * look)


def test_cheap_looks_come_early_and_often() -> None:
    [run] = played(RunConfig("", "", seconds=60.0), lambda s: Run(s, 0.2, 0.2))
    assert len(run.looks) == 11
    assert run.looks[0] < 0.1 * run.epochs
    assert run.looks == sorted(set(run.looks))


def test_epochs_as_budget_give_the_same_steps_and_looks_on_any_machine() -> None:
    config = RunConfig("", "", budget="epochs", epochs=6.0)
    [quick] = played(config, lambda s: Run(s, 0.01, 0.1))
    [slow] = played(config, lambda s: Run(s, 2.0, 30.0))
    assert quick.epochs == slow.epochs == pytest.approx(6.0)
    assert quick.looks == slow.looks
    assert len(quick.looks) == 11


def test_a_budget_of_a_few_steps_ends_and_is_scored() -> None:
    [run] = played(RunConfig("", "", seconds=1.0), lambda s: Run(s, 2.0, 1.0))
    assert run.steps <= 5
    assert run.looks == [run.epochs]


def rising_until(epoch: float) -> Callable[[float], float]:
    return lambda epochs: min(epochs, epoch) / epoch


BEST = RunConfig("", "", budget="best", seconds=3600.0)


def _best_pair(pretrained: float, scratch: float, *, config: RunConfig = BEST) -> list[Run]:
    """Both improve until so many epochs; 4 s each for the slower one, which is scratch."""
    return played(
        config,
        lambda s: Run(s, 0.15, 1.0, ap_at=rising_until(pretrained)),
        lambda s: Run(s, 0.2, 1.0, ap_at=rising_until(scratch)),
    )


@pytest.mark.parametrize(("pretrained", "scratch"), [(20, 150), (150, 20), (100, 100)])
def test_until_neither_improves_the_later_one_keeps_both_at_work(
    pretrained: float, scratch: float
) -> None:
    runs = _best_pair(pretrained, scratch)
    last = max(pretrained, scratch)
    for run in runs:
        assert 1.5 * last < run.epochs < 3 * last
        assert sorted(run.falls) == pytest.approx(run.falls, abs=0.02)
        assert run.falls[-1] > 0.9
        assert len(run.looks) * 1.0 < 0.2 * run.now
    assert runs[0].looks == runs[1].looks
    assert runs[0].looks[-1] - runs[0].looks[-2] > 1.0  # no look twice at the end
    assert runs[0].falls == runs[1].falls


def test_a_pair_that_goes_on_improving_comes_to_rest_before_its_cap() -> None:
    runs = _best_pair(1e6, 1e6, config=RunConfig("", "", budget="best", seconds=600.0))
    assert 590 < runs[1].now < 610
    assert runs[0].epochs == runs[1].epochs
    assert runs[1].falls[-1] > 0.9
    assert 0.1 < sum(fall > 0.6 for fall in runs[1].falls) / runs[1].steps < 0.4


def test_what_was_decided_for_both_holds_where_one_was_saved_before_it() -> None:
    def paces() -> tuple[TwinPace, TwinPace]:
        schedule = schedule_of(BEST)
        one, other = Run(schedule, 0.2, 1.0), Run(schedule, 0.2, 1.0)
        return one.pace, other.pace

    early, late = (pace.memory() for pace in paces())
    late["rest"] = (100.0, 130.0)
    again = paces()
    again[0].recall(json.loads(json.dumps(late)))
    again[1].recall(json.loads(json.dumps(early)))
    assert [pace.memory()["rest"] for pace in again] == [(100.0, 130.0)] * 2
