"""Edits of boxes and images as values. Building one never writes anything."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from labeler.dataset.changes import (
    AnnotationChange,
    Change,
    Edit,
    ImageNoteChange,
    SessionNoteChange,
    StaleEdit,
    VerifiedChange,
)
from labeler.dataset.model import MIN_SIDE, Annotation, BBox, Image
from labeler.dataset.words import counted
from labeler.errors import UserError

if TYPE_CHECKING:
    from labeler.dataset.store import Dataset

MAX_NOTE = 2000
"""The longest note, in characters."""
TO_CHECK = "to check: empty?"
"""The note of a picture that should be empty, until a person confirms that or draws a box."""


def draw(dataset: Dataset, image_id: int, category_id: int, bbox: BBox) -> Edit:
    """A new box, clipped to the image. Raises UserError where nothing of it is inside."""
    image = _existing_image(dataset, image_id)
    name = category_name(dataset, category_id)
    placed = inside(image, bbox)
    drawn = Annotation(dataset.new_annotation_id(), image_id, category_id, placed)
    return with_doubt(dataset, f"Draw {name}", [AnnotationChange(None, drawn)])


def put_copies(
    dataset: Dataset, image_id: int, boxes: Iterable[Annotation], description: str
) -> Edit:
    """New boxes like these, with all that is said about them; those outside the image are left out.

    Raises StaleEdit where a category is gone.
    """
    image = _existing_image(dataset, image_id)
    changes = []
    for box in boxes:
        category_name(dataset, box.category_id)
        placed = box.bbox.clipped(image.width, image.height)
        if placed is not None:
            number = dataset.new_annotation_id()
            copy = replace(box, id=number, image_id=image_id, bbox=placed)
            changes.append(AnnotationChange(None, copy))
    return with_doubt(dataset, description, changes)


def reshape(dataset: Dataset, annotation_id: int, bbox: BBox) -> Edit:
    """A box moved or resized, clipped to the image. Raises UserError as draw does."""
    before = _existing_annotation(dataset, annotation_id)
    after = replace(before, bbox=inside(dataset.image(before.image_id), bbox))
    changes = [AnnotationChange(before, after)] if after != before else []
    name = category_name(dataset, before.category_id)
    return with_doubt(dataset, f"Reshape {name}", changes)


def delete(dataset: Dataset, annotation_ids: Iterable[int]) -> Edit:
    """Boxes taken away."""
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    changes = [AnnotationChange(box, None) for box in boxes]
    return with_doubt(dataset, f"Delete {counted(len(boxes), 'box')}", changes)


def set_category(dataset: Dataset, annotation_ids: Iterable[int], category_id: int) -> Edit:
    """Boxes given another category."""
    name = category_name(dataset, category_id)
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    changes = [
        AnnotationChange(box, replace(box, category_id=category_id))
        for box in boxes
        if box.category_id != category_id
    ]
    return with_doubt(dataset, f"Turn {counted(len(changes), 'box')} into {name}", changes)


def set_attributes(
    dataset: Dataset,
    annotation_ids: Iterable[int],
    *,
    occluded: bool | None = None,
    truncated: bool | None = None,
    difficult: bool | None = None,
) -> Edit:
    """What is said about boxes; None leaves it as it is."""
    wished = {"occluded": occluded, "truncated": truncated, "difficult": difficult}
    given = {name: value for name, value in wished.items() if value is not None}
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    pairs = [(box, with_attributes(box, given)) for box in boxes]
    changes = tuple(AnnotationChange(box, after) for box, after in pairs if box != after)
    words = ", ".join(name if value else f"not {name}" for name, value in given.items())
    return Edit(f"Mark {counted(len(changes), 'box')} {words}", changes)


def set_note(dataset: Dataset, annotation_ids: Iterable[int], note: str) -> Edit:
    """A free text kept with boxes. Raises UserError for one over MAX_NOTE characters."""
    note = clean_note(note)
    boxes = [_existing_annotation(dataset, number) for number in dict.fromkeys(annotation_ids)]
    changes = tuple(
        AnnotationChange(box, replace(box, note=note)) for box in boxes if box.note != note
    )
    return Edit(f"Note on {counted(len(changes), 'box')}", changes)


def set_image_note(dataset: Dataset, image_id: int, note: str) -> Edit:
    """A free text kept with an image. Raises UserError for one over MAX_NOTE characters."""
    image = _existing_image(dataset, image_id)
    note = clean_note(note)
    changes = (ImageNoteChange(image_id, image.note, note),) if note != image.note else ()
    return Edit("Note on image", changes)


def set_session_note(dataset: Dataset, session_name: str, note: str) -> Edit:
    """A free text kept with all sessions of this name. Raises UserError as set_note does."""
    note = clean_note(note)
    changes = tuple(
        SessionNoteChange(session.id, session.note, note)
        for session in dataset.sessions()
        if session.name == session_name and session.note != note
    )
    return Edit(f"Note on session {session_name}", changes)


def verify(dataset: Dataset, image_id: int, verified: bool = True) -> Edit:
    """The word that an image is right as it is; without boxes: that nothing is there."""
    image = _existing_image(dataset, image_id)
    told = "Nothing here" if verified and not image.annotation_count else "Confirm image"
    description = told if verified else "Withdraw confirmation"
    if image.verified == verified:
        return Edit(description, ())
    answers = _answers([image]) if verified else ()
    return Edit(description, (*answers, VerifiedChange(image_id, image.verified, verified)))


def together(description: str, parts: Iterable[Edit]) -> Edit:
    """One edit of several; what they say about an image's confirmation is said once, last."""
    changes = dict.fromkeys(change for part in parts for change in part.changes)
    ordered = sorted(changes, key=lambda change: isinstance(change, VerifiedChange))
    return Edit(description, tuple(ordered))


def clean_note(note: str) -> str:
    """A note as it is kept: trimmed, lines kept. Raises UserError for an unusable one."""
    cleaned = unicodedata.normalize("NFC", note).strip()
    if len(cleaned) > MAX_NOTE:
        raise UserError(f"A note may have {MAX_NOTE} characters, this one has {len(cleaned)}.")
    kinds = {unicodedata.category(letter) for letter in cleaned if letter not in "\n\t"}
    if kinds & {"Cc", "Cs"}:
        raise UserError("A note may not hold control characters.")
    return cleaned


def with_doubt(dataset: Dataset, description: str, changes: Sequence[Change]) -> Edit:
    """Adds that a changed image is no longer confirmed: what a person confirmed is no more.

    An image that gets a box needs no check any more whether it is empty.
    """
    touched = Edit(description, tuple(changes))
    images = [dataset.image(image_id) for image_id in touched.image_ids()]
    doubts = tuple(VerifiedChange(image.id, True, False) for image in images if image.verified)
    drawn = {
        change.after.image_id
        for change in changes
        if isinstance(change, AnnotationChange) and change.before is None and change.after
    }
    answers = _answers(image for image in images if image.id in drawn)
    return replace(touched, changes=(*touched.changes, *answers, *doubts))


def _answers(images: Iterable[Image]) -> tuple[ImageNoteChange, ...]:
    """The question on these images is answered; what a person wrote there stays."""
    return tuple(
        ImageNoteChange(image.id, TO_CHECK, "") for image in images if image.note == TO_CHECK
    )


def inside(image: Image, bbox: BBox) -> BBox:
    """The box clipped to the image. Raises UserError where nothing of it is inside."""
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


def category_name(dataset: Dataset, category_id: int) -> str:
    """Raises StaleEdit where the category is gone."""
    for category in dataset.categories():
        if category.id == category_id:
            return category.name
    raise StaleEdit("This class is not there. Choose another one.")


def with_attributes(box: Annotation, given: dict[str, bool]) -> Annotation:
    """The box with these attributes; those that are not given stay."""
    return replace(
        box,
        occluded=given.get("occluded", box.occluded),
        truncated=given.get("truncated", box.truncated),
        difficult=given.get("difficult", box.difficult),
    )
