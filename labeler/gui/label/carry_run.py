"""Carries boxes through a sequence on a worker: reads pictures and rows, writes nothing; no Qt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING

from labeler.dataset.matching import matched
from labeler.dataset.model import Annotation, BBox, Image
from labeler.dataset.offering import Carried, Found
from labeler.dataset.sequence import Onward, onward
from labeler.dataset.store import Dataset
from labeler.errors import UserError
from labeler.track import Carrier, Loss, load_upright

if TYPE_CHECKING:
    from labeler.track.frame import Pixels

MODEL = "pixels"
"""What is kept as the model of these suggestions: the boxes follow the picture's pixels."""
LONGEST = 1920
"""Pictures are decoded with sides up to this: a larger one costs time, and the carrier shrinks it
anyway."""


SAME_PLACE = 0.3
"""From this overlap (IoU) on, a box of another class stands where the followed one was lost."""
OVERLAP = 0.1
"""Of several of one class a drawn box is the followed one from this overlap (IoU) on."""


@dataclass(frozen=True, slots=True)
class Order:
    """Carry these boxes of an image to the next one, or on until all are lost."""

    image_id: int
    boxes: Mapping[int, Carried]
    backwards: bool = False
    only_next: bool = False


class End(Enum):
    """Why the boxes went no further."""

    ARRIVED = "arrived"
    LOST = "lost"
    SESSION = "session"
    PAUSE = "pause"
    STOPPED = "stopped"
    FAULT = "fault"


class Why(Enum):
    """Why a box was lost on an image. The first three are the carrier's."""

    UNLIKE = Loss.UNLIKE
    LEFT = Loss.LEFT
    SIZE = Loss.SIZE
    CONFIRMED = "confirmed"
    """A person confirmed the image, and there is no such box."""
    OTHER_CLASS = "other_class"
    """A person drew a box of another class there."""
    ELSEWHERE = "elsewhere"
    """A person drew boxes of the class, but too far from where it was expected."""


@dataclass(frozen=True, slots=True)
class Lost:
    """Where a box was lost: after so many images, on this one. other: the class of OTHER_CLASS."""

    after: int
    image_id: int
    why: Why
    other: int | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """images: how many were looked at. lost: where and why, by the key of a box.

    ended_on: the image on which it ended. pause_s belongs to PAUSE, fault (a sentence) to FAULT.
    """

    end: End
    images: int
    ended_on: int
    lost: Mapping[int, Lost] = field(default_factory=dict)
    pause_s: float = 0.0
    fault: str = ""


def carry(
    dataset: Dataset,
    order: Order,
    tell: Callable[[Found], None],
    report: Callable[[int, int], None],
    should_stop: Callable[[], bool],
) -> Outcome:
    """tell gets what is found, image by image; report (done, total). Any thread."""
    route = onward(dataset, order.image_id, backwards=order.backwards)
    ids = route.image_ids[:1] if order.only_next else route.image_ids
    done, image_id = 0, order.image_id
    try:
        run = _Run(dataset, order)
        for done, image_id in enumerate(ids):
            if should_stop():
                return Outcome(
                    End.STOPPED, done, ids[done - 1] if done else order.image_id, run.lost
                )
            tell(run.step(dataset.image(image_id)))
            report(done + 1, len(ids))
            if not run.alive:
                if not order.only_next:
                    _clear_ahead(dataset, ids[done + 1 :], run.followed, tell, should_stop)
                return Outcome(End.LOST, done, image_id, run.lost)
    except UserError as error:
        return Outcome(End.FAULT, done, image_id, fault=str(error))
    return _at_the_end(route, len(ids), order, run)


def _at_the_end(route: Onward, images: int, order: Order, run: _Run) -> Outcome:
    last = route.image_ids[images - 1] if images else order.image_id
    if order.only_next and images:
        return Outcome(End.ARRIVED, images, last, run.lost)
    if route.pause_s is not None:
        return Outcome(End.PAUSE, images, last, run.lost, pause_s=route.pause_s)
    return Outcome(End.SESSION, images, last, run.lost)


def _clear_ahead(
    dataset: Dataset,
    ids: tuple[int, ...],
    followed: Mapping[int, Carried],
    tell: Callable[[Found], None],
    should_stop: Callable[[], bool],
) -> None:
    """What was suggested on from a box that was wrong, and has no ground any more, goes."""
    for image_id in ids:
        image = dataset.image(image_id)
        if should_stop() or not image.suggestion_count or _is_by_hand(image):
            return
        tell(Found(image_id, image.last_edit, followed=followed))


class _Run:
    """The boxes on their way. followed: all, with their newest place; lost: which are, and when."""

    def __init__(self, dataset: Dataset, order: Order) -> None:
        self._dataset = dataset
        self._images = 0
        self.followed = dict(order.boxes)
        self.lost: dict[int, Lost] = {}
        pixels, self._scale = self._picture(dataset.image(order.image_id))
        self._carrier = self._carrier_on(pixels)

    @property
    def alive(self) -> bool:
        return len(self.lost) < len(self.followed)

    def step(self, image: Image) -> Found:
        """On to this image; its own boxes, drawn or confirmed by a person, count for more."""
        pixels, self._scale = self._picture(image)
        found = {each.key: each for each in self._carrier.step(pixels)}
        here: dict[int, Carried] = {}
        for key, known in self.followed.items():
            if key in found and key not in self.lost:
                score = min(known.score, found[key].score)
                bbox = _scaled(found[key].bbox, 1 / self._scale)
                here[key] = replace(known, bbox=bbox, score=score)
        self.followed |= here
        if _is_by_hand(image):
            here = self._anchored(image, here)
            self._carrier = self._carrier_on(pixels)
        else:
            self._lose(self.followed.keys() - here.keys(), image)
        self._images += 1
        return Found(image.id, image.last_edit, here, dict(self.followed))

    def _anchored(self, image: Image, here: dict[int, Carried]) -> dict[int, Carried]:
        """Goes on from the person's boxes; returns what is still to be suggested beside them."""
        drawn = {each.id: each for each in self._dataset.annotations(image.id)}
        pairs = {
            key: number
            for key, number in matched(self.followed, drawn).items()
            if self._is_same(self.followed[key], drawn[number], drawn)
        }
        for key, annotation_id in pairs.items():
            self.followed[key] = replace(
                self.followed[key], bbox=drawn[annotation_id].bbox, score=1.0
            )
            self.lost.pop(key, None)
        rest = {key: each for key, each in here.items() if key not in pairs}
        if image.verified:
            rest = {}
        gone = self.followed.keys() - pairs.keys() - rest.keys()
        self._lose(gone, image, {n: each for n, each in drawn.items() if n not in pairs.values()})
        return rest

    def _is_same(self, mine: Carried, theirs: Annotation, drawn: Mapping[int, Annotation]) -> bool:
        """Whether they overlap; where there is but one of the class, it may have been far off."""
        alone = all(
            sum(each.category_id == mine.category_id for each in side.values()) == 1
            for side in (self.followed, drawn)
        )
        return alone or mine.bbox.iou(theirs.bbox) >= OVERLAP

    def _lose(
        self, keys: Iterable[int], image: Image, drawn: Mapping[int, Annotation] | None = None
    ) -> None:
        """drawn: a person's boxes there that are none of the followed ones."""
        for key in keys:
            if key not in self.lost:
                why, other = self._why(key, image, (drawn or {}).values())
                self.lost[key] = Lost(self._images, image.id, why, other)

    def _why(self, key: int, image: Image, drawn: Iterable[Annotation]) -> tuple[Why, int | None]:
        """What a person said about the image counts for more than what the pixels do."""
        mine, theirs = self.followed[key], list(drawn)
        for each in theirs:
            is_other = each.category_id != mine.category_id
            if is_other and each.bbox.iou(mine.bbox) >= SAME_PLACE:
                return Why.OTHER_CLASS, each.category_id
        if any(each.category_id == mine.category_id for each in theirs):
            return Why.ELSEWHERE, None
        if image.verified:
            return Why.CONFIRMED, None
        return Why(self._carrier.losses.get(key, Loss.UNLIKE)), None

    def _picture(self, image: Image) -> tuple[Pixels, float]:
        """The pixels, and how many of them there are for one of the image."""
        pixels = load_upright(self._dataset.path_of(image), LONGEST)
        return pixels, pixels.shape[1] / image.width

    def _carrier_on(self, pixels: Pixels) -> Carrier:
        held = {key: each for key, each in self.followed.items() if key not in self.lost}
        return Carrier(pixels, {key: _scaled(each.bbox, self._scale) for key, each in held.items()})


def _is_by_hand(image: Image) -> bool:
    """Whether a person has said something about the image."""
    return image.verified or image.annotation_count > 0


def _scaled(bbox: BBox, by: float) -> BBox:
    if by == 1.0:
        return bbox
    return BBox(*(value * by for value in bbox.as_list()))
