"""Gives what a detector finds from picture to picture the number that it had before.

By overlap with where each thing is expected, at a constant speed and after what the camera seems to
have turned, the surest first, as in SORT and ByteTrack (https://arxiv.org/abs/2110.06864): what is
sure begins a track, what is less sure only goes on with one.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

Box = tuple[float, float, float, float]
"""COCO x, y, width, height in pixels."""

_LEAST_OVERLAP = 0.2
"""IoU of a found box with the expected one; less is another thing."""
_REACH, _MOST_GROWTH = 1.5, 2.0
"""Without overlap: so many of its own sizes away, and so many times as large, at most."""
_MOST_PAIRS = 36
"""Whether the camera has turned is not asked where there are many things: too many ways. And all
pairs are then looked at at once first.
"""
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


_Pair = tuple[int, Thing, _Track]
"""A thing by its place, and a track that may go through it."""


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
        """Place of the thing -> its track. First by overlap, then, as after a quick turn of the
        camera, by what is nearest and about as large once the way of the others is taken off.
        """
        ahead = [(each, each.expected(each.missed + steps)) for each in self._tracks]
        sure = [thing for thing in things if thing.score >= self.sure]
        shift = _shift(sure, [(track.smooth.category_id, box) for track, box in ahead])
        expected = {id(track): _moved_by(box, shift) for track, box in ahead}
        found: dict[int, _Track] = {}
        overlapping, in_reach = self._candidates(things, list(expected.values()))
        self._pair(found, overlapping, lambda thing, track: _overlap(thing, expected[id(track)]))
        self._pair(
            found,
            in_reach,
            lambda thing, track: max(
                _nearness(thing, expected[id(track)]), _nearness(thing, track.smooth.box)
            ),
        )
        return found

    def _candidates(
        self, things: Sequence[Thing], expected: Sequence[Box]
    ) -> tuple[list[_Pair], list[_Pair]]:
        """What may overlap, and what may be near: of many things only few are worth a closer look.

        expected: of each track.
        """
        if len(self._tracks) * len(things) <= _MOST_PAIRS:
            pairs = [(at, place) for at in range(len(expected)) for place in range(len(things))]
            of_a_class = self._of_a_class(pairs, things)
            return of_a_class, of_a_class
        from labeler.track import crowd

        boxes, smooth = [each.box for each in things], [each.smooth.box for each in self._tracks]
        overlapping = crowd.may_overlap(expected, boxes, _LEAST_OVERLAP)
        in_reach = crowd.may_reach(expected, boxes, _REACH, _MOST_GROWTH)
        in_reach |= crowd.may_reach(smooth, boxes, _REACH, _MOST_GROWTH)
        return (
            self._of_a_class(crowd.places(overlapping), things),
            self._of_a_class(crowd.places(in_reach), things),
        )

    def _of_a_class(self, pairs: Iterable[tuple[int, int]], things: Sequence[Thing]) -> list[_Pair]:
        """pairs: places of a track and a thing."""
        return [
            (place, things[place], self._tracks[at])
            for at, place in pairs
            if things[place].category_id == self._tracks[at].smooth.category_id
        ]

    def _pair(
        self,
        found: dict[int, _Track],
        candidates: Sequence[_Pair],
        likeness: Callable[[Thing, _Track], float],
    ) -> None:
        """Adds pairs with a likeness over 0 to what is found; sure things choose before others."""
        taken = {id(track) for track in found.values()}
        pairs = [
            (thing.score < self.sure, -like, track.number, place, track)
            for place, thing, track in candidates
            if id(track) not in taken and place not in found
            if (like := likeness(thing, track)) > 0
        ]
        for _unsure, _like, _number, place, track in sorted(pairs, key=lambda pair: pair[:4]):
            if place not in found and id(track) not in taken:
                found[place] = track
                taken.add(id(track))


def _overlap(thing: Thing, expected: Box) -> float:
    overlap = iou(thing.box, expected)
    return overlap if overlap >= _LEAST_OVERLAP else 0.0


def _nearness(thing: Thing, expected: Box) -> float:
    """1: at the very place; 0: farther away than its own size, or of another size."""
    sizes = thing.box[2] * thing.box[3], expected[2] * expected[3]
    if max(sizes) > _MOST_GROWTH * min(sizes):
        return 0.0
    (x, y), (left, top) = _middle(thing.box), _middle(expected)
    return max(0.0, 1 - math.hypot(x - left, y - top) / (_REACH * math.sqrt(max(sizes))))


def _shift(things: Sequence[Thing], expected: Sequence[tuple[int, Box]]) -> tuple[float, float]:
    """How far all seem to have moved beyond what was expected: the camera turned.

    Of the ways from any expected box to any thing of its class, and none at all, the one after
    which most of all boxes lie on one another. expected: category id and box.
    """
    if len(things) * len(expected) > _MOST_PAIRS:
        return 0.0, 0.0
    best, best_score = (0.0, 0.0), _agreement(things, expected, (0.0, 0.0))
    for thing in things:
        x, y = _middle(thing.box)
        for category_id, box in expected:
            if category_id == thing.category_id:
                left, top = _middle(box)
                way = (x - left, y - top)
                score = _agreement(things, expected, way)
                if score > best_score:
                    best, best_score = way, score
    return best


def _agreement(
    things: Sequence[Thing], expected: Sequence[tuple[int, Box]], way: tuple[float, float]
) -> float:
    return sum(
        max(
            (
                iou(thing.box, _moved_by(box, way))
                for category_id, box in expected
                if category_id == thing.category_id
            ),
            default=0.0,
        )
        for thing in things
    )


def _moved_by(box: Box, way: tuple[float, float]) -> Box:
    return box[0] + way[0], box[1] + way[1], box[2], box[3]


def _middle(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


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
