"""What an edit changes, as values: rows before and after, and how the journal writes them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from labeler.dataset.imported import Imported
from labeler.dataset.model import Annotation, BBox, Category, Suggestion
from labeler.errors import UserError


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


@dataclass(frozen=True, slots=True)
class ImageNoteChange:
    """The words that a person left with an image."""

    image_id: int
    before: str
    after: str

    def inverse(self) -> ImageNoteChange:
        return ImageNoteChange(self.image_id, self.after, self.before)


@dataclass(frozen=True, slots=True)
class SuggestionChange:
    """One suggestion: taken from the pile where after is None, else rejected or given back."""

    before: Suggestion | None
    after: Suggestion | None

    def __post_init__(self) -> None:
        if self.before is None and self.after is None:
            raise ValueError("a change needs a before or an after")
        if self.before and self.after and _place(self.before) != _place(self.after):
            raise ValueError("a suggestion never changes its id or its image")

    def inverse(self) -> SuggestionChange:
        return SuggestionChange(self.after, self.before)


@dataclass(frozen=True, slots=True)
class SessionNoteChange:
    """The words that a person left with a session."""

    session_id: int
    before: str
    after: str

    def inverse(self) -> SessionNoteChange:
        return SessionNoteChange(self.session_id, self.after, self.before)


@dataclass(frozen=True, slots=True)
class ImportChange:
    """All that an import brought: it comes where before is None, and goes where after is None."""

    before: Imported | None
    after: Imported | None

    def __post_init__(self) -> None:
        if (self.before is None) is (self.after is None):
            raise ValueError("an import comes or goes")

    @property
    def held(self) -> Imported:
        """What comes or goes."""
        held = self.before or self.after
        assert held is not None  # __post_init__ sees to it
        return held

    def inverse(self) -> ImportChange:
        return ImportChange(self.after, self.before)


Change = (
    AnnotationChange
    | CategoryChange
    | VerifiedChange
    | ImageNoteChange
    | SuggestionChange
    | SessionNoteChange
    | ImportChange
)


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

    def category_ids(self) -> tuple[int, ...]:
        """The categories this edit adds, changes or removes."""
        held = [
            change.before or change.after
            for change in self.changes
            if isinstance(change, CategoryChange)
        ]
        held += [category for change in self.imports() for category in change.held.categories]
        return tuple(category.id for category in held if category)

    def image_ids(self) -> tuple[int, ...]:
        """The images this edit touches, each once, in order of mention."""
        found = (image_id for change in self.changes for image_id in _images_of(change))
        return tuple(dict.fromkeys(found))

    def imports(self) -> tuple[ImportChange, ...]:
        """What of it brings images, or takes them away."""
        return tuple(change for change in self.changes if isinstance(change, ImportChange))

    def to_json(self) -> str:
        # One by one: all in one go would keep the window from its turn while a worker does it.
        changes = (_written(change) for change in self.changes)
        told = json.dumps(self.description)
        return f'{{"description": {told}, "changes": [{", ".join(changes)}]}}'

    @classmethod
    def from_json(cls, text: str) -> Edit:
        """The inverse of to_json. Raises ValueError or KeyError for anything else."""
        read = json.loads(text)
        return cls(read["description"], tuple(_change(values) for values in read["changes"]))


class EntryKind(StrEnum):
    """How an entry came about. A NOTE tells of something that cannot be undone."""

    DO = "do"
    UNDO = "undo"
    REDO = "redo"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class JournalEntry:
    """A line of the journal. at is in seconds since 1970 (UTC); author: the computer's user.

    of: the entry that this one takes back (UNDO) or does again (REDO).
    """

    id: int
    description: str
    at: float
    kind: EntryKind
    of: int | None
    author: str
    image_id: int | None


def _place(annotation: Annotation | Suggestion) -> tuple[int, int]:
    return annotation.id, annotation.image_id


def _images_of(change: Change) -> tuple[int, ...]:
    if isinstance(change, VerifiedChange | ImageNoteChange):
        return (change.image_id,)
    if isinstance(change, AnnotationChange | SuggestionChange):
        held = change.before or change.after
        return (held.image_id,) if held else ()
    return change.held.image_ids() if isinstance(change, ImportChange) else ()


def _written(change: Change) -> str:
    kind = type(change).__name__
    if isinstance(change, ImportChange):
        before, after = (
            each.to_json() if each else "null" for each in (change.before, change.after)
        )
        count = len(change.held.images)  # first, so that it is known without reading all of it
        return f'{{"kind": "{kind}", "images": {count}, "before": {before}, "after": {after}}}'
    return json.dumps({"kind": kind, **asdict(change)})


def _change(values: dict[str, Any]) -> Change:
    if values["kind"] == "VerifiedChange":
        return VerifiedChange(values["image_id"], values["before"], values["after"])
    if values["kind"] == "ImageNoteChange":
        return ImageNoteChange(values["image_id"], values["before"], values["after"])
    if values["kind"] == "SessionNoteChange":
        return SessionNoteChange(values["session_id"], values["before"], values["after"])
    if values["kind"] == "SuggestionChange":
        return SuggestionChange(*(_suggestion(values[side]) for side in ("before", "after")))
    if values["kind"] == "CategoryChange":
        return CategoryChange(*(_category(values[side]) for side in ("before", "after")))
    if values["kind"] == "AnnotationChange":
        return AnnotationChange(*(_annotation(values[side]) for side in ("before", "after")))
    if values["kind"] == "ImportChange":
        return ImportChange(*(_imported(values[side]) for side in ("before", "after")))
    raise ValueError(f"unknown change {values['kind']}")


def _imported(values: dict[str, Any] | None) -> Imported | None:
    return None if values is None else Imported.from_values(values)


def _category(values: dict[str, Any] | None) -> Category | None:
    return None if values is None else Category(**values)


def _annotation(values: dict[str, Any] | None) -> Annotation | None:
    return None if values is None else Annotation(**{**values, "bbox": BBox(**values["bbox"])})


def _suggestion(values: dict[str, Any] | None) -> Suggestion | None:
    return None if values is None else Suggestion(**{**values, "bbox": BBox(**values["bbox"])})
