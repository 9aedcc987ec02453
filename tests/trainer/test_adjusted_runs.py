"""What a person may set by hand is done and told; the device is never silently another."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import torch

from tests.trainer.training_runs import prepare_run
from trainer.augment import AUGMENTATIONS, augment
from trainer.choices import speed_choice
from trainer.config import RunConfig
from trainer.device import Device, Surroundings, choose_device, default_threads
from trainer.events import Event, Started
from trainer.faults import TrainerError
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.lite import LiteDetector
from trainer.protocol import Target
from trainer.recipe import Facts, choose_recipe, sized
from trainer.train import train

FACTS = Facts(300, 500, 2, aspect=1.6, pixels=190_000, typical=0.6, small=0.4, directed=False)


def around(
    gpus: dict[str, str] | None = None,
    unseen: str = "",
    fault: str = "",
    half: bool = True,
    cpu_half: bool = False,
) -> Surroundings:
    return Surroundings(gpus or {}, unseen, half, lambda _name: fault, cpu_half)


CUDA = {"cuda": "the GPU NVIDIA T4"}
MPS = {"mps": "the GPU of this Mac"}


@pytest.mark.parametrize(
    ("wish", "there", "name", "half"),
    [
        ("auto", around(), "cpu", False),
        ("auto", around(CUDA), "cuda", True),
        ("auto", around(CUDA, half=False), "cuda", False),
        ("auto", around(MPS), "mps", False),
        ("cuda", around(CUDA), "cuda", True),
        ("mps", around(MPS), "mps", False),
        ("cpu", around(CUDA), "cpu", False),
        ("cpu", around(CUDA, cpu_half=True), "cpu", True),
        ("auto", around(cpu_half=True), "cpu", True),
        ("auto", around(MPS, cpu_half=True), "mps", False),
    ],
)
def test_the_device_is_the_one_asked_for_or_the_fastest(
    wish: str, there: Surroundings, name: str, half: bool
) -> None:
    found = choose_device(wish, there)
    assert (found.name, found.half, found.warning) == (name, half, "")


@pytest.mark.parametrize(
    ("there", "sentence"),
    [
        (around(unseen="a GPU of NVIDIA's"), "has a GPU of NVIDIA's, but the PyTorch"),
        (around(CUDA, fault="no kernel image"), "The GPU NVIDIA T4 fails .no kernel image., so"),
    ],
)
def test_a_gpu_that_cannot_be_used_is_told(there: Surroundings, sentence: str) -> None:
    found = choose_device("auto", there)
    assert found.name == "cpu"
    assert re.search(sentence, found.warning)
    assert "slower" in found.warning


@pytest.mark.parametrize(
    ("wish", "there", "sentence"),
    [
        ("cuda", around(), r"cuda\) is asked for; PyTorch finds none\. Choose the processor"),
        ("cuda", around(unseen="a GPU of NVIDIA's"), "It has a GPU of NVIDIA's, which this"),
        ("mps", around(CUDA), r"mps\) is asked for; PyTorch finds none"),
        ("cuda", around(CUDA, fault="no kernel image"), r"fails \(no kernel image\)"),
    ],
)
def test_a_device_that_is_missing_is_a_sentence(
    wish: str, there: Surroundings, sentence: str
) -> None:
    with pytest.raises(TrainerError, match=sentence):
        choose_device(wish, there)


def test_this_machine_is_looked_at() -> None:
    assert isinstance(choose_device("auto"), Device)


def test_a_core_is_left_to_the_window(monkeypatch: pytest.MonkeyPatch) -> None:
    for cores, threads in ((1, 1), (2, 2), (4, 3), (16, 15)):
        monkeypatch.setattr("trainer.device.processor_count", lambda cores=cores: cores)
        assert default_threads() == threads


@pytest.mark.parametrize(
    ("there", "words"),
    [
        (around(CUDA), "in bfloat16 where"),
        (around(CUDA, half=False), "in float32 throughout"),
        (around(MPS), "in float32 throughout"),
        (around(), "Threads: 3"),
        (around(cpu_half=True), "It calculates in bfloat16 where"),
    ],
)
def test_how_a_machine_calculates_is_told(there: Surroundings, words: str) -> None:
    assert words in speed_choice(RunConfig(".", "."), choose_device("auto", there), 3)


def test_a_wish_is_done_and_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run = tmp_path / "run"
    run.mkdir()
    wish = {
        "device": "cpu",
        "threads": 1,
        "longest_side": 128,
        "batch": 3,
        "learning_rate": 0.0005,
        "augmentation": "off",
    }
    prepare_run(
        run, tmp_path / "images", train=6, val=2, budget="epochs", epochs=2.0, seed=1, **wish
    )
    seen: list[tuple[int, ...]] = []
    rates, threads = [], []
    step = Learner.step

    def noted(learner: Learner, batch: Batch, progress: float) -> float:
        loss = step(learner, batch, progress)
        first = batch.features[0] if batch.features else batch.pictures
        seen.append(tuple(first.shape))
        rates.append(learner.rate)
        threads.append(torch.get_num_threads())
        return loss

    monkeypatch.setattr(Learner, "step", noted)
    events: list[Event] = []
    ticks = itertools.count(step=0.1)
    train(run, events.append, lambda: False, lambda: next(ticks))
    [started] = [event for event in events if isinstance(event, Started)]
    told = "\n".join(started.choices)
    assert "Learns on the processor" in told
    for line in (
        "Pictures are seen at 128x64 pixels: as you asked.",
        "Learns from 3 pictures a step: as you asked.",
        "The learning rate rises to 0.0005: as you asked.",
        "Every picture is learnt from as it is: as you asked.",
        "Sees every picture 2 times on average: as you asked.",
        "Threads: 1, as you asked.",
    ):
        assert line in told
    assert {shape[0] for shape in seen} == {3}
    assert 0.0003 < max(rates) <= 0.0005
    assert set(threads) == {1}


@pytest.mark.parametrize("budget", ["time", "epochs", "best"])
@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_every_choice_has_its_line(budget: str, device: str) -> None:
    config = RunConfig(".", ".", seconds=600.0, budget=budget, epochs=5.0)
    choices = choose_recipe(config, FACTS, device, "the machine").choices
    for words in ("Learns on the machine", "pixels: ", "pictures a step: ", "moved, scaled"):
        assert sum(words in line for line in choices) == 1, words
    length = {"time": "Learns for 600 s", "epochs": "5 times", "best": "until AP"}[budget]
    assert any(length in line for line in choices)
    assert all(line.endswith(".") for line in choices)


@pytest.mark.parametrize(
    ("aspect", "longest", "size"),
    [(1.6, 320, (320, 192)), (0.5, 256, (128, 256)), (20.0, 640, (640, 64)), (1.0, 10, (64, 64))],
)
def test_the_longest_side_is_as_asked_in_the_shape_of_the_pictures(
    aspect: float, longest: int, size: tuple[int, int]
) -> None:
    assert sized(aspect, longest) == size


def test_augmentation_changes_as_much_as_it_says() -> None:
    pixels = torch.randint(0, 255, (64, 3, 64, 96), dtype=torch.uint8)
    target = Target(torch.tensor([[30.0, 20.0, 60.0, 50.0]]), torch.tensor([0]))
    moved = {}
    for name, how in AUGMENTATIONS.items():
        random = torch.Generator().manual_seed(0)
        pictures, boxes = augment(pixels, [target] * 64, how, random)
        if name == "off":
            assert torch.allclose(pictures, pixels.float() / 255, atol=1e-3)
        shift = torch.stack([found.boxes[0] for found in boxes if len(found.boxes)])
        moved[name] = float((shift - target.boxes).abs().mean())
    assert moved["off"] < 1e-3 < moved["light"] < moved["normal"] < moved["strong"]


def test_half_precision_learns_and_keeps_whole_weights() -> None:
    torch.manual_seed(0)
    config = RunConfig(".", ".", start="scratch", budget="epochs", epochs=5.0)
    recipe = choose_recipe(config, FACTS, "cpu", "the processor")
    detector = LiteDetector(2, (64, 64))
    learner = Learner(detector, recipe, "cpu", lambda _progress, _warmup: 0.0, half=True)
    learner.begin(recipe.phases[0], 0.0)
    target = Target(torch.tensor([[8.0, 8.0, 48.0, 40.0]]), torch.tensor([1]))
    batch = Batch(torch.rand(2, 3, 64, 64), None, [target, target])
    losses = [learner.step(batch, 0.1) for _ in range(6)]
    assert losses[-1] < losses[0]
    assert {p.dtype for p in learner.detector.parameters()} == {torch.float32}
