"""The geometry of boxes."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labeler.dataset.model import MIN_SIDE, BBox

repeatable = settings(derandomize=True, deadline=None, max_examples=100)
coordinate = st.floats(-2000, 2000)
side = st.floats(1e-3, 2000)
bboxes = st.builds(BBox, coordinate, coordinate, side, side)
image_side = st.integers(1, 4000)


@repeatable
@given(bboxes, image_side, image_side)
def test_a_clipped_box_lies_in_the_image_and_in_the_box(
    bbox: BBox, width: int, height: int
) -> None:
    inside = bbox.clipped(width, height)
    if inside is None:
        return
    assert min(inside.x, inside.y) >= 0
    assert inside.right <= width * (1 + 1e-12)
    assert inside.bottom <= height * (1 + 1e-12)
    assert min(inside.width, inside.height) >= MIN_SIDE
    assert inside.area <= bbox.area * (1 + 1e-9)


@repeatable
@given(bboxes, image_side, image_side)
def test_clipping_twice_is_clipping_once(bbox: BBox, width: int, height: int) -> None:
    inside = bbox.clipped(width, height)
    assert inside is None or inside.clipped(width, height) == inside


@repeatable
@given(bboxes, bboxes)
def test_iou_is_symmetric_and_between_0_and_1(one: BBox, other: BBox) -> None:
    assert one.iou(other) == pytest.approx(other.iou(one))
    assert 0 <= one.iou(other) <= 1 + 1e-9
    assert one.iou(one) == pytest.approx(1)


@repeatable
@given(coordinate, coordinate, side, side)
def test_corners_may_come_in_any_order(x: float, y: float, width: float, height: float) -> None:
    right, bottom = x + width, y + height
    if right == x or bottom == y:
        return
    assert BBox.from_corners(x, y, right, bottom) == BBox.from_corners(right, bottom, x, y)
    assert BBox.from_corners(x, bottom, right, y) == BBox.from_corners(right, y, x, bottom)


def test_a_box_inside_stays_as_it_is_to_the_last_bit() -> None:
    bbox = BBox(0.1, 0.3, 2.0, 2.0)  # 0.3 + 2.0 - 0.3 is less than 2.0
    assert bbox.clipped(640, 360) is bbox


def test_a_box_outside_or_too_small_is_nothing() -> None:
    assert BBox(700, 10, 50, 50).clipped(640, 360) is None
    assert BBox(638.5, 10, 50, 50).clipped(640, 360) is None
    assert BBox(10, 10, 1.5, 50).clipped(640, 360) is None


@pytest.mark.parametrize(
    "numbers", [(0, 0, 0, 5), (0, 0, 5, -1), (math.nan, 0, 5, 5), (0, math.inf, 5, 5)]
)
def test_a_box_needs_finite_numbers_and_positive_sides(numbers: tuple[float, ...]) -> None:
    with pytest.raises(ValueError, match="a box needs"):
        BBox(*numbers)
