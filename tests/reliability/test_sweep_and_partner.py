"""A simulated robot poses before another one: the short version of the trial."""

from __future__ import annotations

from labeler.cameras.posing_plan import PosingWish
from tests.reliability.sweep_and_partner import Figures, face_partner, try_partner, two_robots


def test_the_partner_is_in_its_picture_and_stays_in_its_circle() -> None:
    figures = Figures()
    with two_robots(seed=1) as (photographer, partner):
        face_partner(photographer)
        wish = PosingWish(pictures=2, negatives=0, radius_cm=3)
        try_partner(photographer, partner, wish, figures)
    assert figures.wrong == []
    assert (figures.partner_pictures, figures.partner_seen) == (2, 2)
    assert 0 < figures.farthest_mm <= figures.radius_mm
