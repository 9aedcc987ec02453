"""Puts what a detector found in the place of what it offered before."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

from labeler.dataset.matching import Classed
from labeler.dataset.model import BBox, ImageState, Suggestion
from labeler.dataset.store import Dataset

DETECTOR = "detector"
_SAME = 0.5
"""From this overlap (IoU) on two suggestions of one category mean the same thing."""
_SLIPPED, _SAME_PLACE = 0.3, 0.45
"""The same of a carried box, which may have slipped, and of two categories: a detector that has
learnt little takes one kind of thing for another."""
_HOLD = ((0.97, 1.0), (0.8, 0.88), (0.0, 0.55))
"""From that score of a carried box on, the chance that moves it. Of 504 carried boxes on three
worlds of the simulated robot a person leaves 97, 78 and 45 of 100 as they are; another one has to
be better by a tenth, for a chance is learnt from few."""

Trust = Callable[[Suggestion], float]
"""How likely a person leaves a detector's suggestion as it is, 0 to 1, as far as is known."""


def no_trust(_: Suggestion) -> float:
    """Of a detector of which nothing is known."""
    return 0.0


@dataclass(frozen=True, slots=True)
class Detected:
    """One thing that a detector found. score: 0 to 1."""

    category_id: int
    bbox: BBox
    score: float


def offer_detected(
    dataset: Dataset,
    model: str,
    found: Mapping[int, Sequence[Detected]],
    trust: Trust = no_trust,
) -> list[int]:
    """Stores it in one transaction, by image. Returns the images where something changed.

    Only where no person has said anything yet. Left out is what means the same as a suggestion of
    another source that waits there, which moves to it where it is the better one; and what means
    the same as one of a detector's that was rejected. Of several that mean the same, the one with
    the best score stays.
    """
    with dataset.transaction():
        image_ids = [each for each in found if _is_untouched(dataset, each)]
        changed = {each for each in image_ids if _waiting(dataset, each)}
        offered: list[Suggestion] = []
        for image_id in image_ids:
            made = [_suggestion(image_id, each, model) for each in found[image_id]]
            if _move_others(dataset, image_id, made, trust):
                changed.add(image_id)
            offered += _new(dataset, image_id, made)
        kept = dataset.offer(DETECTOR, image_ids, offered)
    changed.update(each.image_id for each in kept)
    return [each for each in image_ids if each in changed]


class Scored(Classed, Protocol):
    """A box with its class and a score from 0 to 1."""

    @property
    def score(self) -> float: ...


AnyScored = TypeVar("AnyScored", bound=Scored)


def new_things(found: Iterable[AnyScored], offered: Sequence[Classed]) -> list[AnyScored]:
    """What a detector found and is worth offering, best first: one box for a thing, and none for
    what another source offers."""
    new: list[AnyScored] = []
    for each in sorted(found, key=lambda one: -one.score):
        is_offered = any(_is_like(each, other, _SLIPPED) for other in offered)
        if not (is_offered or any(_is_like(each, other) for other in new)):
            new.append(each)
    return new


def is_better(chance: float, carried_score: float) -> bool:
    """Whether a detector's box is to be suggested in the place of a carried one that means the
    same. chance: that the person leaves it as it is."""
    return chance > next(share for score, share in _HOLD if carried_score >= score)


def settled(carried: Suggestion, offered: Sequence[Suggestion], trust: Trust) -> Suggestion:
    """The carried box, or in its place the detector's that means the same and is better."""
    alike = [each for each in offered if each.source == DETECTOR and _is_same(each, carried)]
    best = max(alike, key=trust, default=None)
    if best is None or not is_better(trust(best), carried.score):
        return carried
    return replace(carried, bbox=best.bbox)


def without_doubles(dataset: Dataset, image_ids: Sequence[int], sources: Collection[str]) -> None:
    """Takes back what a detector offers on these images where one of the sources does, too."""
    for image_id in image_ids:
        mine = _waiting(dataset, image_id)
        theirs = [each for each in dataset.suggestions(image_id) if each.source in sources]
        kept = new_things(mine, theirs)
        if len(kept) < len(mine):
            dataset.offer(DETECTOR, [image_id], kept)


def _is_untouched(dataset: Dataset, image_id: int) -> bool:
    try:
        return dataset.image(image_id).state is ImageState.UNLABELLED
    except KeyError:
        return False


def _waiting(dataset: Dataset, image_id: int) -> list[Suggestion]:
    return [each for each in dataset.suggestions(image_id) if each.source == DETECTOR]


def _others(dataset: Dataset, image_id: int) -> list[Suggestion]:
    return [each for each in dataset.suggestions(image_id) if each.source != DETECTOR]


def _suggestion(image_id: int, found: Detected, model: str) -> Suggestion:
    """Without a number as yet."""
    return Suggestion(0, image_id, found.category_id, found.bbox, found.score, DETECTOR, model)


def _move_others(dataset: Dataset, image_id: int, made: list[Suggestion], trust: Trust) -> bool:
    """Whether any of them is moved to where the detector sees it."""
    before = _others(dataset, image_id)
    after = [settled(each, made, trust) for each in before]
    for source in {each.source for each in before} if after != before else ():
        dataset.offer(source, [image_id], [each for each in after if each.source == source])
    return after != before


def _new(dataset: Dataset, image_id: int, made: list[Suggestion]) -> list[Suggestion]:
    rejected = [s for s in dataset.rejected_suggestions(image_id) if s.source == DETECTOR]
    allowed = [each for each in made if not any(_is_same(each, other) for other in rejected)]
    new = new_things(allowed, _others(dataset, image_id))
    return [replace(each, id=dataset.new_suggestion_id()) for each in new]


def _is_same(one: Classed, other: Classed) -> bool:
    return one.category_id == other.category_id and one.bbox.iou(other.bbox) >= _SAME


def _is_like(one: Classed, other: Classed, least: float = _SAME) -> bool:
    """least: overlap of two boxes of one category."""
    overlap = one.bbox.iou(other.bbox)
    return overlap >= (least if one.category_id == other.category_id else _SAME_PLACE)
