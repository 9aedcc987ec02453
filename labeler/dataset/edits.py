"""Edits as values: what was before, what is after. Building one never writes anything."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from labeler.dataset.model import MIN_SIDE, Annotation, BBox, Category, Image
from labeler.dataset.words import counted
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.dataset.store import Dataset

PALETTE = (
    "#e69f00",
    "#56b4e9",
    "#009e73",
    "#f0e442",
    "#0072b2",
    "#d55e00",
    "#cc79a7",
    "#999999",
)
"""Colours told apart by colour-blind eyes: Okabe and Ito, https://jfly.uni-koeln.de/color/."""

MAX_NAME = 100
"""The longest category name, in characters."""
_TURNS_TEXT = frozenset(map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))))
"""Invisible letters that turn the direction of what follows, also beyond the name."""


class StaleEdit(UserError):  # noqa: N818 - a fault to mend, as its parent is
    """The rows are no longer what the edit was made for."""


@dataclass(frozen=True, slots=True)
class AnnotationChange:
    """One box: drawn where before is None, deleted where after is None."""

    before: Annotation | None
    after: Annotation | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError("a change needs a before or an after")
        if self.before and self.after and _place(self.before) != _place(self.after):
            raise ValueError("a box never changes its id or its image")

    def inverse(self) -> AnnotationChange:
        return AnnotationChange(self.after, self.before)


@dataclass(frozen=True, slots=True)
class CategoryChange:
    """One category: added where before is None, removed where after is None."""

    before: Category | None
    after: Category | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError("a change needs a before or an after")
        if self.before and self.after and self.before.id != self.after.id:
            raise ValueError("a category never changes its id")

    def inverse(self) -> CategoryChange:
        return CategoryChange(self.after, self.before)


@dataclass(frozen=True, slots=True)
class VerifiedChange:
    """A person's "this image is right", given or withdrawn."""

    image_id: int
    before: bool
    after: bool

    def inverse(self) -> VerifiedChange:
        return VerifiedChange(self.image_id, self.after, self.before)


Change = AnnotationChange | CategoryChange | VerifiedChange


@dataclass(frozen=True, slots=True)
class Edit:
    """One thing a person did, applied as a whole or not at all."""

    description: str
    changes: tuple[Change, ...]

    def inverse(self) -> Edit:
        """The edit that takes this one back. Taking back twice gives the first edit again."""
        undo = "Undo: "
        told = self.description
        description = told.removeprefix(undo) if told.startswith(undo) else undo + told
        return Edit(description, tuple(change.inverse() for change in reversed(self.changes)))

    def image_ids(self) -> tuple[int, ...]:
        """The images this edit touches, each once, in order of mention."""
        found = (_image_of(change) for change in self.changes)
        return tuple(dict.fromkeys(image_id for image_id in found if image_id is not None))

    def to_json(self) -> str:
        changes = [{"kind": type(change).__name__, **asdict(change)} for change in self.changes]
        return json.dumps({"description": self.description, "changes": changes})

    @classmethod
    def from_json(cls, text: str) -> Edit:
        """The inverse of to_json. Raises ValueError or KeyError for anything else."""
        read = json.loads(text)
        return cls(read["description"], tuple(_change(values) for values in read["changes"]))


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """An edit that was applied. at is in seconds since 1970 (UTC)."""

    id: int
    description: str
    at: float
    edit: Edit


def draw(dataset: Dataset, image_id: int, category_id: int, bbox: BBox) -> Edit:
    """A new box, clipped to the image. Raises UserError where nothing of it is inside."""
    image = _existing_image(dataset, image_id)
    category = _existing_category(dataset, category_id)
    inside = _inside(image, bbox)
    drawn = Annotation(dataset.new_annotation_id(), image_id, category_id, inside)
    return _with_doubt(dataset, f"Draw {category.name}", [AnnotationChange(None, drawn)])


def reshape(dataset: Dataset, annotation_id: int, bbox: BBox) -> Edit:
    """A box moved or resized, clipped to the image. Raises UserError as draw does."""
    before = _existing_annotation(dataset, annotation_id)
    after = replace(before, bbox=_inside(dataset.image(before.image_id), bbox))
    changes = [AnnotationChange(before, after)] if after != before else []
    name = _existing_category(dataset, before.category_id).name
    return _with_doubt(dataset, f"Reshape {name}", changes)


def delete(dataset: Dataset, annotation_ids: Iterable[int]) -> Edit:
    """Boxes taken away."""
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    changes = [AnnotationChange(box, None) for box in boxes]
    return _with_doubt(dataset, f"Delete {counted(len(boxes), 'box')}", changes)


def set_category(dataset: Dataset, annotation_ids: Iterable[int], category_id: int) -> Edit:
    """Boxes given another category."""
    category = _existing_category(dataset, category_id)
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    changes = [
        AnnotationChange(box, replace(box, category_id=category_id))
        for box in boxes
        if box.category_id != category_id
    ]
    return _with_doubt(
        dataset, f"Turn {counted(len(changes), 'box')} into {category.name}", changes
    )


def verify(dataset: Dataset, image_id: int, verified: bool = True) -> Edit:
    """The word that an image is right as it is; without boxes: that nothing is there."""
    image = _existing_image(dataset, image_id)
    told = "Nothing here" if verified and not image.annotation_count else "Confirm image"
    description = told if verified else "Withdraw confirmation"
    if image.verified == verified:
        return Edit(description, ())
    return Edit(description, (VerifiedChange(image_id, image.verified, verified),))


def add_category(dataset: Dataset, name: str) -> Edit:
    """A new category in the least used colour. Raises UserError for a name that is taken."""
    categories = dataset.categories()
    name = _free_name(name, categories)
    used = [category.color for category in categories]
    category = Category(dataset.new_category_id(), name, next_color(used))
    return Edit(f"Add class {name}", (CategoryChange(None, category),))


def rename_category(dataset: Dataset, category_id: int, name: str) -> Edit:
    """Another name for a category. Raises UserError for a name that is taken."""
    before = _existing_category(dataset, category_id)
    others = [category for category in dataset.categories() if category.id != category_id]
    after = replace(before, name=_free_name(name, others))
    changes = (CategoryChange(before, after),) if after != before else ()
    return Edit(f"Rename class {before.name} to {after.name}", changes)


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


def _with_doubt(dataset: Dataset, description: str, changes: Sequence[Change]) -> Edit:
    """Adds that a changed image is no longer confirmed: what a person confirmed is no more."""
    touched = Edit(description, tuple(changes))
    doubts = tuple(
        VerifiedChange(image_id, True, False)
        for image_id in touched.image_ids()
        if dataset.image(image_id).verified
    )
    return replace(touched, changes=touched.changes + doubts)


def _inside(image: Image, bbox: BBox) -> BBox:
    clipped = bbox.clipped(image.width, image.height)
    if clipped is None:
        raise UserError(f"A box needs at least {MIN_SIDE:g} pixels each way inside the image.")
    return clipped


def _existing_image(dataset: Dataset, image_id: int) -> Image:
    try:
        return dataset.image(image_id)
    except KeyError:
        raise StaleEdit(f"There is no image {image_id} in this dataset.") from None


def _existing_annotation(dataset: Dataset, annotation_id: int) -> Annotation:
    found = dataset.annotation(annotation_id)
    if found is None:
        raise StaleEdit("This box is no longer there.")
    return found


def _existing_category(dataset: Dataset, category_id: int) -> Category:
    for category in dataset.categories():
        if category.id == category_id:
            return category
    raise StaleEdit("This class is not there. Choose another one.")


def _place(annotation: Annotation) -> tuple[int, int]:
    return annotation.id, annotation.image_id


def _image_of(change: Change) -> int | None:
    if isinstance(change, VerifiedChange):
        return change.image_id
    if isinstance(change, AnnotationChange):
        held = change.before or change.after
        return held.image_id if held else None
    return None


def _change(values: dict[str, Any]) -> Change:
    if values["kind"] == "VerifiedChange":
        return VerifiedChange(values["image_id"], values["before"], values["after"])
    if values["kind"] == "CategoryChange":
        return CategoryChange(*(_category(values[side]) for side in ("before", "after")))
    if values["kind"] == "AnnotationChange":
        return AnnotationChange(*(_annotation(values[side]) for side in ("before", "after")))
    raise ValueError(f"unknown change {values['kind']}")


def _category(values: dict[str, Any] | None) -> Category | None:
    return None if values is None else Category(**values)


def _annotation(values: dict[str, Any] | None) -> Annotation | None:
    return None if values is None else Annotation(**{**values, "bbox": BBox(**values["bbox"])})
