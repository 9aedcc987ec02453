"""A real training run that all tests of the trainer share, and run folders for others."""

from __future__ import annotations

import os

os.environ.setdefault("OMP_WAIT_POLICY", "passive")  # as the trainer itself does, before torch

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import torch
from filelock import FileLock

from tests.trainer.constant_model import leave_constant_models
from tests.trainer.training_runs import (
    Outcome,
    finish,
    outcome_of,
    prepare_run,
    start_training,
)
from trainer.events import Evaluated, Event


@pytest.fixture(autouse=True)
def _torch_as_it_was() -> Iterator[None]:
    """A training in this process sets both, and no other test may feel it."""
    threads = torch.get_num_threads()
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Path]:
    """Makes a run folder: train=, val= counts of pictures; the rest goes into the config."""

    def make(*, train: int = 8, val: int = 4, **config: Any) -> Path:
        run = tmp_path / "run"
        run.mkdir()
        prepare_run(run, tmp_path / "images", train=train, val=val, **config)
        return run

    return make


@pytest.fixture(scope="module")
def constant_models() -> Iterator[None]:
    """For tests of how a run learns: each model.onnx it leaves is one that always finds the same.

    To trace the detector is half of what a run of a few steps takes.
    """
    with pytest.MonkeyPatch.context() as patch:
        leave_constant_models(patch)
        yield


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """A real run, stopped when it is good (eight seconds on a quiet machine). Not to be changed.

    Among its pictures are a truncated, a missing and a false one. The processes of one session of
    tests share it: the first that asks trains, the others wait.
    """
    folder = of_the_session(tmp_path_factory) / "training"
    lines, code = folder / "lines.txt", folder / "code.txt"
    with FileLock(folder.with_suffix(".lock")):
        if not code.exists():
            outcome = _trained(folder)
            lines.write_text(outcome.lines, encoding="utf-8")
            code.write_text(str(outcome.code), encoding="utf-8")
    return outcome_of(folder / "run", lines.read_text("utf-8"), int(code.read_text("utf-8")))


def of_the_session(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that all processes of this session of tests have in common."""
    own = tmp_path_factory.getbasetemp()
    return own.parent if "PYTEST_XDIST_WORKER" in os.environ else own


def _trained(folder: Path) -> Outcome:
    run, images = folder / "run", folder / "images"
    run.mkdir(parents=True, exist_ok=True)
    prepare_run(run, images, train=40, val=12, seconds=60.0, seed=5)
    whole = (images / "train-001.jpg").read_bytes()
    (images / "train-001.jpg").write_bytes(whole[: len(whole) * 2 // 3])
    (images / "train-002.jpg").unlink()
    (images / "train-003.jpg").write_text("no picture", encoding="utf-8")
    return finish(start_training(run), run, is_good)


def is_good(event: Event) -> bool:
    return isinstance(event, Evaluated) and event.ap50 > 0.85
