"""The budget "best": as long as validation improves, then to rest; never past the cap."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.trainer.training_runs import prepare_run
from trainer.best_pace import HORIZON, BestPace
from trainer.config import IMAGENET_START, RunConfig
from trainer.events import Evaluated, Event, Finished, Started, Warned
from trainer.recipe import Facts, choose_recipe
from trainer.stopwatch import Stopwatch
from trainer.train import train

pytestmark = pytest.mark.usefixtures("constant_models")

FACTS = Facts(300, 500, 1, aspect=1.6, pixels=190_000, typical=0.6, small=0.4, directed=False)


class Day:
    """A run without its learning: a step a second, an epoch in ten; a look costs look_s."""

    def __init__(self, cap: float, ap_at: Callable[[float], float], look_s: float = 1.0) -> None:
        self.now = 0.0
        self.look_s = look_s
        self.ap_at = ap_at
        watch = Stopwatch(lambda: self.now)
        watch.start()
        self.pace = BestPace(watch, cap, lambda: self.now / 10)
        self.falls: list[float] = []
        self.looks: list[float] = []

    def pass_by(self, seconds: float = math.inf) -> float:
        """Until it ends, or for so long; gives the second it is."""
        until = self.now + seconds
        while self.now < until and (progress := self.pace.progress()) < 1:
            self.now += 1
            self.falls.append(min(1.0, max(0.0, self.pace.fall(progress, 0.05))))
            if self.pace.is_look_due(progress, round(self.now)):
                self.look()
        return self.now

    def look(self) -> None:
        self.looks.append(self.now)
        self.pace.judged(self.ap_at(self.now))
        self.now += self.look_s
        self.pace.looked(self.look_s)


def rising_until(second: float) -> Callable[[float], float]:
    return lambda now: 0.6 * min(now, second) / second


@pytest.mark.parametrize("second", [60, 200, 600])
def test_it_ends_some_time_after_the_last_improvement(second: float) -> None:
    day = Day(7200, rising_until(second))
    end = day.pass_by()
    assert 1.5 * second < end < 3 * max(second, HORIZON / 2)
    rest = [now for now, fall in enumerate(day.falls) if fall > 0.5]
    assert 0.15 * end < len(rest) < 0.4 * end
    assert day.falls[-1] > 0.9
    assert sorted(day.falls) == day.falls
    assert len([look for look in day.looks if look > end - len(rest)]) >= 2


@pytest.mark.parametrize("second", [200, 600, 1500])
def test_it_waits_for_a_third_of_the_time_so_far_before_it_comes_to_rest(second: float) -> None:
    """What stands still for a few looks may rise again: a long run is given longer."""
    day = Day(7200, rising_until(second))
    day.pass_by()
    began_to_rest, _end = day.pace.memory()["rests"]
    assert 0.33 * began_to_rest < began_to_rest - second < 0.5 * began_to_rest


def test_what_the_head_can_do_alone_is_not_taken_for_the_end() -> None:
    """It rises fast, stands still, and rises again once the backbone learns, after two minutes."""
    day = Day(7200, lambda now: min(now, 30) / 60 + max(0, min(now, 240) - 150) / 300)
    assert day.pass_by() > 400


def test_two_looks_are_not_enough_to_tell_where_they_are_dear() -> None:
    day = Day(7200, rising_until(100), look_s=8.0)
    day.pass_by()
    began_to_rest, _end = day.pace.memory()["rests"]
    risen = next(look for look in day.looks if look >= 100)
    assert len([look for look in day.looks if risen < look <= began_to_rest]) >= 4


def test_what_goes_on_improving_comes_to_rest_before_the_cap() -> None:
    day = Day(600, lambda now: now / 1000)
    assert 590 <= day.pass_by() <= 600
    assert day.falls[-1] > 0.95
    assert 0.1 < sum(fall > 0.5 for fall in day.falls) / len(day.falls) < 0.4


def test_looks_take_a_small_share_of_the_time() -> None:
    day = Day(3600, lambda now: now / 10_000)
    day.pass_by()
    assert 20 < len(day.looks) < 0.15 * 3600
    assert day.looks[0] < 15


@pytest.mark.parametrize("after", [30, 210, 330])
def test_it_goes_on_as_it_would_have_in_another_process(after: float) -> None:
    whole, first = Day(7200, rising_until(150)), Day(7200, rising_until(150))
    first.pass_by(after)
    second = Day(7200, rising_until(150))
    second.now = first.now
    second.pace.recall(json.loads(json.dumps(first.pace.memory())))
    assert second.pass_by() == whole.pass_by()


def test_the_beginning_takes_as_long_as_in_a_good_run() -> None:
    hour = RunConfig(".", ".", seconds=3600.0, budget="best", detector=IMAGENET_START)
    good = RunConfig(".", ".", seconds=HORIZON, detector=IMAGENET_START)
    first, second = (choose_recipe(wish, FACTS, "cpu", "it") for wish in (hour, good))
    for name in ("warmup", "ema"):
        assert getattr(first, name) * 3600 == pytest.approx(getattr(second, name) * HORIZON)
    assert first.phases[0].until * 3600 == pytest.approx(second.phases[0].until * HORIZON)
    assert first.phases[-1].until == 1.0
    assert "For the first 120 s only the head learns" in " ".join(first.choices)


def run_of(tmp_path: Path, *, val: int, seconds: float, tick: float) -> list[Event]:
    """tick: seconds that seem to pass each time somebody looks at the clock."""
    run = tmp_path / "run"
    run.mkdir()
    small = {"longest_side": 64, "batch": 2, "augmentation": "off", "start": "scratch"}
    settings = {"budget": "best", "seconds": seconds, **small}
    prepare_run(run, tmp_path / "images", train=4, val=val, **settings)
    events: list[Event] = []
    ticks = itertools.count(step=tick)
    train(run, events.append, lambda: False, lambda: next(ticks))
    return events


def test_a_real_run_ends_by_itself(tmp_path: Path) -> None:
    events = run_of(tmp_path, val=1, seconds=60.0, tick=2.0)
    [end] = [event for event in events if isinstance(event, Finished)]
    assert not end.stopped_early
    assert end.seconds < 100
    aps = [event.ap for event in events if isinstance(event, Evaluated)]
    assert end.ap == max(aps)


def test_without_validation_it_learns_for_a_fixed_time(tmp_path: Path) -> None:
    events = run_of(tmp_path, val=0, seconds=2000.0, tick=20.0)
    [started] = [event for event in events if isinstance(event, Started)]
    assert "Learns for 300 s, checking included." in " ".join(started.choices)
    assert any("AP stays unknown" in event.message for event in events if isinstance(event, Warned))
    assert isinstance(events[-1], Finished)
