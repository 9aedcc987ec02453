"""A simulated robot poses before another one: the short version of the trial."""

from __future__ import annotations

from labeler.cameras.posing import PosingWish
from tests.reliability.sweep_and_partner import Figures, face_partner, try_partner, two_robots


def test_the_partner_is_in_its_pictures_and_in_none_of_the_others() -> None:
    figures = Figures()
    with two_robots(seed=1) as (photographer, partner):
        face_partner(photographer)
        try_partner(photographer, partner, PosingWish(2, 1, radius_cm=3), figures)
    assert figures.wrong == []
    assert (figures.partner_pictures, figures.negatives) == (2, 1)
    assert (figures.partner_seen, figures.negatives_clean) == (2, 1)
    assert 0 < figures.farthest_mm <= figures.radius_mm + 10
