"""Which box of one image is which of another: one to one, the nearest of the same class."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Protocol, TypeVar

from labeler.dataset.model import BBox

Key = TypeVar("Key", bound=int)
Other = TypeVar("Other", bound=int)


class Classed(Protocol):
    """A box with its class, drawn or suggested."""

    @property
    def category_id(self) -> int: ...
    @property
    def bbox(self) -> BBox: ...


def matched(one: Mapping[Key, Classed], other: Mapping[Other, Classed]) -> dict[Key, Other]:
    """Pairs of keys of one class: those that overlap most first, then by distance, then as given.

    What finds no partner is left out; a partner may be far away, where there is no nearer one.
    """
    pairs = sorted(
        (
            (-mine.bbox.iou(theirs.bbox), _distance(mine.bbox, theirs.bbox), place, key, partner)
            for place, (key, mine) in enumerate(one.items())
            for partner, theirs in other.items()
            if mine.category_id == theirs.category_id
        ),
        key=lambda pair: pair[:3],
    )
    found: dict[Key, Other] = {}
    taken: set[Other] = set()
    for *_, key, partner in pairs:
        if key not in found and partner not in taken:
            found[key] = partner
            taken.add(partner)
    return found


def _distance(one: BBox, other: BBox) -> float:
    """Between the middles, in pixels."""
    return math.hypot(
        one.x + one.width / 2 - other.x - other.width / 2,
        one.y + one.height / 2 - other.y - other.height / 2,
    )
