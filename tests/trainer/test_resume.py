"""A run that was stopped, killed or paused goes on, and comes out as if nothing had been."""

from __future__ import annotations

import hashlib
import itertools
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.trainer.training_runs import finish, prepare_run, start_training
from trainer.checkpoint import load_standing
from trainer.config import load_config, save_config
from trainer.events import (
    Evaluated,
    Event,
    Failed,
    Finished,
    Paused,
    Progressed,
    Resumed,
    Started,
    from_line,
    to_line,
)
from trainer.faults import TrainerError
from trainer.predict import Predictor
from trainer.run_folder import STATE
from trainer.train import train
from trainer.training import Training
from trainer.twin import twin
from trainer.twin_sides import SIDES


@pytest.fixture(autouse=True)
def _torch_as_it_was() -> Iterator[None]:
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture(scope="module")
def wish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pictures and a run of three epochs, to be copied."""
    folder = tmp_path_factory.mktemp("resume")
    (folder / "run").mkdir()
    settings = {"budget": "epochs", "epochs": 3.0, "recipe": "twin", "seed": 3}
    prepare_run(folder / "run", folder / "images", train=12, val=4, **settings)
    return folder / "run"


@pytest.fixture(scope="module")
def unbroken(wish: Path) -> Path:
    run = a_copy(wish, wish.with_name("unbroken"))
    trained(run)
    return run


def a_copy(wish: Path, run: Path, **changes: object) -> Path:
    shutil.copytree(wish, run)
    save_config(run, replace(load_config(run), **changes))  # type: ignore[arg-type]
    return run


def never() -> bool:
    return False


def ticking(seconds: float) -> Callable[[], float]:
    ticks = itertools.count(step=seconds)
    return lambda: next(ticks)


def trained(run: Path, should_stop: Callable[[], bool] = never) -> list[Event]:
    events: list[Event] = []
    train(run, events.append, should_stop, ticking(0.1))
    return events


def weights_of(run: Path) -> str:
    return hashlib.sha256((run / "best.safetensors").read_bytes()).hexdigest()


def the(kind: type, events: list[Event]) -> Event:
    [found] = [event for event in events if isinstance(event, kind)]
    return found


def test_a_run_that_is_left_goes_on_from_its_last_look_and_ends_the_same(
    wish: Path, unbroken: Path, tmp_path: Path
) -> None:
    run = a_copy(wish, tmp_path / "run")
    Training(run, lambda _event: None, never, ticking(0.1)).advance(until_epoch=2.6)
    (run / ".state.safetensors.abc.part").write_bytes(b"half")
    assert (run / STATE).is_file()
    events = trained(run)
    kinds = [type(event) for event in events]
    assert kinds[:2] == [Started, Resumed]
    assert 2.0 <= the(Resumed, events).epoch < 2.6  # type: ignore[union-attr]
    assert weights_of(run) == weights_of(unbroken)
    assert not the(Finished, events).stopped_early  # type: ignore[union-attr]
    assert not (run / STATE).exists()


def test_a_run_that_was_stopped_goes_on_twice_and_its_seconds_count(
    wish: Path, unbroken: Path, tmp_path: Path
) -> None:
    run = a_copy(wish, tmp_path / "run")
    seconds = []
    for asked in (12, 30):
        times = itertools.count()
        end = the(Finished, trained(run, lambda: next(times) > asked))  # noqa: B023
        assert end.stopped_early  # type: ignore[union-attr]
        seconds.append(end.seconds)  # type: ignore[union-attr]
    events = trained(run)
    assert seconds[0] < seconds[1] <= the(Resumed, events).seconds  # type: ignore[union-attr]
    assert weights_of(run) == weights_of(unbroken)


def test_kept_features_are_made_anew_and_the_epochs_come_out(wish: Path, tmp_path: Path) -> None:
    run = a_copy(wish, tmp_path / "run", recipe="one-click")
    Training(run, lambda _event: None, never, ticking(0.1)).advance(until_epoch=2.6)
    end = the(Finished, trained(run))
    assert 3.0 <= end.epochs < 3.0 + 16 / 12  # type: ignore[union-attr]


def test_the_better_weights_of_a_killed_process_are_kept(
    wish: Path, unbroken: Path, tmp_path: Path
) -> None:
    run = a_copy(wish, tmp_path / "run")
    Training(run, lambda _event: None, never, ticking(0.1)).advance(until_epoch=1.5)
    early = (run / STATE).read_bytes()
    Training(run, lambda _event: None, never, ticking(0.1)).advance(until_epoch=2.5)
    (run / STATE).write_bytes(early)  # killed between the weights and the state
    (run / "model.onnx").unlink()  # and before the model
    before = load_standing(run / "best.safetensors")
    training = Training(run, lambda _event: None, never, ticking(0.1))
    Predictor(run / "model.onnx")
    assert training.epochs < 2
    training.advance()
    training.finish()
    after = load_standing(run / "best.safetensors")
    assert before is not None
    assert after is not None
    assert after.ap >= before.ap
    assert weights_of(run) == weights_of(unbroken)


def test_a_pause_costs_no_seconds_and_changes_nothing(
    wish: Path, unbroken: Path, tmp_path: Path
) -> None:
    run = a_copy(wish, tmp_path / "run")
    asked = itertools.count()
    events: list[Event] = []
    train(run, events.append, never, ticking(0.1), lambda: 3 <= next(asked) < 6)
    paused, resumed = the(Paused, events), the(Resumed, events)
    assert isinstance(paused, Paused)
    assert isinstance(resumed, Resumed)
    assert resumed.seconds - paused.seconds < 0.25
    assert paused.epoch == resumed.epoch
    assert weights_of(run) == weights_of(unbroken)


def test_a_pair_goes_on_from_states_of_different_epochs(wish: Path, tmp_path: Path) -> None:
    pairs = [tmp_path / "broken", tmp_path / "whole"]
    for pair in pairs:
        for side in SIDES:
            a_copy(wish, pair / side, start=side)
    told: dict[str, list[Event]] = {side: [] for side in SIDES}
    times = itertools.count()
    twin(pairs[0], lambda *_: None, lambda: next(times) > 30, ticking(0.1))
    late = (pairs[0] / "pretrained" / STATE).read_bytes()
    times = itertools.count()
    twin(pairs[0], lambda *_: None, lambda: next(times) > 30, ticking(0.1))
    (pairs[0] / "pretrained" / STATE).write_bytes(late)
    twin(pairs[0], lambda side, event: told[side].append(event), never, ticking(0.1))
    twin(pairs[1], lambda *_: None, never, ticking(0.1))
    for side in SIDES:
        assert weights_of(pairs[0] / side) == weights_of(pairs[1] / side)
        assert the(Finished, told[side])
    begun = [the(Resumed, told[side]).epoch for side in SIDES]  # type: ignore[union-attr]
    assert begun[0] < begun[1]
    looks = [[e.epoch for e in told[side] if isinstance(e, Evaluated)] for side in SIDES]
    assert looks[0][-len(looks[1]) :] == looks[1]


def test_what_was_changed_meanwhile_is_a_sentence(wish: Path, tmp_path: Path) -> None:
    run = a_copy(wish, tmp_path / "run")
    Training(run, lambda _event: None, never, ticking(0.1)).advance(until_epoch=1.5)
    save_config(run, replace(load_config(run), seed=4))
    with pytest.raises(TrainerError, match="was changed since this run began"):
        trained(run)
    save_config(run, replace(load_config(run), seed=3))
    state = (run / STATE).read_bytes()
    (run / STATE).write_bytes(state[: len(state) // 2])
    with pytest.raises(TrainerError, match=r"state\.safetensors is damaged"):
        trained(run)


def test_a_process_pauses_goes_on_stops_and_a_moved_run_resumes(tmp_path: Path) -> None:
    """By lines on stdin, and by its end while the run stands still."""
    here, there = tmp_path / "here", tmp_path / "there"
    run = here / "runs" / "first"
    run.mkdir(parents=True)
    prepare_run(run, here / "images", train=8, val=2, budget="epochs", epochs=500.0)
    config = replace(load_config(run), train_images="../../images", val_images="../../images")
    save_config(run, config)
    process = start_training(run)
    assert process.stdin is not None
    pauses = 0

    def is_second_pause(event: Event) -> bool:
        nonlocal pauses
        assert process.stdin is not None
        pauses += isinstance(event, Paused)
        if isinstance(event, (Progressed, Resumed)) and pauses < 2:
            process.stdin.write("pause\n")
        elif isinstance(event, Paused) and pauses == 1:
            process.stdin.write("resume\n")
        else:
            return isinstance(event, Paused) and pauses == 2
        process.stdin.flush()
        return False

    outcome = finish(process, run, is_second_pause)
    [end] = outcome.of(Finished)
    assert end.stopped_early
    with (run / "events.jsonl").open("a", encoding="utf-8") as stream:
        stream.write('{"event": "Progr')
    here.rename(there)
    run = there / "runs" / "first"
    save_config(run, replace(load_config(run), epochs=end.epochs + 2))
    outcome = finish(start_training(run), run)
    assert outcome.code == 0
    assert outcome.of(Resumed)[0].epoch == end.epochs
    kept = (run / "events.jsonl").read_text(encoding="utf-8").splitlines()
    assert "".join(f"{line}\n" for line in kept).endswith(outcome.lines)
    whole = [from_line(line) for line in kept if line.endswith("}")]
    assert [type(event) for event in whole].count(Finished) == 2
    assert whole[-1].epochs >= end.epochs + 2  # type: ignore[union-attr]


def test_a_complete_run_is_not_trained_again(wish: Path, tmp_path: Path) -> None:
    run = a_copy(wish, tmp_path / "run")
    told = to_line(Finished(0.5, 0.9, 9.0, 3.0, stopped_early=False)) + "\n"
    (run / "events.jsonl").write_text(told, encoding="utf-8")
    outcome = finish(start_training(run), run)
    assert outcome.code == 1
    assert "is complete" in outcome.of(Failed)[0].message
    assert (run / "events.jsonl").read_text(encoding="utf-8") == told
