"""Which images train and which validate: whole sessions, so that no burst stands on both sides."""

from __future__ import annotations

import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from labeler.dataset.model import Image, Session
from labeler.dataset.words import counted

_SEAM_SECONDS = 2.0
"""Frames of one sitting this close in time look alike, so they may not face each other."""
_MAX_DROPPED = 0.1
"""No more of the training images than this are left out at a seam."""
_BLOCKS = 5
"""So many places of a single session are tried for its validation block."""


@dataclass(frozen=True, slots=True)
class Split:
    """Image ids, each once, in order; dropped_ids stood at a seam. explanation is for people."""

    train_ids: tuple[int, ...]
    val_ids: tuple[int, ...]
    explanation: str
    dropped_ids: tuple[int, ...] = ()


def split_by_session(
    images: Sequence[Image],
    sessions: Sequence[Session],
    val_fraction: float = 0.2,
    seed: int = 0,
    *,
    categories_of: Mapping[int, Collection[int]] | None = None,
) -> Split:
    """Holds back about val_fraction of the images, as whole sessions where there are several.

    categories_of: image id -> category ids on it. With it, no category is held back as a whole
    if another choice exists. The same arguments give the same split.
    """
    groups = _grouped(images)
    if len(images) < 2:
        ids = tuple(image.id for image in images)
        return Split(ids, (), "Too few images to hold any back for validation.")
    categories = categories_of or {}
    if len(groups) == 1:
        (only,) = groups.values()
        if only[0].captured_at == only[-1].captured_at:
            return _by_chance(only, val_fraction, random.Random(seed), categories)
        return _by_time(only, val_fraction, random.Random(seed), categories)
    held = _chosen(groups, val_fraction, random.Random(seed), categories)
    names = {session.id: session.name for session in sessions}
    return _by_session(groups, held, names, categories)


def _grouped(images: Sequence[Image]) -> dict[int, list[Image]]:
    groups: dict[int, list[Image]] = {}
    for image in sorted(images, key=lambda image: (image.captured_at, image.id)):
        groups.setdefault(image.session_id, []).append(image)
    return dict(sorted(groups.items()))


def _chosen(
    groups: Mapping[int, list[Image]],
    fraction: float,
    chance: random.Random,
    categories: Mapping[int, Collection[int]],
) -> set[int]:
    """The sessions to hold back: a shuffled walk that takes what brings the size nearer."""
    target = fraction * sum(map(len, groups.values()))
    order = list(groups)
    chance.shuffle(order)
    held: set[int] = set()
    size = 0
    for session in order:
        grown = size + len(groups[session])
        nearer = abs(grown - target) < abs(size - target)
        if nearer and not _lost(groups, held | {session}, categories):
            held.add(session)
            size = grown
    if held and len(held) < len(groups):
        return held
    # None fits: the one that costs training the fewest categories, then the fewest images.
    return {
        min(
            order,
            key=lambda number: (len(_lost(groups, {number}, categories)), len(groups[number])),
        )
    }


def _lost(
    groups: Mapping[int, list[Image]],
    held: Collection[int],
    categories: Mapping[int, Collection[int]],
) -> set[int]:
    """The categories that training would never see."""
    sides: tuple[list[Image], list[Image]] = ([], [])
    for session, images in groups.items():
        sides[session in held].extend(images)
    return _present(sides[1], categories) - _present(sides[0], categories)


def _present(images: Sequence[Image], categories: Mapping[int, Collection[int]]) -> set[int]:
    return {category for image in images for category in categories.get(image.id, ())}


def _by_session(
    groups: Mapping[int, list[Image]],
    held: set[int],
    names: Mapping[int, str],
    categories: Mapping[int, Collection[int]],
) -> Split:
    train = sorted(i.id for session, own in groups.items() if session not in held for i in own)
    val = sorted(i.id for session in held for i in groups[session])
    told = ", ".join(names.get(session, f"session {session}") for session in sorted(held))
    explanation = (
        f"{counted(len(val), 'image')} of {told} are held back for validation, "
        f"{counted(len(train), 'image')} of the other sessions train."
    )
    missing = len(_lost(groups, held, categories))
    if missing:
        explanation += f" {missing} of the classes only occur in the images held back."
    return Split(tuple(train), tuple(val), explanation)


def _by_time(
    images: list[Image],
    fraction: float,
    chance: random.Random,
    categories: Mapping[int, Collection[int]],
) -> Split:
    """One session: a block of neighbouring frames validates, with a gap at its seams."""
    size = _size(images, fraction)
    starts = [round(k * (len(images) - size) / (_BLOCKS - 1)) for k in range(_BLOCKS)]
    chance.shuffle(starts)
    start = min(starts, key=lambda at: _cost(images, range(at, at + size), categories))
    block = images[start : start + size]
    dropped = {i.id for i in _at_seams(images, start, size)}
    train = [i for i in images[:start] + images[start + size :] if i.id not in dropped]
    explanation = (
        f"All images are of one session, so a stretch of {counted(size, 'image')} out of it is "
        f"held back for validation and {counted(len(train), 'image')} train"
    )
    explanation += f"; {len(dropped)} at the seam are left out." if dropped else "."
    explanation += " A second session would give a more honest score."
    return Split(
        tuple(sorted(i.id for i in train)),
        tuple(sorted(i.id for i in block)),
        explanation,
        tuple(sorted(dropped)),
    )


def _by_chance(
    images: list[Image],
    fraction: float,
    chance: random.Random,
    categories: Mapping[int, Collection[int]],
) -> Split:
    """A collection whose pictures came all at once: no time tells which of them are alike."""
    size = _size(images, fraction)
    draws = [set(chance.sample(range(len(images)), size)) for _ in range(_BLOCKS)]
    held = min(draws, key=lambda draw: _cost(images, draw, categories))
    val = sorted(image.id for at, image in enumerate(images) if at in held)
    train = sorted(image.id for at, image in enumerate(images) if at not in held)
    explanation = (
        f"All images came together without a time, so {counted(len(val), 'image')} drawn by "
        f"chance are held back for validation and {counted(len(train), 'image')} train. If they "
        "are frames of one film, the score will flatter."
    )
    return Split(tuple(train), tuple(val), explanation)


def _size(images: list[Image], fraction: float) -> int:
    return min(len(images) - 1, max(1, round(fraction * len(images))))


def _cost(
    images: list[Image], held: Collection[int], categories: Mapping[int, Collection[int]]
) -> int:
    """How many categories training would lose with these places held back."""
    sides: tuple[list[Image], list[Image]] = ([], [])
    for at, image in enumerate(images):
        sides[at in held].append(image)
    return len(_present(sides[1], categories) - _present(sides[0], categories))


def _at_seams(images: list[Image], start: int, size: int) -> list[Image]:
    """The training frames taken within moments of a validation frame, a limited number."""
    first, last = images[start].captured_at, images[start + size - 1].captured_at
    before = [i for i in images[:start] if first - i.captured_at < _SEAM_SECONDS]
    after = [i for i in images[start + size :] if i.captured_at - last < _SEAM_SECONDS]
    limit = int(_MAX_DROPPED * (len(images) - size)) // 2
    return before[len(before) - min(limit, len(before)) :] + after[:limit]
