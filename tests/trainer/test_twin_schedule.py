"""The plan of a pair: both do the same steps, and the seconds come out as asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from trainer.config import RunConfig
from trainer.stopwatch import Stopwatch
from trainer.twin_schedule import Schedule, TwinPace

STEP = 0.05
"""Epochs."""


@dataclass
class Run:
    """A run as the loop drives it, on a clock of its own. first: what its first step costs."""

    schedule: Schedule
    step_cost: float
    look_cost: float
    first: float = 0.0
    now: float = 0.0
    steps: int = 0
    looks: list[float] = field(default_factory=list)

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
            if self.pace.is_look_due(progress, self.steps):
                self.look()

    def look(self) -> None:
        self.looks.append(self.epochs)
        self.now += self.look_cost
        self.pace.looked(self.look_cost)


def played(config: RunConfig, *runs: Callable[[Schedule], Run]) -> list[Run]:
    """The turns as twin takes them, to the end."""
    schedule = Schedule(config)
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
