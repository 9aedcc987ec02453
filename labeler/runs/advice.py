"""Whether there is enough to learn from and to check with, told before a run and not after it."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from labeler.dataset.words import counted
from labeler.errors import UserError

FEWEST_LABELLED = 2
"""One image to learn from and one to check with."""

USEFUL_LABELLED = 20
"""From about so many labelled images on, a quick run makes a detector that helps."""

_FEW_EXAMPLES = 5
_TINY = 0.014
"""The mean side of a box as a share of the picture's: 6 of the 424 pixels that the built-in
detector sees at most."""
_MANY_TINY = 0.1
_SPREAD = 0.5
"""By so much, divided by the root of the number of images, AP is unsure: from .3 to .55 in runs on
photos of animals, of cards and of the simulated robot."""
_SURE_ENOUGH, _SURE_IN_THE_END = 0.1, 0.15


@dataclass(frozen=True, slots=True)
class Box:
    """category_id, and the mean side of the box as a share of its picture's: sqrt of the areas."""

    category_id: int
    share: float


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a split: its images, and the boxes of each category id on them.

    tiny: how many boxes of each are too small to be learnt.
    """

    images: int
    boxes: Mapping[int, int]
    tiny: Mapping[int, int]

    @classmethod
    def of(cls, images: int, boxes: Iterable[Box]) -> Side:
        all_boxes = list(boxes)
        return cls(
            images,
            Counter(box.category_id for box in all_boxes),
            Counter(box.category_id for box in all_boxes if box.share < _TINY),
        )

    def boxes_of(self, category_id: int) -> int:
        return self.boxes.get(category_id, 0)


def share_of(area: float, width: float, height: float) -> float:
    """The mean side of a box as a share of that of its picture; 1 where a size makes no sense."""
    share = area / (width * height) if width > 0 and height > 0 else 1.0
    return math.sqrt(share) if 0 <= share < 1 else 1.0


def unsureness(images: int) -> float:
    """About how far the AP measured on so many images lies from the true one, in 95 % of cases."""
    return _SPREAD / math.sqrt(max(1, images))


def require_enough(labelled: int, what: str) -> None:
    """Raises UserError where there is too little to train at all. what: "the dataset mugs"."""
    if labelled >= FEWEST_LABELLED:
        return
    have = {0: "no image with a box", 1: "only 1 image with a box"}[labelled]
    raise UserError(
        f"Training needs at least {FEWEST_LABELLED} images with boxes, one to learn from and one "
        f"to check with; {what} has {have}. Draw more boxes first, about {USEFUL_LABELLED} images "
        "make a useful detector."
    )


def require_examples(train: Side, what: str) -> None:
    """Raises UserError where nothing that trains holds a box."""
    if not any(train.boxes.values()):
        raise UserError(
            f"None of the {train.images} images that would train has a box ({what}). "
            "Draw boxes on more images first."
        )


def warnings_about(names: Mapping[int, str], train: Side, val: Side, test: Side) -> list[str]:
    """What the person should know of the data; training goes on. names: category id -> name."""
    return [
        *_about_classes(names, train, val),
        *_about_tiny(names, train),
        *_about_sizes(train, val, test),
    ]


def _about_classes(names: Mapping[int, str], train: Side, val: Side) -> Iterator[str]:
    drawn = {number: (train.boxes_of(number), val.boxes_of(number)) for number in names}
    unseen = [names[number] for number, counts in drawn.items() if counts == (0, 0)]
    only_val = [names[number] for number, (ours, held) in drawn.items() if not ours and held]
    unchecked = [names[number] for number, (ours, held) in drawn.items() if ours and not held]
    few = [names[number] for number, (ours, _) in drawn.items() if 0 < ours < _FEW_EXAMPLES]
    if unseen:
        yield f"Not learned, because no box shows it: {_listed(unseen)}."
    if only_val:
        yield (
            f"Not learned, because only images to check with show it: {_listed(only_val)}. "
            "Label it in more images."
        )
    if few:
        yield (
            f"Fewer than {_FEW_EXAMPLES} boxes to learn from: {_listed(few)}. About "
            f"{USEFUL_LABELLED} of each class make it reliable."
        )
    if unchecked and any(val.boxes.values()):
        yield (
            f"Learned but not checked, because no image to check with shows it: "
            f"{_listed(unchecked)}. Its score stays unknown until another session shows it too."
        )


def _about_tiny(names: Mapping[int, str], train: Side) -> Iterator[str]:
    tiny = [
        name
        for number, name in names.items()
        if train.tiny.get(number, 0) > _MANY_TINY * train.boxes_of(number)
    ]
    if tiny:
        count = sum(train.tiny.values())
        yield (
            f"Too small to be learned reliably: {counted(count, 'box')} of {_listed(tiny)}, with "
            f"sides under {100 * _TINY:.1f} % of the picture's. Take photos from nearer, or cut "
            "the pictures into parts."
        )


def _about_sizes(train: Side, val: Side, test: Side) -> Iterator[str]:
    if train.images < USEFUL_LABELLED:
        yield (
            f"Only {counted(train.images, 'image')} to learn from: expect little. With about "
            f"{USEFUL_LABELLED} or more, a quick run makes a useful detector."
        )
    if round(unsureness(val.images), 2) > _SURE_ENOUGH:
        yield (
            f"Only {counted(val.images, 'image')} to check with: AP is accurate to about "
            f"±{unsureness(val.images):.2f}, so smaller differences between runs mean nothing. "
            f"With {_images_for(_SURE_ENOUGH)} it is accurate to about ±{_SURE_ENOUGH:.2f}."
        )
    if test.images and unsureness(test.images) > _SURE_IN_THE_END:
        yield (
            f"Only {counted(test.images, 'image')} for the final score: it will be accurate to "
            f"about ±{unsureness(test.images):.2f}. Every session you add brings more."
        )


def _images_for(unsure: float) -> int:
    return math.ceil((_SPREAD / unsure) ** 2)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"
