"""Which images train, which validate and which wait for the final score.

Whole sessions stand on one side, so that no burst stands on two, and so do pictures that look
alike, as far as the dataset allows it.
"""

from __future__ import annotations

import bisect
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from labeler.dataset.holding import SEAM_SECONDS, Categories, Held, Unit, Way, hold_back
from labeler.dataset.inherited import Inherited, held_again, told_of
from labeler.dataset.model import Image, Session
from labeler.dataset.words import counted

if TYPE_CHECKING:
    from labeler.dataset.near_duplicates import Likeness

TEST_FROM = 200
"""Fewer images do more good in training, and a test part of them would tell little."""

NO_TEST_PART = f"No images are kept for a final score: that begins at {TEST_FROM} images."

_TEST_SHARE = 0.15
_VAL_SHARE = 0.2
_MOST_HELD = 1000
"""More images than these make a score hardly surer."""
_SAME_SITTING = 0.2
"""Where a greater share of one session looks like another one, the two count as one."""
_MOST_DROPPED = 0.2
"""No more of one side than this is left out for being near to another side."""


@dataclass(frozen=True, slots=True)
class TestPart:
    """What was put aside before: sessions as a whole, and single images, by id."""

    __test__ = False  # none of pytest's

    session_ids: frozenset[int] = frozenset()
    image_ids: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class SplitSizes:
    """How many images each part of a split has, and how many are in none: the one arithmetic that
    every sentence about a training reads, before it begins, while it runs and afterwards.
    """

    train: int
    val: int
    test: int = 0
    dropped: int = 0

    @property
    def told(self) -> str:
        """In words, without a full stop: 18 images to learn from, 6 to check with, 4 left out."""
        parts = [f"{counted(self.train, 'image')} to learn from", f"{self.val} to check with"]
        parts += [f"{self.test} for the final score"] if self.test else []
        parts += [f"{self.dropped} left out"] if self.dropped else []
        return ", ".join(parts)


@dataclass(frozen=True, slots=True)
class Split:
    """Image ids, each once, in order. explanation and warnings are sentences for people; the
    explanation begins with sizes.told.

    one_sitting: a warning where there is but one session, "" where there are several.

    dropped_ids: left out, because they look like images held back or were taken within moments of
    them. test: what has to be put aside the next time.
    """

    train_ids: tuple[int, ...]
    val_ids: tuple[int, ...]
    explanation: str
    dropped_ids: tuple[int, ...] = ()
    test_ids: tuple[int, ...] = ()
    warnings: tuple[str, ...] = ()
    one_sitting: str = ""
    test: TestPart = field(default_factory=TestPart)

    @property
    def sizes(self) -> SplitSizes:
        ids = (self.train_ids, self.val_ids, self.test_ids, self.dropped_ids)
        return SplitSizes(*map(len, ids))


def split_by_session(
    images: Sequence[Image],
    sessions: Sequence[Session],
    val_fraction: float = _VAL_SHARE,
    seed: int = 0,
    *,
    categories_of: Categories | None = None,
    likeness: Likeness | None = None,
    test_before: TestPart | None = None,
    inherited: Inherited | None = None,
) -> Split:
    """Holds back a test part, from TEST_FROM images on, and about val_fraction of the others.

    categories_of: image id -> category ids on it. With it, no category is held back as a whole
    if another choice exists. The same arguments give the same split. The test part does not depend
    on the seed, and what was put aside before (test_before) stays there, with all that its sessions
    have gained: no run may learn from what another one is to be judged by in the end.

    inherited: for a run that begins from another one's weights. Nothing that they have learned from
    validates, and nothing more is put aside.
    """
    if len(images) < 2:
        ids = tuple(image.id for image in images)
        return Split(ids, (), "Too few images: one is needed to check with.")
    categories = categories_of or {}
    units = _units(images, likeness)
    before = test_before or TestPart()
    test = _kept(units, before) if inherited else _test_part(units, categories, likeness, before)
    rest = _without(units, test.ids)
    left = sum(len(unit.images) for unit in rest)
    val = Held()
    if left > 1:
        size = _size(val_fraction, left)
        chance = f"val {seed}"
        if inherited:
            val = held_again(rest, inherited, size, chance, categories, likeness)
        else:
            val = hold_back(rest, size, chance, categories, likeness, most=3.0)
    by_id = {image.id: image for image in images}
    pruning = _Pruning(by_id, {*test.cut, *val.cut}, likeness)
    val_ids, near_test = pruning.prune(val.ids, test.ids)
    train_ids, near_held = pruning.prune(by_id.keys() - test.ids - val.ids, test.ids | val_ids)
    parts = _Parts(train_ids, val_ids, test.ids, near_test | near_held)
    if inherited:
        sentences = told_of(inherited, train_ids, val_ids, has_test=bool(test.ids))
        dropped = dropped_told(len(parts.dropped), has_test=bool(parts.test))
        lines = [f"{parts.sizes.told}.", *sentences, *dropped]
        explanation = " ".join(lines)
    else:
        names = {session.id: session.name for session in sessions}
        explanation = _explanation(parts, val, test, names)
    learned_ids = inherited.learned_ids if inherited else frozenset[int]()
    return Split(
        tuple(sorted(train_ids)),
        tuple(sorted(val_ids)),
        explanation,
        tuple(sorted(parts.dropped)),
        tuple(sorted(test.ids)),
        _still_alike(train_ids | learned_ids, val_ids | test.ids, likeness),
        _of_one_sitting(units),
        TestPart(frozenset(test.sessions), test.ids),
    )


def _units(images: Sequence[Image], likeness: Likeness | None) -> list[Unit]:
    """The sessions by id; those that show much of the same are one."""
    groups: dict[int, list[Image]] = {}
    for image in sorted(images, key=lambda image: image.session_id):
        groups.setdefault(image.session_id, []).append(image)
    chief = {session: session for session in groups}
    if likeness is not None and len(groups) > 1:
        ids = {session: [image.id for image in own] for session, own in groups.items()}
        for (a, b), share in likeness.shares(ids).items():
            if share > _SAME_SITTING:
                low, high = sorted((chief[a], chief[b]))
                chief = {each: low if of == high else of for each, of in chief.items()}
    members: dict[int, list[int]] = {}
    for session, of in chief.items():
        members.setdefault(of, []).append(session)
    units = [
        Unit.of(own, [image for session in own for image in groups[session]])
        for own in members.values()
    ]
    return [unit.looked_at(likeness) for unit in units] if likeness is not None else units


def _without(units: Sequence[Unit], ids: Collection[int]) -> list[Unit]:
    return [left for unit in units if (left := unit.without(ids)).images]


def _size(fraction: float, count: int) -> int:
    return min(_MOST_HELD, count - 1, max(1, round(fraction * count)))


def _test_part(
    units: Sequence[Unit], categories: Categories, likeness: Likeness | None, before: TestPart
) -> Held:
    kept = _kept(units, before)
    count = sum(len(unit.images) for unit in units)
    target = _size(_TEST_SHARE, count)
    if count < TEST_FROM or len(kept.ids) > target / 2:
        return kept
    rest = _without(units, kept.ids)
    more = hold_back(rest, target - len(kept.ids), "test", categories, likeness, most=2.0)
    way = Way.NONE if kept.ids else more.way
    sessions = kept.sessions + more.sessions
    return Held(kept.ids | more.ids, way, sessions, kept.cut + more.cut)


def _kept(units: Sequence[Unit], before: TestPart) -> Held:
    """What was put aside before, as far as it is still there."""
    whole = [unit for unit in units if before.session_ids.intersection(unit.sessions)]
    parts = [unit for unit in units if unit not in whole and before.image_ids & unit.ids]
    ids = frozenset().union(*(u.ids for u in whole), *(before.image_ids & u.ids for u in parts))
    if not ids:
        return Held()
    return Held(
        ids,
        Way.NONE if parts else Way.SESSIONS,
        tuple(sorted(session for unit in whole for session in unit.sessions)),
        tuple(each for unit in parts if unit.tells_time for each in unit.sessions),
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    train: frozenset[int]
    val: frozenset[int]
    test: frozenset[int]
    dropped: frozenset[int]

    @property
    def sizes(self) -> SplitSizes:
        return SplitSizes(*map(len, (self.train, self.val, self.test, self.dropped)))


@dataclass(frozen=True, slots=True)
class _Pruning:
    """Leaves out what is too near to the other side. cut: the sessions that stand on two sides."""

    by_id: Mapping[int, Image]
    cut: Collection[int]
    likeness: Likeness | None

    def prune(
        self, side: Collection[int], others: Collection[int]
    ) -> tuple[frozenset[int], frozenset[int]]:
        """What stays of the side and what does not; no more than a share goes, the nearest."""
        apart = self._seconds_apart(side, others)
        near = {number for number, seconds in apart.items() if seconds < SEAM_SECONDS}
        if self.likeness is not None:
            near |= self.likeness.like(side, others)
        limit = int(_MOST_DROPPED * len(side))
        order = sorted(near, key=lambda number: (apart.get(number, 0.0), number))
        dropped = frozenset(order[:limit])
        return frozenset(side) - dropped, dropped

    def _seconds_apart(self, side: Collection[int], others: Collection[int]) -> dict[int, float]:
        """Of images of a session that was cut: how far the nearest one of the other side is."""
        times = sorted(image.captured_at for image in self._cut_of(others))
        found = {}
        for image in self._cut_of(side) if times else ():
            place = bisect.bisect(times, image.captured_at)
            nearest = times[max(0, place - 1) : place + 1]
            found[image.id] = min(abs(image.captured_at - each) for each in nearest)
        return found

    def _cut_of(self, ids: Collection[int]) -> list[Image]:
        images = [self.by_id[number] for number in ids]
        return [image for image in images if image.session_id in self.cut]


def _explanation(parts: _Parts, val: Held, test: Held, names: Mapping[int, str]) -> str:
    sentences = [
        f"{parts.sizes.told}.",
        *_told(len(parts.val), "to check with", val, names),
        *(_told(len(parts.test), "for the final score", test, names) if parts.test else ()),
        *dropped_told(len(parts.dropped), has_test=bool(parts.test)),
        *(() if parts.test else (NO_TEST_PART,)),
    ]
    return " ".join(sentences)


def dropped_told(count: int, *, has_test: bool) -> list[str]:
    """Why images are in no part, in a sentence, if there are any."""
    if not count:
        return []
    what = "The one left out looks" if count == 1 else "Those left out look"
    was = "was" if count == 1 else "were"
    others = "images to check with" + (" or for the final score" if has_test else "")
    return [f"{what} nearly the same as {others}, or {was} taken within moments of one."]


def _told(count: int, purpose: str, held: Held, names: Mapping[int, str]) -> list[str]:
    """How the images with this purpose were chosen, in a sentence where there is one to say."""
    what = f"The one {purpose}" if count == 1 else f"Those {purpose}"
    was = "was" if count == 1 else "were"
    match held.way:
        case Way.SESSIONS:
            are = "is all" if count == 1 else "are all images"
            return [f"{what} {are} of {_listed(held.sessions, names)}."]
        case Way.STRETCH if count == 1:
            return [f"{what} was taken in {_listed(held.cut, names)}."]
        case Way.STRETCH:
            each = "" if len(held.cut) == 1 else "each of "
            listed = _listed(held.cut, names)
            return [f"{what} were taken one after another in {each}{listed}."]
        case Way.CHANCE:
            return [f"{what} {was} drawn at random."]
    return []


def _listed(sessions: Sequence[int], names: Mapping[int, str]) -> str:
    """session “2 December, morning”; more of them by their names with "and"."""
    told = [f"“{names.get(each, each)}”" for each in sessions]
    if len(told) == 1:
        return f"session {told[0]}"
    if len(told) > 4:
        told = [*told[:4], f"{len(told) - 4} more"]
    return f"sessions {', '.join(told[:-1])} and {told[-1]}"


def _still_alike(
    learned: frozenset[int], held: frozenset[int], likeness: Likeness | None
) -> tuple[str, ...]:
    still = len(likeness.like(learned - held, held)) if likeness else 0
    told = (
        f"{counted(still, 'image')} to learn from {'looks' if still == 1 else 'look'} nearly the "
        "same as images to check with, so the score will be too high. Take photos at other times "
        "and places."
    )
    return (told,) if still else ()


def _of_one_sitting(units: Sequence[Unit]) -> str:
    if len(units) > 1:
        return ""
    if len(units[0].sessions) > 1:
        return (
            "All sessions show much the same, so they count as one. Photos of another place would "
            "give a more honest score."
        )
    if units[0].tells_time:
        return "All images are of one session. A second one would give a more honest score."
    return (
        "All images came together, without the time each was taken. If they are frames of one "
        "video, the score will be too high: take photos in another session."
    )
