"""Puts what a detector found in the place of what it offered before."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from labeler.dataset.model import BBox, ImageState, Suggestion
from labeler.dataset.store import Dataset

DETECTOR = "detector"
_SAME = 0.5
"""From this overlap (IoU) on two suggestions of one category mean the same thing."""


@dataclass(frozen=True, slots=True)
class Detected:
    """One thing that a detector found. score: 0 to 1."""

    category_id: int
    bbox: BBox
    score: float


def offer_detected(
    dataset: Dataset, model: str, found: Mapping[int, Sequence[Detected]]
) -> list[int]:
    """Stores it in one transaction, by image. Returns the images where something changed.

    Only where no person has said anything yet. Left out is what means the same as a suggestion of
    another source that waits there, or as one of a detector's that was rejected; of several that
    mean the same, the one with the best score stays.
    """
    with dataset.transaction():
        image_ids = [each for each in found if _is_untouched(dataset, each)]
        before = {each: bool(_waiting(dataset, each)) for each in image_ids}
        offered = [
            Suggestion(
                dataset.new_suggestion_id(),
                image_id,
                each.category_id,
                each.bbox,
                each.score,
                DETECTOR,
                model,
            )
            for image_id in image_ids
            for each in _new(dataset, image_id, found[image_id])
        ]
        kept = dataset.offer(DETECTOR, image_ids, offered)
    touched = {each.image_id for each in kept}
    return [each for each in image_ids if before[each] or each in touched]


def settled(bbox: BBox, category_id: int, offered: Sequence[Suggestion]) -> BBox:
    """Where a carried box is to be suggested: half way to the detector's suggestion that means the
    same, where one waits. The two are wrong in ways of their own, so their mean is nearer to the
    truth than either (docs/decisions/10-learning-along.md).
    """
    alike = [
        (each.bbox.iou(bbox), each.bbox)
        for each in offered
        if each.source == DETECTOR and each.category_id == category_id
    ]
    overlap, other = max(alike, key=lambda pair: pair[0], default=(0.0, bbox))
    return mean_of(bbox, other) if overlap >= _SAME else bbox


def mean_of(bbox: BBox, other: BBox) -> BBox:
    """Side by side."""
    pairs = zip(bbox.as_list(), other.as_list(), strict=True)
    return BBox(*((mine + theirs) / 2 for mine, theirs in pairs))


def without_doubles(dataset: Dataset, image_ids: Sequence[int], sources: Collection[str]) -> None:
    """Takes back what a detector offers on these images where one of the sources does, too."""
    for image_id in image_ids:
        mine = _waiting(dataset, image_id)
        theirs = [each for each in dataset.suggestions(image_id) if each.source in sources]
        kept = [each for each in mine if not _is_like_any(each, theirs)]
        if len(kept) < len(mine):
            dataset.offer(DETECTOR, [image_id], kept)


def _is_untouched(dataset: Dataset, image_id: int) -> bool:
    try:
        return dataset.image(image_id).state is ImageState.UNLABELLED
    except KeyError:
        return False


def _waiting(dataset: Dataset, image_id: int) -> list[Suggestion]:
    return [each for each in dataset.suggestions(image_id) if each.source == DETECTOR]


def _new(dataset: Dataset, image_id: int, found: Sequence[Detected]) -> list[Detected]:
    answered: list[Suggestion | Detected] = [
        *(each for each in dataset.suggestions(image_id) if each.source != DETECTOR),
        *(each for each in dataset.rejected_suggestions(image_id) if each.source == DETECTOR),
    ]
    new: list[Detected] = []
    for each in sorted(found, key=lambda one: -one.score):
        if not _is_like_any(each, [*answered, *new]):
            new.append(each)
    return new


def _is_like_any(offered: Suggestion | Detected, others: Sequence[Suggestion | Detected]) -> bool:
    return any(
        each.category_id == offered.category_id and each.bbox.iou(offered.bbox) >= _SAME
        for each in others
    )
