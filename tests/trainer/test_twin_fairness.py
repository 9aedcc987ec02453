"""What makes a comparison of two starts fair: nothing but the start weights differs."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from tests.trainer.training_runs import prepare_run
from trainer import coco_weights
from trainer.config import DETECTORS, IMAGENET_START, RunConfig, load_config, save_config
from trainer.detector import build_detector
from trainer.events import Evaluated, Event
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.protocol import BuildRequest, Detector
from trainer.recipe import Facts, Recipe, choose_recipe
from trainer.twin import twin
from trainer.twin_sides import SIDES

pytestmark = pytest.mark.usefixtures("constant_models")

FACTS = Facts(200, 300, 2, 1.5, 300_000.0, 0.3, 0.1, directed=False)


@dataclass
class Seen:
    """What both sides began with and did, in the order in which they were made."""

    weights: list[dict[str, Tensor]] = field(default_factory=list)
    groups: list[list[tuple[float, float, int]]] = field(default_factory=list)
    steps: dict[int, list[tuple[str, float, float]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    looks: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    kept: list[bytes] = field(default_factory=list)
    now: float = 0.0

    def emit(self, side: str, event: Event) -> None:
        if isinstance(event, Evaluated):
            self.looks[side].append(event.epoch)


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    """A pair that learned for three seconds of a clock on which a step of the side that was made
    second takes five times as long as one of the first."""
    threads = torch.get_num_threads()
    told = Seen()
    with pytest.MonkeyPatch.context() as patch:
        _note_down(told, patch)
        pair = _pair(tmp_path_factory.mktemp("fair"))
        twin(pair, told.emit, lambda: False, lambda: told.now)
    told.kept = [(pair / side / "best.safetensors").read_bytes() for side in SIDES]
    yield told
    torch.set_num_threads(threads)
    torch.set_flush_denormal(False)


def _pair(folder: Path) -> Path:
    for side in SIDES:
        run = folder / "pair" / side
        run.mkdir(parents=True)
        settings = {"recipe": "twin", "seed": 3, "seconds": 3.0, "longest_side": 64}
        prepare_run(run, folder / "images", train=12, val=4, **settings)
        save_config(run, replace(load_config(run), start=side))
    return folder / "pair"


def _note_down(told: Seen, patch: pytest.MonkeyPatch) -> None:
    make, step = Learner.__init__, Learner.step

    def noted(learner: Learner, detector: Detector, *rest: Any, **more: Any) -> None:
        make(learner, detector, *rest, **more)
        told.weights.append({name: w.clone() for name, w in detector.state_dict().items()})
        told.groups.append(
            [(g.rate, g.weight_decay, len(g.parameters)) for g in detector.parameter_groups()]
        )

    def timed(learner: Learner, batch: Batch, progress: float) -> float:
        loss = step(learner, batch, progress)
        assert batch.pictures is not None
        content = hashlib.sha256(batch.pictures.numpy().tobytes())
        for target in batch.targets:
            content.update(target.boxes.numpy().tobytes() + target.labels.numpy().tobytes())
        told.steps[id(learner)].append((content.hexdigest(), progress, learner.rate))
        told.now += 0.1 if id(learner) == next(iter(told.steps)) else 0.5
        return loss

    patch.setattr(Learner, "__init__", noted)
    patch.setattr(Learner, "step", timed)


def test_the_slower_side_gets_the_same_pictures_rates_steps_and_looks(seen: Seen) -> None:
    first, second = seen.steps.values()
    assert first == second
    assert len({content for content, _, _ in first}) == len(first) >= 5
    assert seen.looks["pretrained"] == seen.looks["scratch"]
    assert len(seen.looks["scratch"]) >= 2
    assert seen.kept[0] != seen.kept[1]


def test_before_the_first_step_only_what_coco_has_taught_differs(seen: Seen) -> None:
    pretrained, scratch = seen.weights
    assert _differing(pretrained, scratch) == coco_weights.load().keys() & pretrained.keys()
    assert {name.split(".")[0] for name in _differing(pretrained, scratch)} == {
        "backbone",
        "neck",
        "head",
    }
    assert seen.groups[0] == seen.groups[1]


def test_of_what_has_seen_imagenet_only_the_backbone_differs() -> None:
    weights = []
    for start in SIDES:
        request = BuildRequest(IMAGENET_START, 2, start, (64, 64), print, lambda: False)
        torch.manual_seed(3)
        detector = build_detector(replace(request, start_decides=False))
        weights.append(detector.state_dict())
    assert {name.split(".")[0] for name in _differing(*weights)} == {"backbone"}


def _differing(one: dict[str, Tensor], other: dict[str, Tensor]) -> set[str]:
    """The names of the weights that differ between two networks of the same structure."""
    shapes = [{name: w.shape for name, w in each.items()} for each in (one, other)]
    assert shapes[0] == shapes[1]
    return {name for name, w in one.items() if not w.equal(other[name])}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("device", ["cpu", "cuda"])
@pytest.mark.parametrize("facts", [FACTS, replace(FACTS, typical=0.7, small=0.5, categories=1)])
def test_one_recipe_is_chosen_for_both(detector: str, device: str, facts: Facts) -> None:
    def chosen(start: str) -> Recipe:
        config = RunConfig("", "", start=start, detector=detector, recipe="twin", seconds=200.0)
        return choose_recipe(config, facts, device, "this machine")

    one, other = chosen("pretrained"), chosen("scratch")
    assert replace(one, choices=()) == replace(other, choices=())
    said = [set(recipe.choices) for recipe in (one, other)]
    assert said[0] ^ said[1] == {f"Starts from {w} weights." for w in ("pretrained", "random")}
