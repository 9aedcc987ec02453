"""What a run takes over from the one whose weights it begins from: which images may check it.

What the weights have learned from can check nothing any more. So the images that the older run was
checked with check the new one, too: then both scores can be compared, and all that has come since
is there to be learned from.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labeler.dataset.holding import SEAM_SECONDS, Categories, Held, Unit, hold_back

if TYPE_CHECKING:
    from labeler.dataset.near_duplicates import Likeness

_ENOUGH = 0.5
"""Of the images that would be held back otherwise: from so many on, no new ones are."""
_MOST_NEW = 1 / 3
"""No greater share of what is new is held back: it is there to be learned from."""
_FEWEST_SHARE, _FEWEST = 0.05, 50
"""Of all images, and at most so many: a run that fewer would check cannot be judged by them."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """name: of the older run, for sentences. learned_ids: the images that its weights have ever
    learned from; val_ids: those that it was checked with. tells_time: whether the times of the
    images are real ones, so that what was taken within moments of a known image can be told.
    """

    name: str
    learned_ids: frozenset[int]
    val_ids: frozenset[int]
    tells_time: bool = True


def held_again(
    units: Sequence[Unit],
    inherited: Inherited,
    size: int,
    chance: str,
    categories: Categories,
    likeness: Likeness | None,
) -> Held:
    """About size images of the units to check with, none of which the weights know.

    Where those of the older run are too few, some come from sessions that it knew nothing of. Where
    these are too few as well, some are stretches of what has come to a session that it knew.
    """
    known = inherited.learned_ids
    own = [unit for unit in units if unit.ids & inherited.val_ids - known]
    kept = Held(
        frozenset[int]().union(*(unit.ids & inherited.val_ids - known for unit in own)),
        cut=tuple(each for unit in own if unit.tells_time for each in unit.sessions),
    )
    fresh = [unit for unit in units if unit not in own and not unit.ids & known]
    held = _with_some(fresh, kept, size, chance, categories, likeness)
    grown = [unit for unit in units if unit not in fresh and unit.tells_time]
    grown = grown if inherited.tells_time else []
    news = [_news(unit, known | kept.ids) for unit in grown]
    apart = [unit for unit in _unlike(news, known, likeness) if unit.images]
    with_news = _with_some(apart, held, size, chance, categories, likeness)
    cut = (each for unit in apart if unit.ids & with_news.ids for each in unit.sessions)
    return replace(with_news, sessions=held.sessions, cut=(*with_news.cut, *cut))


def _with_some(
    units: Sequence[Unit],
    held: Held,
    size: int,
    chance: str,
    categories: Categories,
    likeness: Likeness | None,
) -> Held:
    """With images of the units added, where it is much smaller than the size."""
    count = sum(len(unit.images) for unit in units)
    wanted = min(size - len(held.ids), int(_MOST_NEW * count))
    if len(held.ids) > _ENOUGH * size or wanted < 1:
        return held
    more = hold_back(units, wanted, chance, categories, likeness, most=2.0)
    return Held(held.ids | more.ids, more.way, held.sessions + more.sessions, held.cut + more.cut)


def _news(unit: Unit, known: Collection[int]) -> Unit:
    """What has come to it, without what was taken within moments of what is known."""
    times = [image.captured_at for image in unit.images if image.id in known]
    near = set(known)
    for image in unit.images:
        place = bisect.bisect(times, image.captured_at)
        about = times[max(0, place - 1) : place + 1]
        if any(abs(image.captured_at - each) < SEAM_SECONDS for each in about):
            near.add(image.id)
    return unit.without(near)


def _unlike(
    units: Sequence[Unit], known: Collection[int], likeness: Likeness | None
) -> Sequence[Unit]:
    """Without images that look like known ones, however few are left."""
    ids = frozenset[int]().union(*(unit.ids for unit in units))
    alike = likeness.like(ids, known) if likeness else set()
    return [unit.without(alike) for unit in units]


def is_too_few(checking: int, images: int) -> bool:
    """Whether so many images to check with, of so many in all, tell nothing."""
    return checking < max(1.0, min(_FEWEST, _FEWEST_SHARE * images))


def told_of(
    inherited: Inherited,
    train_ids: Collection[int],
    val_ids: Collection[int],
    *,
    has_test: bool,
) -> list[str]:
    """What the images have to do with the older run, in sentences."""
    again = len(inherited.val_ids & frozenset(val_ids))
    new = len(frozenset(train_ids) - inherited.learned_ids)
    sentences = []
    if again:
        checked = f"Of those to check with, {again} checked {inherited.name}"
        others = "" if again == len(val_ids) else ", the others are new to it"
        sentences.append(f"{checked}{others}.")
    if new:
        verb = "is" if new == 1 else "are"
        sentences.append(f"Of those to learn from, {new} {verb} new to {inherited.name}.")
    else:
        sentences.append(f"{inherited.name} has learned from all of those to learn from already.")
    if not has_test:
        sentences.append(
            "No images are kept for a final score: only a run that starts anew can do that."
        )
    return sentences
