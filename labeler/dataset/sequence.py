"""Which image follows which: those of one session in the order they were taken, without pauses."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

from labeler.dataset.queries import Queries

LONG = 6.0
"""A gap of so many usual gaps of the session is a pause: the scene may be another one after it."""
SHORTEST_PAUSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Onward:
    """The images that follow one, the nearest first, with the times they were taken (seconds).

    pause_s: the pause that ends them, in seconds; None where the session ends.
    """

    image_ids: tuple[int, ...]
    times: tuple[float, ...]
    pause_s: float | None = None


def onward(queries: Queries, image_id: int, *, backwards: bool = False) -> Onward:
    """What follows an image, or what was before it. Raises KeyError where there is none."""
    moments = queries.moments(queries.image(image_id).session_id)
    if backwards:
        moments.reverse()
    ids, times = [number for number, _ in moments], [at for _, at in moments]
    gaps = [abs(later - earlier) for earlier, later in pairwise(times)]
    longest = _longest(gaps)
    first = ids.index(image_id)
    end = next((n for n in range(first, len(gaps)) if gaps[n] > longest), None)
    last = len(ids) if end is None else end + 1
    return Onward(
        tuple(ids[first + 1 : last]),
        tuple(times[first + 1 : last]),
        None if end is None else gaps[end],
    )


def _longest(gaps: list[float]) -> float:
    """The longest gap that is none to speak of. Many clocks count in whole seconds."""
    told = [gap for gap in gaps if gap > 0]
    from statistics import median  # brings a good deal, and the window opens without it

    return max(SHORTEST_PAUSE_S, LONG * median(told)) if told else SHORTEST_PAUSE_S
