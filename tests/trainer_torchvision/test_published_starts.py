"""From the published file to a model: every detector of torchvision that has to be fetched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import torch
import torchvision

from tests.trainer_torchvision.detectors import (
    FASTER,
    FCOS,
    LARGE,
    boxes_of,
    built,
    like_published,
    nothing,
    pictures_with_squares,
    publish,
)
from trainer.config import DETECTOR_FACTS, RunConfig
from trainer.events import Downloading
from trainer.export import export_onnx
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.predict import ModelDetails, Predictor
from trainer.recipe import Facts, Recipe, choose_recipe
from trainer.torchvision_base import TorchvisionDetector
from trainer.torchvision_detectors import PUBLISHED

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

SIZE = (96, 64)
FACTS = Facts(100, 200, 2, 1.5, 640.0 * 480.0, 0.3, 0.2, directed=False)
FETCHED = list(PUBLISHED)


@pytest.fixture(autouse=True)
def _same_dice() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads wait for each other on a busy machine
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


def recipe_of(detector: str, device: str = "cpu") -> Recipe:
    return choose_recipe(RunConfig(".", ".", detector=detector), FACTS, device, "a machine")


def few_samples(ours: TorchvisionDetector) -> TorchvisionDetector:
    """Faster R-CNN's second look at each sample is what takes the time."""
    if hasattr(ours.network, "roi_heads"):
        ours.network.roi_heads.fg_bg_sampler.batch_size_per_image = 8
        ours.network.rpn._pre_nms_top_n = ours.network.rpn._post_nms_top_n = {
            "training": 24,
            "testing": 24,
        }
    return ours


@pytest.mark.parametrize("detector", [FASTER, FCOS, LARGE])
def test_published_weights_learn_find_and_export(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, detector: str
) -> None:
    published = like_published(detector)
    publish(site, monkeypatch, detector, published)
    events: list[Downloading] = []
    ours = few_samples(built(detector, "pretrained", input_size=SIZE, on_download=events.append))
    assert events[-1].received_bytes == events[-1].total_bytes > 0
    state = ours.network.state_dict()
    kept = {key for key in published if not ours.is_new(key)}
    assert len(kept) > 0.9 * len(published)
    assert all(torch.equal(state[key], published[key]) for key in kept)

    learnt = _after_two_steps(ours, detector)
    moved = {key for key in kept if not torch.equal(learnt[key], published[key])}
    assert not [key for key in moved if key.startswith(ours.frozen_layers)]
    assert any(key.startswith("backbone.body.") for key in moved)
    assert not any("running" in key for key in moved)
    _torch_and_onnx_agree(ours, tmp_path / "model.onnx", detector)


def _after_two_steps(ours: TorchvisionDetector, detector: str) -> dict[str, torch.Tensor]:
    pictures, targets = pictures_with_squares(2, SIZE)
    recipe = recipe_of(detector)
    learner = Learner(ours, recipe, "cpu")
    learner.begin(recipe.phases[0], 0.0)
    for targets_now in ([targets[0], nothing()], targets):
        loss = learner.step(Batch(pictures, None, targets_now), 0.1)
        assert 0 < loss < 1e4
    state: dict[str, torch.Tensor] = ours.network.state_dict()
    return state


def _torch_and_onnx_agree(ours: TorchvisionDetector, path: Path, detector: str) -> None:
    settled = ours.settled()
    picture = (pictures_with_squares(1, SIZE)[0] * 255).round() / 255
    with torch.no_grad():
        expected = boxes_of(settled.find(picture)[0])
    export_onnx(path, settled, ModelDetails(((0, "a"), (1, "b")), SIZE, 0.3, detector))
    pixels = (picture[0] * 255).byte().permute(1, 2, 0).numpy()
    found = Predictor(path).predict(pixels, min_score=0.0)
    assert len(expected) > 5
    assert [d.score for d in found] == pytest.approx([box[1] for box in expected], abs=1e-3)
    lefts = sorted(box[2][0] for box in expected)  # twins of one score may change places
    assert sorted(d.bbox[0] for d in found) == pytest.approx(lefts, abs=1e-2)


@pytest.mark.parametrize("detector", FETCHED)
def test_names_hashes_and_sizes_are_those_that_torchvision_publishes(detector: str) -> None:
    published = torchvision.models.get_model_weights(detector).COCO_V1
    assert published.url.rpartition("/")[2] == PUBLISHED[detector].file_name
    assert published.meta["_file_size"] == pytest.approx(DETECTOR_FACTS[detector].megabytes, abs=1)


@pytest.mark.parametrize("detector", FETCHED)
def test_pictures_are_normalised_as_the_published_weights_want_it(detector: str) -> None:
    reference = torchvision.models.get_model(detector, weights=None, weights_backbone=None)
    ours = built(detector, input_size=SIZE)
    picture = torch.rand(1, 3, SIZE[1], SIZE[0])
    wanted = reference.transform.normalize(picture)
    assert torch.allclose(ours.normalised(picture), wanted, atol=1e-6)


@pytest.mark.parametrize("detector", [FCOS, LARGE])
def test_a_pretrained_backbone_learns_slowest_and_its_first_layers_not_at_all(
    detector: str,
) -> None:
    ours = built(detector, "checkpoint", input_size=SIZE)
    names = {parameter: name for name, parameter in ours.network.named_parameters()}
    rates = {
        names[parameter]: group.rate
        for group in ours.parameter_groups()
        for parameter in group.parameters
    }
    assert (
        rates["backbone.body.layer4.2.conv3.weight"] < rates["backbone.fpn.layer_blocks.0.0.weight"]
    )
    assert {rate for name, rate in rates.items() if ours.is_new(name)} == {1.0}
    assert not [name for name in rates if ".conv1." in name and "layer" not in name]
    assert len(set(rates.values())) == 3


@pytest.mark.parametrize("detector", FETCHED)
def test_large_detectors_see_more_on_a_gpu_and_say_that_they_want_one(detector: str) -> None:
    on_cpu, on_gpu = recipe_of(detector, "cpu"), recipe_of(detector, "cuda")
    is_large = detector in (FCOS, LARGE)
    assert (_pixels(on_gpu) > 2 * _pixels(on_cpu)) == is_large
    assert on_gpu.phases[0].batch > on_cpu.phases[0].batch
    told = "is made for a GPU" in " ".join(on_cpu.choices)
    assert told == DETECTOR_FACTS[detector].is_for_gpu
    assert "is made for a GPU" not in " ".join(on_gpu.choices)


def _pixels(recipe: Recipe) -> int:
    return recipe.input_size[0] * recipe.input_size[1]
