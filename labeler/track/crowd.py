"""Which of many boxes may be like which others, all at once: a first look that misses no pair."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Box = tuple[float, float, float, float]
_SLACK = 1e-3
"""Rounding leaves nobody out."""


def may_overlap(boxes: Sequence[Box], others: Sequence[Box], least: float) -> NDArray[np.bool_]:
    """Boxes by others, COCO x, y, width, height: whether their IoU may be at least this."""
    mine, its = _apart(boxes, others)
    low = np.maximum(mine[..., :2], its[..., :2])
    high = np.minimum(mine[..., :2] + mine[..., 2:], its[..., :2] + its[..., 2:])
    shared = np.maximum(high - low, 0.0).prod(-1)
    union = mine[..., 2:].prod(-1) + its[..., 2:].prod(-1) - shared
    return np.asarray((shared > 0) & (shared >= (1 - _SLACK) * least * union))


def may_reach(
    boxes: Sequence[Box], others: Sequence[Box], reach: float, most_growth: float
) -> NDArray[np.bool_]:
    """Whether one may be not farther from the other than so many of the larger one's own sizes, and
    not more than so many times as large.
    """
    mine, its = _apart(boxes, others)
    way = mine[..., :2] + mine[..., 2:] / 2 - its[..., :2] - its[..., 2:] / 2
    sizes = mine[..., 2:].prod(-1), its[..., 2:].prod(-1)
    larger, smaller = np.maximum(*sizes), np.minimum(*sizes)
    is_near = np.hypot(way[..., 0], way[..., 1]) <= (1 + _SLACK) * reach * np.sqrt(larger)
    return np.asarray(is_near & (larger <= (1 + _SLACK) * most_growth * smaller))


def places(is_chosen: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Row and column of each that is."""
    rows, columns = is_chosen.nonzero()
    return list(zip(rows.tolist(), columns.tolist(), strict=True))


def _apart(
    boxes: Sequence[Box], others: Sequence[Box]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return np.array(boxes, np.float64)[:, None], np.array(others, np.float64)[None]
