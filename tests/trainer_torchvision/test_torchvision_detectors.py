"""torchvision's detectors keep the loop's protocol, and start from what was published or not."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import torch
from torch import Tensor, nn

from tests.trainer_torchvision.detectors import (
    FASTER,
    SIZE,
    SSDLITE,
    boxes_of,
    built,
    nothing,
    pictures_with_squares,
    publish,
)
from trainer.class_rows import Namesakes
from trainer.events import Downloading
from trainer.export import export_onnx
from trainer.predict import Detection, ModelDetails, Predictor
from trainer.protocol import Target
from trainer.torchvision_base import TorchvisionDetector
from trainer.weights import MIRROR_VARIABLE, WeightsStoppedError, WeightsUnavailableError

if TYPE_CHECKING:
    from tests.trainer_torchvision.conftest import Site

BOTH = pytest.mark.parametrize("detector", [SSDLITE, FASTER])


@pytest.fixture(autouse=True)
def _same_dice() -> Iterator[None]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # two threads wait for each other on a busy machine
    torch.manual_seed(0)
    yield
    torch.set_num_threads(threads)


@cache
def weights_like(detector: str) -> Mapping[str, Tensor]:
    """Random weights of the architecture that torchvision publishes: 90 categories of COCO."""
    state: dict[str, Tensor] = built(detector, categories=90).network.state_dict()
    for value in state.values():
        if value.is_floating_point():
            value.uniform_(0.5, 1.5)
    if detector == FASTER:  # published with frozen norms, which do not count batches
        return {key: value for key, value in state.items() if "num_batches" not in key}
    return state


@BOTH
def test_a_pretrained_start_keeps_all_but_the_categories(
    site: Site, monkeypatch: pytest.MonkeyPatch, detector: str
) -> None:
    weights = weights_like(detector)
    publish(site, monkeypatch, detector, dict(weights))
    events: list[Downloading] = []
    ours = built(detector, "pretrained", on_download=events.append)
    state = ours.network.state_dict()
    new = {key for key in state if ours.is_new(key)}
    assert 0 < len(new) <= 12
    assert all(torch.equal(state[key], value) for key, value in weights.items() if key not in new)
    assert events[-1].received_bytes == events[-1].total_bytes > 10_000_000


def test_boxes_of_faster_rcnn_begin_as_the_mean_of_cocos(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "roi_heads.box_predictor.bbox_pred.weight"
    weights = weights_like(FASTER)
    publish(site, monkeypatch, FASTER, dict(weights))
    state = built(FASTER, "pretrained").network.state_dict()
    assert state[key].shape == (3 * 4, 1024)
    assert torch.equal(state[key][4:8], state[key][8:12])
    assert torch.allclose(state[key][4:8], weights[key].view(91, 4, -1).mean(0), atol=0.05)


@pytest.mark.parametrize("fault", ["missing", "additional", "shape", "not weights", "garbage"])
def test_a_file_that_does_not_fit_is_refused(
    site: Site, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    weights = dict(weights_like(SSDLITE))
    key = "backbone.extra.0.0.0.weight"
    content: object = weights
    if fault == "missing":
        del weights[key]
    elif fault == "additional":
        weights["another"] = torch.zeros(1)
    elif fault == "shape":
        weights[key] = torch.zeros(3, 3)
    else:
        content = [1, 2] if fault == "not weights" else b"garbage"
    publish(site, monkeypatch, SSDLITE, content)
    with pytest.raises(WeightsUnavailableError, match="not those of this detector"):
        built(SSDLITE, "pretrained")


class _Trap:
    """A pickle that touches a file when it is read."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.path,)


def test_code_in_a_file_of_weights_is_never_run(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    publish(site, monkeypatch, SSDLITE, _Trap(tmp_path / "ran"))
    with pytest.raises(WeightsUnavailableError, match="not those of this detector"):
        built(SSDLITE, "pretrained")
    publish(site, monkeypatch, SSDLITE, pickle.dumps(_Trap(tmp_path / "ran"), protocol=2))
    with pytest.raises(WeightsUnavailableError, match="not those of this detector"):
        built(SSDLITE, "pretrained")
    assert not (tmp_path / "ran").exists()


def test_without_the_weights_there_is_a_sentence_and_no_detector(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    with pytest.raises(WeightsUnavailableError) as caught:
        built(SSDLITE, "pretrained")
    assert str(caught.value) == (
        "The weights of SSDLite320 MobileNetV3 could not be downloaded from 127.0.0.1: the server "
        "answered 404 Not Found. The built-in detector works without a download."
    )


def test_random_weights_need_no_network(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(MIRROR_VARIABLE, site.base)
    built(SSDLITE, "scratch")
    built(SSDLITE, "checkpoint")
    assert site.asked == []


def test_the_person_can_stop_the_download(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.stall_after = 100
    publish(site, monkeypatch, SSDLITE, b"x" * 1000)
    with pytest.raises(WeightsStoppedError):
        built(SSDLITE, "pretrained", should_stop=lambda: True)


@BOTH
def test_a_checkpoint_fits_whatever_it_started_from(detector: str) -> None:
    again = built(detector, "checkpoint")
    again.load_state_dict(built(detector, "scratch").state_dict(), strict=True)


@BOTH
def test_the_statistics_of_pretrained_norms_stand_still(detector: str) -> None:
    def learning_norms(start: str) -> int:
        modules = built(detector, start).train().modules()
        return sum(m.training for m in modules if isinstance(m, nn.BatchNorm2d))

    assert learning_norms("scratch") > 40
    assert learning_norms("checkpoint") == 0


@BOTH
def test_every_parameter_learns_in_one_group(detector: str) -> None:
    ours = built(detector)
    grouped = [p for group in ours.parameter_groups() for p in group.parameters]
    assert len(grouped) == len({id(p) for p in grouped})
    assert {id(p) for p in grouped} == {id(p) for p in ours.parameters() if p.requires_grad}


@BOTH
def test_pictures_without_objects_give_a_finite_loss(detector: str) -> None:
    ours = built(detector)
    pictures, targets = pictures_with_squares(2)
    for batch in ([targets[0], nothing()], [nothing()]):
        ours.zero_grad()
        total = sum(ours.losses(pictures[: len(batch)], batch).values(), torch.zeros(()))
        total.backward()  # type: ignore[no-untyped-call]
        gradients = [p.grad for p in ours.parameters() if p.grad is not None]
        assert torch.isfinite(total)
        assert all(bool(torch.isfinite(gradient).all()) for gradient in gradients)


def _learn(
    ours: TorchvisionDetector, pictures: Tensor, targets: list[Target], steps: int
) -> list[float]:
    groups = [
        {"params": group.parameters, "lr": ours.peak_rate, "weight_decay": group.weight_decay}
        for group in ours.parameter_groups()
    ]
    optimizer, curve = torch.optim.AdamW(groups), []
    for _ in range(steps):
        loss = sum(ours.losses(pictures, targets).values(), torch.zeros(()))
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        curve.append(float(loss.detach()))
    return curve


def test_ssdlite_learns_four_pictures() -> None:
    curve = _learn(built(SSDLITE), *pictures_with_squares(4), steps=8)
    assert curve[-1] < 0.6 * curve[0]


def test_ssdlite_learns_from_empty_pictures() -> None:
    pictures, _ = pictures_with_squares(2)
    curve = _learn(built(SSDLITE), pictures, [nothing(), nothing()], steps=5)
    assert curve[-1] < 0.8 * curve[0]


def opinionated(detector: str, pictures: Tensor) -> TorchvisionDetector:
    """Not taught, but with scores as far apart as those of a taught one."""
    ours = built(detector)
    layers = [m for name, m in ours.network.named_modules() if ours.is_new(name + ".")]

    def spread(layer: nn.Module, _: object, output: Tensor) -> None:
        for parameter in layer.parameters():
            parameter.mul_(2 / output.std())

    for module in ours.modules():
        if isinstance(module, nn.BatchNorm2d):
            module.momentum = None
    with torch.no_grad():
        ours.losses(pictures, [nothing()] * len(pictures))
        ours.eval()
        hooks = [m.register_forward_hook(spread) for m in layers if not list(m.children())]
        ours.find(pictures)
    for hook in hooks:
        hook.remove()
    return ours


@BOTH
def test_the_onnx_file_finds_what_torch_finds(tmp_path: Path, detector: str) -> None:
    pictures, _ = pictures_with_squares(3)
    pictures = (pictures * 255).round() / 255
    ours = opinionated(detector, pictures)
    path = tmp_path / "model.onnx"
    export_onnx(path, ours.settled(), ModelDetails(((0, "a"), (1, "b")), SIZE, 0.3, detector))
    predictor = Predictor(path)
    for picture in pictures:
        with torch.no_grad():
            found = ours.find(picture[None])[0]
        pixels = (picture * 255).byte().permute(1, 2, 0).numpy()
        detections = predictor.predict(pixels, min_score=0.0)
        sure = [d for d in detections if d.score > 0.2]
        expected = [box for box in boxes_of(found) if box[1] > 0.2]
        assert [d.score for d in sure] == pytest.approx([box[1] for box in expected], abs=1e-3)
        same = sum(any(_same(detection, box) for detection in sure) for box in expected)
        assert same >= 0.97 * len(expected) > 20  # twins of one score may change places


def _same(found: Detection, box: tuple[int, float, list[float]]) -> bool:
    label, score, corners = box
    near = max(abs(a - b) for a, b in zip(_corners(found), corners, strict=True)) < 0.05
    return found.category_id == label and abs(found.score - score) < 1e-3 and near


def _corners(found: Detection) -> tuple[float, float, float, float]:
    x, y, width, height = found.bbox
    return x, y, x + width, y + height


@BOTH
def test_a_detector_that_sees_nothing_says_so_in_onnx(tmp_path: Path, detector: str) -> None:
    ours = built(detector)
    with torch.no_grad():
        for key, value in ours.network.named_parameters():
            if ours.is_new(key) and key.endswith("bias"):
                value[:: value.numel() if detector == FASTER else 3] += 20  # all is background
    path = tmp_path / "model.onnx"
    export_onnx(path, ours.settled(), ModelDetails(((1, "a"), (2, "b")), SIZE, 0.3, detector))
    black = torch.zeros(SIZE[1], SIZE[0], 3, dtype=torch.uint8).numpy()
    assert Predictor(path).predict(black, min_score=0.0) == []


@BOTH
def test_a_run_s_weights_go_to_the_classes_of_the_same_name(detector: str) -> None:
    """Three classes, of which the last and the first are known by their names: 1 and 0 of two."""
    before, ours = built(detector, categories=2), built(detector, "run", categories=3)
    fresh = {name: value.clone() for name, value in ours.state_dict().items()}
    ours.take_over(before.settled().state_dict(), Namesakes((1, None, 0), 2))
    there = before.network.state_dict()
    for name, value in ours.network.state_dict().items():
        if not ours.is_new(name):
            assert torch.equal(value, there[name])
            continue
        each = 4 if name.startswith("roi_heads.box_predictor.bbox_pred") else 1
        rows = value.unflatten(0, (-1, 4, each))
        known = there[name].unflatten(0, (-1, 3, each))
        assert torch.equal(rows[:, [0, 1, 3]], known[:, [0, 2, 1]])
        own = fresh[f"network.{name}"].unflatten(0, (-1, 4, each))
        assert torch.equal(rows[:, 2], own[:, 2])
    with pytest.raises(RuntimeError):
        ours.take_over(before.state_dict(), Namesakes((1, None, 0), 5))
