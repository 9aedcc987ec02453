"""Edits of what the canvas shows: a box is changed, a suggestion becomes a box by the change."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from labeler.dataset import edits, suggestion_edits
from labeler.dataset.changes import AnnotationChange, Edit, SuggestionChange
from labeler.dataset.matching import Classed
from labeler.dataset.model import BBox, Suggestion
from labeler.dataset.store import Dataset
from labeler.dataset.words import counted
from labeler.gui.label.box_keys import annotation_ids, is_suggestion, suggestion_ids

ALIKE = 0.7
"""From this overlap (IoU) on two boxes of one class mean the same thing."""


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


def accept(dataset: Dataset, offered_ids: Sequence[int]) -> Edit:
    """The suggestions of one image become boxes. What two machines suggest becomes one box: the
    surest counts, and its likes go with the same edit; so do those of a box that stands there."""
    asked = [each for each in map(dataset.suggestion, offered_ids) if each is not None]
    waiting = dataset.suggestions(asked[0].image_id) if asked else []
    standing: list[Classed] = [*dataset.annotations(asked[0].image_id)] if asked else []
    chosen: list[int] = []
    for each in sorted(asked, key=lambda offered: -offered.score):
        if not _is_among(each, standing):
            chosen.append(each.id)
            standing.append(each)
    likes = [each for each in waiting if each.id not in chosen and _is_among(each, standing)]
    accepted = suggestion_edits.accept(dataset, sorted(chosen))
    if not likes:
        return accepted
    dropped = Edit("", tuple(SuggestionChange(each, None) for each in likes))
    words = accepted.description if chosen else f"Drop {counted(len(likes), 'doubled suggestion')}"
    return edits.together(words, [dropped, accepted])


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


def _is_among(offered: Suggestion, standing: Iterable[Classed]) -> bool:
    return any(
        each.category_id == offered.category_id and each.bbox.iou(offered.bbox) >= ALIKE
        for each in standing
    )


def drawn_by(edit: Edit) -> tuple[int, ...]:
    """The ids of the boxes that an edit makes."""
    return tuple(
        change.after.id
        for change in edit.changes
        if isinstance(change, AnnotationChange) and change.before is None and change.after
    )
