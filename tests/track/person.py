"""A person who labels a sequence: takes what the tracker offers, mends only what is off."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.track import Carried
from tests.track.sequences import Shot

GOOD = 0.8
"""A person leaves a box alone that overlaps what they would have drawn by so much (IoU)."""
WRONG = 0.5
"""Below, or where the object is gone, a suggestion is called wrong."""


class Tracker(Protocol):
    """What can be asked to carry boxes on, as labeler.track.Carrier."""

    def step(self, picture: Pixels) -> list[Carried]: ...


Start = Callable[[Pixels, Mapping[int, BBox]], Tracker]


@dataclass(slots=True)
class Effort:
    """Counts over a sequence. A hand action draws, corrects or rejects one box.

    drawn counts the boxes that were not offered, lost those of them whose object had a box in the
    picture before. keys: presses beside the hand actions: next image, accept all, carry again,
    and one for each rejection.
    """

    images: int = 0
    boxes: int = 0
    drawn: int = 0
    lost: int = 0
    corrected: int = 0
    rejected: int = 0
    offers: int = 0
    wrong: int = 0
    keys: int = 0
    overlaps: list[float] = field(default_factory=list)
    seconds: float = 0.0
    steps: int = 0

    @property
    def actions(self) -> int:
        return self.drawn + self.corrected + self.rejected

    def add(self, other: Effort) -> None:
        for name in Effort.__slots__:
            setattr(self, name, getattr(self, name) + getattr(other, name))


class Nobody:
    """No tracker: offers nothing."""

    def __init__(self, picture: Pixels, boxes: Mapping[int, BBox]) -> None:
        pass

    def step(self, picture: Pixels) -> list[Carried]:
        return []


def replay(shots: Iterable[Shot], start: Start) -> Effort:
    """Labels the sequence image by image. After a hand action the boxes are carried on anew from
    that image, as a person pressing the key again does; accepted boxes stay as they were offered.
    """
    effort, tracker = Effort(), None
    keys: dict[str, int] = {}
    boxes: dict[int, BBox] = {}
    for shot in shots:
        truth = {keys.setdefault(name, len(keys)): box for name, box in shot.boxes.items()}
        offers: dict[int, BBox] = {}
        if tracker is not None and boxes:
            began = time.process_time()
            offers = {found.key: found.bbox for found in tracker.step(shot.picture)}
            effort.seconds += time.process_time() - began
            effort.steps += len(boxes)
        before = effort.actions
        boxes = _labelled(effort, truth, offers, boxes)
        touched = effort.actions > before
        if touched or tracker is None:
            tracker = start(shot.picture, boxes)
        again = touched and bool(boxes) and start is not Nobody
        effort.keys += 1 + bool(offers) + again
    effort.keys += effort.rejected
    return effort


def _labelled(
    effort: Effort, truth: dict[int, BBox], offers: dict[int, BBox], before: dict[int, BBox]
) -> dict[int, BBox]:
    """The boxes as the person leaves them; counts what it took."""
    effort.images += 1
    effort.boxes += len(truth)
    effort.offers += len(offers)
    gone = len(offers.keys() - truth.keys())
    effort.rejected += gone
    effort.wrong += gone
    left = {}
    for key, box in truth.items():
        if key not in offers:
            effort.drawn += 1
            effort.lost += key in before
            left[key] = box
            continue
        overlap = offers[key].iou(box)
        effort.overlaps.append(overlap)
        effort.wrong += overlap < WRONG
        effort.corrected += overlap < GOOD
        left[key] = offers[key] if overlap >= GOOD else box
    return left
