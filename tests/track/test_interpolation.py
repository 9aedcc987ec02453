"""Boxes between two key frames."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labeler.dataset.model import BBox
from labeler.track import interpolated

START, END = BBox(10, 20, 30, 40), BBox(50, 0, 10, 80)
sides = st.floats(0.5, 1e4)
places = st.floats(-1e4, 1e4)
boxes = st.builds(BBox, places, places, sides, sides)


def test_halfway_is_the_middle_of_both() -> None:
    assert interpolated(START, END, 0.5) == BBox(30, 10, 20, 60)


def test_a_quarter_of_the_way_lies_nearer_to_the_start() -> None:
    assert interpolated(START, END, 0.25) == BBox(20, 15, 25, 50)


@given(boxes, boxes)
def test_the_ends_are_the_key_frames_to_the_last_bit(start: BBox, end: BBox) -> None:
    assert interpolated(start, end, 0.0) == start
    assert interpolated(start, end, 1.0) == end


@given(boxes, boxes, st.floats(0, 1))
def test_every_box_between_is_between(start: BBox, end: BBox, fraction: float) -> None:
    found = interpolated(start, end, fraction).as_list()
    for one, other, value in zip(start.as_list(), end.as_list(), found, strict=True):
        assert min(one, other) - 1e-6 <= value <= max(one, other) + 1e-6


@pytest.mark.parametrize("fraction", [-0.1, 1.1, float("nan")])
def test_a_fraction_beyond_the_key_frames_is_refused(fraction: float) -> None:
    with pytest.raises(ValueError, match="fraction"):
        interpolated(START, END, fraction)
