"""What a run takes over from the one whose weights it begins from: which images may check it.

What the weights have learned from can check nothing any more. So the images that the older run was
checked with check the new one, too: then both scores can be compared, and all that has come since
is there to be learned from.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from labeler.dataset.holding import Categories, Held, Unit, hold_back
from labeler.dataset.words import counted

if TYPE_CHECKING:
    from labeler.dataset.near_duplicates import Likeness

_ENOUGH = 0.5
"""Of the images that would be held back otherwise: from so many on, no new ones are."""
_MOST_NEW = 1 / 3
"""No greater share of what is new is held back: it is there to be learned from."""


@dataclass(frozen=True, slots=True)
class Inherited:
    """name: of the older run, for sentences. learned_ids: the images that its weights have ever
    learned from; val_ids: those that it was checked with.
    """

    name: str
    learned_ids: frozenset[int]
    val_ids: frozenset[int]


def held_again(
    units: Sequence[Unit],
    inherited: Inherited,
    size: int,
    chance: str,
    categories: Categories,
    likeness: Likeness | None,
) -> Held:
    """About size images of the units to check with, none of which the weights know.

    Where those of the older run are too few, some come from sessions that it knew nothing of.
    """
    known = inherited.learned_ids
    own = [unit for unit in units if unit.ids & inherited.val_ids - known]
    kept = Held(
        frozenset[int]().union(*(unit.ids & inherited.val_ids - known for unit in own)),
        cut=tuple(each for unit in own if unit.tells_time for each in unit.sessions),
    )
    fresh = [unit for unit in units if unit not in own and not unit.ids & known]
    count = sum(len(unit.images) for unit in fresh)
    wanted = min(size - len(kept.ids), int(_MOST_NEW * count))
    if len(kept.ids) > _ENOUGH * size or wanted < 1:
        return kept
    more = hold_back(fresh, wanted, chance, categories, likeness, most=2.0)
    return Held(kept.ids | more.ids, more.way, more.sessions, kept.cut + more.cut)


def told_of(
    inherited: Inherited,
    train_ids: Collection[int],
    val_ids: Collection[int],
    test_count: int,
) -> list[str]:
    """How the images were divided, in sentences."""
    again = len(inherited.val_ids & frozenset(val_ids))
    new = len(val_ids) - again
    learning = len(train_ids)
    first = len(frozenset(train_ids) - inherited.learned_ids)
    sentences = []
    if again:
        sentences.append(
            f"{counted(again, 'image')} that {inherited.name} was checked with "
            f"{'checks' if again == 1 else 'check'} this run, too."
        )
    if new:
        also = " more" if again else ""
        verb = "is" if new == 1 else "are"
        sentences.append(f"{counted(new, 'image')}{also} {verb} held back for validation.")
    verb = "trains" if learning == 1 else "train"
    new_ones = f"{first} of them not" if first else "all"
    sentences.append(f"{counted(learning, 'image')} {verb}, {new_ones} known to {inherited.name}.")
    if test_count:
        verb = "is" if test_count == 1 else "are"
        sentences.append(f"{counted(test_count, 'image')} {verb} put aside for the final score.")
    else:
        sentences.append(
            "None are put aside for a final score: only a run that starts anew can do that."
        )
    return sentences
