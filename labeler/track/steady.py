"""Gives what a detector finds from picture to picture the number that it had before.

By overlap with where each thing is expected, at a constant speed, the surest first, as in SORT and
ByteTrack (https://arxiv.org/abs/2110.06864): what is sure begins a track, what is less sure only
goes on with one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
"""COCO x, y, width, height in pixels."""

_LEAST_OVERLAP = 0.2
"""IoU of a found box with the expected one; less is another thing."""
_MOST_MISSED = 15
"""Pictures: about a second of the robot's. Who comes back later gets a new number."""
_NEW_SHARE = 0.3
"""How fast a speed follows what was last seen."""
_SMOOTH_SHARE = 0.5
"""How much of a smoothed box and score is what was found now."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something that a detector found. score: 0 to 1."""

    category_id: int
    box: Box
    score: float


@dataclass(frozen=True, slots=True)
class Followed:
    """A thing with its number, from 1 on for each category; smooth: box and score evened out.

    number 0: too unsure to begin a track, and no track goes through it.
    """

    thing: Thing
    number: int
    smooth: Thing


@dataclass(frozen=True, slots=True)
class _Track:
    number: int
    smooth: Thing
    speed: Box
    """Pixels a picture, of each side of the box."""
    missed: int = 0

    def expected(self, steps: int) -> Box:
        x, y, width, height = self.smooth.box
        by_x, by_y, by_width, by_height = (steps * each for each in self.speed)
        return x + by_x, y + by_y, max(1.0, width + by_width), max(1.0, height + by_height)


class Steady:
    """Takes the things of each picture in turn; forget() before those of another camera."""

    def __init__(self, sure: float = 0.3) -> None:
        """sure: the score from which on a thing begins a track, 0 to 1."""
        self.sure = sure
        self._tracks: list[_Track] = []
        self._last: dict[int, int] = defaultdict(int)

    def forget(self) -> None:
        self._tracks = []
        self._last.clear()

    def follow(self, things: Sequence[Thing], steps: int = 1) -> tuple[Followed, ...]:
        """In the order of things. steps: pictures since the last call, with those passed over."""
        steps = max(1, steps)
        pairs = self._matched(things, steps)
        followed = []
        kept = []
        for place, thing in enumerate(things):
            track = pairs.get(place)
            if track is not None:
                now = _moved(track, thing, steps)
            elif thing.score >= self.sure:
                self._last[thing.category_id] += 1
                now = _Track(self._last[thing.category_id], thing, (0.0, 0.0, 0.0, 0.0))
            else:
                followed.append(Followed(thing, 0, thing))
                continue
            kept.append(now)
            followed.append(Followed(thing, now.number, now.smooth))
        taken = {id(track) for track in pairs.values()}
        for track in self._tracks:
            if id(track) not in taken and track.missed + steps <= _MOST_MISSED:
                kept.append(replace(track, missed=track.missed + steps))
        self._tracks = kept
        return tuple(followed)

    def _matched(self, things: Sequence[Thing], steps: int) -> dict[int, _Track]:
        """Place of the thing -> its track; sure things choose before unsure ones."""
        pairs = []
        for track in self._tracks:
            expected = track.expected(track.missed + steps)
            for place, thing in enumerate(things):
                if thing.category_id != track.smooth.category_id:
                    continue
                overlap = max(iou(thing.box, expected), iou(thing.box, track.smooth.box))
                if overlap >= _LEAST_OVERLAP:
                    pairs.append((thing.score < self.sure, -overlap, track.number, place, track))
        found: dict[int, _Track] = {}
        taken: set[int] = set()
        for _unsure, _overlap, _number, place, track in sorted(pairs, key=lambda pair: pair[:4]):
            if place not in found and id(track) not in taken:
                found[place] = track
                taken.add(id(track))
        return found


def _moved(track: _Track, thing: Thing, steps: int) -> _Track:
    """The track with what was found now."""
    steps += track.missed
    expected = track.expected(steps)
    box = _mix(expected, thing.box, _SMOOTH_SHARE)
    score = track.smooth.score + _SMOOTH_SHARE * (thing.score - track.smooth.score)
    moved = [
        (after - before) / steps for before, after in zip(track.smooth.box, thing.box, strict=True)
    ]
    speed = _mix(track.speed, (moved[0], moved[1], moved[2], moved[3]), _NEW_SHARE)
    return _Track(track.number, Thing(thing.category_id, box, score), speed)


def _mix(one: Box, other: Box, share: float) -> Box:
    a, b, c, d = (mine + share * (its - mine) for mine, its in zip(one, other, strict=True))
    return a, b, c, d


def iou(one: Box, other: Box) -> float:
    """Intersection over union, 0 to 1."""
    width = min(one[0] + one[2], other[0] + other[2]) - max(one[0], other[0])
    height = min(one[1] + one[3], other[1] + other[3]) - max(one[1], other[1])
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (one[2] * one[3] + other[2] * other[3] - shared)
