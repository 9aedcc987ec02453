"""What each class looks like to COCO's detector, from a few labelled pictures; without training.

A prototype (Snell, Swersky & Zemel, NeurIPS 2017) is the mean of what COCO's 80 classes score at
the points that lay the boxes of a class best. Where another picture scores alike and something
lies, a thing of that class is suggested. Works from the first box on; any thread.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from labeler.dataset.detected import Detected
from labeler.dataset.model import BBox
from labeler.runs.coco_detector import PointsFound, overlaps, surest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Labelled = Sequence[tuple[int, BBox]]
"""Boxes of a picture, each with its class's id."""

_CANDIDATES = 300
_POINTS_OF_BOX = 8
_LEAST_OVERLAP = 0.3
"""Points whose box overlaps the labelled one less say nothing about its class."""
_STEEPNESS, _ALIKE = 10.0, 0.75
"""Of the score over the cosine between a point and a prototype: a half where it is _ALIKE."""
_SAME, _VOTES = 0.6, 0.7
"""Boxes that overlap more are one thing; those that overlap more still lay it together."""
_MOST = 20
_FIRST_LINE, _LINES = 0.3, (0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8)
_CLEARLY = 3
"""Answers that another line has to save: it is drawn by few pictures."""
_FEWEST_TRIED = 2
_HIT, _LEFT_ALONE, _WRONG = 0.5, 0.8, 2
"""As trainer.assist_trials counts: a suggestion left alone saves drawing, a wrong one costs two."""


class Glance(NamedTuple):
    """What is kept of a picture: its likeliest points, surest first; a tenth of a megabyte.

    boxes (N, 4): x1 y1 x2 y2 in pixels of the picture; scores (N,): that something lies there;
    likeness (N, 80): centred log odds of COCO's classes, unit length.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    likeness: NDArray[np.float32]


class Prototypes(NamedTuple):
    """categories: ids; means (C, 80), unit length. line: the score from which on it is offered."""

    categories: tuple[int, ...]
    means: NDArray[np.float32]
    line: float

    def find(self, glance: Glance) -> list[Detected]:
        """Suggestions in pixels of the picture, best first."""
        return [each for each in _found(self, glance) if each.score >= self.line]


def glance(found: PointsFound, scale: float = 1.0) -> Glance:
    """scale: pixels of the picture for one of the pixels that the detector was given."""
    import numpy as np

    boxes = found.boxes
    is_box = (boxes[:, 2] - boxes[:, 0] >= 1) & (boxes[:, 3] - boxes[:, 1] >= 1)
    best = found.scores.max(1) * is_box
    order = np.argsort(-best, kind="stable")[:_CANDIDATES]
    order = order[best[order] > 0]
    scores = found.scores[order].clip(1e-4, 1 - 1e-4)
    odds = np.log(scores / (1 - scores))
    return Glance(
        boxes[order] * np.float32(scale), best[order], _unit(odds - odds.mean(1)[:, None])
    )


def prototypes(pictures: Sequence[tuple[Glance, Labelled]]) -> Prototypes | None:
    """Of labelled pictures; None where none of their boxes can be told from the rest.

    The line is drawn where it would have cost the person the fewest answers, each picture tried
    with the prototypes of the others.
    """
    seen = [_examples(*each) for each in pictures]
    made = _means(seen)
    if made is None or len(pictures) < _FEWEST_TRIED:
        return made
    costs = dict.fromkeys(_LINES, 0)
    for number, (one, labelled) in enumerate(pictures):
        others = _means([*seen[:number], *seen[number + 1 :]])
        known = {category for category, _ in labelled} & set(others.categories if others else ())
        if others is None or not (known or not labelled):
            continue
        found = _found(others, one)
        for line in _LINES:
            costs[line] += _cost([each for each in found if each.score >= line], labelled)
    best = min(_LINES, key=lambda line: (costs[line], line))
    is_clear = costs[best] <= costs[_FIRST_LINE] - _CLEARLY
    return made._replace(line=best if is_clear else _FIRST_LINE)


def _means(seen: Sequence[Mapping[int, list[NDArray[np.float32]]]]) -> Prototypes | None:
    import numpy as np

    together: dict[int, list[NDArray[np.float32]]] = {}
    for each in seen:
        for category, examples in each.items():
            together.setdefault(category, []).extend(examples)
    if not together:
        return None
    means = np.stack([np.mean(examples, axis=0) for examples in together.values()])
    return Prototypes(tuple(together), _unit(means), _FIRST_LINE)


def _examples(one: Glance, labelled: Labelled) -> dict[int, list[NDArray[np.float32]]]:
    """By class, for each of its boxes: the mean of the points that lay it best and no other."""
    import numpy as np

    found: dict[int, list[NDArray[np.float32]]] = {}
    if not labelled or not len(one.scores):
        return found
    fits = np.stack([overlaps(_corners(box), one.boxes) for _, box in labelled])
    best = fits.max(0)
    for (category, _), fit in zip(labelled, fits, strict=True):
        own = np.where(fit >= best, fit, 0)
        points = np.argsort(-own, kind="stable")[:_POINTS_OF_BOX]
        points = points[own[points] > _LEAST_OVERLAP]
        if len(points):
            mean = np.average(one.likeness[points], axis=0, weights=own[points])
            found.setdefault(category, []).append(mean.astype(np.float32))
    return found


def _found(known: Prototypes, one: Glance) -> list[Detected]:
    """Without duplicates; a box that stays is the mean of those that overlap it much, by score."""
    import numpy as np

    if not len(one.scores):
        return []
    alike = one.likeness @ known.means.T
    scores = one.scores / (1 + np.exp(-_STEEPNESS * (alike.max(1) - _ALIKE)))
    order = np.argsort(-scores, kind="stable")
    boxes, scores, labels = one.boxes[order], scores[order], alike.argmax(1)[order]
    found: list[Detected] = []
    for first in islice(surest(boxes, _SAME), _MOST):
        votes = (overlaps(boxes[first], boxes) > _VOTES) & (labels == labels[first])
        laid = np.average(boxes[votes], axis=0, weights=scores[votes])
        box = BBox.from_corners(*map(float, laid))
        found.append(Detected(known.categories[labels[first]], box, float(scores[first])))
    return found


def _cost(found: Sequence[Detected], labelled: Labelled) -> int:
    """Answers that they take, less those that they save."""
    waiting = list(labelled)
    cost = 0
    for each in found:
        alike = [one for one in waiting if one[0] == each.category_id]
        best = max(alike, key=lambda one: one[1].iou(each.bbox), default=None)
        overlap = 0.0 if best is None else best[1].iou(each.bbox)
        if best is not None and overlap >= _HIT:
            waiting.remove(best)
        cost += -1 if overlap >= _LEFT_ALONE else _WRONG * (overlap < _HIT)
    return cost


def _corners(box: BBox) -> NDArray[np.float32]:
    import numpy as np

    return np.array([box.x, box.y, box.right, box.bottom], np.float32)


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    import numpy as np

    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: NDArray[np.float32] = (rows / np.maximum(lengths, 1e-6)).astype(np.float32)
    return unit
