"""Pictures that should be empty and wait for a person to say so: until then they do not train."""

from __future__ import annotations

from labeler.dataset.changes import Edit
from labeler.dataset.edits import TO_CHECK, set_image_note, together, verify
from labeler.dataset.filters import ImageFilter
from labeler.dataset.model import Image, ImageState
from labeler.dataset.store import Dataset


def unchecked(dataset: Dataset) -> list[Image]:
    """All that nobody has answered yet, in the order in which they were added.

    The filter of notes in Label finds them as well.
    """
    wanted = ImageFilter(state=ImageState.UNLABELLED, has_note=True)
    found = dataset.images_of(dataset.image_ids(wanted))
    return [image for image in found if image.note == TO_CHECK]


def say_empty(dataset: Dataset, image_id: int) -> Edit:
    """A person has looked: nothing is there. Raises UserError as the edits do."""
    parts = (verify(dataset, image_id), set_image_note(dataset, image_id, ""))
    return together("Nothing here", parts)


def say_not_empty(dataset: Dataset, image_id: int) -> Edit:
    """Something is there after all: the picture waits to be labelled, as any other."""
    return together("Not empty", (set_image_note(dataset, image_id, ""),))
