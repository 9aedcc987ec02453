"""What a detector learns from: which points answer for a box, what costs how much, what is seen."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from torch import Tensor

from trainer.analysis import SIZES
from trainer.assign import Assignment, Grid, assign
from trainer.augment import AUGMENTATIONS, Augmentation, augment
from trainer.boxes import giou, grid_points
from trainer.class_rows import ClassRows, Namesakes, carried
from trainer.coco import CocoSet, read_coco
from trainer.config import RunConfig
from trainer.constant_box import constant_box
from trainer.data import Examples
from trainer.feeder import Feeder
from trainer.letterbox import Letterbox
from trainer.lite import LiteDetector
from trainer.loss import box_loss, classification_loss
from trainer.matching import ImageBoxes
from trainer.measured import Kind
from trainer.mistakes import judge
from trainer.predict import letterboxed
from trainer.protocol import Target
from trainer.recipe import choose_recipe, facts_of

INPUT = (256, 192)
GRID = Grid(*grid_points(INPUT, (8, 16, 32)))
BOX = (64.0, 48.0, 192.0, 144.0)


def assigned(box: tuple[float, float, float, float], predicted: Tensor | None = None) -> Assignment:
    """One true box of label 1; the network says .5 everywhere, and predicts that box or others."""
    true = torch.tensor([box])
    scores = torch.full((1, len(GRID.points), 2), 0.5)
    boxes = true.expand(len(GRID.points), 4) if predicted is None else predicted
    return assign(scores, boxes[None], [Target(true, torch.tensor([1]))], GRID)


def test_several_points_near_the_middle_of_a_box_answer_for_it_and_none_elsewhere() -> None:
    """Nine points, none farther from the middle than 2.5 strides (TOOD's centre sampling)."""
    found = assigned(BOX)
    points = GRID.points[found.has_box[0]]
    strides = GRID.strides[found.has_box[0]]
    assert len(points) == 9
    middle = torch.tensor([(BOX[0] + BOX[2]) / 2, (BOX[1] + BOX[3]) / 2])
    assert bool(((points - middle).abs().amax(1) < 2.5 * strides).all())
    assert found.labels[found.has_box].tolist() == [1] * 9
    # a point far from the middle predicts the box best of all, and yet does not answer for it
    predicted = torch.zeros(len(GRID.points), 4)
    corner = int((GRID.points - torch.tensor([68.0, 52.0])).abs().sum(1).argmin())
    predicted[corner] = torch.tensor(BOX)
    assert not assigned(BOX, predicted).has_box[0, corner]


def test_a_point_that_predicts_its_box_worse_is_to_give_a_lower_score() -> None:
    predicted = torch.tensor([BOX]).repeat(len(GRID.points), 1)
    worse = GRID.points[:, 0] < 128
    predicted[worse] -= torch.tensor([12.0, 0.0, 12.0, 0.0])
    found = assigned(BOX, predicted)
    good, poor = found.has_box[0] & ~worse, found.has_box[0] & worse
    assert float(found.quality[0][good].min()) == pytest.approx(1.0, abs=1e-3)
    assert all(0 < quality < 0.6 for quality in found.quality[0][poor].tolist())


def test_a_box_that_lies_farther_off_costs_more_also_where_nothing_overlaps() -> None:
    found = assigned(BOX)

    def cost(shift: float) -> float:
        boxes = (torch.tensor([BOX]) + torch.tensor([shift, 0, shift, 0])).expand(
            1, len(GRID.points), 4
        )
        return float(box_loss(boxes, found))

    costs = [cost(shift) for shift in (0.0, 8.0, 64.0, 140.0, 300.0)]
    assert costs[0] == pytest.approx(0.0, abs=1e-5)
    assert costs == sorted(costs)
    assert costs[1] > 0.05
    assert costs[4] > costs[3] + 0.05


def test_generalised_iou_tells_near_from_far_where_iou_is_nothing() -> None:
    """Rezatofighi et al. 2019: IoU less the share of the hull that neither box covers."""
    box = torch.tensor([0.0, 0.0, 10.0, 10.0])
    beside = torch.tensor([10.0, 0.0, 20.0, 10.0])
    far = torch.tensor([30.0, 0.0, 40.0, 10.0])
    assert float(giou(box, box)) == pytest.approx(1.0)
    assert float(giou(box, beside)) == pytest.approx(0.0, abs=1e-6)
    assert float(giou(box, far)) == pytest.approx(-0.5)


def test_a_sure_detection_of_nothing_costs_more_than_an_unsure_one() -> None:
    """Negatives count by the square of their score (varifocal loss, Zhang et al. 2021)."""
    nothing = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    scores = torch.full((1, len(GRID.points), 2), 0.01)
    found = assign(scores, torch.zeros(1, len(GRID.points), 4), [nothing], GRID)

    def cost(score: float) -> float:
        logits = torch.logit(torch.full((1, len(GRID.points), 2), 0.001))
        logits[0, 5, 1] = torch.logit(torch.tensor(score))
        return float(classification_loss(logits, found))

    costs = [cost(score) for score in (0.01, 0.2, 0.5, 0.9)]
    assert costs == sorted(costs)
    sure = 0.9
    assert costs[3] - cost(0.001) == pytest.approx(0.75 * sure**2 * -np.log(1 - sure), rel=0.01)


# Pictures on their way into the network.


@pytest.mark.parametrize(
    ("size", "canvas", "place"),
    [
        ((100, 50), (64, 64), (0, 16, 64, 32)),
        ((50, 100), (64, 64), (16, 0, 32, 64)),
        ((64, 64), (128, 64), (32, 0, 64, 64)),
        ((640, 360), (384, 224), (0, 4, 384, 216)),
    ],
)
def test_a_picture_lies_in_the_middle_of_a_grey_canvas(
    size: tuple[int, int], canvas: tuple[int, int], place: tuple[int, int, int, int]
) -> None:
    """A model.onnx of today is fed so for as long as it is used: the grey is 127, the place half
    of the rest."""
    fit = Letterbox.fit(size, canvas)
    assert (fit.left, fit.top, fit.width, fit.height) == place
    white = np.full((size[1], size[0], 3), 255, np.uint8)
    seen = letterboxed(white, fit, canvas)
    left, top, width, height = place
    assert (seen[top : top + height, left : left + width] == 255).all()
    around = np.ones(seen.shape[:2], bool)
    around[top : top + height, left : left + width] = False
    assert (seen[around] == 127).all()


def written(folder: Path, annotations: list[dict[str, Any]], *, pictures: int = 1) -> CocoSet:
    folder.mkdir(exist_ok=True)
    images = []
    for number in range(1, pictures + 1):
        Image.new("RGB", (100, 80), (40 * number % 256, 90, 90)).save(folder / f"{number}.png")
        images.append({"id": number, "file_name": f"{number}.png", "width": 100, "height": 80})
    rows = [
        {"id": place, "image_id": 1, "category_id": 1, **each}
        for place, each in enumerate(annotations, 1)
    ]
    categories = [{"id": 1, "name": "mug"}, {"id": 2, "name": "ball"}]
    whole = {"images": images, "annotations": rows, "categories": categories}
    path = folder / "coco.json"
    path.write_text(json.dumps(whole), encoding="utf-8")
    return read_coco(path, folder)


def test_small_boxes_are_learned_from_and_regions_of_many_things_are_not(tmp_path: Path) -> None:
    coco = written(
        tmp_path / "images",
        [
            {"bbox": [10, 10, 2, 3], "iscrowd": 0},
            {"bbox": [30, 30, 40, 30], "iscrowd": 1},
            {"bbox": [60, 10, 20, 20]},
        ],
    )
    [picture] = coco.pictures
    assert [box.drawn for box in picture.boxes] == [(10, 10, 2, 3), (60, 10, 20, 20)]
    assert [box.drawn for box in picture.crowds] == [(30, 30, 40, 30)]
    [example] = Examples(coco, (128, 96), lambda name, fault: None).batch([0])
    assert len(example.target.boxes) == 2


def test_every_epoch_has_each_picture_once_in_an_order_of_its_own(tmp_path: Path) -> None:
    coco = written(tmp_path / "images", [{"bbox": [10, 10, 80, 60]}], pictures=6)
    config = RunConfig("train", "val", augmentation="off", longest_side=96, batch=6)
    recipe = choose_recipe(config, facts_of(coco), "cpu", "the processor")
    assert recipe.mosaic is None

    def orders(seed: int) -> list[list[int]]:
        examples = Examples(coco, recipe.input_size, lambda name, fault: None)
        feeder = Feeder(examples, recipe, "cpu", seed, None)
        feeder.begin(recipe.phases[-1])
        feeder.begin(recipe.phases[-1].__class__("Learning", 1.0, 0, 6, None))
        drawn = []
        for _ in range(3):
            batch = feeder.next(LiteDetector(2, recipe.input_size))
            assert batch.pictures is not None
            middle = recipe.input_size[1] // 2, recipe.input_size[0] // 2
            drawn.append([round(float(p[0, *middle]) * 255 / 40) for p in batch.pictures])
        return drawn

    first = orders(1)
    assert all(sorted(order) == [1, 2, 3, 4, 5, 6] for order in first)
    assert len({tuple(order) for order in first}) > 1
    assert first == orders(1)
    assert first != orders(2)


@pytest.mark.parametrize(("share", "expected"), [(0.25, 10), (0.5, 20)])
def test_of_kept_views_so_many_steps_as_was_chosen_make_new_ones(
    tmp_path: Path, share: float, expected: int
) -> None:
    """Where the time may not decide: else a detector would learn the first views by heart."""
    coco = written(tmp_path / "images", [{"bbox": [10, 10, 80, 60]}], pictures=6)
    config = RunConfig("train", "val", longest_side=96, batch=6)
    recipe = choose_recipe(config, facts_of(coco), "cpu", "the processor")
    made: list[int] = []

    class Counting(LiteDetector):
        def early(self, pictures: Tensor) -> list[Tensor]:
            made.append(len(pictures))
            return super().early(pictures)

    detector = Counting(2, recipe.input_size)
    detector.freeze(detector.depth)
    examples = Examples(coco, recipe.input_size, lambda name, fault: None)
    feeder = Feeder(examples, recipe, "cpu", 1, None)
    feeder.begin(replace(recipe.phases[0], until=1.0, batch=6, view_share=0.5, view_steps=share))
    for _ in range(40):
        assert len(feeder.next(detector).targets) == 6
    assert expected - 1 <= len(made) <= expected + 1


def moved(how: Augmentation, count: int = 64) -> tuple[Tensor, list[Target]]:
    pixels = torch.full((count, 3, 96, 128), 110, dtype=torch.uint8)
    pixels[:, 0, 32:64, 32:96] = 150
    target = Target(torch.tensor([[32.0, 32.0, 96.0, 64.0]]), torch.tensor([0]))
    return augment(pixels, [target] * count, how, torch.Generator().manual_seed(0))


def test_each_way_of_changing_a_picture_does_what_its_name_says() -> None:
    still = {"smallest": 1.0, "largest": 1.0, "stretch": 0.0, "shift": 0.0, "mirror": 0.0}
    plain = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0}
    untouched, boxes = moved(Augmentation(**still, **plain))
    assert torch.equal(untouched[0], untouched[-1])
    assert boxes[0].boxes.tolist() == [[32, 32, 96, 64]]
    inside = (slice(None), slice(None), 48, 64)
    pale, _ = moved(Augmentation(**still, **{**plain, "saturation": 0.5}))
    grey = untouched[inside].mean(1, keepdim=True)
    assert torch.allclose(pale[inside].mean(1, keepdim=True), grey, atol=1e-5)
    assert float(pale[inside].std(0).max()) > 0.02
    bright, _ = moved(Augmentation(**still, **{**plain, "brightness": 0.1}))
    change = bright[inside] - untouched[inside]
    assert float(change[:, 0].abs().max()) > 0.05
    assert float(change[:, 0].abs().max()) <= 0.1 + 1e-6
    strong, _ = moved(Augmentation(**still, **{**plain, "contrast": 0.3}))
    factors = (strong[inside] - 0.5)[:, 0] / (untouched[inside] - 0.5)[:, 0]  # it is .588
    assert 0.7 <= float(factors.min()) < 0.8 < 1.2 < float(factors.max()) <= 1.3
    _, sizes = moved(Augmentation(**{**still, "smallest": 0.5, "largest": 1.0}, **plain))
    widths = [float(t.boxes[0, 2] - t.boxes[0, 0]) for t in sizes]
    assert 32 <= min(widths) < 36 < 58 < max(widths) <= 64


def test_what_is_mostly_cut_off_is_not_learned_from() -> None:
    """A box of which less than 30 % stays in the picture is dropped."""
    kept = 0
    _, targets = moved(Augmentation(1.5, 1.5, 0.0, 1.6, 0.0, 0.0, 0.0, 0.0), count=400)
    for target in targets:
        for x1, y1, x2, y2 in target.boxes.tolist():
            kept += 1
            assert (x2 - x1) * (y2 - y1) > 0.3 * 1.5 * 1.5 * 64 * 32
    assert 100 < kept < 400
    assert AUGMENTATIONS["normal"].shift == 0.3


# What carries over, and what is counted.


def test_weights_of_each_class_are_carried_over_to_its_namesake() -> None:
    theirs = torch.arange(8.0).reshape(4, 2)
    own = torch.full((3, 2), -1.0)
    found = carried(own, theirs, ClassRows(), Namesakes((2, None, 0), 4))
    assert found.tolist() == [[4, 5], [-1, -1], [0, 1]]
    with_background = carried(
        torch.full((3, 1), -1.0),
        torch.arange(4.0).reshape(4, 1),
        ClassRows(background=1),
        Namesakes((2, 0), 3),
    )
    assert with_background.flatten().tolist() == [0, 3, 1]


def test_the_fixed_box_is_the_median_one_of_the_commonest_class(tmp_path: Path) -> None:
    boxes = [[10, 10, 20, 20], [20, 10, 20, 20], [80, 50, 10, 10]]
    learnt = written(
        tmp_path / "images",
        [*({"bbox": box} for box in boxes), {"bbox": [0, 0, 90, 70], "category_id": 2}],
    )
    [[found]] = constant_box(learnt, learnt.pictures, learnt.categories).values()
    assert found.category_id == 1
    assert found.bbox == pytest.approx((20.0, 10.0, 20.0, 20.0))


def test_objects_are_small_medium_or_large_by_their_share_of_the_side() -> None:
    assert [(name, low) for name, low, _ in SIZES] == [
        ("small", 0),
        ("medium", 0.1),
        ("large", 0.3),
    ]
    assert [below for _, _, below in SIZES[:2]] == [low for _, low, _ in SIZES[1:]]


def mistakes_of(
    found: list[tuple[float, tuple[float, ...]]], crowd: bool = False, threshold: float = 0.5
) -> list[Kind]:
    image = ImageBoxes(
        7,
        0,
        (100, 100),
        np.array([[10.0, 10.0, 20.0, 20.0]]),
        np.array([1]),
        np.array([crowd]),
        np.array([400.0]),
        np.array([box for _, box in found], np.float64).reshape(-1, 4),
        np.array([1] * len(found), np.int64),
        np.array([score for score, _ in found], np.float64),
    )
    return [mistake.kind for mistake in judge([image], [1], threshold).mistakes]


@pytest.mark.parametrize(
    ("found", "kinds"),
    [
        ([(0.5, (10, 10, 20, 20))], []),  # exactly the threshold is shown
        ([(0.499, (10, 10, 20, 20))], [Kind.MISSED]),
        ([(0.9, (10, 10, 10, 20))], []),  # an overlap of exactly a half is a hit
        ([(0.9, (10, 10, 20, 4))], [Kind.WRONG_PLACE]),  # a fifth
        ([(0.9, (10, 10, 20, 2))], [Kind.WRONG_PLACE]),  # exactly a tenth
        ([(0.9, (10, 10, 20, 1.9))], [Kind.BACKGROUND, Kind.MISSED]),
    ],
)
def test_a_mistake_is_of_its_kind_at_the_very_edges(
    found: list[tuple[float, tuple[float, ...]]], kinds: list[Kind]
) -> None:
    assert mistakes_of(found) == kinds


def test_a_region_of_many_things_is_never_missed_and_what_is_in_it_never_wrong() -> None:
    assert mistakes_of([], crowd=True) == []
    assert mistakes_of([(0.9, (12, 12, 5, 5)), (0.8, (20, 20, 5, 5))], crowd=True) == []


def test_doubles_of_one_class_go_and_another_class_in_the_same_place_stays() -> None:
    from trainer.suppression import suppressed

    boxes = torch.tensor([[0.0, 0, 40, 40], [1, 1, 41, 41], [0, 0, 40, 40], [60, 60, 90, 90]])
    scores = torch.tensor([[0.9, 0.0], [0.8, 0.0], [0.0, 0.7], [0.6, 0.0]])
    found = suppressed(scores, boxes)
    assert found.labels.tolist() == [0, 1, 0]
    assert found.scores.tolist() == pytest.approx([0.9, 0.7, 0.6])
    many = torch.arange(150.0)[:, None] * torch.tensor([[50.0, 0, 50, 0]]) + torch.tensor(
        [[0.0, 0, 40, 40]]
    )
    assert len(suppressed(torch.full((150, 1), 0.5), many).scores) == 100
