"""How a run learns, as seen in the run itself: rates, phases, what stands still, what is kept."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import torch
from PIL import Image, ImageDraw
from torch import Tensor, nn

from tests.trainer.constant_model import leave_constant_models
from tests.trainer.training_runs import prepare_run
from trainer.augment import AUGMENTATIONS
from trainer.checkpoint import load_checkpoint
from trainer.class_rows import ClassRows
from trainer.coco import CocoSet, read_coco
from trainer.config import COCO_START, IMAGENET_START, RunConfig
from trainer.data import Examples
from trainer.detector import build_detector
from trainer.events import Event, Progressed, Started
from trainer.feeder import Batch, Feeder
from trainer.learner import Learner
from trainer.lite import LiteDetector
from trainer.protocol import BuildRequest, Detector, Found, ParameterGroup, Target
from trainer.recipe import Facts, Recipe, choose_recipe, facts_of
from trainer.train import train

FACTS = Facts(300, 500, 2, aspect=1.6, pixels=190_000, typical=0.6, small=0.4, directed=False)
HEAD_UNTIL = 0.3
"""The share of the run in which only the head learns, where there are several classes."""
BLOCKS = LiteDetector.depth
STANDING_BLOCKS = 5
"""The backbone's first blocks, which never learn in a run from pretrained weights."""
WARMUP, FINAL = 0.05, 0.02
EMA_REACH = 0.03


@dataclass
class Step:
    """What one step did. moved: the largest change of a weight, by the part of the network."""

    progress: float
    rate: float
    frozen: int
    moved: dict[str, float]
    is_mean_right: bool


@dataclass
class Seen:
    """A run of many steps: what it said, what each step did, what it left."""

    run: Path
    events: list[Event] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)
    learner: Learner | None = None

    def until(self, progress: float) -> list[Step]:
        return [step for step in self.steps if step.progress < progress]

    def after(self, progress: float) -> list[Step]:
        return [step for step in self.steps if step.progress >= progress]


def never() -> bool:
    return False


def part_of(name: str) -> str:
    """backbone.blocks.7.expand.conv.weight -> block 7; stem, neck, head."""
    words = name.split(".")
    if words[0] != "backbone":
        return words[0]
    return f"block {words[2]}" if words[1] == "blocks" else words[1]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A real run from pretrained weights through both of its phases, by epochs.

    The detector from ImageNet has two; that from COCO has one, see below.
    """
    folder = tmp_path_factory.mktemp("learning")
    run = folder / "run"
    run.mkdir()
    prepare_run(
        run,
        folder / "images",
        train=8,
        val=2,
        seconds=200.0,
        budget="epochs",
        epochs=40.0,
        longest_side=64,
        batch=4,
        seed=1,
        detector=IMAGENET_START,
    )
    noted = Seen(run)
    step = Learner.step

    def watched(learner: Learner, batch: Batch, progress: float) -> float:
        noted.learner = learner
        before = {name: p.detach().clone() for name, p in learner.detector.named_parameters()}
        means = {name: p.detach().clone() for name, p in learner.mean.named_parameters()}
        last = noted.steps[-1].progress if noted.steps else 0.0
        loss = step(learner, batch, progress)
        moved: dict[str, float] = {}
        for name, parameter in learner.detector.named_parameters():
            change = float((parameter.detach() - before[name]).abs().max())
            moved[part_of(name)] = max(moved.get(part_of(name), 0.0), change)
        frozen = sum(not p.requires_grad for p in learner.detector.parameters())
        decay = min(math.exp(-(progress - last) / EMA_REACH), learner.steps / (9 + learner.steps))
        now = dict(learner.detector.named_parameters())
        right = all(
            torch.allclose(mean, decay * means[name] + (1 - decay) * now[name], atol=1e-6)
            for name, mean in learner.mean.named_parameters()
        )
        noted.steps.append(Step(progress, learner.rate, frozen, moved, right))
        return loss

    threads = torch.get_num_threads()
    ticks = itertools.count(step=1.01)  # so that each step is told
    with pytest.MonkeyPatch.context() as patch:
        leave_constant_models(patch)
        patch.setattr("trainer.pace._MOST_LOOKS", 2)
        patch.setattr(Learner, "step", watched)
        train(run, noted.events.append, never, lambda: next(ticks))
    yield noted
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def test_the_head_learns_alone_first_and_then_the_backbone_too(seen: Seen) -> None:
    first, later = seen.until(HEAD_UNTIL), seen.after(HEAD_UNTIL)
    assert len(first) > 4
    assert len(later) > 12
    backbone = [name for name in first[0].moved if name.startswith(("stem", "block"))]
    assert len(backbone) == 1 + BLOCKS
    assert all(step.moved[name] == 0 for step in first for name in backbone)
    assert all(step.moved[name] > 0 for step in seen.steps for name in ("neck", "head"))
    standing = ["stem", *(f"block {n}" for n in range(STANDING_BLOCKS))]
    assert all(step.moved[name] == 0 for step in later for name in standing)
    learning = [f"block {n}" for n in range(STANDING_BLOCKS, BLOCKS)]
    assert all(step.moved[name] > 0 for step in later for name in learning)


def test_a_run_says_its_phases_in_their_order_and_when_they_change(seen: Seen) -> None:
    said = [e for e in seen.events if isinstance(e, Progressed) and e.phase.startswith("Learning")]
    assert [name for name, _ in itertools.groupby(said, lambda event: event.phase)] == [
        "Learning to find",
        "Learning to see",
    ]
    last = f"block {BLOCKS - 1}"
    began = next(step.progress for step in seen.steps if step.moved[last])
    before = max(step.progress for step in seen.steps if not step.moved[last])
    assert before < HEAD_UNTIL <= began
    [started] = [event for event in seen.events if isinstance(event, Started)]
    assert "For 30 % of the time only the head learns, then the backbone, too." in started.choices


def test_the_learning_rate_warms_up_and_falls_along_a_cosine(seen: Seen) -> None:
    assert seen.learner is not None
    peak = seen.learner.detector.peak_rate
    for step in seen.steps:
        through = min(1.0, max(0.0, (step.progress - WARMUP) / (1 - WARMUP)))
        level = FINAL + (1 - FINAL) * 0.5 * (1 + math.cos(math.pi * through))
        warm = min(1.0, 0.05 + step.progress / WARMUP)
        assert step.rate == pytest.approx(peak * level * warm, rel=1e-6)
    told = [event for event in seen.events if isinstance(event, Progressed)]
    said = {event.learning_rate for event in told if event.phase.startswith("Learning")}
    assert said <= {step.rate for step in seen.steps}
    assert len(said) > 10
    assert min(step.rate for step in seen.steps[-2:]) < 0.05 * peak


def test_what_thaws_begins_gently_however_far_the_run_is(seen: Seen) -> None:
    thawed = seen.after(HEAD_UNTIL)[0]
    blocks = max(thawed.moved[f"block {n}"] for n in range(STANDING_BLOCKS, BLOCKS))
    # AdamW's first step moves every weight by the rate itself, whatever the gradient
    assert blocks == pytest.approx(0.05 * 0.3 * thawed.rate, rel=0.1)


def test_what_is_kept_is_the_running_mean_of_the_weights(seen: Seen) -> None:
    assert all(step.is_mean_right for step in seen.steps)
    assert seen.learner is not None
    kept, _ = load_checkpoint(seen.run / "last.safetensors")
    means, now = seen.learner.mean.settled(), seen.learner.detector.settled()
    pairs = list(zip(kept.parameters(), means.parameters(), now.parameters(), strict=True))
    assert all(torch.allclose(one, mean, atol=1e-6) for one, mean, _ in pairs)
    assert any(not torch.allclose(one, last, atol=1e-6) for one, _, last in pairs)


class OneWeight(Detector):
    """A detector whose gradient is what the test says."""

    input_size = (32, 32)
    peak_rate = 1e-3

    def __init__(self, slope: float) -> None:
        super().__init__()
        self.weights = nn.Parameter(torch.ones(3, 4))
        self.slope = slope

    def losses(self, pictures: Tensor, targets: Sequence[Target]) -> dict[str, Tensor]:
        return {"loss": self.slope * self.weights.sum()}

    def class_rows(self, name: str) -> ClassRows | None:
        return None

    def find(self, pictures: Tensor) -> list[Found]:
        return []


def recipe_for(facts: Facts = FACTS, **config: object) -> Recipe:
    asked = replace(RunConfig("train", "val"), **config)  # type: ignore[arg-type]
    return choose_recipe(asked, facts, "cpu", "the processor")


@pytest.mark.parametrize(
    ("slope", "length"), [(1e6, 5.0), (10.0, 5.0), (1.0, math.sqrt(12)), (0.1, 0.1 * math.sqrt(12))]
)
def test_a_gradient_is_cut_to_a_length_of_five_and_a_shorter_one_is_not(
    slope: float, length: float
) -> None:
    recipe = recipe_for()
    learner = Learner(OneWeight(slope), recipe, "cpu")
    learner.begin(recipe.phases[0], 0.0)
    learner.step(Batch(torch.zeros(1, 3, 32, 32), None, []), 0.5)
    average = learner.state().tensors["optimizer.0.exp_avg"]  # a tenth of the gradient
    assert 10 * float(average.norm()) == pytest.approx(length, rel=1e-4)


def test_weights_decay_and_biases_and_norms_do_not() -> None:
    groups: list[ParameterGroup] = list(LiteDetector(2, (64, 64)).parameter_groups())
    assert {p.ndim > 1 for g in groups if g.weight_decay for p in g.parameters} == {True}
    assert {p.ndim > 1 for g in groups if not g.weight_decay for p in g.parameters} == {False}
    whole = sum(p.numel() for p in LiteDetector(2, (64, 64)).parameters())
    assert sum(p.numel() for g in groups for p in g.parameters) == whole


def test_from_coco_all_but_the_first_blocks_learn_at_once() -> None:
    recipe = recipe_for(detector=COCO_START)
    request = BuildRequest(COCO_START, 2, "pretrained", (64, 64), lambda _event: None, never)
    learner = Learner(build_detector(request), recipe, "cpu")
    learner.begin(recipe.phases[0], 0.0)
    parts = learner.detector.named_parameters()
    standing = {part_of(name) for name, p in parts if not p.requires_grad}
    assert standing == {"block 0", "block 1", "block 2"}
    assert "All but its first blocks learn, from the beginning." in recipe.choices


@pytest.mark.parametrize(("categories", "share"), [(1, 0.2), (2, 0.5)])
def test_from_coco_the_backbone_learns_more_where_kinds_must_be_told_apart(
    categories: int, share: float
) -> None:
    facts = replace(FACTS, categories=categories)
    recipe = choose_recipe(RunConfig(".", ".", detector=COCO_START), facts, "cpu", "it")
    assert recipe.backbone_rate == share


@pytest.mark.parametrize(
    ("detector", "seconds", "start", "frozen"),
    [
        (COCO_START, 60.0, "pretrained", [3]),
        (COCO_START, 180.0, "pretrained", [3]),
        (COCO_START, 180.0, "scratch", [0]),
        (IMAGENET_START, 60.0, "pretrained", [16]),
        (IMAGENET_START, 180.0, "pretrained", [16, 5]),
        (IMAGENET_START, 180.0, "scratch", [0]),
    ],
)
def test_how_much_stands_still_depends_on_what_is_known_and_on_the_time(
    detector: str, seconds: float, start: str, frozen: list[int]
) -> None:
    phases = recipe_for(detector=detector, seconds=seconds, start=start).phases
    assert [phase.frozen for phase in phases] == frozen
    assert [phase.until for phase in phases][-1] == 1.0
    assert [phase.until for phase in phases] == sorted(phase.until for phase in phases)


def test_a_frozen_backbone_has_no_gradient_and_a_thawed_one_has() -> None:
    torch.manual_seed(0)
    detector = LiteDetector(2, (64, 64), finest_stride=16)
    detector.backbone.fold()
    target = Target(torch.tensor([[8.0, 8.0, 48.0, 40.0]]), torch.tensor([1]))
    for frozen, learning in ((16, set()), (5, set(range(5, 16))), (0, set(range(16)))):
        detector.zero_grad()
        detector.freeze(frozen)
        losses = detector.losses(torch.rand(2, 3, 64, 64), [target, target])
        torch.stack(list(losses.values())).sum().backward()  # type: ignore[no-untyped-call]
        blocks = {
            number
            for number, block in enumerate(detector.backbone.blocks)
            if any(p.grad is not None and p.grad.any() for p in block.parameters())
        }
        assert blocks == learning
        assert any(p.grad is not None and p.grad.any() for p in detector.head.parameters())


# Left and right.


def sided_set(folder: Path, names: tuple[str, str]) -> CocoSet:
    """Pictures that are red on the left and blue on the right, with a box on the red side."""
    folder.mkdir()
    images, annotations = [], []
    for number in range(1, 5):
        picture = Image.new("RGB", (96, 64), "blue")
        ImageDraw.Draw(picture).rectangle((0, 0, 47, 63), fill="red")
        picture.save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 96, "height": 64})
        box = {"id": number, "image_id": number, "category_id": 1, "bbox": [4, 4, 40, 56]}
        annotations.append({**box, "iscrowd": 0})
    categories = [{"id": place, "name": name} for place, name in enumerate(names, start=1)]
    whole = {"images": images, "annotations": annotations, "categories": categories}
    path = folder / "coco.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return read_coco(path, folder)


@pytest.mark.parametrize(
    ("names", "is_mirrored"),
    [
        (("left arrow", "right arrow"), False),
        (("Turn Right", "stop"), False),
        (("arrow_left", "mug"), False),
        (("bright", "leftover"), True),
        (("mug", "ball"), True),
    ],
)
@pytest.mark.parametrize("augmentation", ["light", "normal", "strong"])
def test_classes_that_tell_left_from_right_are_never_mirrored(
    tmp_path: Path, names: tuple[str, str], is_mirrored: bool, augmentation: str
) -> None:
    coco = sided_set(tmp_path / "images", names)
    config = RunConfig("train", "val", augmentation=augmentation, longest_side=96, batch=8)
    recipe = choose_recipe(config, facts_of(coco), "cpu", "the processor")
    assert any("never mirrored" in line for line in recipe.choices) == (not is_mirrored)
    recipe = replace(recipe, mosaic=None)
    examples = Examples(coco, recipe.input_size, lambda name, fault: None)
    feeder = Feeder(examples, recipe, "cpu", 3, None)
    feeder.begin(replace(recipe.phases[-1], view_share=None))
    sides = []
    for _ in range(4):
        batch = feeder.next(LiteDetector(2, recipe.input_size))
        assert batch.pictures is not None
        for picture, target in zip(batch.pictures, batch.targets, strict=True):
            red = (picture[0] - picture[2] > 0.2).nonzero()
            blue = (picture[2] - picture[0] > 0.2).nonzero()
            if len(red) and len(blue):
                sides.append(bool(red[:, 1].float().mean() < blue[:, 1].float().mean()))
            for x1, _, x2, _ in target.boxes.tolist():  # the box stays on the red side
                middle = picture[:, picture.shape[1] // 2, int((x1 + x2) / 2)]
                assert float(middle[0]) > float(middle[2])
    assert len(sides) > 16
    assert (not all(sides)) == is_mirrored


def test_every_augmentation_that_mirrors_does_so_half_of_the_time() -> None:
    assert {name: how.mirror for name, how in AUGMENTATIONS.items()} == {
        "off": 0.0,
        "light": 0.5,
        "normal": 0.5,
        "strong": 0.5,
    }


def test_a_pretrained_detector_is_built_with_the_weights_that_imagenet_gave() -> None:
    from trainer.backbone import Backbone, load_imagenet

    published = Backbone().eval()
    load_imagenet(published)
    request = BuildRequest(IMAGENET_START, 2, "pretrained", (64, 64), lambda _event: None, never)
    detector = build_detector(request).eval()
    assert isinstance(detector, LiteDetector)
    picture = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        expected = published(picture * 2 - 1)  # ImageNet's weights were learned on -1 to 1
        detector.freeze(16)
        found = detector.early(picture)
    for ours, theirs in zip(found, expected, strict=True):
        assert torch.allclose(ours, theirs, atol=2e-3, rtol=1e-3)
