"""COCO's detector in the window's process: the same as in torch, without torch."""

from __future__ import annotations

import functools
import importlib.util
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from numpy.typing import NDArray

from labeler.errors import UserError
from labeler.runs.coco_detector import (
    CocoDetector,
    PointsFound,
    fitted,
    proposals,
    seen_size,
    things,
)
from labeler.runs.detector import open_detector
from labeler.simulator.render import Renderer
from labeler.simulator.world import World
from trainer import coco_weights, nanodet
from trainer.assign import Grid
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


@pytest.mark.parametrize("size", [(192, 192), (416, 224)])
def test_scores_and_boxes_of_every_point_are_those_of_torch(size: tuple[int, int]) -> None:
    width, height = size
    picture = np.ascontiguousarray(room()[0][-height:, -width:])
    found = CocoDetector().predict(picture, longest=max(size))
    detector = nanodet.coco_detector(size)
    with torch.no_grad():
        tensor = torch.from_numpy(picture).permute(2, 0, 1)[None] / 255
        levels = detector.backbone.early(detector._normalised(tensor), detector.depth)
        logits, sides = detector.head(detector.neck(levels))
        boxes = detector._boxes(sides, Grid(detector.points, detector.strides))[0]
    limits = torch.tensor([width, height, width, height])
    assert found.scores == pytest.approx(logits[0].sigmoid().numpy(), abs=1e-5)
    assert found.boxes == pytest.approx(boxes.clamp(min=0).minimum(limits).numpy(), abs=1e-2)
    assert found.scores.shape[1] == len(coco_weights.NAMES)


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


def test_weights_that_are_not_the_programs_own_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tmp_path / coco_weights.PATH.name
    other.write_bytes(coco_weights.PATH.read_bytes()[:-2] + b"ab")
    monkeypatch.setattr(coco_weights, "PATH", other)
    with pytest.raises(UserError, match="is not the file that the program came with"):
        CocoDetector()


def test_the_weights_may_be_links_as_some_installers_make_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("PATH", "GRAPH"):
        link = tmp_path / getattr(coco_weights, name).name
        link.symlink_to(getattr(coco_weights, name))
        monkeypatch.setattr(coco_weights, name, link)
    assert len(CocoDetector().predict(np.zeros((64, 64, 3), np.uint8)).boxes)


def test_the_graph_is_made_again_byte_for_byte_and_has_no_weights_of_its_own() -> None:
    content = coco_weights.GRAPH.read_bytes()
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
    spec.loader.exec_module(tool)
    assert tool.remade() == content


def test_it_runs_without_torch() -> None:
    code = (
        "import sys, numpy as np\n"
        "from labeler.runs.coco_detector import CocoDetector\n"
        "CocoDetector().predict(np.zeros((64, 64, 3), np.uint8))\n"
        "print(*(m for m in ('torch', 'onnx', 'safetensors', 'PySide6') if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
