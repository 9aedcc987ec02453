"""A person who labels a sequence: takes what machines offer, mends only what is off."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from labeler.dataset.detected import Detected, is_better, new_things
from labeler.dataset.model import BBox
from labeler.simulator.arrays import Pixels
from labeler.track import Carried
from tests.track.sequences import Shot

GOOD = 0.8
"""A person leaves a box alone that overlaps what they would have drawn by so much (IoU)."""
WRONG = 0.5
"""Below, or where the object is gone, a suggestion is called wrong."""
MEANT = 0.3
"""From this overlap on a detector's box of the right kind is taken for the object, and mended."""
DOUBLE = 0.5
"""A detector's box that overlaps the tracker's of its kind by so much means the same thing: the
program suggests the better one."""


class Tracker(Protocol):
    """What can be asked to carry boxes on, as labeler.track.Carrier."""

    def step(self, picture: Pixels) -> list[Carried]: ...


Start = Callable[[Pixels, Mapping[int, BBox]], Tracker]

Kinds = Sequence[tuple[str, BBox]]
"""Boxes, each with the kind of thing that it is of."""


class Seen(NamedTuple):
    """A detector's box with its score, and the chance that a person leaves it as it is, as far as
    is known."""

    kind: str
    box: BBox
    score: float = 0.5
    chance: float = 0.0


class Detector(Protocol):
    """What suggests boxes on pictures it has not seen labelled, as the assistant does."""

    def offers(self, image: int) -> Sequence[Seen]:
        """On the image of that number, from 0."""
        ...

    def take(self, image: int, boxes: Kinds) -> None:
        """The boxes as the person left them."""
        ...


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


def replay(shots: Iterable[Shot], start: Start, detector: Detector | None = None) -> Effort:
    """Labels the sequence image by image. After a hand action, or where the detector has found
    more, the boxes are carried on anew from that image, as a person pressing the key again does;
    accepted boxes stay as they were offered.
    """
    return list(efforts(shots, start, detector))[-1]


def efforts(
    shots: Iterable[Shot], start: Start, detector: Detector | None = None
) -> Iterator[Effort]:
    """As replay: what it took so far, after each image."""
    effort, tracker = Effort(), None
    keys: dict[str, int] = {}
    kinds: dict[int, str] = {}
    boxes: dict[int, BBox] = {}
    for number, shot in enumerate(shots):
        truth = {keys.setdefault(name, len(keys)): box for name, box in shot.boxes.items()}
        carried: dict[int, Carried] = {}
        if tracker is not None and boxes:
            began = time.process_time()
            carried = {found.key: found for found in tracker.step(shot.picture)}
            effort.seconds += time.process_time() - began
            effort.steps += len(boxes)
        before, offers = effort.actions, {key: found.bbox for key, found in carried.items()}
        kinds |= {keys[name]: shot.kind(name) for name in shot.boxes}
        if detector is not None:
            seen = detector.offers(number)
            found = _recognised(effort, seen, truth, offers, kinds)
            offers = {key: _settled(each, kinds[key], seen) for key, each in carried.items()}
            offers |= found
        boxes = _labelled(effort, truth, offers, boxes)
        if detector is not None:
            detector.take(number, [(kinds[key], box) for key, box in boxes.items()])
        touched = effort.actions > before or not carried.keys() >= boxes.keys()
        if touched or tracker is None:
            tracker = start(shot.picture, boxes)
        again = touched and bool(boxes) and start is not Nobody
        effort.keys += 1 + bool(offers) + again
        so_far = copy.deepcopy(effort)
        so_far.keys += effort.rejected
        yield so_far


def _settled(carried: Carried, kind: str, seen: Sequence[Seen]) -> BBox:
    alike = [each for each in seen if each.kind == kind and each.box.iou(carried.bbox) >= DOUBLE]
    best = max(alike, key=lambda each: each.chance, default=None)
    if best is None or not is_better(best.chance, carried.score):
        return carried.bbox
    return best.box


def _recognised(
    effort: Effort,
    seen: Sequence[Seen],
    truth: Mapping[int, BBox],
    tracked: Mapping[int, BBox],
    kinds: Mapping[int, str],
) -> dict[int, BBox]:
    """The detector's boxes by the object that the person takes them for; the rest is rejected."""
    numbers = {kind: n for n, kind in enumerate({*kinds.values(), *(each.kind for each in seen)})}
    names = {number: kind for kind, number in numbers.items()}
    carried = [Detected(numbers[kinds[key]], box, 1.0) for key, box in tracked.items()]
    all_seen = [Detected(numbers[each.kind], each.box, each.score) for each in seen]
    fresh = [(names[each.category_id], each.bbox) for each in new_things(all_seen, carried)]
    pairs = sorted(
        (
            (box.iou(truth[key]), index, key)
            for index, (kind, box) in enumerate(fresh)
            for key in truth.keys() - tracked.keys()
            if kinds[key] == kind and box.iou(truth[key]) >= MEANT
        ),
        reverse=True,
    )
    found: dict[int, BBox] = {}
    used: set[int] = set()
    for _, index, key in pairs:
        if index not in used and key not in found:
            found[key] = fresh[index][1]
            used.add(index)
    left = len(fresh) - len(used)
    effort.offers += left
    effort.rejected += left
    effort.wrong += left
    return found


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
