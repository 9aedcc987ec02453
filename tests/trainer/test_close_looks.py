"""Windows around small objects and mosaics of them: the boxes stay on what they mark."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.trainer.training_runs import write_coco
from trainer.augment import Augmentation, augment
from trainer.coco import read_coco
from trainer.config import RunConfig
from trainer.data import Examples
from trainer.feeder import Feeder
from trainer.lite import LiteDetector
from trainer.mosaic import put_together
from trainer.protocol import Target
from trainer.recipe import Facts, Recipe, choose_recipe, input_size
from trainer.views import Views

SIZE = (192, 128)
WINDOW = (64, 96)
UNCOLOURED = Augmentation(brightness=0.0, contrast=0.0, saturation=0.0)
CARDS = Facts(300, 500, 6, aspect=0.75, pixels=190_000, typical=0.32, small=0.24, directed=False)


@st.composite
def small_boxes(draw: st.DrawFn) -> tuple[int, int, int, int]:
    x1, y1 = draw(st.integers(0, SIZE[0] - 20)), draw(st.integers(0, SIZE[1] - 20))
    return x1, y1, x1 + draw(st.integers(8, 20)), y1 + draw(st.integers(8, 20))


def white_box(box: tuple[int, int, int, int]) -> tuple[torch.Tensor, Target]:
    """A picture (1, 3, H, W), black but for the box."""
    x1, y1, x2, y2 = box
    pixels = torch.zeros(1, 3, SIZE[1], SIZE[0], dtype=torch.uint8)
    pixels[:, :, y1:y2, x1:x2] = 255
    return pixels, Target(torch.tensor([box], dtype=torch.float32), torch.tensor([0]))


def assert_holds_the_white(picture: torch.Tensor, box: list[float]) -> None:
    rows, columns = (picture[0] > 0.75).nonzero(as_tuple=True)
    assert len(rows)
    assert columns.min() == pytest.approx(box[0], abs=1.5)
    assert columns.max() + 1 == pytest.approx(box[2], abs=1.5)
    assert rows.min() == pytest.approx(box[1], abs=1.5)
    assert rows.max() + 1 == pytest.approx(box[3], abs=1.5)


@settings(deadline=None, max_examples=40)
@given(small_boxes(), st.integers(0, 10_000))
def test_a_window_shows_the_object_where_its_box_is(
    box: tuple[int, int, int, int], seed: int
) -> None:
    pixels, target = white_box(box)
    random = torch.Generator().manual_seed(seed)
    pictures, [moved] = augment(pixels, [target], UNCOLOURED, random, WINDOW)
    assert pictures.shape == (1, 3, WINDOW[1], WINDOW[0])
    for found in moved.boxes.tolist():
        assert_holds_the_white(pictures[0], found)


def test_windows_mostly_hold_an_object() -> None:
    pixels, target = white_box((90, 50, 110, 70))
    random = torch.Generator().manual_seed(0)
    many = pixels.expand(200, -1, -1, -1)
    _, moved = augment(many, [target] * 200, UNCOLOURED, random, WINDOW)
    assert sum(len(one.labels) for one in moved) > 160


def test_an_object_larger_than_the_window_is_shown_whole() -> None:
    pixels, target = white_box((10, 10, 180, 120))
    random = torch.Generator().manual_seed(0)
    many = pixels.expand(50, -1, -1, -1)
    _, moved = augment(many, [target] * 50, UNCOLOURED, random, (64, 64))
    sides = torch.cat([one.boxes[:, 2:] - one.boxes[:, :2] for one in moved])
    assert sides.max() <= 64
    assert sides[:, 0].median() > 40


def test_a_mosaic_is_put_together_row_by_row() -> None:
    looks = torch.stack([torch.full((3, 32, 48), float(i)) for i in range(12)])
    targets = [Target(torch.tensor([[1.0, 2.0, 11.0, 12.0]]), torch.tensor([i])) for i in range(12)]
    pictures, joined = put_together(looks, targets, 3, 2)
    assert pictures.shape == (2, 3, 64, 144)
    for picture, target in zip(pictures, joined, strict=True):
        for box, label in zip(target.boxes.tolist(), target.labels.tolist(), strict=True):
            x1, y1, x2, y2 = (int(v) for v in box)
            assert (x2 - x1, y2 - y1) == (10, 10)
            assert (picture[:, y1:y2, x1:x2] == label).all()


def test_the_detector_learns_from_pictures_smaller_than_its_input() -> None:
    torch.manual_seed(0)
    detector = LiteDetector(2, (128, 160), finest_stride=16)
    detector.backbone.fold()
    detector.freeze(5)
    pictures = torch.rand(2, 3, 96, 64)
    target = Target(torch.tensor([[8.0, 8.0, 48.0, 40.0]]), torch.tensor([1]))
    whole = detector.losses(pictures, [target, target])
    kept = detector.late_losses(detector.early(pictures), [target, target])
    for name in whole:
        assert torch.isfinite(whole[name])
        assert kept[name].item() == pytest.approx(whole[name].item(), rel=1e-4)


def recipe_for(facts: Facts, **wish: object) -> Recipe:
    config = replace(RunConfig("train", "val"), **wish)  # type: ignore[arg-type]
    return choose_recipe(config, facts, "cpu", "the processor")


def test_small_objects_are_looked_at_closely_and_large_ones_are_not() -> None:
    recipe = recipe_for(CARDS)
    mosaic = recipe.mosaic
    assert mosaic is not None
    assert mosaic.size[0] <= recipe.input_size[0]
    assert mosaic.size[1] <= recipe.input_size[1]
    assert all(side % 32 == 0 for side in mosaic.size)
    assert recipe_for(replace(CARDS, typical=0.7, small=0.5)).mosaic is None
    assert recipe_for(CARDS, detector="ssdlite320_mobilenet_v3_large").mosaic is None


@given(st.floats(0.005, 0.39), st.floats(0.3, 3.4), st.floats(10_000, 12_000_000))
def test_the_input_has_the_pixels_that_the_objects_need(
    typical: float, aspect: float, pixels: float
) -> None:
    facts = replace(CARDS, typical=typical, small=typical / 2, aspect=aspect, pixels=pixels)
    width, height = recipe_for(facts).input_size
    assert width * height <= 1.06 * min(180_000, 2 * pixels)


@pytest.mark.parametrize("aspect", [0.01, 100.0])
def test_strips_get_an_input_with_room_for_both_sides(aspect: float) -> None:
    assert min(input_size(aspect, 70_000)) >= 64
    assert max(input_size(aspect, 70_000)) >= 512


def test_objects_too_small_to_learn_are_told() -> None:
    told = recipe_for(replace(CARDS, typical=0.005, small=0.003)).choices
    assert any("too few to be learnt" in line for line in told)
    assert not any("too few to be learnt" in line for line in recipe_for(CARDS).choices)


@pytest.mark.parametrize("memory", [600_000_000, 1])
def test_a_batch_is_whole_whether_pictures_are_kept_or_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, memory: int
) -> None:
    """memory: bytes for decoded pictures; for one picture at least there is always room."""
    monkeypatch.setattr("trainer.data._MEMORY", memory)
    write_coco(tmp_path / "train.json", tmp_path / "images", 7, seed=1)
    (tmp_path / "images" / "train-002.jpg").write_text("no picture", encoding="utf-8")
    coco = read_coco(tmp_path / "train.json", tmp_path / "images")
    recipe = recipe_for(CARDS)
    examples = Examples(coco, recipe.input_size, lambda name, fault: None)
    feeder = Feeder(examples, recipe, "cpu", 0, lambda: 0.0)
    feeder.begin(replace(recipe.phases[0], view_share=None))
    detector = LiteDetector(2, recipe.input_size)
    assert recipe.mosaic is not None
    for _ in range(4):
        batch = feeder.next(detector)
        feeder.learned(batch)
        assert batch.pictures is not None
        assert batch.pictures.shape[2:] == recipe.mosaic.size[::-1]
        assert len(batch.pictures) == len(batch.targets) > 0
    assert len(examples.unusable) == 1
    assert feeder.epochs > 0


def test_views_give_back_what_was_kept() -> None:
    views = Views(torch.Generator().manual_seed(0))
    features = [torch.arange(4.0).view(4, 1, 1, 1).expand(4, 2, 3, 3).contiguous()]
    empty = Target(torch.zeros(0, 4), torch.zeros(0, dtype=torch.long))
    targets = [
        Target(torch.tensor([[i, 0.25, 9.0, 8.5]] * i), torch.tensor([i] * i)) for i in (1, 2, 3)
    ]
    views.add(features, [empty, *targets])
    [level], drawn = views.draw(4)
    for picture, target in zip(level, drawn, strict=True):
        number = int(picture[0, 0, 0])
        assert target.labels.tolist() == [number] * number
        assert target.boxes.shape == (number, 4)
        assert target.labels.dtype == torch.long
        assert target.boxes.tolist() == [[number, 0.25, 9.0, 8.5]] * number
