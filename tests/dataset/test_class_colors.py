"""The colours of classes, seen by eyes of every kind."""

from __future__ import annotations

from collections import Counter
from itertools import combinations

import numpy as np
import pytest

from labeler.dataset.category_edits import PALETTE, next_color
from tests.dataset.color_eyes import EYES, _ciede2000, difference, luminance

WELL_APART = 8.0
"""In CIEDE2000; a difference of about 2.3 is just noticed where two fields touch."""


@pytest.mark.parametrize("eyes", EYES)
def test_any_two_class_colors_are_far_apart_for_all_eyes(eyes: str) -> None:
    near = {
        (one, other): round(difference(one, other, eyes), 1)
        for one, other in combinations(PALETTE, 2)
        if difference(one, other, eyes) < WELL_APART
    }
    assert near == {}


@pytest.mark.parametrize("eyes", EYES)
def test_the_first_eight_are_farther_apart_still(eyes: str) -> None:
    nearest = min(difference(one, other, eyes) for one, other in combinations(PALETTE[:8], 2))
    assert nearest >= 10


def test_the_measure_knows_the_published_pairs() -> None:
    blue = (np.array([50, 2.6772, -79.7751]), np.array([50, 0, -82.7485]))
    assert _ciede2000(*blue) == pytest.approx(2.0425, abs=1e-4)
    grey = (np.array([50, 2.5, 0]), np.array([61, -5, 29]))
    assert _ciede2000(*grey) == pytest.approx(22.8977, abs=1e-4)
    assert difference("#000000", "#ffffff", "normal") == pytest.approx(100, abs=0.1)
    red_green = [difference("#c83200", "#648200", eyes) for eyes in ("normal", "deuteranopia")]
    assert red_green[0] > 3 * red_green[1]  # what red-green blindness is


def test_no_class_color_drowns_in_a_dark_edge() -> None:
    assert min(luminance(color) for color in PALETTE) > 0.13


def test_a_new_class_gets_a_color_that_the_fewest_have() -> None:
    used: list[str] = []
    for _ in range(2 * len(PALETTE)):
        used.append(next_color(used))
    assert used[: len(PALETTE)] == list(PALETTE)
    assert set(Counter(used).values()) == {2}
    assert next_color([*PALETTE[1:], "#123456"]) == PALETTE[0]
