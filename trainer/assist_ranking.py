"""Which images are most useful to label next."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

_MOST = 200
"""So many are put in order with an eye on each other; the rest follows by doubt alone."""


def doubt(scores: Sequence[float], threshold: float) -> float:
    """How unsure the detector is of one image, 0 to 1.

    That of its most doubtful box: 1 where the score lies on the threshold, 0 where it is 0 or 1.
    An image without any box has little doubt, yet some: something may have been overlooked.
    """
    return max((_doubt(score, threshold) for score in scores), default=0.05)


def _doubt(score: float, threshold: float) -> float:
    if score < threshold:
        return score / threshold
    return (1 - score) / (1 - threshold)


def most_useful_first(doubts: Sequence[float], looks: Tensor, labelled: Tensor) -> list[int]:
    """Indices in the order in which a person helps most by labelling.

    doubts: one an image, 0 to 1. looks: (images, C), what each image looks like as a whole;
    labelled: (any number, C), the same of those labelled already. Greedy: the next image is the one
    with the largest product of its doubt and its distance (1 - cosine) to the nearest image that is
    labelled or chosen already (the core-set of Sener & Savarese, ICLR 2018, weighted by doubt).
    """
    if not len(doubts):
        return []
    weights = torch.tensor(doubts, dtype=torch.float32)
    unit = torch.nn.functional.normalize(looks, dim=1)
    known = torch.nn.functional.normalize(labelled, dim=1)
    distance = torch.ones(len(unit))
    if len(known):
        distance = (1 - unit @ known.T).amin(1)
    order: list[int] = []
    left = torch.ones(len(unit), dtype=torch.bool)
    for _ in range(min(_MOST, len(unit))):
        worth = (weights * distance.clamp(min=1e-4)).masked_fill(~left, -1.0)
        best = int(worth.argmax())
        order.append(best)
        left[best] = False
        distance = torch.minimum(distance, 1 - unit @ unit[best])
    rest = [index for index in weights.argsort(descending=True).tolist() if left[index]]
    return order + rest
