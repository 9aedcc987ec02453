"""How sure a count of votes is: an exact interval and an exact test. No library needed."""

from __future__ import annotations

import math
from collections.abc import Callable

_STEPS = 60
"""Halvings of the interval from 0 to 1: more than a float tells apart."""


def tail(at_least: int, of: int, share: float) -> float:
    """The probability that at_least or more of `of` draws hit, each with probability share."""
    if at_least <= 0:
        return 1.0
    if share in (0.0, 1.0):
        return share
    log_hit, log_miss = math.log(share), math.log1p(-share)
    total = math.fsum(
        math.exp(_log_ways(of, hits) + hits * log_hit + (of - hits) * log_miss)
        for hits in range(at_least, of + 1)
    )
    return min(1.0, total)


def exact_interval(hits: int, of: int, sure: float = 0.95) -> tuple[float, float]:
    """The interval of Clopper and Pearson (1934) for the share behind hits of `of`; 0 to 1.

    It holds the true share in at least that part of all votes, however few there are. Nothing
    was asked: 0 to 1.
    """
    if of == 0:
        return 0.0, 1.0
    outside = (1 - sure) / 2
    low = 0.0 if hits == 0 else _solved(lambda share: tail(hits, of, share) - outside)
    high = 1.0 if hits == of else _solved(lambda share: outside - 1 + tail(hits + 1, of, share))
    return low, high


def sign_test(one: int, other: int) -> float:
    """How likely so uneven a result, or a more uneven one, is where both are liked as much.

    Two-sided, exact. Those who saw no difference are to be left out beforehand (Dixon and Mood,
    1946).
    """
    return min(1.0, 2 * tail(max(one, other), one + other, 0.5))


def _solved(rising: Callable[[float], float]) -> float:
    """Where a rising function of a share crosses 0."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        low, high = (low, middle) if rising(middle) > 0 else (middle, high)
    return (low + high) / 2


def _log_ways(of: int, hits: int) -> float:
    return math.lgamma(of + 1) - math.lgamma(hits + 1) - math.lgamma(of - hits + 1)
