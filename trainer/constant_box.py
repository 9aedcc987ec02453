"""What knowing nothing scores: one box, always the same, on every picture."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np

from trainer.coco import CocoSet, Picture
from trainer.predict import Detection


def constant_box(
    learnt: CocoSet, pictures: Iterable[Picture], categories: Sequence[tuple[int, str]]
) -> dict[int, list[Detection]]:
    """By image id: the median box of the commonest category that trained, in shares of a picture.

    categories: (id, name) of the file that is scored; the category is found there by its name.
    """
    counts = Counter(box.category_id for picture in learnt.pictures for box in picture.boxes)
    if not counts:
        return {}
    commonest = max(counts, key=lambda number: (counts[number], -number))
    name = dict(learnt.categories)[commonest]
    number = next((number for number, theirs in categories if theirs == name), None)
    if number is None:
        return {}
    x, y, width, height = _median_box(learnt, commonest)
    return {
        picture.id: [
            Detection(
                number,
                name,
                1.0,
                (
                    x * picture.width,
                    y * picture.height,
                    width * picture.width,
                    height * picture.height,
                ),
            )
        ]
        for picture in pictures
    }


def _median_box(learnt: CocoSet, category_id: int) -> tuple[float, float, float, float]:
    rows = [
        (
            (box.x1 + box.x2) / 2 / picture.width,
            (box.y1 + box.y2) / 2 / picture.height,
            (box.x2 - box.x1) / picture.width,
            (box.y2 - box.y1) / picture.height,
        )
        for picture in learnt.pictures
        for box in picture.boxes
        if box.category_id == category_id
    ]
    x, y, width, height = np.median(rows, axis=0).tolist()
    return x - width / 2, y - height / 2, width, height
