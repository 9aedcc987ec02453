"""Boxes, letterbox, grid and assignment, whatever the numbers."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from trainer.assign import Grid, assign
from trainer.augment import Augmentation, augment
from trainer.boxes import from_distances, giou, grid_points, iou, overlaps, unsuppressed
from trainer.letterbox import Letterbox
from trainer.loss import box_loss, classification_loss
from trainer.protocol import Target
from trainer.recipe import input_size

INPUT = (128, 96)
STRIDES = (8, 16, 32)
sides = st.integers(1, 5000)


@st.composite
def boxes_inside(draw: st.DrawFn) -> tuple[float, float, float, float]:
    x1 = draw(st.floats(0, INPUT[0] - 4))
    y1 = draw(st.floats(0, INPUT[1] - 4))
    x2 = draw(st.floats(x1 + 2, INPUT[0]))
    y2 = draw(st.floats(y1 + 2, INPUT[1]))
    return x1, y1, x2, y2


def tensor(boxes: list[tuple[float, float, float, float]]) -> torch.Tensor:
    return torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4)


@given(sides, sides, st.integers(1, 30), st.integers(1, 30), st.data())
def test_a_box_survives_the_letterbox_and_back(
    width: int, height: int, columns: int, rows: int, data: st.DataObject
) -> None:
    canvas = (columns * 32, rows * 32)
    fit = Letterbox.fit((width, height), canvas)
    assert 0 <= fit.left <= canvas[0] - fit.width
    assert 0 <= fit.top <= canvas[1] - fit.height
    assert fit.width == canvas[0] or fit.height == canvas[1]
    x1, x2 = sorted(data.draw(st.lists(st.floats(0, width), min_size=2, max_size=2)))
    y1, y2 = sorted(data.draw(st.lists(st.floats(0, height), min_size=2, max_size=2)))
    back = fit.to_picture(fit.to_canvas((x1, y1, x2, y2)))
    assert back == pytest.approx((x1, y1, x2, y2), abs=1e-6 * max(width, height))


@given(boxes_inside(), boxes_inside())
def test_iou_lies_between_0_and_1_and_giou_below_it(
    a: tuple[float, float, float, float], b: tuple[float, float, float, float]
) -> None:
    first, second = tensor([a]), tensor([b])
    overlap, general = float(iou(first, second)), float(giou(first, second))
    assert 0 <= overlap <= 1 + 1e-5
    assert -1 <= general <= overlap + 1e-5
    assert float(iou(second, first)) == pytest.approx(overlap, abs=1e-6)
    assert float(iou(first, first)) == pytest.approx(1, abs=1e-5)


@settings(deadline=None, max_examples=40)
@given(st.lists(boxes_inside(), min_size=1, max_size=40), st.sampled_from([0.3, 0.6]))
def test_suppression_is_the_greedy_one(
    boxes: list[tuple[float, float, float, float]], limit: float
) -> None:
    shares = overlaps(tensor(boxes))
    assert torch.equal(shares, iou(tensor(boxes)[:, None], tensor(boxes)))
    kept: list[int] = []
    for index in range(len(boxes)):
        if not any(shares[better, index] > limit for better in kept):
            kept.append(index)
    assert unsuppressed(shares > limit).nonzero().flatten().tolist() == kept


def test_distances_from_a_point_make_a_box() -> None:
    boxes = from_distances(torch.tensor([[10.0, 20.0]]), torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    assert boxes.tolist() == [[9, 18, 13, 24]]


def test_the_grid_has_a_point_in_the_middle_of_each_cell() -> None:
    points, steps = grid_points((64, 32), (16, 32))
    assert points[:4].tolist() == [[8, 8], [24, 8], [40, 8], [56, 8]]
    assert points[8:].tolist() == [[16, 16], [48, 16]]
    assert steps.tolist() == [16] * 8 + [32] * 2


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(boxes_inside(), max_size=6), min_size=1, max_size=3), st.integers(0, 99))
def test_assignment_keeps_its_promises(
    pictures: list[list[tuple[float, float, float, float]]], seed: int
) -> None:
    grid = Grid(*grid_points(INPUT, STRIDES))
    random = torch.Generator().manual_seed(seed)
    scores = torch.rand(len(pictures), len(grid.points), 3, generator=random)
    distances = torch.rand(len(pictures), len(grid.points), 4, generator=random) * 40
    targets = [Target(tensor(b), torch.arange(len(b)) % 3) for b in pictures]
    found = assign(scores, from_distances(grid.points, distances), targets, grid)
    assert ((found.quality >= 0) & (found.quality <= 1 + 1e-5)).all()
    assert (found.quality[~found.has_box] == 0).all()
    for row, target in enumerate(targets):
        taken = found.boxes[row][found.has_box[row]]
        assert all(any(torch.equal(box, true) for true in target.boxes) for box in taken)
        for true in target.boxes:
            assert (taken == true).all(1).sum() <= 9 * (target.boxes == true).all(1).sum()
        assert len(taken) > 0 or len(target.boxes) == 0


def test_a_box_smaller_than_a_cell_still_gets_a_point() -> None:
    grid = Grid(*grid_points(INPUT, STRIDES))
    target = Target(tensor([(41.0, 41.0, 43.0, 43.0)]), torch.tensor([0]))
    scores = torch.full((1, len(grid.points), 1), 0.5)
    boxes = torch.zeros(1, len(grid.points), 4)
    assert assign(scores, boxes, [target], grid).has_box.sum() == 1


def test_losses_of_pictures_without_boxes_are_finite_and_have_gradients() -> None:
    grid = Grid(*grid_points(INPUT, STRIDES))
    logits = torch.zeros(2, len(grid.points), 3, requires_grad=True)
    boxes = torch.rand(2, len(grid.points), 4, requires_grad=True)
    nothing = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    found = assign(logits.detach().sigmoid(), boxes.detach(), [nothing, nothing], grid)
    loss = classification_loss(logits, found) + box_loss(boxes, found)
    loss.backward()
    assert torch.isfinite(loss)
    assert logits.grad is not None
    assert torch.isfinite(logits.grad).all()


def test_the_right_answer_costs_less_than_a_wrong_one() -> None:
    grid = Grid(*grid_points(INPUT, STRIDES))
    true = (20.0, 20.0, 70.0, 60.0)
    target = Target(tensor([true]), torch.tensor([1]))

    def cost(box: tuple[float, float, float, float], logit: float) -> float:
        logits = torch.full((1, len(grid.points), 3), -6.0)
        boxes = tensor([box]).expand(1, len(grid.points), 4)
        found = assign(logits.sigmoid(), boxes, [target], grid)
        logits[(*found.has_box.nonzero(as_tuple=True), torch.tensor(1))] = logit
        return float(classification_loss(logits, found) + box_loss(boxes, found))

    assert cost(true, 4.0) < cost(true, -4.0)
    assert cost(true, 4.0) < cost((24.0, 10.0, 90.0, 50.0), 4.0)


@settings(deadline=None, max_examples=30)
@given(boxes_inside(), st.integers(0, 10_000))
def test_augmented_boxes_stay_on_what_they_mark(
    box: tuple[float, float, float, float], seed: int
) -> None:
    x1, y1, x2, y2 = (round(v) for v in box)
    pixels = torch.zeros(1, 3, INPUT[1], INPUT[0], dtype=torch.uint8)
    pixels[:, :, y1:y2, x1:x2] = 255
    target = Target(tensor([(x1, y1, x2, y2)]), torch.tensor([0]))
    how = Augmentation(brightness=0.0, contrast=0.0, saturation=0.0)
    random = torch.Generator().manual_seed(seed)
    pictures, [moved] = augment(pixels, [target], how, random)
    assert pictures.shape == (1, 3, INPUT[1], INPUT[0])
    for mx1, my1, mx2, my2 in moved.boxes.tolist():
        white = (pictures[0, 0] > 0.75).nonzero()
        if len(white):
            assert white[:, 1].min() >= mx1 - 1.5
            assert white[:, 1].max() <= mx2 + 0.5
            assert white[:, 0].min() >= my1 - 1.5
            assert white[:, 0].max() <= my2 + 0.5


def test_of_what_an_augmentation_moves_out_only_boxes_of_which_enough_is_left_are_learnt() -> None:
    """A sliver at the edge would teach that slivers are the thing."""
    box = (4, 30, 44, 60)
    pixels = torch.zeros(1, 3, INPUT[1], INPUT[0], dtype=torch.uint8)
    pixels[:, :, box[1] : box[3], box[0] : box[2]] = 255
    target = Target(tensor([box]), torch.tensor([0]))
    how = Augmentation(1.0, 1.0, 0.0, 0.6, 0.0, 0.0, 0.0, 0.0)  # moved, and nothing else
    kept = {True: 0, False: 0}
    for seed in range(60):
        random = torch.Generator().manual_seed(seed)
        pictures, [moved] = augment(pixels, [target], how, random)
        left = float((pictures[0, 0] > 0.75).sum()) / (40 * 30)
        if abs(left - 0.3) > 0.1:
            kept[left > 0.3] += 1
            assert len(moved.boxes) == (left > 0.3), left
    assert min(kept.values()) > 3


@given(st.floats(0.3, 3.4), st.floats(20_000, 200_000))
def test_the_input_size_fits_the_shape_and_the_budget(aspect: float, pixels: float) -> None:
    width, height = input_size(aspect, pixels)
    assert width % 32 == 0
    assert height % 32 == 0
    assert width * height <= 1.06 * pixels
    assert 0.5 < width / height / aspect < 2


def test_the_robots_pictures_get_a_wide_input() -> None:
    assert input_size(640 / 360, 86_016) == (384, 224)
