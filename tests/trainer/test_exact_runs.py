"""A budget of epochs: the same seed gives the same weights, whatever the clock and others do."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from tests.trainer.training_runs import prepare_run
from trainer.config import load_config, save_config
from trainer.events import Evaluated, Event, Finished, Started
from trainer.train import train
from trainer.training import Training

pytestmark = pytest.mark.usefixtures("constant_models")


@pytest.fixture(scope="module")
def wish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of two epochs, to be copied."""
    folder = tmp_path_factory.mktemp("exact")
    (folder / "run").mkdir()
    settings = {"budget": "epochs", "epochs": 2.0, "recipe": "twin", "seed": 3}
    small = {**settings, "longest_side": 64}
    prepare_run(folder / "run", folder / "images", train=12, val=4, **small)
    return folder / "run"


def a_copy(wish: Path, run: Path, **changes: object) -> Path:
    shutil.copytree(wish, run)
    save_config(run, replace(load_config(run), **changes))  # type: ignore[arg-type]
    return run


def never() -> bool:
    return False


def weights_of(run: Path) -> str:
    return hashlib.sha256((run / "best.safetensors").read_bytes()).hexdigest()


def trained(run: Path, seconds_a_tick: float) -> list[Event]:
    ticks = itertools.count(step=seconds_a_tick)
    events: list[Event] = []
    train(run, events.append, never, lambda: next(ticks))
    return events


@pytest.fixture(scope="module")
def quick(wish: Path) -> tuple[Path, list[Event]]:
    """The run as a quick machine trains it, and what it told."""
    run = a_copy(wish, wish.with_name("quick"))
    return run, trained(run, 0.001)


def test_the_same_seed_gives_the_same_weights_on_a_slower_machine(
    wish: Path, quick: tuple[Path, list[Event]], tmp_path: Path
) -> None:
    run, events = quick
    slow = a_copy(wish, tmp_path / "slow")
    trained(slow, 0.7)
    assert weights_of(slow) == weights_of(run)
    other = a_copy(wish, tmp_path / "other", seed=4)
    trained(other, 0.001)
    assert weights_of(other) != weights_of(run)
    [end] = [event for event in events if isinstance(event, Finished)]
    assert 2.0 <= end.epochs < 2.0 + 16 * 4 / 12
    assert not end.stopped_early


def test_and_so_it_does_by_the_recipe_of_one_click(wish: Path, tmp_path: Path) -> None:
    runs = [a_copy(wish, tmp_path / name, recipe="one-click") for name in ("quick", "slow")]
    for run, seconds_a_tick in zip(runs, (0.001, 0.7), strict=True):
        trained(run, seconds_a_tick)
    assert weights_of(runs[0]) == weights_of(runs[1])


def test_two_runs_in_turn_come_out_as_each_alone(
    wish: Path, quick: tuple[Path, list[Event]], tmp_path: Path
) -> None:
    starts = ("pretrained", "scratch")
    alone = {"pretrained": quick[0], "scratch": a_copy(wish, tmp_path / "alone", start="scratch")}
    trained(alone["scratch"], 0.001)
    beside = {start: a_copy(wish, tmp_path / f"beside-{start}", start=start) for start in starts}
    told: dict[str, list[Event]] = {start: [] for start in starts}
    ticks = itertools.count(step=0.5)
    trainings = [
        Training(beside[start], told[start].append, never, lambda: next(ticks)) for start in starts
    ]
    for epoch in itertools.count(1):
        for training in trainings:
            training.advance(epoch)
        if all(training.is_done for training in trainings):
            break
    for training in trainings:
        training.finish()
    assert [weights_of(beside[s]) for s in starts] == [weights_of(alone[s]) for s in starts]
    assert weights_of(alone["pretrained"]) != weights_of(alone["scratch"])
    # of the ticks of the one clock, each got its own share
    ends = [event for s in starts for event in told[s] if isinstance(event, Finished)]
    assert sum(end.seconds for end in ends) < next(ticks)
    looks = [[e.epoch for e in told[s] if isinstance(e, Evaluated)] for s in starts]
    assert looks[0] == looks[1]
    first, second = (
        event.choices for s in starts for event in told[s] if isinstance(event, Started)
    )
    assert [line for line in first if line not in second] == [
        "Starts from pretrained weights.",
        "Each class begins as the mean of COCO's 80: by their names none is like it.",
    ]
    assert [line for line in second if line not in first] == ["Starts from random weights."]
    in_both = [
        [line for line in each if line in first and line in second] for each in (first, second)
    ]
    assert in_both[0] == in_both[1]
