"""Five seconds after a run has begun there is a model of it, and it goes on to a better one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.trainer.training_runs import prepare_run
from trainer import pace
from trainer.checkpoint import load_standing
from trainer.config import COCO_START
from trainer.events import Evaluated, Event, Finished
from trainer.predict import Predictor
from trainer.train import train


class Ticks:
    """A clock that goes on by a little whenever somebody looks at it."""

    def __init__(self, tick: float) -> None:
        self.now, self._tick = 0.0, tick

    def __call__(self) -> float:
        self.now += self._tick
        return self.now


@pytest.mark.parametrize("budget", ["time", "best"])
def test_a_usable_model_is_there_at_five_seconds_and_all_pictures_decide_in_the_end(
    tmp_path: Path, budget: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "_FIRST_SHARE", 0.0)  # a single batch is looked at
    run, best = tmp_path / "run", tmp_path / "run/best.safetensors"
    run.mkdir()
    prepare_run(
        run,
        tmp_path / "images",
        train=8,
        val=12,
        seconds=12.0,
        budget=budget,
        detector=COCO_START,
        longest_side=64,
        batch=2,
    )
    told: list[Event] = []
    models: list[bytes] = []

    def hear(event: Event) -> None:
        told.append(event)
        if isinstance(event, Evaluated):
            models.append((run / "model.onnx").read_bytes())
            assert Predictor(run / "model.onnx").names == {3: "red square", 7: "blue circle"}
            assert (load_standing(best) is None) == bool(event.images)

    train(run, hear, lambda: False, clock=Ticks(0.1))
    first, *others = [event for event in told if isinstance(event, Evaluated)]
    assert 5.0 <= first.seconds < 7.0
    assert first.images == 8
    assert first.is_best
    assert others
    assert not any(event.images for event in others)
    assert others[0].is_best  # whatever the few pictures have said
    assert models[0] != models[-1]
    end = told[-1]
    assert isinstance(end, Finished)
    assert end.ap == max(event.ap for event in others)
