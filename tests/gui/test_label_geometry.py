"""Whatever a hand does, a box stays inside its image and large enough to be seen."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.dataset.model import MIN_SIDE, BBox
from labeler.gui.label import geometry
from labeler.gui.label.geometry import Handle, Size
from labeler.gui.label.viewport import Viewport, fitted

SIDES = st.floats(min_value=8, max_value=12000, allow_nan=False)
PLACES = st.floats(min_value=-20000, max_value=20000, allow_nan=False)
SIZES = st.builds(Size, SIDES, SIDES)
POINTS = st.tuples(PLACES, PLACES)


def is_sound(bbox: BBox, image: Size) -> bool:
    slack = 1e-6 * max(image.width, image.height)
    return (
        bbox.x >= 0
        and bbox.y >= 0
        and bbox.right <= image.width + slack
        and bbox.bottom <= image.height + slack
        and min(bbox.width, bbox.height) >= MIN_SIDE - slack
    )


@given(SIZES, POINTS, POINTS)
def test_a_drawn_box_is_sound(image: Size, a: tuple[float, float], b: tuple[float, float]) -> None:
    assert is_sound(geometry.between(a, b, image), image)


@given(SIZES, POINTS, POINTS, PLACES, PLACES)
def test_a_moved_box_is_sound_and_keeps_its_size(
    image: Size, a: tuple[float, float], b: tuple[float, float], dx: float, dy: float
) -> None:
    before = geometry.between(a, b, image)
    after = geometry.moved(before, dx, dy, image)
    assert is_sound(after, image)
    assert (after.width, after.height) == (before.width, before.height)


@given(SIZES, POINTS, POINTS, st.sampled_from(Handle), PLACES, PLACES)
def test_a_resized_box_is_sound(
    image: Size,
    a: tuple[float, float],
    b: tuple[float, float],
    handle: Handle,
    x: float,
    y: float,
) -> None:
    before = geometry.between(a, b, image)
    assert is_sound(geometry.resized(before, handle, x, y, image), image)


@given(SIZES, POINTS, POINTS, st.sampled_from(Handle))
def test_a_handle_put_back_where_it_was_changes_nothing(
    image: Size, a: tuple[float, float], b: tuple[float, float], handle: Handle
) -> None:
    before = geometry.between(a, b, image)
    after = geometry.resized(before, handle, *geometry.place_of(handle, before), image)
    assert after.as_list() == pytest.approx(before.as_list(), abs=1e-6 * image.width + 1e-6)


def test_a_side_handle_moves_one_side_only() -> None:
    before = BBox(10, 20, 30, 40)
    after = geometry.resized(before, Handle.RIGHT, 55, 999, Size(100, 100))
    assert after == BBox(10, 20, 45, 40)


@pytest.mark.parametrize("handle", [handle for handle in Handle if handle.is_corner])
def test_a_box_grows_from_any_corner_past_its_opposite_one(handle: Handle) -> None:
    before, image = BBox(40, 40, 20, 20), Size(100, 100)
    across, down = handle.value
    past = (90.0 if across == 0 else 10.0, 95.0 if down == 0 else 5.0)
    after = geometry.resized(before, handle, *past, image)
    kept = geometry.place_of(Handle((1 - across, 1 - down)), before)
    assert after == BBox.from_corners(*kept, *past)


@given(SIZES, POINTS, POINTS, POINTS, st.tuples(SIDES, SIDES))
def test_typed_numbers_make_a_sound_box(
    image: Size,
    a: tuple[float, float],
    b: tuple[float, float],
    place: tuple[float, float],
    sides: tuple[float, float],
) -> None:
    before = geometry.between(a, b, image)
    wished = BBox(abs(place[0]), abs(place[1]), *sides)
    assert is_sound(geometry.typed(before, wished, image), image)


def test_a_typed_place_keeps_the_size_and_a_typed_size_the_place() -> None:
    before, image = BBox(10, 20, 30, 40), Size(100, 100)
    assert geometry.typed(before, BBox(95, 20, 30, 40), image) == BBox(70, 20, 30, 40)
    assert geometry.typed(before, BBox(10, 20, 300, 40), image) == BBox(10, 20, 90, 40)


def test_the_smallest_box_comes_first_and_the_older_one_of_equals_last() -> None:
    boxes = [(1, BBox(0, 0, 100, 100)), (2, BBox(20, 20, 10, 10)), (3, BBox(20, 20, 10, 10))]
    assert geometry.under(boxes, 25, 25) == [3, 2, 1]
    assert geometry.under(boxes, 150, 25) == []


def test_the_middle_of_a_tiny_box_moves_it() -> None:
    tiny = BBox(50, 50, 9, 9)
    assert geometry.handle_at(tiny, 54.5, 54.5, reach=8) is None
    assert geometry.handle_at(tiny, 59.5, 59.5, reach=8) is Handle.BOTTOM_RIGHT


@given(POINTS, st.floats(min_value=0.1, max_value=10), POINTS)
def test_zooming_keeps_the_point_under_the_pointer(
    at: tuple[float, float], factor: float, offset: tuple[float, float]
) -> None:
    before = Viewport(1.5, *offset)
    after = before.zoomed(factor, *at)
    assert after.to_screen(*before.to_image(*at)) == pytest.approx(at, rel=1e-6, abs=1e-3)


@given(SIDES, SIDES)
def test_a_fitted_image_is_wholly_on_the_screen(width: float, height: float) -> None:
    viewport = fitted((width, height), (900.0, 600.0))
    left, top = viewport.to_screen(0, 0)
    right, bottom = viewport.to_screen(width, height)
    if viewport.scale > 0.02:
        assert left >= 0
        assert top >= 0
        assert right <= 900
        assert bottom <= 600
