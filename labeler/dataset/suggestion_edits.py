"""Edits of suggestions: what a person makes of a box that a machine offers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from labeler.dataset.changes import AnnotationChange, Change, Edit, StaleEdit, SuggestionChange
from labeler.dataset.edits import category_name, inside, with_doubt
from labeler.dataset.model import Annotation, BBox, Suggestion
from labeler.dataset.words import counted

if TYPE_CHECKING:
    from labeler.dataset.store import Dataset


def accept(dataset: Dataset, suggestion_ids: Iterable[int], category_id: int | None = None) -> Edit:
    """The suggestions become boxes, of another category where one is given."""
    offered = [_existing(dataset, number) for number in dict.fromkeys(suggestion_ids)]
    changes = [
        change
        for each in offered
        for change in _accepted(
            dataset, each, each.bbox, each.category_id if category_id is None else category_id
        )
    ]
    return with_doubt(dataset, f"Accept {counted(len(offered), 'suggestion')}", changes)


def adjust(dataset: Dataset, suggestion_id: int, bbox: BBox) -> Edit:
    """The suggestion becomes a box, but where the person put it. Raises UserError as draw does."""
    offered = _existing(dataset, suggestion_id)
    image = dataset.image(offered.image_id)
    changes = _accepted(dataset, offered, inside(image, bbox), offered.category_id)
    name = category_name(dataset, offered.category_id)
    return with_doubt(dataset, f"Correct suggested {name}", changes)


def reject(dataset: Dataset, suggestion_ids: Iterable[int]) -> Edit:
    """The suggestions are wrong; kept as such, so that their source does not offer them again."""
    offered = [_existing(dataset, number) for number in dict.fromkeys(suggestion_ids)]
    changes = tuple(SuggestionChange(each, replace(each, rejected=True)) for each in offered)
    return Edit(f"Reject {counted(len(offered), 'suggestion')}", changes)


def drop(dataset: Dataset, suggestion_ids: Iterable[int]) -> Edit:
    """The suggestions go, neither right nor wrong: their source may offer them again."""
    offered = [_existing(dataset, number) for number in dict.fromkeys(suggestion_ids)]
    changes = tuple(SuggestionChange(each, None) for each in offered)
    return Edit(f"Drop {counted(len(offered), 'suggestion')}", changes)


def _accepted(
    dataset: Dataset, offered: Suggestion, bbox: BBox, category_id: int
) -> tuple[Change, Change]:
    number = dataset.new_annotation_id()
    drawn = Annotation(number, offered.image_id, category_id, bbox)
    return SuggestionChange(offered, None), AnnotationChange(None, drawn)


def _existing(dataset: Dataset, suggestion_id: int) -> Suggestion:
    found = dataset.suggestion(suggestion_id)
    if found is None or found.rejected:
        raise StaleEdit("This suggestion is no longer there.")
    return found
