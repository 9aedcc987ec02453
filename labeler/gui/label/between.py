"""Boxes between two key frames that a person drew, found on a worker; no Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from labeler.dataset.matching import matched
from labeler.dataset.model import Annotation, Image
from labeler.dataset.offering import Carried, Found
from labeler.dataset.sequence import onward
from labeler.dataset.store import Dataset
from labeler.track import interpolated

NO_SCORE = 0.5
"""A box on a straight line knows nothing of the picture: neither sure nor unsure."""


@dataclass(frozen=True, slots=True)
class Between:
    """images: how many lie between. key_frame: the earlier image with such a box, or None."""

    key_frame: int | None
    images: int


def fill_between(
    dataset: Dataset,
    box: Annotation,
    tell: Callable[[Found], None],
    should_stop: Callable[[], bool],
) -> Between:
    """From the nearest earlier box of the class to this one, in a straight line. Any thread.

    Images between that a person confirmed, or that have a box of the class, are left alone.
    """
    here_at = dataset.image(box.image_id).captured_at
    here = {each.id: each for each in dataset.annotations(box.image_id)}
    before = onward(dataset, box.image_id, backwards=True)
    passed: list[tuple[Image, float, bool]] = []
    for image_id, at in zip(before.image_ids, before.times, strict=True):
        if should_stop():
            break
        image = dataset.image(image_id)
        drawn = dataset.annotations(image_id) if image.annotation_count else []
        there = {each.id: each for each in drawn}
        start = matched(here, there).get(box.id)
        if start is not None:
            for each in _placed(box, there[start], here_at, at, passed):
                tell(each)
            return Between(image_id, len(passed))
        taken = any(each.category_id == box.category_id for each in there.values())
        passed.append((image, at, image.verified or taken))
    return Between(None, 0)


def _placed(
    end: Annotation,
    start: Annotation,
    end_at: float,
    start_at: float,
    passed: list[tuple[Image, float, bool]],
) -> list[Found]:
    """passed: from the end to the start, with the time, and whether it is to be left alone."""
    found = []
    for steps, (image, at, is_left_alone) in enumerate(passed, 1):
        if is_left_alone:
            continue
        share = (
            (at - start_at) / (end_at - start_at)
            if end_at > start_at
            else 1 - steps / (len(passed) + 1)
        )
        bbox = interpolated(start.bbox, end.bbox, min(max(share, 0.0), 1.0))
        placed = {end.id: Carried(end.category_id, bbox, NO_SCORE)}
        found.append(Found(image.id, image.last_edit, placed, placed))
    return found
