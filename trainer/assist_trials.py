"""How good suggestions were: what was offered on an image, held against what the person drew."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence

from trainer.assist_lines import Box, Chances, Offer

_MOST_IMAGES = 60
_FEWEST_BOXES = 15
"""Fewer say nothing about how far to trust a score."""
_FEWEST_FOR_LINE = 5
"""Fewer say nothing about where to draw the line. Where classes are fine, five boxes of which most
came as something else stop the next wrong ones."""
_HIT, _LEFT_ALONE = 0.5, 0.8
"""From this overlap (IoU) on a person takes an offer for the thing, and leaves it as it is."""
_WRONG = 2
"""Answers that a wrong offer counts for: it has to be found and rejected, and much of what is found
is carried there anyway, so that it saves nothing."""
_LOWEST, _HIGHEST = 0.15, 0.8
_FIRST_THRESHOLD = 0.4
"""Until anything is known."""


class Trials:
    """The newest images that were labelled after something was suggested on them: the detector had
    not learnt from them, so they tell the truth about it."""

    def __init__(self) -> None:
        self._judged: deque[tuple[list[tuple[float, float]], int]] = deque(maxlen=_MOST_IMAGES)

    def add(self, offers: Sequence[Offer], boxes: Sequence[Box]) -> None:
        """offers: all of one image, weak ones too. boxes: what the person left there."""
        waiting = list(boxes)
        strongest = sorted(offers, key=lambda each: -each[1])
        judged = [(offer[1], _overlap_taken(offer, waiting)) for offer in strongest]
        self._judged.append((judged, len(boxes)))

    @property
    def asked(self) -> int:
        """Boxes that the person drew on those images."""
        return sum(count for _, count in self._judged)

    def found(self, threshold: float) -> int:
        """How many of them were offered with at least that score."""
        return sum(overlap >= _HIT and score >= threshold for score, overlap in self._pairs())

    @property
    def threshold(self) -> float:
        """The score from which on offers cost the person the fewest answers: one that is left alone
        saves drawing, a wrong one costs more, and mending is as much as drawing. Where nothing is
        saved or lost, more is shown."""
        if self.asked < _FEWEST_FOR_LINE:
            return _FIRST_THRESHOLD
        pairs = sorted(self._pairs(), reverse=True)
        cost = lowest = 0
        threshold = _HIGHEST
        for rank, (score, overlap) in enumerate(pairs):
            cost += -1 if overlap >= _LEFT_ALONE else _WRONG * (overlap < _HIT)
            if cost <= lowest:
                following = pairs[rank + 1][0] if rank + 1 < len(pairs) else 0.0
                lowest, threshold = cost, (score + following) / 2
        return min(max(threshold, _LOWEST), _HIGHEST)

    @property
    def chances(self) -> Chances:
        """By rising score, in steps of equally many offers. Empty until enough is known. A lower
        score never gets a better chance."""
        pairs = sorted(self._pairs())
        if self.asked < _FEWEST_BOXES:
            return ()
        steps: list[tuple[float, float]] = []
        best = 1.0
        for end in range(len(pairs), _FEWEST_BOXES - 1, -_FEWEST_BOXES):
            step = pairs[end - _FEWEST_BOXES : end]
            good = sum(overlap >= _LEFT_ALONE for _, overlap in step)
            best = min(best, good / (len(step) + 1))
            steps.append((step[0][0], best))
        return tuple(reversed(steps))

    def _pairs(self) -> Iterator[tuple[float, float]]:
        """Score and overlap of all offers."""
        return (pair for judged, _ in self._judged for pair in judged)


def _overlap_taken(offer: Offer, waiting: list[Box]) -> float:
    """With the box that still waits for an offer and is hit; that one waits no longer. 0: none."""
    best, overlap = None, _HIT
    for box in waiting:
        shared = iou(offer[2:], box[1:]) if box[0] == offer[0] else 0.0
        if shared >= overlap:
            best, overlap = box, shared
    if best is None:
        return 0.0
    waiting.remove(best)
    return overlap


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Of two boxes as x, y, width, height; 0 to 1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)
