"""Puts suggestions found on the way through a sequence in the place of older ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from labeler.dataset.detected import Trust, no_trust, settled, without_doubles
from labeler.dataset.matching import matched
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset

TRACKER, INTERPOLATION = "tracker", "interpolation"
"""The sources that follow boxes from image to image."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A box on its way. score: 0 to 1."""

    category_id: int
    bbox: BBox
    score: float = 1.0


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one image, when the journal's newest entry about it was last_edit.

    here: what is to be suggested, by the key of the box that it came from. followed: all boxes on
    their way with their newest place, those that are lost too: each takes the place of the older
    suggestion that is nearest to it.
    """

    image_id: int
    last_edit: int
    here: Mapping[int, Carried] = field(default_factory=dict)
    followed: Mapping[int, Carried] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offered:
    """On which images something was stored, and how many new suggestions in all."""

    image_ids: list[int]
    count: int


def offer_found(
    dataset: Dataset, source: str, model: str, found: Sequence[Found], trust: Trust = no_trust
) -> Offered:
    """Stores it in one transaction, but for images that were edited meanwhile.

    trust: in the suggestions of a detector that wait there.
    """
    with dataset.transaction():
        fresh = [each for each in found if _is_fresh(dataset, each)]
        image_ids = [each.image_id for each in fresh]
        old = [kept for each in fresh for kept in _left_over(dataset, each)]
        new = [made for each in fresh for made in _suggested(dataset, source, model, each, trust)]
        kept: list[Suggestion] = []
        for name in (TRACKER, INTERPOLATION):
            kept += dataset.offer(name, image_ids, [s for s in old + new if s.source == name])
        without_doubles(dataset, image_ids, (TRACKER, INTERPOLATION))
    return Offered(image_ids, len({each.id for each in new} & {each.id for each in kept}))


def _is_fresh(dataset: Dataset, found: Found) -> bool:
    try:
        return dataset.image(found.image_id).last_edit == found.last_edit
    except KeyError:
        return False


def _left_over(dataset: Dataset, found: Found) -> list[Suggestion]:
    """The older suggestions whose place nothing takes."""
    waiting = dataset.suggestions(found.image_id)
    gone: set[int] = set()
    for source, takers in ((TRACKER, found.followed), (INTERPOLATION, found.here)):
        old = {each.id: each for each in waiting if each.source == source}
        gone |= set(matched(takers, old).values())
    sources = (TRACKER, INTERPOLATION)
    return [each for each in waiting if each.source in sources and each.id not in gone]


def _suggested(
    dataset: Dataset, source: str, model: str, found: Found, trust: Trust
) -> list[Suggestion]:
    waiting = dataset.suggestions(found.image_id)
    carried = [
        Suggestion(
            dataset.new_suggestion_id(),
            found.image_id,
            each.category_id,
            each.bbox,
            each.score,
            source,
            model,
        )
        for each in found.here.values()
    ]
    return [settled(each, waiting, trust) for each in carried]
