"""How good suggestions were: what was offered on an image, held against what the person drew."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from trainer.assist_lines import Box, Offer

_MOST_IMAGES = 60
_FEWEST_BOXES = 15
"""Fewer say nothing about where to draw the line."""
_HIT = 0.5
_LOWEST, _HIGHEST = 0.15, 0.8
_FIRST_THRESHOLD = 0.4
"""Until anything is known."""


class Trials:
    """The newest images that were labelled after something was suggested on them: the detector had
    not learnt from them, so they tell the truth about it."""

    def __init__(self) -> None:
        self._scores: deque[tuple[list[tuple[float, bool]], int]] = deque(maxlen=_MOST_IMAGES)

    def add(self, offers: Sequence[Offer], boxes: Sequence[Box]) -> None:
        """offers: all of one image, weak ones too. boxes: what the person left there."""
        waiting = list(boxes)
        judged = []
        for offer in sorted(offers, key=lambda each: -each[1]):
            hit = _take_match(offer, waiting)
            judged.append((offer[1], hit))
        self._scores.append((judged, len(boxes)))

    @property
    def asked(self) -> int:
        """Boxes that the person drew on those images."""
        return sum(count for _, count in self._scores)

    def found(self, threshold: float) -> int:
        """How many of them were offered with at least that score."""
        return sum(hit and score >= threshold for each, _ in self._scores for score, hit in each)

    @property
    def threshold(self) -> float:
        """The score from which on offers cost the person the fewest answers: a missed box has to
        be drawn, a wrong one rejected."""
        if self.asked < _FEWEST_BOXES:
            return _FIRST_THRESHOLD
        pairs = sorted((pair for each, _ in self._scores for pair in each), reverse=True)
        cost = lowest = self.asked
        threshold = _HIGHEST
        for rank, (score, hit) in enumerate(pairs):
            cost += -1 if hit else 1
            if cost < lowest:
                following = pairs[rank + 1][0] if rank + 1 < len(pairs) else 0.0
                lowest, threshold = cost, (score + following) / 2
        return min(max(threshold, _LOWEST), _HIGHEST)


def _take_match(offer: Offer, waiting: list[Box]) -> bool:
    """Whether it hits a box that still waits for one; that one waits no longer."""
    best, overlap = None, _HIT
    for box in waiting:
        shared = iou(offer[2:], box[1:]) if box[0] == offer[0] else 0.0
        if shared >= overlap:
            best, overlap = box, shared
    if best is not None:
        waiting.remove(best)
    return best is not None


def iou(a: Sequence[float], b: Sequence[float]) -> float:
    """Of two boxes as x, y, width, height; 0 to 1."""
    width = min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0])
    height = min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1])
    if width <= 0 or height <= 0:
        return 0.0
    return width * height / (a[2] * a[3] + b[2] * b[3] - width * height)
