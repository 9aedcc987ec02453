"""Edits of the classes themselves. Building one never writes anything; ids never change."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from labeler.dataset.changes import (
    AnnotationChange,
    CategoryChange,
    Change,
    Edit,
    StaleEdit,
    SuggestionChange,
)
from labeler.dataset.edits import with_doubt
from labeler.dataset.model import Category
from labeler.dataset.words import counted
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.dataset.store import Dataset

PALETTE = (
    *("#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7", "#d0d0d0"),
    *("#a6ffb8", "#8f73ff", "#996384", "#b2b274", "#cc00a3", "#806e53", "#73e3ff", "#679945"),
)
"""Colours told apart by colour-blind eyes: the seven of Okabe and Ito
(https://jfly.uni-koeln.de/color/) with a light grey for their black, which a dark picture would
swallow. The others were each chosen as the one farthest from all before it (CIEDE2000), seen by
normal and by protanopic, deuteranopic and tritanopic eyes; no two of the sixteen are nearer than 8.
"""

MAX_NAME = 100
"""The longest category name, in characters."""
_TURNS_TEXT = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Invisible letters that turn the direction of what follows, also beyond the name."""
_COLOR = re.compile(r"#[0-9a-f]{6}")
_DIGITS = "123456789"


@dataclass(frozen=True, slots=True)
class Usage:
    """What a category is used for. suggestions: those that wait for a person."""

    annotations: int
    images: int
    suggestions: int


def add_category(dataset: Dataset, name: str) -> Edit:
    """A new category in the least used colour. Raises UserError for a name that is taken."""
    categories = dataset.categories()
    category = _made(dataset, _free_name(name, categories), categories)
    return Edit(f"Add class {category.name}", (CategoryChange(None, category),))


def add_categories(dataset: Dataset, names: Iterable[str]) -> Edit:
    """All those that are not there yet, as one edit. Raises UserError for an unusable name."""
    categories = dataset.categories()
    known = {category.name.casefold() for category in categories}
    changes: list[CategoryChange] = []
    for name in map(clean_name, names):
        if name.casefold() not in known:
            known.add(name.casefold())
            categories.append(_made(dataset, name, categories))
            changes.append(CategoryChange(None, categories[-1]))
    return Edit(f"Add {counted(len(changes), 'class')}", tuple(changes))


def _made(dataset: Dataset, name: str, categories: Sequence[Category]) -> Category:
    last = max((category.position for category in categories), default=0)
    position = last + 1 if last else 0  # 0 while nobody ever put them in order
    color = next_color([category.color for category in categories])
    return Category(dataset.new_category_id(), name, color, position)


def rename_category(dataset: Dataset, category_id: int, name: str) -> Edit:
    """Another name for a category. Raises UserError for a name that is taken."""
    before = existing_category(dataset, category_id)
    others = [category for category in dataset.categories() if category.id != category_id]
    after = replace(before, name=_free_name(name, others))
    changes = (CategoryChange(before, after),) if after != before else ()
    return Edit(f"Rename class {before.name} to {after.name}", changes)


def recolor_category(dataset: Dataset, category_id: int, color: str) -> Edit:
    """Another colour, "#rrggbb". Raises UserError for anything else."""
    before = existing_category(dataset, category_id)
    if not _COLOR.fullmatch(color.lower()):
        raise UserError(f"{color} is not a colour: it needs the form #rrggbb.")
    return _changed(f"Recolour class {before.name}", before, replace(before, color=color.lower()))


def set_category_key(dataset: Dataset, category_id: int, key: str) -> Edit:
    """The digit that chooses the category, "1" to "9"; none: by position. Taken from others."""
    before = existing_category(dataset, category_id)
    if key and (len(key) != 1 or key not in _DIGITS):
        raise UserError("The key of a class is a digit from 1 to 9.")
    robbed = [
        CategoryChange(other, replace(other, key=""))
        for other in dataset.categories()
        if key and other.key == key and other.id != category_id
    ]
    description = f"Give key {key} to {before.name}" if key else f"Take the key of {before.name}"
    own = _changed(description, before, replace(before, key=key))
    return replace(own, changes=(*robbed, *own.changes)) if own.changes else own


def order_categories(dataset: Dataset, category_ids: Sequence[int]) -> Edit:
    """Shows the categories in this order; those not named keep theirs, at the end."""
    known = {category.id: category for category in dataset.categories()}
    wanted = [number for number in dict.fromkeys(category_ids) if number in known]
    rest = [number for number in known if number not in wanted]
    changes = tuple(
        CategoryChange(known[number], replace(known[number], position=place))
        for place, number in enumerate([*wanted, *rest], start=1)
        if known[number].position != place
    )
    in_order_already = [*wanted, *rest] == list(known)
    return Edit("Reorder classes", () if in_order_already else changes)


def merge_categories(dataset: Dataset, category_id: int, into_id: int) -> Edit:
    """All boxes of the first become boxes of the second, and the first goes.

    Images stay confirmed: what stands where did not change, only what it is called.
    """
    gone, kept = (existing_category(dataset, number) for number in (category_id, into_id))
    if gone.id == kept.id:
        raise UserError("A class cannot be merged with itself.")
    boxes = dataset.annotations_of(gone.id)
    changes: list[Change] = [
        *(AnnotationChange(each, replace(each, category_id=kept.id)) for each in boxes),
        *(
            SuggestionChange(each, replace(each, category_id=kept.id))
            for each in dataset.suggestions_of(gone.id)
        ),
        CategoryChange(gone, None),
    ]
    told = f"Merge class {gone.name} into {kept.name} ({counted(len(boxes), 'box')})"
    return Edit(told, tuple(changes))


def delete_category(dataset: Dataset, category_id: int) -> Edit:
    """The category with all its boxes and suggestions. usage_of tells beforehand what would go."""
    gone = existing_category(dataset, category_id)
    boxes = dataset.annotations_of(gone.id)
    changes: list[Change] = [
        *(AnnotationChange(each, None) for each in boxes),
        *(SuggestionChange(each, None) for each in dataset.suggestions_of(gone.id)),
        CategoryChange(gone, None),
    ]
    told = f"Delete class {gone.name}"
    if boxes:
        told += f" and its {counted(len(boxes), 'box')}"
    return with_doubt(dataset, told, changes)


def usage_of(dataset: Dataset, category_id: int) -> Usage:
    """What would go with the category."""
    return Usage(*dataset.use_of(category_id))


def keys_of(categories: Sequence[Category]) -> dict[str, int]:
    """Which digit chooses which category: given keys first, the other digits by position."""
    given = {category.key: category.id for category in categories if category.key}
    free = (digit for digit in _DIGITS if digit not in given)
    rest = (category.id for category in categories if not category.key)
    return {**given, **dict(zip(free, rest, strict=False))}


def next_color(used: Sequence[str]) -> str:
    """The first of the least used colours of the palette."""
    return min(PALETTE, key=used.count)


def clean_name(name: str) -> str:
    """A category's name as it is kept: composed, trimmed. Raises UserError for an unusable one."""
    cleaned = " ".join(unicodedata.normalize("NFC", name).split())
    if not cleaned:
        raise UserError("A class needs a name.")
    if len(cleaned) > MAX_NAME:
        raise UserError(
            f"A class name may have {MAX_NAME} characters, this one has {len(cleaned)}."
        )
    if any(
        unicodedata.category(letter) in ("Cc", "Cs") or letter in _TURNS_TEXT for letter in cleaned
    ):
        raise UserError("A class name may not hold control characters.")
    return cleaned


def _free_name(name: str, categories: Sequence[Category]) -> str:
    cleaned = clean_name(name)
    for category in categories:
        if category.name.casefold() == cleaned.casefold():
            raise UserError(f"There is already a class {category.name}.")
    return cleaned


def existing_category(dataset: Dataset, category_id: int) -> Category:
    """Raises StaleEdit where it is gone."""
    found = dataset.category(category_id)
    if found is None:
        raise StaleEdit("This class is not there. Choose another one.")
    return found


def _changed(description: str, before: Category, after: Category) -> Edit:
    return Edit(description, (CategoryChange(before, after),) if after != before else ())
