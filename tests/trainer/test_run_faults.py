"""What breaks in the middle of a run: said in a sentence, helped where it can be, nothing lost."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from tests.trainer.training_runs import prepare_run
from trainer.coco import read_coco
from trainer.config import load_config, save_config
from trainer.data import Examples
from trainer.events import MEASURING, Evaluated, Event, Finished, Progressed, Resumed, Warned
from trainer.faults import TrainerError
from trainer.feeder import Batch, Feeder
from trainer.learner import Learner
from trainer.lite import LiteDetector
from trainer.protocol import Detector
from trainer.run_folder import STATE
from trainer.state import load_state
from trainer.train import train
from trainer.train_command import told
from trainer.training import Training
from trainer.validation import Validator, Verdict

pytestmark = pytest.mark.usefixtures("constant_models")


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., Path]:
    def make(*, train: int = 24, val: int = 1, **config: object) -> Path:
        """Six steps of four pictures make an epoch, and an epoch the run."""
        run = tmp_path / "run"
        run.mkdir()
        small = {"longest_side": 64, "batch": 4, "augmentation": "off", "recipe": "twin"}
        settings = {"budget": "epochs", "epochs": 1.0, **small, **config}
        prepare_run(run, tmp_path / "images", train=train, val=val, **settings)
        return run

    return make


def never() -> bool:
    return False


def ticking(seconds: float = 10.0) -> Callable[[], float]:
    ticks = itertools.count(step=seconds)
    return lambda: next(ticks)


class SlowSteps:
    """A clock by which a step takes ten seconds, and nothing else any."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.seconds, self.steps = 0.0, 0
        step = Learner.step

        def slow(learner: Learner, batch: Batch, progress: float) -> float:
            self.seconds += 10.0
            self.steps += 1
            return step(learner, batch, progress)

        monkeypatch.setattr(Learner, "step", slow)

    def now(self) -> float:
        return self.seconds


def learned(run: Path) -> list[Event]:
    """All but the last look."""
    events: list[Event] = []
    Training(run, events.append, never, ticking()).advance()
    return events


def warnings(events: list[Event]) -> str:
    return " ".join(event.message for event in events if isinstance(event, Warned))


def test_weights_that_are_no_numbers_are_put_back_and_the_rate_is_lowered(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Once the weights are spoiled every loss is: only going back helps."""
    run = make(train=56)
    steps, rates = itertools.count(), []
    step = Learner.step

    def spoilt(learner: Learner, batch: Batch, progress: float) -> float:
        if next(steps) == 4:
            with torch.no_grad():
                next(learner.detector.parameters()).fill_(math.nan)
        loss = step(learner, batch, progress)
        rates.append((loss, learner.rate))
        return loss

    monkeypatch.setattr(Learner, "step", spoilt)
    events = learned(run)
    assert "at a quarter of the learning rate" in warnings(events)
    losses = [loss for loss, _ in rates]
    bad = [index for index, loss in enumerate(losses) if not math.isfinite(loss)]
    assert bad == list(range(4, 4 + len(bad)))
    before, after = rates[bad[-1]][1], rates[bad[-1] + 1][1]
    assert 0.0 < after < 0.3 * before
    assert math.isfinite(losses[-1])
    assert all(e.loss is not None and e.loss < 100 for e in events if isinstance(e, Progressed))


def test_a_picture_that_spoils_the_loss_costs_its_step_alone(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, clock, events = make(), SlowSteps(monkeypatch), list[Event]()
    count = itertools.count()
    give = Feeder.next

    def spoilt(feeder: Feeder, detector: object, *, half: bool = False) -> Batch:
        batch = give(feeder, detector, half=half)  # type: ignore[arg-type]
        if next(count) == 3:
            assert batch.pictures is not None
            return replace(batch, pictures=batch.pictures * math.nan)
        return batch

    monkeypatch.setattr(Feeder, "next", spoilt)
    Training(run, events.append, never, clock.now).advance()
    assert warnings(events) == ""
    assert next(count) == 6
    state = load_state(run)
    assert state is not None
    assert any("running_var" in name for name in state.tensors)  # norms learn in this run
    assert all(kept.isfinite().all() for kept in state.tensors.values())
    assert state.part("learner").numbers["steps"] == 5  # a broken one would not have been kept


def test_norms_that_are_no_numbers_are_put_back(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loss tells nothing of them: while it learns a norm goes by the batch alone."""
    run, clock, events = make(), SlowSteps(monkeypatch), list[Event]()
    steps = itertools.count()
    step = Learner.step

    def spoilt(learner: Learner, batch: Batch, progress: float) -> float:
        if next(steps) == 2:
            norms = (b for name, b in learner.detector.named_buffers() if "running_var" in name)
            next(norms).fill_(math.nan)
        loss = step(learner, batch, progress)
        assert math.isfinite(loss)
        return loss

    monkeypatch.setattr(Learner, "step", spoilt)
    Training(run, events.append, never, clock.now).advance()
    assert "at a quarter of the learning rate" in warnings(events)
    state = load_state(run)
    assert state is not None
    assert all(kept.isfinite().all() for kept in state.tensors.values())
    assert state.part("learner").numbers["steps"] == 3  # from the second on again


def test_a_run_that_no_rate_helps_ends_with_a_sentence(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    give = Feeder.next

    def spoilt(feeder: Feeder, detector: object, *, half: bool = False) -> Batch:
        batch = give(feeder, detector, half=half)  # type: ignore[arg-type]
        assert batch.pictures is not None
        return replace(batch, pictures=batch.pictures * math.nan)

    monkeypatch.setattr(Feeder, "next", spoilt)
    with pytest.raises(TrainerError, match="however low the learning rate"):
        learned(make(epochs=100.0, batch=1))


def test_out_of_memory_makes_the_batches_smaller(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a machine whose memory holds what one picture needs."""
    errors = iter(
        [
            torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB"),
            RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried"),
            MemoryError(),
        ]
    )
    sizes = []
    step = Learner.step

    def full(learner: Learner, batch: Batch, progress: float) -> float:
        if len(batch.targets) > 1:
            raise next(errors)
        sizes.append(len(batch.targets))
        return step(learner, batch, progress)

    monkeypatch.setattr(Learner, "step", full)
    said = warnings(learned(make(batch=8)))
    sizes_said = ("4 pictures", "2 pictures", "1 picture")
    assert [f"from now on {size} a step" in said for size in sizes_said] == [True] * 3
    assert sizes == [1] * 24  # what did not fit has not been learned


def test_a_budget_without_a_step_is_a_sentence_and_no_model(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the time is over before the memory suffices."""

    def full(_learner: Learner, _batch: Batch, _progress: float) -> float:
        raise MemoryError

    monkeypatch.setattr(Learner, "step", full)
    run = make(batch=8, budget="time", seconds=20.0)
    with pytest.raises(TrainerError, match="Nothing was learned"):
        train(run, lambda _event: None, never, ticking())
    assert not (run / "model.onnx").exists()


def test_the_same_weights_are_looked_at_once(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a look in the middle takes what is left of the time."""
    run, clock, events = make(budget="best", seconds=100.0), SlowSteps(monkeypatch), list[Event]()
    judge = Validator.judge

    def slow(validator: Validator, detector: Detector, *within: float) -> Verdict:
        clock.seconds += 100.0
        return judge(validator, detector, *within)

    monkeypatch.setattr(Validator, "judge", slow)
    train(run, events.append, never, clock.now)
    assert clock.steps == 1
    assert [event.seconds for event in events if isinstance(event, Evaluated)] == [110.0]
    assert isinstance(events[-2], Progressed)
    assert (events[-2].phase, events[-2].seconds_left) == (MEASURING, None)
    assert isinstance(events[-1], Finished)


def test_the_time_left_counts_the_step_that_was_just_made(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, clock, events = make(batch=8), SlowSteps(monkeypatch), list[Event]()
    Training(run, events.append, never, clock.now).advance()
    left = [event.seconds_left for event in events if isinstance(event, Progressed)]
    assert left == pytest.approx([20.0, 10.0, 0.0])


def test_memory_for_not_even_one_picture_is_a_sentence(
    make: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_learner: Learner, _batch: Batch, _progress: float) -> float:
        raise MemoryError

    monkeypatch.setattr(Learner, "step", full)
    with pytest.raises(TrainerError, match="does not suffice for a single picture"):
        learned(make())


def test_memory_that_does_not_suffice_to_validate_makes_it_look_at_fewer_pictures_at_once(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a GPU that something else takes memory of while the run learns."""
    sizes, most, said = [], 2, list[str]()
    features = LiteDetector.features

    def full(detector: LiteDetector, pictures: torch.Tensor) -> list[torch.Tensor]:
        sizes.append(len(pictures))
        if len(pictures) > most:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2 GiB")
        return features(detector, pictures)

    monkeypatch.setattr(LiteDetector, "features", full)
    coco = read_coco(make(val=5) / "val.json", tmp_path / "images")
    examples = Examples(coco, (64, 64), lambda name, fault: said.append(f"{name}: {fault}"))
    validator, detector = Validator(coco, examples, "cpu", 9), LiteDetector(2, (64, 64)).eval()
    validator.judge(detector)
    assert sizes == [5, 4, 2, 2, 1]
    assert said[-1].startswith("Validation: the memory did not suffice, so only 2 of its pictures")
    with torch.no_grad():  # the backbone learns, so what it saw is of no use any more
        next(detector.blocks().parameters()).add_(0.1)
    validator.judge(detector)
    assert sizes[5:] == [2, 2, 1]
    most = 0
    with pytest.raises(TrainerError, match="a single validation picture"):
        validator.judge(detector)


def test_pictures_that_go_in_mid_run_are_named_and_left_out(
    make: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With room for one picture all others are read again each time."""
    monkeypatch.setattr("trainer.data._MEMORY", 1)
    run = make(epochs=2.5, batch=8)
    events: list[Event] = []
    training = Training(run, events.append, never, ticking())
    training.advance(until_epoch=0.5)
    assert warnings(events) == ""
    (tmp_path / "images" / "train-005.jpg").unlink()
    (tmp_path / "images" / "train-006.jpg").write_bytes(b"no picture")
    whole = (tmp_path / "images" / "train-007.jpg").read_bytes()
    (tmp_path / "images" / "train-007.jpg").write_bytes(whole[: len(whole) // 2])
    training.advance(until_epoch=2.4)
    said = warnings(events)
    assert "train-005.jpg: is missing" in said
    assert "train-006.jpg: cannot be read as a picture" in said
    assert "train-007.jpg: is damaged; what could be read of it is used" in said
    training.advance()
    assert training.is_done


def test_pictures_that_are_not_where_they_were_are_a_sentence(
    make: Callable[..., Path], tmp_path: Path
) -> None:
    run = make()
    (tmp_path / "images").rename(tmp_path / "elsewhere")
    with pytest.raises(TrainerError, match=r"images: the folder with the pictures .* not there"):
        learned(run)
    save_config(run, replace(load_config(run), train_images=str(tmp_path / "elsewhere")))
    Training(run, lambda _event: None, never, ticking())


resource = pytest.importorskip("resource")  # Windows has no such limits


@contextmanager
def full_disk(most: int) -> Iterator[None]:
    """No file may grow beyond so many bytes."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_ends_the_run_and_what_was_kept_goes_on(make: Callable[..., Path]) -> None:
    run = make(batch=8)
    training = Training(run, lambda _event: None, never, ticking())
    training.advance(until_epoch=0.5)
    before = (run / STATE).read_bytes()
    with full_disk(1_000_000), pytest.raises(OSError, match="last") as caught:
        training.finish()
    assert "last.safetensors cannot be written: it is larger than this disk" in told(caught.value)
    assert (run / STATE).read_bytes() == before
    assert not list(run.glob(".*.part"))
    events: list[Event] = []
    train(run, events.append, never, ticking())
    assert any(isinstance(event, Resumed) for event in events)
    assert isinstance(events[-1], Finished)


def test_where_the_disk_holds_the_model_but_no_state_it_says_what_is_kept(
    make: Callable[..., Path],
) -> None:
    """The state of a run is several times as large."""
    run = make(batch=8)
    with full_disk(20_000_000), pytest.raises(TrainerError) as caught:
        train(run, lambda _event: None, never)
    said = told(caught.value)
    assert "state.safetensors cannot be written" in said
    assert "The best so far is kept in model.onnx, but not what this run needs to go on" in said
    assert (run / "model.onnx").is_file()
    assert not (run / STATE).exists()


def test_a_run_that_is_stopped_before_its_first_step_leaves_no_untrained_model(
    make: Callable[..., Path],
) -> None:
    run = make()
    events: list[Event] = []
    train(run, events.append, lambda: True)
    end = events[-1]
    assert isinstance(end, Finished)
    assert (end.ap, end.epochs, end.stopped_early) == (-1, 0, True)
    assert not (run / "model.onnx").exists()
    assert not (run / STATE).exists()
