"""The detectors that came with the program, in the window's process: the same as in torch, without
torch."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from labeler.errors import UserError
from labeler.runs.coco_detector import (
    CocoDetector,
    PointDetector,
    PointsFound,
    fitted,
    proposals,
    seen_size,
    things,
    vector_detector,
)
from labeler.runs.detector import VECTOR, open_detector
from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from tests.benchmarks import judging_world
from trainer import coco_weights, nanodet, vector_weights
from trainer.assign import Grid
from trainer.faults import TrainerError
from trainer.predict import Detection

ROOT = Path(__file__).parents[2]


@functools.cache
def room() -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """A picture (360, 640, 3) of the simulated world, and x1 y1 x2 y2 of the ball in it."""
    world = World(5)
    for _ in range(150):
        world.step(1 / 15)
    drawn = Renderer(5).draw(world.scene())
    (ball,) = (box for box in drawn.truth.boxes if box.name == "ball")
    corners = [ball.x, ball.y, ball.x + ball.width, ball.y + ball.height]
    return np.ascontiguousarray(drawn.pixels[..., ::-1]), np.array(corners, np.float32)


def iou(a: NDArray[np.float32], b: NDArray[np.float32]) -> float:
    low, high = np.maximum(a[:2], b[:2]), np.minimum(a[2:], b[2:])
    shared = float((high - low).clip(0).prod())
    return shared / float((a[2:] - a[:2]).prod() + (b[2:] - b[:2]).prod() - shared)


@pytest.mark.parametrize(
    ("own", "made"),
    [(coco_weights, nanodet.coco_detector), (vector_weights, nanodet.vector_detector)],
    ids=["COCO", "Vector"],
)
@pytest.mark.parametrize("size", [(192, 192), (416, 224)])
def test_scores_and_boxes_of_every_point_are_those_of_torch(
    own: ModuleType, made: Callable[[tuple[int, int]], nanodet.NanoDetector], size: tuple[int, int]
) -> None:
    width, height = size
    picture = np.ascontiguousarray(room()[0][-height:, -width:])
    found = PointDetector(own.graph).predict(picture, longest=max(size))
    detector = made(size)
    with torch.no_grad():
        tensor = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
        levels = detector.backbone.early(detector._normalised(tensor), detector.depth)
        logits, sides = detector._predicted(levels)
        boxes = detector._boxes(sides, Grid(detector.points, detector.strides))[0]
    limits = torch.tensor([width, height, width, height])
    assert found.scores == pytest.approx(logits[0].sigmoid().numpy(), abs=1e-5)
    assert found.boxes == pytest.approx(boxes.clamp(min=0).minimum(limits).numpy(), abs=1e-2)
    assert found.scores.shape[1] == len(own.NAMES)


def test_one_of_ten_proposals_is_the_ball_in_pixels_of_the_picture() -> None:
    picture, ball = room()
    found = CocoDetector().predict(picture)
    offered = proposals(things([found], (640, 360)), 10)
    assert 1 <= len(offered.boxes) <= 10
    assert max(iou(box, ball) for box in offered.boxes) > 0.8
    assert (np.diff(offered.scores) <= 0).all()
    assert all((found.boxes == box).all(1).any() for box in offered.boxes)


def corners_of(found: Detection) -> NDArray[np.float32]:
    left, top, width, height = found.bbox
    return np.array([left, top, left + width, top + height], np.float32)


def test_everyday_things_have_their_names_and_cocos_ids_without_training() -> None:
    picture, ball = room()
    detector = open_detector(coco_weights.GRAPH)
    assert (len(detector.names), detector.names[90]) == (80, "toothbrush")
    on_ball = [each for each in detector.predict(picture) if iou(corners_of(each), ball) > 0.7]
    (found, *rest) = on_ball  # it is a little like an apple, too, but one thing has one name
    assert found.name == "sports ball"
    assert found.category_id == 37
    assert iou(corners_of(found), ball) > 0.8
    assert rest == []


def test_vector_is_recognised_without_training() -> None:
    """In pictures that another simulated world made than those he was learned from."""
    detector = open_detector(VECTOR)
    assert detector.names == {1: "vector", 2: "cube"}
    found, true = 0, 0
    for jpeg, truth in judging_world.photos(6, seed=3):
        seen = detector.predict(as_rgb(jpeg))
        corners = [corners_of(each) for each in seen if each.name == "vector"]
        for box in truth.boxes:
            if box.name == "vector":
                own = np.array([box.x, box.y, box.x + box.width, box.y + box.height], np.float32)
                found += any(iou(own, each) > 0.5 for each in corners)
                true += 1
    assert true >= 5
    assert found >= 0.8 * true


def as_rgb(jpeg: bytes) -> NDArray[np.uint8]:
    bgr = cv2.imdecode(np.frombuffer(jpeg, np.uint8), cv2.IMREAD_COLOR)
    assert bgr is not None
    return np.ascontiguousarray(bgr[..., ::-1], np.uint8)


def test_a_box_drawn_roughly_is_fitted_to_the_ball_and_one_on_the_bare_wall_to_nothing() -> None:
    picture, ball = room()
    found = things([CocoDetector().predict(picture)], (640, 360))
    side = ball[2] - ball[0]
    rough = ball + np.array([-0.2, 0.1, 0.1, 0.2], np.float32) * side
    assert iou(rough, ball) < 0.75
    snapped = fitted(rough, found)
    assert snapped is not None
    assert iou(snapped, ball) > 0.85
    assert fitted(np.array([0, 0, 3, 3], np.float32), found) is None


def test_a_part_of_a_thing_is_proposed_beside_the_thing_and_a_copy_is_not() -> None:
    boxes = np.array(
        [[0, 0, 100, 100], [2, 0, 100, 99], [10, 10, 40, 40], [5, 5, 5, 50]], np.float32
    )
    scores = np.zeros((4, 80), np.float32)
    scores[:, 7] = [0.9, 0.8, 0.3, 0.9]
    found = PointsFound(boxes, scores)
    offered = proposals(things([found], (100, 100)))
    assert offered.boxes.tolist() == boxes[[0, 2]].tolist()


@pytest.mark.parametrize(
    ("picture", "seen"),
    [((640, 360), (416, 224)), ((300, 300), (416, 416)), ((50, 4000), (32, 416))],
)
def test_nothing_is_padded(picture: tuple[int, int], seen: tuple[int, int]) -> None:
    assert seen_size(picture) == seen


@pytest.mark.parametrize("own", [coco_weights, vector_weights])
def test_weights_that_are_not_the_programs_own_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, own: ModuleType
) -> None:
    other = tmp_path / own.PATH.name
    other.write_bytes(own.PATH.read_bytes()[:-2] + b"ab")
    monkeypatch.setattr(own, "PATH", other)
    with pytest.raises(UserError, match="is not the file that the program came with"):
        vector_detector()
    with pytest.raises(TrainerError, match="is not the file that the program came with"):
        vector_weights.load()


def test_the_weights_may_be_links_as_some_installers_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for own in (coco_weights, vector_weights):
        for name in ("PATH", "GRAPH"):
            link = tmp_path / getattr(own, name).name
            link.symlink_to(getattr(own, name))
            monkeypatch.setattr(own, name, link)
    for graph in (coco_weights.graph, vector_weights.graph):
        assert len(PointDetector(graph).predict(np.zeros((64, 64, 3), np.uint8)).boxes)


def test_what_is_shipped_of_vector_is_only_what_coco_does_not_have() -> None:
    assert vector_weights.PATH.stat().st_size < 8_000_000
    known, both = coco_weights.load(), vector_weights.load()
    backbone = [name for name in known if name.startswith("backbone.")]
    assert all(torch.equal(both[name], known[name]) for name in backbone)


@pytest.mark.parametrize("of", ["coco", "vector"])
def test_the_graph_is_made_again_byte_for_byte_and_has_no_weights_of_its_own(
    of: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = (coco_weights if of == "coco" else vector_weights).GRAPH.read_bytes()
    model = onnx.load_model_from_string(content)
    inside = [t.name for t in model.graph.initializer if not t.external_data]
    assert inside == []
    assert len(content) < 100_000
    if model.producer_version != torch.__version__.partition("+")[0]:
        pytest.skip("another version of torch traces the network in other steps")
    spec = importlib.util.spec_from_file_location("graph", ROOT / "tools" / "make_coco_graph.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "graph", tool)  # dataclasses look there
    spec.loader.exec_module(tool)
    assert tool.remade(tool.MADE[of]) == content


def test_it_runs_without_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "from labeler.runs.coco_detector import CocoDetector\n"
        "CocoDetector().predict(np.zeros((64, 64, 3), np.uint8))\n"
        "print(*(m for m in ('torch', 'onnx', 'safetensors', 'PySide6') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
