"""Transfer against scratch: both runs do the same, and differ in their start weights alone."""

from __future__ import annotations

import itertools
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pytest

from tests.trainer.training_runs import ROOT, prepare_run
from trainer.config import load_config, save_config
from trainer.events import Evaluated, Event, Failed, Finished, from_line
from trainer.faults import TrainerError
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.predict import Predictor
from trainer.twin import twin
from trainer.twin_sides import SIDES, SideFailedError

pytestmark = pytest.mark.usefixtures("constant_models")


@pytest.fixture
def make_pair(tmp_path: Path) -> Callable[..., Path]:
    """Makes PAIR with both run folders; the rest goes into both configs."""

    def make(*, train: int = 12, val: int = 4, **config: object) -> Path:
        pair = tmp_path / "pair"
        (pair / "pretrained").mkdir(parents=True)
        settings = {"recipe": "twin", "seed": 3, "longest_side": 64, **config}
        prepare_run(pair / "pretrained", tmp_path / "images", train=train, val=val, **settings)
        shutil.copytree(pair / "pretrained", pair / "scratch")
        config_of = load_config(pair / "scratch")
        save_config(pair / "scratch", replace(config_of, start="scratch"))
        return pair

    return make


@dataclass
class Watched:
    """What each run told."""

    told: dict[str, list[Event]] = field(default_factory=lambda: {side: [] for side in SIDES})

    def emit(self, side: str, event: Event) -> None:
        self.told[side].append(event)


@pytest.fixture
def watched() -> Watched:
    return Watched()


def never() -> bool:
    return False


def ticking(seconds: float) -> Callable[[], float]:
    ticks = itertools.count(step=seconds)
    return lambda: next(ticks)


def test_where_one_breaks_down_the_other_keeps_its_best(
    make_pair: Callable[..., Path], watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    pair = make_pair(budget="epochs", epochs=1000.0)
    step = Learner.step
    learners: list[int] = []

    def breaking(learner: Learner, batch: Batch, progress: float) -> float:
        if id(learner) not in learners:
            learners.append(id(learner))
        elif len(learners) == 2 and id(learner) == learners[0]:
            raise TrainerError("Learning broke down.")
        return step(learner, batch, progress)

    monkeypatch.setattr(Learner, "step", breaking)
    with pytest.raises(SideFailedError) as told:
        twin(pair, watched.emit, never, ticking(0.1))
    assert (told.value.side, str(told.value.cause)) == ("pretrained", "Learning broke down.")
    assert isinstance(watched.told["scratch"][-1], Finished)
    assert (pair / "scratch" / "model.onnx").is_file()


def test_a_pair_without_a_known_end_ends_by_itself_after_the_same_epochs(
    make_pair: Callable[..., Path], watched: Watched
) -> None:
    pair = make_pair(train=4, val=1, batch=2, augmentation="off", budget="best", seconds=60.0)
    twin(pair, watched.emit, never, ticking(3.0))
    ends = [watched.told[side][-1] for side in SIDES]
    assert all(isinstance(end, Finished) and not end.stopped_early for end in ends)
    looks = [
        [event.epoch for event in watched.told[side] if isinstance(event, Evaluated)]
        for side in SIDES
    ]
    assert looks[0] == looks[1]
    assert len(looks[0]) > 1
    assert all((pair / side / "model.onnx").is_file() for side in SIDES)


def test_runs_that_were_asked_different_things_are_no_pair(
    make_pair: Callable[..., Path], watched: Watched
) -> None:
    pair = make_pair()
    config = load_config(pair / "scratch")
    save_config(pair / "scratch", replace(config, seed=4))
    with pytest.raises(TrainerError, match="asked different things"):
        twin(pair, watched.emit, never)
    save_config(pair / "scratch", replace(config, start="pretrained"))
    with pytest.raises(TrainerError, match="starts from pretrained, not from scratch"):
        twin(pair, watched.emit, never)
    save_config(pair / "scratch", config)
    (pair / "scratch" / "val.json").write_text("{}", encoding="utf-8")
    with pytest.raises(TrainerError, match=r"different lists \(val\.json\)"):
        twin(pair, watched.emit, never)


def test_a_pair_that_is_stopped_leaves_two_models_and_each_line_told_its_run(
    make_pair: Callable[..., Path],
) -> None:
    pair = make_pair(budget="epochs", epochs=1000.0)
    lines = []
    with _verb(pair) as process:
        assert process.stdout is not None
        assert process.stdin is not None
        for line in process.stdout:
            lines.append(json.loads(line))
            if {told["run"] for told in lines if told["event"] == "Progressed"} == set(SIDES):
                process.stdin.close()
        assert process.wait(timeout=60) == 0
    for side in SIDES:
        own = [{**told, "run": None} for told in lines if told["run"] == side]
        kept = (pair / side / "events.jsonl").read_text(encoding="utf-8").splitlines()
        assert [{**json.loads(line), "run": None} for line in kept] == own
        end = from_line(kept[-1])
        assert isinstance(end, Finished)
        assert end.stopped_early
        assert (pair / side / "log.txt").is_file()
        Predictor(pair / side / "model.onnx").predict(np.zeros((96, 160, 3), np.uint8))


def test_what_is_no_pair_is_a_sentence_for_both(tmp_path: Path) -> None:
    (tmp_path / "pair" / "pretrained").mkdir(parents=True)
    with _verb(tmp_path / "pair") as process:
        out, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    told = [from_line(line) for line in out.splitlines()]
    assert [type(event) for event in told] == [Failed, Failed]
    assert "holds no folder scratch" in told[0].message  # type: ignore[union-attr]


def _verb(pair: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "trainer", "twin", str(pair)],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        encoding="utf-8",
    )
