"""D-FINE and RT-DETR v2 of the library transformers, tiny: fetched, trained and exported.

The weights come from a web server on this machine, by the code that fetches the published ones.
"""

from __future__ import annotations

import hashlib
import importlib.util
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if any(importlib.util.find_spec(name) is None for name in ("transformers", "scipy")):
    pytest.skip(
        'the extra is not installed: pip install "vector-labeler[detectors]"',
        allow_module_level=True,
    )

import torch
from safetensors.torch import save
from torch import Tensor

from tests.trainer.training_runs import prepare_run
from tests.trainer_torchvision.detectors import boxes_of, nothing, pictures_with_squares
from trainer.checkpoint import load_checkpoint
from trainer.class_rows import Namesakes
from trainer.config import DETECTOR_FACTS, RunConfig
from trainer.detector import build_detector
from trainer.events import Downloading, Event, Finished, Started
from trainer.export import export_onnx
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.predict import ModelDetails, Predictor
from trainer.protocol import BuildRequest, Target
from trainer.recipe import Facts, choose_recipe
from trainer.train import train
from trainer.transformers_detectors import PUBLISHED_ON_HUB, QueryDetector, build
from trainer.weights import MIRROR_VARIABLE, WeightsUnavailableError

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

FAMILIES = ("dfine_n", "rtdetr_v2_r50")
SIZE = (96, 64)
COCO = 80
FACTS = Facts(100, 200, 2, 1.5, 640.0 * 480.0, 0.3, 0.2, directed=False)
_SETTINGS: dict[str, Any] = {
    "d_model": 16,
    "encoder_hidden_dim": 16,
    "encoder_ffn_dim": 16,
    "encoder_attention_heads": 2,
    "decoder_ffn_dim": 16,
    "decoder_attention_heads": 2,
    "decoder_layers": 2,
    "hidden_expansion": 0.5,
    "num_denoising": 8,
}
_TINY: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "dfine_n": (
        {
            "embedding_size": 8,
            "hidden_sizes": [8, 8, 16, 16],
            "stem_channels": [3, 4, 8],
            "stage_in_channels": [8, 8, 8, 16],
            "stage_mid_channels": [4, 4, 4, 4],
            "stage_out_channels": [8, 8, 16, 16],
            "stage_num_blocks": [1, 1, 1, 1],
            "stage_numb_of_layers": [1, 1, 1, 1],
        },
        {
            **_SETTINGS,
            "encoder_in_channels": [16, 16],
            "decoder_in_channels": [16, 16],
            "decoder_n_points": [2, 2],
            "lqe_hidden_dim": 8,
        },
    ),
    "rtdetr_v2_r50": (
        {
            "embedding_size": 8,
            "hidden_sizes": [8, 8, 16, 16],
            "depths": [1, 1, 1, 1],
            "layer_type": "basic",
        },
        {
            **_SETTINGS,
            "encoder_in_channels": [8, 16, 16],
            "decoder_in_channels": [16, 16, 16],
            "decoder_n_points": 2,
        },
    ),
}


@pytest.fixture(autouse=True)
def _same_numbers() -> Iterator[None]:
    threads, flush = torch.get_num_threads(), torch.set_flush_denormal(False)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)
    torch.set_flush_denormal(not flush)


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both families with a few channels: the same layers by the same names."""
    for name, (backbone, settings) in _TINY.items():
        whole = PUBLISHED_ON_HUB[name]
        small = replace(
            whole,
            backbone={**whole.backbone, **backbone},
            settings={**whole.settings, **settings},
        )
        monkeypatch.setitem(PUBLISHED_ON_HUB, name, small)


def request(detector: str, start: str, **changes: Any) -> BuildRequest:
    arguments: dict[str, Any] = {
        "detector": detector,
        "categories": 2,
        "start": start,
        "input_size": SIZE,
        "on_download": lambda event: None,
        "should_stop": lambda: False,
    }
    return BuildRequest(**(arguments | changes))


def built(detector: str, start: str = "scratch", **changes: Any) -> QueryDetector:
    result = build_detector(request(detector, start, **changes))
    assert isinstance(result, QueryDetector)
    return result


def publish(
    site: Site, monkeypatch: pytest.MonkeyPatch, detector: str, weights: dict[str, Tensor]
) -> None:
    """Puts them where the published file is looked for, with its hash in the table."""
    data = save(weights)
    hashed = replace(PUBLISHED_ON_HUB[detector], sha256=hashlib.sha256(data).hexdigest())
    monkeypatch.setitem(PUBLISHED_ON_HUB, detector, hashed)
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    site.files["/" + hashed.file_name] = data


def published(detector: str) -> dict[str, Tensor]:
    """What such a file holds."""
    network = told_apart(built(detector, categories=COCO)).network
    return {name: value.contiguous() for name, value in network.state_dict().items()}


def steps_of(detector: QueryDetector, name: str) -> None:
    """With boxes, with some pictures that have none, and with none at all."""
    pictures, targets = pictures_with_squares(2, SIZE)
    recipe = choose_recipe(RunConfig(".", ".", detector=name), FACTS, "cpu", "a machine")
    learner = Learner(detector, recipe, "cpu")
    learner.begin(recipe.phases[0], 0.0)
    for now in (targets, [targets[0], nothing()], [nothing(), nothing()]):
        assert 0 < learner.step(Batch(pictures, None, now), 0.1) < 1e4


def told_apart(detector: QueryDetector) -> QueryDetector:
    """With numbers by which no two of its queries score alike."""
    with torch.no_grad():
        for name, parameter in detector.network.named_parameters():
            if detector.is_new(name):
                parameter.normal_(std=0.5)
    return detector


def test_a_run_from_fetched_weights_ends_with_a_detector(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    detector = "dfine_n"
    publish(site, monkeypatch, detector, published(detector))
    run = tmp_path / "run"
    run.mkdir()
    prepare_run(run, tmp_path / "images", train=4, val=2, detector=detector, seconds=1.0)
    events: list[Event] = []
    ticks = itertools.count(step=0.1)  # the budget is over after the same steps everywhere
    train(run, events.append, lambda: False, lambda: next(ticks))
    kinds = [type(event) for event in events]
    assert kinds[0] is Downloading
    assert kinds.index(Downloading) < kinds.index(Started) < kinds.index(Finished)
    assert Predictor(run / "model.onnx").names == {3: "red square", 7: "blue circle"}
    assert load_checkpoint(run / "best.safetensors")[1].detector == detector


@pytest.mark.parametrize("detector", FAMILIES)
def test_published_weights_are_all_used_and_the_classes_begin_as_the_mean_of_theirs(
    site: Site, monkeypatch: pytest.MonkeyPatch, detector: str
) -> None:
    weights = published(detector)
    publish(site, monkeypatch, detector, weights)
    ours = built(detector, "pretrained")
    own = ours.network.state_dict()
    assert own.keys() == weights.keys()
    kept = [name for name in weights if not ours.is_new(name)]
    assert all(torch.equal(own[name], weights[name]) for name in kept)
    rows = weights["model.enc_score_head.weight"]
    for row in own["model.enc_score_head.weight"]:
        assert torch.allclose(row, rows.mean(0), atol=1e-6)
    labels = weights["model.denoising_class_embed.weight"]
    noisy = own["model.denoising_class_embed.weight"]
    assert torch.allclose(noisy[1], labels[:COCO].mean(0), atol=1e-6)
    assert torch.equal(noisy[2], labels[COCO])


@pytest.mark.parametrize("detector", FAMILIES)
def test_the_exported_model_finds_what_the_network_finds(tmp_path: Path, detector: str) -> None:
    settled = told_apart(built(detector, "checkpoint")).settled()
    pictures = (pictures_with_squares(2, SIZE)[0] * 255).round() / 255
    path = tmp_path / "model.onnx"
    export_onnx(path, settled, ModelDetails(((0, "a"), (1, "b")), SIZE, 0.3, detector))
    model = Predictor(path)
    for picture in pictures:
        with torch.no_grad():
            expected = boxes_of(settled.find(picture[None])[0])
        pixels = (picture * 255).byte().permute(1, 2, 0).numpy()
        found = model.predict(pixels, min_score=0.0)
        assert len(expected) > 5
        assert [d.score for d in found] == pytest.approx([box[1] for box in expected], abs=1e-4)
        surer = [box for box in expected if box[1] > expected[-1][1] + 1e-4]  # twins change places
        assert surer
        for _, score, (left, top, right, bottom) in surer:
            wanted = pytest.approx([score, max(0.0, left), max(0.0, top)], abs=1e-2)
            assert any([d.score, *d.bbox[:2]] == wanted for d in found), (right, bottom)


@pytest.mark.parametrize("detector", FAMILIES)
def test_it_learns_on_after_a_validation(detector: str) -> None:
    """The library keeps its anchors from call to call, and validation makes no gradients."""
    torch.manual_seed(1)
    size = (160, 128)  # no other test's, so that nothing is kept yet
    ours = built(detector, input_size=size)
    pictures, targets = pictures_with_squares(2, size)
    with torch.inference_mode():
        ours.eval().find(pictures)
    ours.train()
    sum(ours.losses(pictures, targets).values(), torch.zeros(())).backward()  # type: ignore[no-untyped-call]
    assert any(p.grad is not None and bool(p.grad.any()) for p in ours.parameters())


@pytest.mark.parametrize("detector", FAMILIES)
def test_what_it_finds_is_what_it_would_be_taught(detector: str) -> None:
    """Boxes go in and come out by the same measure, classes too."""
    ours = told_apart(built(detector, "checkpoint"))
    pictures, _ = pictures_with_squares(1, SIZE)
    (found,) = ours.eval().find(pictures)
    first = (found.labels == 0).nonzero().squeeze(1)[:3]
    right = Target(found.boxes[first], found.labels[first])
    moved = Target(found.boxes[first] + 10.0, found.labels[first])
    other = Target(found.boxes[first], 1 - found.labels[first])
    ours.train()
    terms = [ours.losses(pictures, [target]) for target in (right, moved, other)]
    assert float(terms[0]["loss_bbox"].detach()) < 1e-4 < float(terms[1]["loss_bbox"].detach())
    assert float(terms[0]["loss_vfl"].detach()) < float(terms[2]["loss_vfl"].detach())


def test_a_pretrained_backbone_learns_slowest_and_its_statistics_stand_still(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, monkeypatch, "dfine_n", published("dfine_n"))
    ours = built("dfine_n", "pretrained")
    names = {parameter: name for name, parameter in ours.network.named_parameters()}
    rates = {
        names[parameter]: group.rate
        for group in ours.parameter_groups()
        for parameter in group.parameters
    }
    assert rates.keys() == set(names.values())
    assert {rate for name, rate in rates.items() if ours.is_new(name)} == {1.0}
    slowest = {name for name, rate in rates.items() if rate == min(rates.values())}
    assert slowest == {name for name in rates if name.startswith("model.backbone.")}
    before = {name: b.clone() for name, b in ours.named_buffers() if "running" in name}
    steps_of(ours, "dfine_n")
    assert before
    assert all(torch.equal(ours.get_buffer(name), value) for name, value in before.items())


@pytest.mark.parametrize("detector", FAMILIES)
def test_a_run_learns_on_from_another_whose_classes_are_others(detector: str) -> None:
    theirs, ours = built(detector, categories=3), built(detector, "run")
    ours.take_over(theirs.state_dict(), Namesakes((2, None), 3))
    own, known = ours.network.state_dict(), theirs.network.state_dict()
    for name in (f"{layer}weight" for layer in ("model.enc_score_head.",)):
        assert torch.equal(own[name][0], known[name][2])
    labels = "model.denoising_class_embed.weight"
    assert torch.equal(own[labels][0], known[labels][2])
    assert torch.equal(own[labels][2], known[labels][3])
    assert all(torch.equal(own[n], known[n]) for n in own if not ours.is_new(n))


def test_weights_of_another_detector_are_refused_in_words(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish(site, monkeypatch, "dfine_n", published("rtdetr_v2_r50"))
    with pytest.raises(WeightsUnavailableError, match=r"D-FINE-N in .* are not those of this det"):
        built("dfine_n", "pretrained")


def test_each_is_fetched_from_a_pinned_revision_and_has_a_name_of_its_own_in_the_cache() -> None:
    every = PUBLISHED_ON_HUB.values()
    assert {name for name, facts in DETECTOR_FACTS.items() if facts.extra} == set(PUBLISHED_ON_HUB)
    assert len({each.file_name for each in every}) == len(every)
    for each in every:
        assert len(each.sha256) == 64
        assert each.sha256[:8] in each.file_name
        assert each.url == (
            f"https://huggingface.co/{each.repository}/resolve/{each.revision}/model.safetensors"
        )
        assert len(each.revision) == 40


@pytest.mark.parametrize(
    ("detector", "numbers"),
    [("dfine_n", 3_798_993), ("dfine_s", 10_350_057), ("rtdetr_v2_r50", 43_019_444)],
)
def test_the_networks_hold_as_many_numbers_as_the_published_files(
    monkeypatch: pytest.MonkeyPatch, detector: str, numbers: int
) -> None:
    monkeypatch.undo()
    ours = build(request(detector, "scratch", categories=COCO, input_size=(640, 640)))
    state = ours.network.state_dict().values()
    assert sum(value.numel() for value in state if value.is_floating_point()) == numbers
