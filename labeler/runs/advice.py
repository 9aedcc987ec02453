"""Whether there is enough to learn from, told before a run and not after it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from labeler.errors import UserError

FEWEST_LABELLED = 2
"""One image to learn from and one to check with."""

USEFUL_LABELLED = 20
"""From about so many labelled images on, a quick run makes a detector that helps."""

_FEW_TO_CHECK = 10
_FEW_EXAMPLES = 5


@dataclass(frozen=True, slots=True)
class Side:
    """One side of a split: its images, and the boxes of each category id on them."""

    images: int
    boxes: Mapping[int, int]

    def boxes_of(self, category_id: int) -> int:
        return self.boxes.get(category_id, 0)


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


def warnings_about(names: Mapping[int, str], train: Side, val: Side) -> list[str]:
    """What the person should know of the data; training goes on. names: category id -> name."""
    unseen = [name for number, name in names.items() if _is_absent(number, train, val)]
    only_val = [
        name
        for number, name in names.items()
        if not train.boxes_of(number) and val.boxes_of(number)
    ]
    few = [name for number, name in names.items() if 0 < train.boxes_of(number) < _FEW_EXAMPLES]
    found = []
    if unseen:
        found.append(f"Not learned, because no box shows it: {_listed(unseen)}.")
    if only_val:
        found.append(
            f"Not learned, because only images kept for checking show it: {_listed(only_val)}. "
            "Label it in more images."
        )
    if few:
        found.append(f"Fewer than {_FEW_EXAMPLES} boxes to learn from: {_listed(few)}.")
    if val.images < _FEW_TO_CHECK:
        found.append(
            f"{_counted(val.images)} to check with: the score will jump about by chance. "
            "More labelled images make it worth something."
        )
    return found


def _is_absent(number: int, train: Side, val: Side) -> bool:
    return not train.boxes_of(number) and not val.boxes_of(number)


def _listed(names: Sequence[str]) -> str:
    shown = ", ".join(names[:5])
    return shown if len(names) <= 5 else f"{shown} and {len(names) - 5} more"


def _counted(images: int) -> str:
    return "Only 1 image" if images == 1 else f"Only {images} images"
