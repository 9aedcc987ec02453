"""Takes about so many images out of a dataset: whole sessions, stretches of some, or lots."""

from __future__ import annotations

import hashlib
import random
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from statistics import median
from typing import TYPE_CHECKING

from labeler.dataset.model import Image

if TYPE_CHECKING:
    from labeler.dataset.near_duplicates import Likeness

Categories = Mapping[int, Collection[int]]
"""Image id -> the ids of the categories on it."""

SEAM_SECONDS = 2.0
"""Frames of one sitting this close in time look alike, so they may not face each other."""

_TRIES = 8
"""So many ways are tried, for one that leaves every category to both sides."""
_BLOCKS = 5
"""So many places of a session are tried for a stretch."""
_FEWEST = 1 / 3
"""Where whole sessions give less than this share of what is wanted, a stretch is better."""
_FEWEST_TO_CUT = 4
"""Images of a session that can stand on two sides."""
_FASTEST_S = 0.05
"""Files that follow each other faster were copied or unpacked, or are frames of a film."""
_FEWEST_GAPS = 9
_UNLIKE = 0.8
"""From this share of images on that look like no other one they are no frames of a film."""


class Way(StrEnum):
    """How images were chosen to be held back."""

    NONE = "none"
    SESSIONS = "sessions"
    STRETCH = "stretch"
    CHANCE = "chance"


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """Sessions that cannot face each other, mostly one alone, with their images in time.

    was_copied: their times are those of a copying, and tell nothing.
    """

    sessions: tuple[int, ...]
    images: tuple[Image, ...]
    was_copied: bool = False

    @classmethod
    def of(cls, sessions: Iterable[int], images: Iterable[Image]) -> Unit:
        in_time = sorted(images, key=lambda image: (image.captured_at, image.id))
        return cls(tuple(sorted(sessions)), tuple(in_time))

    @property
    def ids(self) -> frozenset[int]:
        return frozenset(image.id for image in self.images)

    @property
    def tells_time(self) -> bool:
        return not self.was_copied and (self.images[0].captured_at != self.images[-1].captured_at)

    def without(self, ids: Collection[int]) -> Unit:
        left = tuple(image for image in self.images if image.id not in ids)
        return replace(self, images=left)

    def looked_at(self, likeness: Likeness) -> Unit:
        """Knows whether it was copied: faster than any camera takes pictures, one unlike the other.

        Frames of a film that were written at once look alike, so their order still tells something.
        """
        gaps = [b.captured_at - a.captured_at for a, b in pairwise(self.images)]
        if len(gaps) < _FEWEST_GAPS or median(gaps) > _FASTEST_S:
            return self
        kinds = len(set(likeness.groups(self.ids).values()))
        return replace(self, was_copied=kinds > _UNLIKE * len(self.images))


@dataclass(frozen=True, slots=True)
class Held:
    """Image ids that are held back. sessions: those that are held back as a whole, by id.

    cut: those that a stretch was taken from, where neighbours in time face each other.
    """

    ids: frozenset[int] = frozenset()
    way: Way = Way.NONE
    sessions: tuple[int, ...] = ()
    cut: tuple[int, ...] = ()


def hold_back(
    units: Sequence[Unit],
    size: int,
    chance: str,
    categories: Categories,
    likeness: Likeness | None,
    *,
    most: float,
) -> Held:
    """About size images of the units, which hold more than that. The same arguments, the same ids.

    chance: the word that decides where several choices are as good. A choice that leaves every
    category something to train on comes first, then one that holds many categories. most: whole
    sessions may hold so many times more images than wanted.
    """
    total = _count((i for u in units for i in u.images), categories)
    if len(units) > 1:
        held = _whole(units, size, chance, categories)
        if not held:
            return _of_each(units, size, chance, categories, total)
        if size * _FEWEST <= sum(len(unit.images) for unit in held) <= size * most:
            return _as_whole(held)
    unit = _to_cut(units, size, chance)
    size = min(size, len(unit.images) - 1)
    if not unit.tells_time and (lots := _lots(unit, size, chance, categories, total, likeness)):
        return Held(lots, Way.CHANCE)
    return Held(_stretch(unit, size, chance, categories, total), Way.STRETCH, (), unit.sessions)


def _as_whole(units: Sequence[Unit]) -> Held:
    ids = frozenset[int]().union(*(unit.ids for unit in units))
    return Held(ids, Way.SESSIONS, tuple(sorted(each for unit in units for each in unit.sessions)))


def _of_each(
    units: Sequence[Unit],
    size: int,
    chance: str,
    categories: Categories,
    total: Counter[int],
) -> Held:
    """A stretch of every session, as where each one shows a class that no other one does."""
    long = [unit for unit in units if len(unit.images) >= _FEWEST_TO_CUT]
    share = size / sum(len(unit.images) for unit in units)
    parts = [
        _stretch(unit, max(1, round(share * len(unit.images))), chance, categories, total)
        for unit in long
    ]
    if not parts:  # the one that costs training the fewest categories
        lost = {unit: len(_lost(_count(unit.images, categories), total)) for unit in units}
        return _as_whole([min(_shuffled(units, chance), key=lambda unit: lost[unit])])
    cut = tuple(sorted(each for unit in long for each in unit.sessions))
    return Held(frozenset[int]().union(*parts), Way.STRETCH, (), cut)


def _whole(units: Sequence[Unit], size: int, chance: str, categories: Categories) -> list[Unit]:
    """The best of several shuffled walks that take what brings the size nearer.

    Where none does, the smallest; nothing where each one costs training a category.
    """
    counts = {unit: _count(unit.images, categories) for unit in units}
    total = sum(counts.values(), Counter[int]())
    walks = [_walk(units, size, f"{chance} {n}", counts, total) for n in range(_TRIES)]
    best = max(walks, key=lambda held: (bool(held), len(_of(held, counts))))
    if best:
        return best
    free = [unit for unit in _shuffled(units, chance) if not _lost(counts[unit], total)]
    return [min(free, key=lambda unit: len(unit.images))] if free else []


def _walk(
    units: Sequence[Unit],
    size: int,
    chance: str,
    counts: Mapping[Unit, Counter[int]],
    total: Counter[int],
) -> list[Unit]:
    held: list[Unit] = []
    seen: Counter[int] = Counter()
    done = 0
    for unit in _shuffled(units, chance):
        grown = done + len(unit.images)
        nearer = abs(grown - size) < abs(done - size)
        if nearer and len(held) + 1 < len(units) and not _lost(seen + counts[unit], total):
            held.append(unit)
            seen += counts[unit]
            done = grown
    return held


def _shuffled(units: Sequence[Unit], chance: str) -> list[Unit]:
    """By a hash and not by place: a session that comes later leaves the others in their order."""
    return sorted(units, key=lambda unit: draw(chance, unit.sessions[0]))


def draw(chance: str, number: int) -> bytes:
    """What decides instead of dice: the same for the same word and number, everywhere."""
    return hashlib.sha256(f"{chance}/{number}".encode()).digest()[:8]


def _to_cut(units: Sequence[Unit], size: int, chance: str) -> Unit:
    """The smallest that has twice as many images: its rest will do for the other part."""
    order = sorted(_shuffled(units, chance), key=lambda unit: len(unit.images))
    return next((unit for unit in order if len(unit.images) >= 2 * size), order[-1])


def _stretch(
    unit: Unit, size: int, chance: str, categories: Categories, total: Counter[int]
) -> frozenset[int]:
    """Neighbours in time, of several places in the session."""
    room = len(unit.images) - size
    starts = [round(place * room / (_BLOCKS - 1)) for place in range(_BLOCKS)]
    random.Random(chance).shuffle(starts)
    blocks = [unit.images[start : start + size] for start in starts]
    best = min(blocks, key=lambda block: _cost(block, categories, total))
    return frozenset(image.id for image in best)


def _lots(
    unit: Unit,
    size: int,
    chance: str,
    categories: Categories,
    total: Counter[int],
    likeness: Likeness | None,
) -> frozenset[int]:
    """Drawn by chance, what looks alike together; nothing where all are too large to be taken."""
    chief = likeness.groups(unit.ids) if likeness else {number: number for number in unit.ids}
    lots: dict[int, list[Image]] = {}
    for image in unit.images:
        lots.setdefault(chief[image.id], []).append(image)
    draws = []
    for attempt in range(_TRIES):
        held: list[Image] = []
        for number in sorted(lots, key=lambda each: draw(f"{chance} {attempt}", each)):
            if len(held) + len(lots[number]) <= size:
                held += lots[number]
        draws.append(held)
    best = min(draws, key=lambda held: _cost(held, categories, total))
    return frozenset(image.id for image in best)


def _count(images: Iterable[Image], categories: Categories) -> Counter[int]:
    return Counter(category for image in images for category in categories.get(image.id, ()))


def _of(units: Iterable[Unit], counts: Mapping[Unit, Counter[int]]) -> set[int]:
    return {category for unit in units for category in counts[unit]}


def _lost(held: Counter[int], total: Counter[int]) -> set[int]:
    """The categories that training would never see."""
    return {category for category, count in held.items() if count == total[category]}


def _cost(images: Iterable[Image], categories: Categories, total: Counter[int]) -> tuple[int, int]:
    """How many categories training would lose, and how many could not be checked."""
    held = _count(images, categories)
    return len(_lost(held, total)), len(total) - len(held)
