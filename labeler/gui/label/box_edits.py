"""Edits of what the canvas shows: a box is changed, a suggestion becomes a box by the change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from labeler.dataset import edits, suggestion_edits
from labeler.dataset.changes import AnnotationChange, Edit
from labeler.dataset.model import BBox
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.gui.label.box_keys import annotation_ids, is_suggestion, suggestion_ids


def reshape(dataset: Dataset, key: int, bbox: BBox) -> Edit:
    """As edits.reshape; a suggestion becomes a box there."""
    if is_suggestion(key):
        return suggestion_edits.adjust(dataset, -key, bbox)
    return edits.reshape(dataset, key, bbox)


def set_category(dataset: Dataset, keys: Iterable[int], category_id: int) -> Edit:
    """As edits.set_category; suggestions become boxes of it."""
    keys = tuple(keys)
    offered = suggestion_ids(keys)
    if not offered:
        return edits.set_category(dataset, keys, category_id)
    accepted = suggestion_edits.accept(dataset, offered, category_id)
    name = edits.category_name(dataset, category_id)
    return edits.together(
        f"Accept {counted(len(offered), 'suggestion')} as {name}",
        [edits.set_category(dataset, annotation_ids(keys), category_id), accepted],
    )


def set_attributes(dataset: Dataset, keys: Iterable[int], **given: bool) -> Edit:
    """As edits.set_attributes; suggestions become boxes that have them."""
    keys = tuple(keys)
    said = edits.set_attributes(dataset, annotation_ids(keys), **given)
    offered = suggestion_ids(keys)
    if not offered:
        return said
    accepted = suggestion_edits.accept(dataset, offered)
    changes = tuple(
        replace(change, after=edits.with_attributes(change.after, given))
        if isinstance(change, AnnotationChange) and change.after is not None
        else change
        for change in accepted.changes
    )
    return edits.together(accepted.description, [said, replace(accepted, changes=changes)])


def delete(dataset: Dataset, keys: Iterable[int]) -> Edit:
    """Boxes taken away, suggestions rejected."""
    keys = tuple(keys)
    drawn, offered = annotation_ids(keys), suggestion_ids(keys)
    if not offered:
        return edits.delete(dataset, drawn)
    rejected = suggestion_edits.reject(dataset, offered)
    if not drawn:
        return rejected
    deleted = edits.delete(dataset, drawn)
    words = f"{deleted.description}, reject {counted(len(offered), 'suggestion')}"
    return edits.together(words, [deleted, rejected])


def drawn_by(edit: Edit) -> tuple[int, ...]:
    """The ids of the boxes that an edit makes."""
    return tuple(
        change.after.id
        for change in edit.changes
        if isinstance(change, AnnotationChange) and change.before is None and change.after
    )
